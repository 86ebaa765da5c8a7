"""Publishing is all or nothing, and nothing damaged or outdated is ever read."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from search.answering import answer
from search.errors import IndexBusy, IndexDamaged, IndexMissing, IndexOutdated
from search.index import writing
from search.index.counts import Counts
from search.index.current import CurrentEngine
from search.index.embedded import EmbeddedEngine
from search.index.generations import KEPT_GENERATIONS, VERSIONS, Written, manifest, open_current, publish
from tests.damage import outdate


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tram.txt").write_text("The tram line\n\nThe tram line was opened in 1901 by the town.\n")
    return folder


@pytest.fixture
def published(articles: Path, tmp_path: Path) -> Path:
    index = tmp_path / "index"
    ingest([articles], index)
    return index


def first_sentence(index: Path, question: str) -> str:
    hits = answer(question, open_current(index)).hits
    return hits[0].excerpt.quotation if hits else ""


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="run: python -m ingest --index "):
        open_current(tmp_path / "nowhere")


@pytest.mark.parametrize("part", ["schema", "analyzer", "layout"])
def test_an_index_of_another_version_says_what_to_run(published: Path, part: str) -> None:
    outdate(published, part)
    with pytest.raises(IndexOutdated, match=rf"{part} 999.*run: python -m ingest --index"):
        open_current(published)


def test_every_changed_byte_is_noticed_before_a_file_is_opened(published: Path) -> None:
    generation = published / json.loads((published / "CURRENT").read_text())["generation"]
    files = [path for path in generation.rglob("*") if path.is_file()]
    assert len(files) >= 5
    for path in files:
        intact = path.read_bytes()
        damages = (bytes([intact[0] ^ 1]) + intact[1:], intact[:-1], b"") if intact else (b"a",)
        for damaged in damages:
            path.write_bytes(damaged)
            with pytest.raises(IndexDamaged, match="run: python -m ingest"):
                open_current(published)
        path.unlink()
        with pytest.raises(IndexDamaged):
            open_current(published)
        path.write_bytes(intact)
    assert first_sentence(published, "tram")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"generation": "g000001"}', '{"generation": "../x", "manifest": ""}']
)
def test_a_damaged_pointer_is_refused(published: Path, text: str) -> None:
    (published / "CURRENT").write_text(text)
    with pytest.raises(IndexDamaged, match="run: python -m ingest"):
        open_current(published)


def test_a_failed_build_leaves_the_index_as_it_was(published: Path) -> None:
    before = sorted(path.name for path in published.iterdir())

    def fail(folder: Path, _: object) -> Written:
        (folder / "half").write_text("half")
        raise RuntimeError("the reader gave up")

    with pytest.raises(RuntimeError, match="gave up"):
        publish(published, fail)
    assert sorted(path.name for path in published.iterdir()) == before
    assert "1901" in first_sentence(published, "tram")


def test_a_count_that_cannot_be_read_back_is_not_published(published: Path) -> None:
    with pytest.raises(IndexDamaged, match="nothing was published"):
        publish(published, lambda folder, _: Written(Counts(writing.write(folder, []).documents + 1, 0)))
    assert "1901" in first_sentence(published, "tram")


def test_a_second_publisher_is_told_to_wait(published: Path, articles: Path) -> None:
    with (published / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(IndexBusy, match="wait until it has finished"):
            ingest([articles], published)
    ingest([articles], published)


def test_only_one_publishes_at_a_time(published: Path, articles: Path) -> None:
    def write(folder: Path, _: object) -> Written:
        with pytest.raises(IndexBusy):
            ingest([articles], published)
        raise RuntimeError("done")

    with pytest.raises(RuntimeError, match="done"):
        publish(published, write)
    assert ingest([articles], published, full=True).index.generation == "g000002"


def test_the_last_generations_are_kept_and_older_ones_go(published: Path, articles: Path) -> None:
    for _ in range(KEPT_GENERATIONS + 1):
        info = ingest([articles], published, full=True).index
    assert info.generation == f"g{KEPT_GENERATIONS + 2:06d}"
    kept = sorted(path.name for path in published.glob("g*"))
    assert kept == [f"g{number:06d}" for number in range(3, KEPT_GENERATIONS + 3)]


def test_a_service_turns_to_the_new_generation_and_an_open_one_goes_on(
    published: Path, articles: Path
) -> None:
    current = CurrentEngine(published)
    old = current.engine()
    (articles / "tram.txt").write_text("The tram line\n\nThe tram line was closed in 1952 for buses.\n")
    for _ in range(KEPT_GENERATIONS):  # until the old generation's files are gone
        ingest([articles], published, full=True)
    assert "1952" in answer("tram", current.engine()).hits[0].excerpt.quotation
    assert "1901" in answer("tram", old).hits[0].excerpt.quotation


def test_a_damaged_new_generation_leaves_the_old_one_serving(
    published: Path, articles: Path, caplog: pytest.LogCaptureFixture
) -> None:
    current = CurrentEngine(published)
    assert current.engine().info.generation == "g000001"
    ingest([articles], published, full=True)
    outdate(published)
    with caplog.at_level(logging.ERROR):
        assert current.engine().info.generation == "g000001"
        assert current.engine().info.generation == "g000001"
    assert len(caplog.records) == 1
    ingest([articles], published)
    assert current.engine().info.generation == "g000003"


def test_the_pointer_gone_for_a_moment_leaves_the_open_generation_serving(published: Path) -> None:
    current = CurrentEngine(published)
    current.engine()
    (published / "CURRENT").unlink()
    assert current.engine().info.generation == "g000001"


def test_killed_builds_leave_nothing_to_mend(published: Path, articles: Path) -> None:
    for number in range(300):
        (articles / f"stop{number}.txt").write_text(f"Stop {number}\n\nThe tram stops at corner {number}.\n")
    command = [sys.executable, "-m", "ingest", str(articles), "--index", str(published)]
    killed = 0
    for delay in (0.6, 0.9, 1.2, 1.5, 1.8, 2.1):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        engine = open_current(published)  # verifies every file against the manifest
        assert engine.info.documents in (1, 301)
        assert len(engine.documents(engine.document_ids())) == engine.info.documents
        engine.close()
    assert killed, "every build had finished before it was killed: shorten the delays"
    assert ingest([articles], published).index.documents == 301
    assert not list(published.glob("build-*"))


def test_everything_is_synced_before_the_pointer_moves(
    published: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoosh never syncs; a power cut after the switch must not find its files empty."""
    events: list[tuple[str, str]] = []
    sync, replace = os.fsync, os.replace

    def record_sync(descriptor: int) -> None:
        events.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    def record_replace(self: Path, target: Path) -> Path:
        events.append(("replace", str(target)))
        replace(self, target)
        return target

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "replace", record_replace)
    info = ingest([articles], published, full=True).index
    switch = events.index(("replace", str(published / "CURRENT")))
    synced = {path for kind, path in events[:switch] if kind == "sync"}
    build = published / f"build-{info.generation}"
    for path in (published / info.generation).rglob("*"):
        assert str(build / path.relative_to(published / info.generation)) in synced
    assert {str(build), str(published), str(published / "CURRENT.tmp")} <= synced
    assert events[-1] == ("sync", str(published))


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_shared_with_the_verified_base_is_not_hashed_again(
    published: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    hashed: list[str] = []

    def noting(path: Path) -> str:
        hashed.append(path.parent.name + "/" + path.name)
        return sha256(path.read_bytes()).hexdigest()

    def refuse(*_: object) -> None:
        raise OSError("no links here")

    base = published / "g000001"
    shared = next(path for path in base.rglob("*.seg"))

    def write(folder: Path, engine: EmbeddedEngine | None) -> Written:
        assert engine is not None
        hashed.clear()  # the base is verified by now
        return Written(writing.update(folder, engine, [], []))

    monkeypatch.setattr(manifest, "sha256_of", noting)
    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    info = publish(published, write)
    assert (f"{shared.parent.name}/{shared.name}" not in hashed) is has_links
    said = json.loads((published / info.generation / "MANIFEST.json").read_text())
    for name, known in said["files"].items():
        assert known["sha256"] == sha256((published / info.generation / name).read_bytes()).hexdigest()


def test_a_manifest_names_every_file(published: Path) -> None:
    generation = published / "g000001"
    said = json.loads((generation / "MANIFEST.json").read_text())
    on_disk = {path.relative_to(generation).as_posix() for path in generation.rglob("*") if path.is_file()}
    assert set(said["files"]) == on_disk - {"MANIFEST.json", "MANIFEST.sha256"}
    assert said["versions"] == VERSIONS
