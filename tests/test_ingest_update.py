"""Runs over a corpus that changes: what is read, what is kept, what goes, and what is answered after each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.ledger import read_ledger
from ingest.pipeline import MAX_DRIFT, SMALL_DRIFT, ingest, preview
from ingest.report import Report, Skipped
from search.answering import answer
from search.index.generations import Written, open_current, publish
from search.index.writing import write
from tests.damage import outdate

LOCK = "Why the upper lock was closed\n\nThe upper lock was closed because a gate had cracked in the frost.\n"
WEIR = "Who keeps the weir\n\nThe weir is kept by Una Birch, who lives beside it and clears its grating.\n"
MILL = "# The mill\n\n## Its wheel\n\nThe wheel of the mill turns nine times a minute in spring.\n"
FERRY = "The ferry crosses the river twice an hour, and a bell on either bank calls it out of turn.\n"
NOT_UTF_8 = "The ferry crosses for a fare of two pounds and ö.".encode("latin-1")


@dataclass
class Shelf:
    """A folder of articles with its index, and what the last run read."""

    folder: Path
    index: Path
    read: list[str] = field(default_factory=list)

    def put(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run(self, *, full: bool = False) -> Report:
        self.read.clear()

        def watch(names: Iterable[str]) -> Iterator[str]:
            for name in names:
                self.read.append(name)
                yield name

        return ingest([self.folder], self.index, watch, full=full, may_shrink=True)

    def says(self, question: str) -> str:
        """The file that answers the question with its text."""
        engine = open_current(self.index)
        quoted = answer(question, engine).quoted
        engine.close()
        return f"{quoted.document.source}: {quoted.passage.text}" if quoted else ""

    def sources(self) -> list[str]:
        engine = open_current(self.index)
        documents = engine.documents(engine.document_ids()).values()
        engine.close()
        return sorted(document.source for document in documents)

    def everything(self) -> object:
        """All that the current generation holds, but for its name and time."""
        engine = open_current(self.index)
        held = {
            id: (each, engine.passages(id)) for id, each in engine.documents(engine.document_ids()).items()
        }
        pairs = engine.related_pairs
        engine.close()
        return held, pairs


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Three articles, not yet read."""
    shelf = Shelf(tmp_path / "articles", tmp_path / "index")
    shelf.folder.mkdir()
    shelf.put("lock.txt", LOCK)
    shelf.put("mill.md", MILL)
    shelf.put("weir.txt", WEIR)
    return shelf


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every file and folder below: its number on disk, when it was last written, and its content."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def assert_as_if_read_anew(shelf: Shelf, tmp_path: Path) -> None:
    """Asserts that the index is the one of a first run over the same files."""
    anew = Shelf(shelf.folder, tmp_path / "anew")
    anew.run()
    assert shelf.everything() == anew.everything()


