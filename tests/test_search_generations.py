"""Publishing is all or nothing, and nothing damaged or outdated is ever read."""

from __future__ import annotations

import errno
import fcntl
import json
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
from search.errors import IndexBusy, IndexDamaged, IndexMissing, IndexOutdated, IndexShrunk
from search.index import writing
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.generations import (
    KEPT_GENERATIONS,
    VERSIONS,
    Write,
    Written,
    durable,
    manifest,
    open_current,
    open_intact,
    publish,
    rollback,
)
from tests.damage import outdate
from tests.test_search_update import Article, article


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


def test_the_newest_intact_generation_is_opened_where_the_current_one_is_damaged(
    published: Path, articles: Path
) -> None:
    for _ in range(2):
        ingest([articles], published, full=True)
    opened = open_intact(published)
    assert (opened.engine.info.generation, opened.problem) == ("g000003", None)
    (published / "g000003" / "ledger.json").write_text("{")
    opened = open_intact(published)
    assert opened.engine.info.generation == "g000002"
    assert opened.problem is not None
    assert "g000003/ledger.json is not what was published" in opened.problem
    (published / "g000002" / "MANIFEST.json").write_text("{")
    assert open_intact(published).engine.info.generation == "g000001"
    (published / "g000001" / "MANIFEST.sha256").unlink()
    with pytest.raises(IndexDamaged, match="g000003"):
        open_intact(published)


@pytest.mark.parametrize("text", [None, "", "{"])
def test_where_the_pointer_is_lost_the_newest_intact_generation_is_opened(
    published: Path, articles: Path, text: str | None
) -> None:
    ingest([articles], published, full=True)
    (published / "CURRENT").unlink()
    if text is not None:
        (published / "CURRENT").write_text(text)
    assert open_intact(published).engine.info.generation == "g000002"


def test_a_generation_that_was_rolled_back_from_is_never_fallen_back_to(
    published: Path, articles: Path
) -> None:
    ingest([articles], published, full=True)
    assert rollback(published).generation == "g000001"
    (published / "g000001" / "ledger.json").write_text("{")
    with pytest.raises(IndexDamaged, match="g000001"):
        open_intact(published)


def test_a_rollback_goes_to_the_newest_intact_generation_before_and_a_named_one_forward_again(
    published: Path, articles: Path
) -> None:
    for _ in range(2):
        ingest([articles], published, full=True)
    (published / "g000002" / "ledger.json").write_text("{")
    assert rollback(published).generation == "g000001"
    assert open_current(published).info.generation == "g000001"
    with pytest.raises(IndexDamaged, match="g000002"):
        rollback(published, "g000002")
    assert open_current(published).info.generation == "g000001"
    assert rollback(published, "g000003").generation == "g000003"
    assert open_current(published).info.generation == "g000003"


def test_what_was_rolled_back_from_goes_with_the_next_publishing_and_its_name_is_not_given_again(
    published: Path, articles: Path
) -> None:
    ingest([articles], published, full=True)
    rollback(published)
    assert ingest([articles], published, full=True).index.generation == "g000003"
    assert sorted(path.name for path in published.glob("g*")) == ["g000001", "g000003"]
    assert json.loads((published / "g000003" / "MANIFEST.json").read_text())["parent"] == "g000001"


@pytest.mark.parametrize("of", ["documents", "passages"])
def test_a_build_that_shrinks_the_collection_is_refused_unless_it_may(tmp_path: Path, of: str) -> None:
    def some(count: int) -> list[Article]:
        if of == "documents":
            return [article(f"d{number}", ["The canal."]) for number in range(count)]
        return [article("d", [f"The canal {number}." for number in range(count)])]

    def shelf(count: int) -> Write:
        return lambda folder, _: Written(writing.write(folder, some(count)))

    publish(tmp_path / "index", shelf(10))
    with pytest.raises(IndexShrunk, match=r"less than 80%: nothing was published.*--allow-shrink"):
        publish(tmp_path / "index", shelf(7))
    assert open_current(tmp_path / "index").info.generation == "g000001"
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["CURRENT", "LOCK", "g000001"]
    publish(tmp_path / "index", shelf(8))
    publish(tmp_path / "index", shelf(6), may_shrink=True)
    assert getattr(open_current(tmp_path / "index").info, of) == 6


def test_a_passage_that_is_not_found_by_its_words_is_not_published(tmp_path: Path) -> None:
    def write(folder: Path, _: object) -> Written:
        counts = writing.write(folder, [article("canal", ["The canal is drained in autumn."])])
        writing.write(tmp_path / "other", [article("canal", ["Swans nest on the towpath."])])
        of_passages = ("passage", "document", "ranks", "days", "publishers")
        for path in (tmp_path / "other" / "frozen" / "first").iterdir():
            if not path.name.startswith(of_passages):
                (folder / "frozen" / "first" / path.name).write_bytes(path.read_bytes())
        return Written(counts)

    (tmp_path / "other").mkdir()
    with pytest.raises(IndexDamaged, match="canal#p-1 is not found by its own words: nothing was published"):
        publish(tmp_path / "index", write)
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_an_index_in_a_folder_that_was_not_there_is_synced_with_its_parents(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    ingest([articles], tmp_path / "a" / "b" / "index")
    built = synced.index(str(tmp_path / "a" / "b" / "index" / "build-g000001"))
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b")} <= set(synced[:built])


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


def test_a_pointer_that_cannot_be_read_for_a_moment_costs_no_generation(
    published: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is made when its sync fails, and then CURRENT cannot be opened either: no handle is left."""
    sync, read = durable.sync, Path.read_bytes

    def fail(path: Path) -> None:
        if path == published and '"g000002"' in (published / "CURRENT").read_text():
            monkeypatch.setattr(Path, "read_bytes", refuse)
            raise OSError(errno.EMFILE, "Too many open files")
        sync(path)

    def refuse(path: Path) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(durable, "sync", fail)
    with pytest.raises(OSError, match="Too many open files"):
        ingest([articles], published, full=True)
    monkeypatch.setattr(Path, "read_bytes", read)
    assert open_current(published).info.generation == "g000002"
