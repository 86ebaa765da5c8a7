"""A service answers from one generation, turns to the next when it is ready, and says how it stands."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from search.answering import answer
from search.errors import IndexDamaged, IndexMissing
from search.index import current
from search.index.current import RETRY_SECONDS, CurrentEngine, Health
from search.index.engine import Engine
from search.index.generations import KEPT_GENERATIONS, open_pointer, read_current, rollback
from tests.damage import outdate
from tests.services import comes_true

TRAM = "The tram line\n\nThe tram line was opened in {} by the town.\n"


@dataclass
class Depot:
    """An article that is published again and again."""

    folder: Path
    index: Path
    now: float = 0.0
    published: list[str] = field(default_factory=list)

    def publish(self, year: int) -> str:
        (self.folder / "tram.txt").write_text(TRAM.format(year))
        self.published.append(ingest([self.folder], self.index).index.generation)
        return self.published[-1]

    def serve(self) -> CurrentEngine:
        return CurrentEngine(self.index, clock=lambda: self.now)


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    (tmp_path / "articles").mkdir()
    depot = Depot(tmp_path / "articles", tmp_path / "index")
    depot.publish(1901)
    return depot


def says(engine: Engine) -> str:
    return answer("tram", engine).hits[0].excerpt.quotation


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Holds every generation that is opened by a thread back until the event is set."""
    ready = threading.Event()

    def opened(*arguments: object) -> object:
        assert ready.wait(20)
        return open_pointer(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(current, "open_pointer", opened)
    monkeypatch.setattr(current, "GRACE_SECONDS", 0.05)
    yield ready
    ready.set()


def test_the_next_request_after_a_switch_is_answered_from_the_new_generation(depot: Depot) -> None:
    service = depot.serve()
    assert "1901" in says(service.engine())
    depot.publish(1952)
    assert "1952" in says(service.engine())


def test_the_old_generation_answers_while_the_new_one_is_being_opened(
    depot: Depot, slow: threading.Event
) -> None:
    service = depot.serve()
    service.engine()
    depot.publish(1952)
    for _ in range(3):
        assert "1901" in says(service.engine())
    assert service.health() == Health("ok", "g000001", None)
    slow.set()
    assert comes_true(lambda: "1952" in says(service.engine()))


def test_one_thread_opens_a_generation_however_many_ask(depot: Depot, slow: threading.Event) -> None:
    service = depot.serve()
    service.engine()
    depot.publish(1952)
    before = threading.active_count()
    askers = [threading.Thread(target=service.engine) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert threading.active_count() == before + 1
    slow.set()
    assert comes_true(lambda: threading.active_count() == before)


def test_a_request_keeps_its_generation_to_the_end(depot: Depot) -> None:
    service = depot.serve()
    old = service.engine()
    for year in range(1952, 1952 + KEPT_GENERATIONS):  # until the old generation's files are gone
        depot.publish(year)
    assert not (depot.index / "g000001").exists()
    assert "1954" in says(service.engine())
    assert "1901" in says(old)


def test_a_generation_is_closed_when_the_last_request_lets_go_of_it(depot: Depot) -> None:
    service = depot.serve()
    held = service.engine()
    gone = weakref.ref(held)
    depot.publish(1952)
    service.engine()
    gc.disable()  # by counting alone: nothing waits for a collection
    try:
        assert gone() is not None
        name = str(depot.index / "g000001")
        of_it = [link for link in open_files() if name in link]
        assert of_it
        del held
        assert gone() is None
        assert not [link for link in open_files() if name in link]
    finally:
        gc.enable()


def open_files() -> list[str]:
    """Where the file handles and the mappings of this process point to."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # that of the listing itself
            pass
    return links + Path("/proc/self/maps").read_text().splitlines()


def test_a_damaged_new_generation_leaves_the_old_one_serving_and_the_service_degraded(
    depot: Depot, caplog: pytest.LogCaptureFixture
) -> None:
    service = depot.serve()
    assert service.engine().info.generation == "g000001"
    depot.publish(1952)
    outdate(depot.index)
    with caplog.at_level(logging.ERROR):
        assert says(service.engine()) == says(service.engine())
    assert len(caplog.records) == 1
    assert service.health() == Health("degraded", "g000001", "g000002 is current and cannot be used")
    depot.publish(1960)
    assert "1960" in says(service.engine())
    assert service.health() == Health("ok", "g000003", None)


def test_at_the_start_a_damaged_generation_is_passed_over_for_an_intact_one(depot: Depot) -> None:
    depot.publish(1952)
    (depot.index / "g000002" / "ledger.json").write_text("{")
    service = depot.serve()
    assert "1901" in says(service.engine())
    assert service.health() == Health("degraded", "g000001", "g000002 is current and cannot be used")


def test_what_could_not_be_opened_is_tried_again_after_a_while(depot: Depot, tmp_path: Path) -> None:
    depot.publish(1952)
    (depot.index / "g000002").rename(tmp_path / "away")
    service = depot.serve()
    assert "1901" in says(service.engine())
    shutil.move(tmp_path / "away", depot.index / "g000002")
    depot.now += RETRY_SECONDS / 2
    assert "1901" in says(service.engine())
    depot.now += RETRY_SECONDS / 2
    assert "1952" in says(service.engine())
    assert service.health() == Health("ok", "g000002", None)


def test_a_request_that_looked_at_the_pointer_long_ago_leads_nobody_back(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = read_current(depot.index)
    depot.publish(1952)
    service = depot.serve()
    assert "1952" in says(service.engine())
    looks = iter([long_ago])
    monkeypatch.setattr(current, "read_current", lambda index: next(looks, None) or read_current(index))
    assert "1952" in says(service.engine())
    assert next(looks, None) is None
    assert "1952" in says(service.engine())


def test_the_pointer_lost_while_serving_leaves_the_open_generation_serving(depot: Depot) -> None:
    service = depot.serve()
    service.engine()
    (depot.index / "CURRENT").unlink()
    assert service.engine().info.generation == "g000001"
    assert service.health() == Health("degraded", "g000001", "what the current generation is cannot be read")


def test_a_service_follows_a_rollback(depot: Depot) -> None:
    depot.publish(1952)
    service = depot.serve()
    assert "1952" in says(service.engine())
    rollback(depot.index)
    assert "1901" in says(service.engine())
    assert service.health() == Health("ok", "g000001", None)


def test_a_service_without_an_index_is_unavailable_until_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    depot = Depot(tmp_path / "articles", tmp_path / "index")
    service = depot.serve()
    with pytest.raises(IndexMissing, match="run: python -m ingest"):
        service.engine()
    assert service.health() == Health("unavailable", None, "there is no index that can be used")
    depot.publish(1901)
    assert "1901" in says(service.engine())


def test_a_service_of_which_nothing_is_intact_says_what_to_run(depot: Depot) -> None:
    (depot.index / "g000001" / "ledger.json").write_text("{")
    service = depot.serve()
    with pytest.raises(IndexDamaged, match="run: python -m ingest"):
        service.engine()
    assert service.health().status == "unavailable"
    depot.publish(1952)
    assert "1952" in says(service.engine())


def test_a_thread_that_fails_unforeseen_leaves_the_old_generation_serving(
    depot: Depot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    service = depot.serve()
    service.engine()
    depot.publish(1952)
    monkeypatch.setattr(current, "open_pointer", fail)
    with caplog.at_level(logging.ERROR):
        assert "1901" in says(service.engine())
        assert "1901" in says(service.engine())
    assert len(caplog.records) == 1
    assert service.health().status == "degraded"


def test_where_no_thread_can_be_had_the_old_generation_goes_on_serving(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    service = depot.serve()
    service.engine()
    depot.publish(1952)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        assert "1901" in says(service.engine())
    assert "1952" in says(service.engine())


def damage(depot: Depot, generation: str) -> None:
    """Cuts every file of a generation short, as it lies under whoever has it open."""
    for path in (depot.index / generation).rglob("*.bin"):
        os.truncate(path, 10)


def test_damage_done_while_a_generation_is_served_is_found_when_it_is_opened_anew(depot: Depot) -> None:
    depot.publish(1902)
    serving = depot.serve()
    serving.engine()
    damage(depot, "g000002")
    serving.reopen()
    assert serving.health() == Health("degraded", "g000001", "g000002 is current and cannot be used")
    damage(depot, "g000001")
    serving.reopen()
    assert serving.health().status == "unavailable"


def test_an_answer_that_fails_has_the_files_looked_at_again_but_not_each_time(depot: Depot) -> None:
    depot.publish(1902)
    depot.publish(1903)
    serving = depot.serve()
    serving.engine()
    damage(depot, "g000003")
    serving.suspect()
    assert comes_true(lambda: serving.health().generation == "g000002")
    damage(depot, "g000002")
    serving.suspect()
    time.sleep(0.3)
    assert serving.health().generation == "g000002"
    depot.now += RETRY_SECONDS
    serving.suspect()
    assert comes_true(lambda: serving.health().generation == "g000001")