def test_only_what_changed_is_read_and_the_index_is_as_if_all_had_been(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.run()
    assert shelf.read == ["lock.txt", "mill.md", "weir.txt"]
    assert (first.outcome, first.new, first.unchanged) == (
        "published",
        ("lock.txt", "mill.md", "weir.txt"),
        0,
    )

    shelf.put("weir.txt", WEIR.replace("Una Birch", "Tom Fenn"))
    shelf.put("ferry.txt", FERRY)
    (shelf.folder / "mill.md").rename(shelf.folder / "old-mill.md")
    os.utime(shelf.folder / "lock.txt", (1, 1))
    second = shelf.run()
    assert shelf.read == ["ferry.txt", "old-mill.md", "weir.txt"]
    assert (second.new, second.changed, second.moved, second.gone, second.unchanged) == (
        ("ferry.txt",),
        ("weir.txt",),
        {"old-mill.md": "mill.md"},
        (),
        1,
    )
    assert shelf.sources() == ["ferry.txt", "lock.txt", "old-mill.md", "weir.txt"]
    assert "Tom Fenn" in shelf.says("Who keeps the weir?")
    assert_as_if_read_anew(shelf, tmp_path)


def test_nothing_changed_makes_no_generation(shelf: Shelf) -> None:
    shelf.run()
    before = tree(shelf.index)
    os.utime(shelf.folder / "lock.txt", (1, 1))
    shelf.put("weir.txt", WEIR)
    report = shelf.run()
    assert shelf.read == []
    assert (report.outcome, report.unchanged) == ("unchanged", 3)
    assert report.index is not None
    assert report.index.generation == "g000001"
    after = tree(shelf.index)
    assert {name: after[name] for name in after if name != "LOCK"} == {
        name: before[name] for name in before if name != "LOCK"
    }


def test_a_file_that_fails_keeps_its_passages_until_it_is_mended_or_gone(shelf: Shelf) -> None:
    shelf.put("ferry.txt", FERRY)
    shelf.run()
    reason = "not UTF-8 (byte 0xf6 at position 47): save it as UTF-8"

    shelf.put("ferry.txt", NOT_UTF_8)
    failed = shelf.run()
    assert shelf.read == ["ferry.txt"]
    assert failed.skipped == (Skipped("ferry.txt", reason, kept=True),)
    assert (failed.changed, failed.gone) == ((), ())
    assert "twice an hour" in shelf.says("How often does the ferry cross?")

    again = shelf.run()  # the same bytes are not tried again
    assert (shelf.read, again.outcome, again.skipped) == ([], "unchanged", failed.skipped)

    shelf.put("ferry.txt", b"\x89PNG\r\n\x1a\n")  # nor is what cannot be opened as an article
    picture = shelf.run()
    assert (shelf.read, picture.skipped) == ([], (Skipped("ferry.txt", "a picture", kept=True),))
    assert "twice an hour" in shelf.says("How often does the ferry cross?")
    assert shelf.run().outcome == "unchanged"

    shelf.put("ferry.txt", FERRY.replace("twice", "four times"))
    mended = shelf.run()
    assert (shelf.read, mended.skipped, mended.changed) == (["ferry.txt"], (), ("ferry.txt",))
    assert "four times an hour" in shelf.says("How often does the ferry cross?")

    shelf.put("ferry.txt", NOT_UTF_8)
    shelf.run()
    (shelf.folder / "ferry.txt").unlink()
    gone = shelf.run()
    assert (gone.gone, gone.skipped) == (("ferry.txt",), ())
    assert shelf.sources() == ["lock.txt", "mill.md", "weir.txt"]
    assert "ferry" not in shelf.says("How often does the ferry cross?")


def test_a_file_that_fails_and_is_renamed_keeps_its_passages_until_it_is_mended(shelf: Shelf) -> None:
    shelf.put("ferry.txt", FERRY)
    shelf.run()
    shelf.put("ferry.txt", NOT_UTF_8)
    shelf.run()
    (shelf.folder / "ferry.txt").rename(shelf.folder / "old-ferry.txt")
    report = shelf.run()
    assert (report.moved, report.gone, report.new) == ({"old-ferry.txt": "ferry.txt"}, (), ())
    assert [(skipped.name, skipped.kept) for skipped in report.skipped] == [("old-ferry.txt", True)]
    assert shelf.sources() == ["ferry.txt", "lock.txt", "mill.md", "weir.txt"]
    shelf.put("old-ferry.txt", FERRY)
    shelf.run()
    assert shelf.sources() == ["lock.txt", "mill.md", "old-ferry.txt", "weir.txt"]


def test_passages_that_say_the_same_are_found_for_what_comes_and_forgotten_for_what_goes(
    shelf: Shelf, tmp_path: Path
) -> None:
    said = " ".join(
        f"In year {number} the ferry carried {number * 7} carts over the river." for number in range(6)
    )
    shelf.put("ferry-a.txt", said)
    assert shelf.run().near_copies == ()
    shelf.put("ferry-b.txt", f"It is told again here.\n\n{said}\n")
    assert [(one.split("-txt-")[0], other.split("-txt-")[0]) for one, other in shelf.run().near_copies] == [
        ("ferry-a", "ferry-b")
    ]
    shelf.put("ferry.txt", FERRY)
    assert len(shelf.run().near_copies) == 1
    assert_as_if_read_anew(shelf, tmp_path)
    shelf.put("ferry-a.txt", FERRY.replace("river", "lake"))
    assert shelf.run().near_copies == ()


def test_a_full_run_reads_everything_and_keeps_nothing_of_before(shelf: Shelf) -> None:
    shelf.put("ferry.txt", FERRY)
    shelf.run()
    shelf.put("ferry.txt", NOT_UTF_8)
    shelf.run()
    assert "ferry.txt" in shelf.sources()
    report = shelf.run(full=True)
    assert shelf.read == ["ferry.txt", "lock.txt", "mill.md", "weir.txt"]
    assert [(skipped.name, skipped.kept) for skipped in report.skipped] == [("ferry.txt", False)]
    assert shelf.sources() == ["lock.txt", "mill.md", "weir.txt"]


def test_of_copies_the_one_that_had_the_document_keeps_it_and_the_other_takes_over(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.run()
    shelf.put("a.txt", LOCK)
    copied = shelf.run()
    assert (shelf.read, copied.copies, copied.moved) == ([], {"a.txt": "lock.txt"}, {})
    assert read_ledger(shelf.index / "g000002").entries["a.txt"].same_as == "lock.txt"
    assert shelf.sources() == ["lock.txt", "mill.md", "weir.txt"]
    assert shelf.run().outcome == "unchanged"

    (shelf.folder / "lock.txt").unlink()
    taken_over = shelf.run()
    assert (shelf.read, taken_over.moved, taken_over.copies) == (["a.txt"], {"a.txt": "lock.txt"}, {})
    assert shelf.sources() == ["a.txt", "mill.md", "weir.txt"]
    assert_as_if_read_anew(shelf, tmp_path)


def test_a_changed_sidecar_reads_exactly_the_files_that_it_speaks_of(shelf: Shelf) -> None:
    shelf.put("north/ferry.txt", FERRY)
    shelf.run()
    shelf.put("lock.txt.meta.yaml", "publisher: Canal News\n")
    assert (shelf.run().changed, shelf.read) == (("lock.txt",), ["lock.txt"])
    shelf.put("north/folder.meta.yaml", "publisher: River News\n")
    assert (shelf.run().changed, shelf.read) == (("north/ferry.txt",), ["north/ferry.txt"])
    engine = open_current(shelf.index)
    publishers = {
        each.source: each.metadata.publisher and each.metadata.publisher.value
        for each in engine.documents(engine.document_ids()).values()
    }
    engine.close()
    assert publishers == {
        "lock.txt": "Canal News", "mill.md": None, "north/ferry.txt": "River News", "weir.txt": None
    }  # fmt: skip
    shelf.put("mill.txt.meta.yaml", "title: Nobody's\n")
    report = shelf.run()
    assert (report.outcome, shelf.read) == ("unchanged", [])
    assert report.sidecars == {"mill.txt.meta.yaml": "there is no mill.txt"}


def test_another_version_of_the_readers_reads_everything(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("ferry.txt", NOT_UTF_8)
    shelf.run()
    monkeypatch.setattr(pipeline, "reader_version", lambda: "another")
    shelf.run()
    assert shelf.read == ["ferry.txt", "lock.txt", "mill.md", "weir.txt"]
    assert (shelf.run().outcome, shelf.read) == ("unchanged", [])


def test_a_preview_says_what_a_run_would_do_and_touches_nothing(shelf: Shelf) -> None:
    first = preview([shelf.folder], shelf.index)
    assert (first.outcome, first.index, first.new) == ("preview", None, ("lock.txt", "mill.md", "weir.txt"))
    assert not shelf.index.exists()

    shelf.run()
    shelf.put("ferry.txt", FERRY)
    shelf.put("weir.txt", WEIR.replace("Una", "Ida"))
    (shelf.folder / "mill.md").rename(shelf.folder / "old-mill.md")
    (shelf.folder / "lock.txt").unlink()
    shelf.put("picture.txt", b"\x89PNG")
    before = tree(shelf.folder.parent)
    would = preview([shelf.folder], shelf.index)
    assert tree(shelf.folder.parent) == before
    did = shelf.run()
    for name in ("new", "changed", "moved", "gone", "unchanged", "skipped", "copies"):
        assert getattr(would, name) == getattr(did, name)
    assert would.index is not None
    assert would.index.generation == "g000001"


def test_a_preview_of_a_full_run_reads_all_and_still_names_what_is_published(shelf: Shelf) -> None:
    shelf.run()
    would = preview([shelf.folder], shelf.index, full=True)
    assert (would.new, would.unchanged) == (("lock.txt", "mill.md", "weir.txt"), 0)
    assert would.index is not None
    assert would.index.generation == "g000001"


def test_a_damaged_or_outdated_index_is_built_again_from_the_files(shelf: Shelf) -> None:
    shelf.run()
    held = shelf.everything()
    damages = [
        lambda: outdate(shelf.index),
        lambda: next((shelf.index / "g000002").rglob("*.seg")).write_bytes(b"torn"),
    ]
    for number, damage in enumerate(damages, 2):
        damage()
        report = shelf.run()
        assert shelf.read == ["lock.txt", "mill.md", "weir.txt"]
        assert report.index is not None
        assert report.index.generation == f"g{number:06d}"
        assert shelf.everything() == held


def test_a_run_builds_on_the_newest_generation_that_is_intact(shelf: Shelf) -> None:
    shelf.run()
    shelf.put("ferry.txt", FERRY)
    shelf.run()
    (shelf.index / "g000002" / "ledger.json").write_bytes(b"torn")  # a segment is shared with the one before
    report = shelf.run()
    assert shelf.read == ["ferry.txt"]
    assert report.index is not None
    assert report.index.generation == "g000003"
    assert not (shelf.index / "g000002").exists()
    assert "ferry.txt" in shelf.sources()


@pytest.mark.parametrize("text", [None, "", "{", '{"generation": "g000009", "manifest": "0"}'])
def test_a_run_mends_the_pointer_where_nothing_else_is_wrong(shelf: Shelf, text: str | None) -> None:
    shelf.run()
    held, said = shelf.everything(), (shelf.index / "CURRENT").read_text()
    if text is None:
        (shelf.index / "CURRENT").unlink()
    else:
        (shelf.index / "CURRENT").write_text(text)
    shelf.run()
    assert shelf.read == []
    assert (shelf.index / "CURRENT").read_text() == said
    assert shelf.everything() == held


def test_what_no_file_holds_does_not_stay(shelf: Shelf) -> None:
    """An index that was not built from files has no ledger, and its documents none that they are of."""
    other = Shelf(shelf.folder.parent / "other", shelf.folder.parent / "other-index")
    other.folder.mkdir()
    for number in range(8):
        other.put(f"ferry-{number}.txt", FERRY.replace("twice", f"{number} times"))
    other.run()
    engine = open_current(other.index)
    contents = [(each, engine.passages(id)) for id, each in engine.documents(engine.document_ids()).items()]
    engine.close()
    publish(shelf.index, lambda folder, _: Written(write(folder, contents)))
    shelf.run()
    assert shelf.sources() == ["lock.txt", "mill.md", "weir.txt"]


def test_an_index_of_nothing_is_filled(shelf: Shelf) -> None:
    publish(shelf.index, lambda folder, _: Written(write(folder, [])))
    assert shelf.run().new == ("lock.txt", "mill.md", "weir.txt")
    assert shelf.sources() == ["lock.txt", "mill.md", "weir.txt"]


def test_an_index_that_has_drifted_far_is_written_as_a_whole_again(shelf: Shelf, tmp_path: Path) -> None:
    """Of a small index half may change: one article of twenty is shared and added to, ten are not."""
    for number in range(17):
        shelf.put(f"ferry-{number:02}.txt", FERRY.replace("twice", f"{number} times"))
    shelf.run()

    def drift_after(*names: str) -> int:
        for name in names:
            text = (shelf.folder / name).read_text(encoding="utf-8")
            shelf.put(name, f"{text}\nIt is told of again and again.\n")
        shelf.run()
        assert shelf.read == list(names)
        engine = open_current(shelf.index)
        drift, passages = engine.drift, engine.info.passages
        engine.close()
        assert passages == 20
        assert drift <= max(MAX_DRIFT * passages, min(SMALL_DRIFT, passages / 2))
        return drift

    assert drift_after("ferry-00.txt") == 2
    assert drift_after("ferry-01.txt", "ferry-02.txt") == 6
    assert drift_after("ferry-03.txt", "ferry-04.txt") == 10
    assert drift_after("ferry-05.txt") == 0  # 12 would be more than half
    assert_as_if_read_anew(shelf, tmp_path)


def test_a_kept_document_goes_when_another_file_takes_its_name(shelf: Shelf) -> None:
    """Else the index would hold two of one id as soon as it is written as a whole."""
    shelf.put("ferry.txt", FERRY)
    shelf.run()
    shelf.put("ferry.txt", NOT_UTF_8)
    shelf.run()
    (shelf.folder / "ferry.txt").rename(shelf.folder / "old-ferry.txt")
    shelf.run()
    shelf.put("ferry.txt", FERRY.replace("twice", "four times"))
    report = shelf.run()
    assert [(skipped.name, skipped.kept) for skipped in report.skipped] == [("old-ferry.txt", False)]
    for name in ("lock.txt", "mill.md", "weir.txt"):  # so much changes that the whole is written
        shelf.put(name, f"The {name} was told of anew.\n")
    shelf.run()
    assert shelf.sources() == ["ferry.txt", "lock.txt", "mill.md", "weir.txt"]
    assert shelf.run().index.documents == 4
