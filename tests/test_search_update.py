"""An index that was changed in part is the one written anew: passages, order, scores, idf and counts."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from search.answers import IndexInfo
from search.errors import IndexDamaged
from search.index import writing
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.generations import Written, open_current, publish
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.question.understanding import understand

# Few words, so that equal scores are frequent; the acronyms fill the field of their own.
WORDS = "canal lock boat weed bank ICS ICSs NHS the of".split()
HISTORIES = 50
STEPS = 6

Article = tuple[Document, tuple[Passage, ...]]


def article(id: str, texts: Sequence[str], title: str = "", headings: Sequence[str] = ()) -> Article:
    """A document with a passage of each text, each under its heading."""
    whole = "\n\n".join(texts)
    sections, passages, start = [], [], 0
    for number, text in enumerate(texts, 1):
        heading = headings[number - 1] if number <= len(headings) else ""
        path = (heading,) if heading else ()
        end = start + len(text)
        sections.append(Section(heading or None, 2, start, end, path))
        passages.append(Passage(f"{id}#p-{number}", id, text, start, end, path, (Span(start, end),)))
        start = end + 2
    metadata = Metadata(title=Found(title, "test") if title else None)
    return Document(id, f"{id}.txt", "", metadata, whole, tuple(sections), ()), tuple(passages)


def some_words(chance: random.Random, least: int, most: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(least, most)))


def some_article(chance: random.Random, id: str) -> Article:
    count = chance.randint(1, 3)
    texts = [some_words(chance, 1, 6) for _ in range(count)]
    headings = [some_words(chance, 0, 2) for _ in range(count)]
    return article(id, texts, some_words(chance, 0, 2), headings)


def opened(folder: Path, counts: Counts) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder, IndexInfo("test", "2026-01-01T00:00:00Z", counts.documents, counts.passages)
    )


def written(folder: Path, held: Mapping[str, Article]) -> EmbeddedEngine:
    """An index written anew, its documents in order of id."""
    folder.mkdir()
    return opened(folder, writing.write(folder, [held[id] for id in sorted(held)]))


def updated(
    folder: Path, base: EmbeddedEngine, contents: Sequence[Article], gone: Collection[str]
) -> EmbeddedEngine:
    folder.mkdir()
    return opened(folder, writing.update(folder, base, contents, gone))


@dataclass(frozen=True)
class Step:
    """What a step of a history changes, and all that is there after it."""

    changed: tuple[Article, ...]
    gone: tuple[str, ...]
    held: Mapping[str, Article]


def history(chance: random.Random) -> tuple[dict[str, Article], list[Step]]:
    """The articles at the start, and steps in which some come, change, go, or come back."""
    names = [f"d{number}" for number in range(12)]
    first = {id: some_article(chance, id) for id in chance.sample(names, chance.randint(0, 10))}
    held, steps = dict(first), []
    for _ in range(chance.randint(1, STEPS)):
        gone = chance.sample(sorted(held), min(len(held), chance.choice([0, 0, 1, 2, 12])))
        names_left = [id for id in names if id not in gone]
        chosen = chance.sample(names_left, min(len(names_left), chance.choice([0, 1, 2, 5])))
        changed = {id: some_article(chance, id) for id in chosen}
        held = {id: each for id, each in held.items() if id not in gone} | changed
        steps.append(Step(tuple(changed.values()), tuple(gone), held))
    return first, steps


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


PARTS = {"passages": "*.seg", "frozen": "*/passages.bin"}


def segments(folder: Path, part: str) -> dict[str, int]:
    """The files of one part that hold its segments, with their inodes."""
    found = (folder / part).glob(PARTS[part])
    return {f"{path.relative_to(folder)}": path.stat().st_ino for path in found}


def assert_alike(changed: EmbeddedEngine, anew: EmbeddedEngine, questions: Sequence[str]) -> None:
    assert changed.document_ids() == anew.document_ids()
    assert changed.documents(changed.document_ids()) == anew.documents(anew.document_ids())
    for id in anew.document_ids():
        assert changed.passages(id) == anew.passages(id)
    assert changed.counts() == anew.counts()
    assert (changed.info.documents, changed.info.passages) == (anew.info.documents, anew.info.passages)
    for question in questions:
        query = understand(question)
        assert changed.idf(query.terms) == anew.idf(query.terms), question
        for limit in (5, 50):
            assert changed.search(query, limit) == anew.search(query, limit), (question, limit)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_after_any_history_an_updated_index_is_the_one_written_anew(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    first, steps = history(chance)
    questions = [*WORDS[:-2], *(some_words(chance, 1, 5) for _ in range(6))]
    engine = written(tmp_path / "0", first)
    for number, step in enumerate(steps, 1):
        base, before = engine, fingerprints(engine.folder)
        engine = updated(tmp_path / str(number), base, step.changed, step.gone)
        assert fingerprints(base.folder) == before
        for part in PARTS:
            assert len(segments(engine.folder, part)) <= 2
        base.close()
    anew = written(tmp_path / "anew", steps[-1].held)
    assert_alike(engine, anew, questions)
    anew.close()
    engine.close()


CANAL = article("canal", ["The canal has a lock.", "The lock leaks."], "The canal", ["Locks", "Leaks"])
WEED = article("weed", ["Weed stops every boat."], "Weed")
BANK = article("bank", ["The bank slid into the canal."], "The bank")
OTHER_BANK = article("bank", ["The bank was mended."], "The bank")


@pytest.fixture
def base(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = written(tmp_path / "base", {each[0].id: each for each in (CANAL, WEED, BANK)})
    yield engine
    engine.close()


def test_an_updated_index_shares_the_segment_of_its_base_by_a_hard_link(
    base: EmbeddedEngine, tmp_path: Path
) -> None:
    engine = updated(tmp_path / "1", base, [OTHER_BANK], [])
    for part in PARTS:
        shared = segments(base.folder, part)
        assert shared
        assert shared.items() < segments(engine.folder, part).items()
    engine.close()


def test_where_there_are_no_hard_links_the_segment_is_copied(
    base: EmbeddedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    engine = updated(tmp_path / "1", base, [OTHER_BANK], [])
    assert segments(base.folder, "passages").keys() < segments(engine.folder, "passages").keys()
    assert engine.counts() == base.counts()
    engine.close()


def test_what_an_update_wrote_is_not_shared_but_written_again_by_the_next(
    base: EmbeddedEngine, tmp_path: Path
) -> None:
    first = updated(tmp_path / "1", base, [OTHER_BANK], [])
    second = updated(tmp_path / "2", first, [], ["weed"])
    for part in PARTS:
        assert segments(first.folder, part).items() & segments(second.folder, part).items() == (
            segments(base.folder, part).items()
        )
    assert second.recent_ids == ("bank",)
    first.close()
    second.close()


def test_a_lock_file_is_never_copied(base: EmbeddedEngine, tmp_path: Path) -> None:
    locks = {path: path.stat().st_ino for path in base.folder.rglob("*LOCK")}
    assert locks, "the index has no lock file that could be copied"
    engine = updated(tmp_path / "1", base, [OTHER_BANK], [])
    made = {path.stat().st_ino for path in engine.folder.rglob("*LOCK")}
    assert made.isdisjoint(locks.values())
    engine.close()


def test_drift_counts_each_passage_that_left_or_came_since_the_index_was_written_whole(
    base: EmbeddedEngine, tmp_path: Path
) -> None:
    assert base.drift == 0
    first = updated(tmp_path / "1", base, [OTHER_BANK], [])  # one left, one came
    assert first.drift == 2
    second = updated(tmp_path / "2", first, [], ["canal"])  # and two left
    assert second.drift == 4
    third = updated(tmp_path / "3", second, [BANK], [])  # what came last stands for what came before
    assert third.drift == 4
    for engine in (first, second, third):
        engine.close()


def test_an_unknown_document_may_be_withdrawn(base: EmbeddedEngine, tmp_path: Path) -> None:
    engine = updated(tmp_path / "1", base, [], ["never-there"])
    anew = written(tmp_path / "anew", {each[0].id: each for each in (CANAL, WEED, BANK)})
    assert_alike(engine, anew, ["canal", "weed"])
    engine.close()
    anew.close()


def test_an_index_of_which_nothing_is_left_takes_new_documents(base: EmbeddedEngine, tmp_path: Path) -> None:
    engine = updated(tmp_path / "1", base, [], ["canal", "weed", "bank"])
    empty = written(tmp_path / "anew-1", {})
    assert_alike(engine, empty, ["canal", "weed"])
    again = updated(tmp_path / "2", engine, [OTHER_BANK], [])
    anew = written(tmp_path / "anew-2", {"bank": OTHER_BANK})
    assert_alike(again, anew, ["canal", "bank", "mended"])
    for each in (engine, empty, again, anew):
        each.close()


def test_an_update_that_fails_is_passed_on_and_leaves_its_base_alone(
    base: EmbeddedEngine, tmp_path: Path
) -> None:
    before = fingerprints(base.folder)

    def broken() -> Iterator[Article]:
        yield OTHER_BANK
        raise OSError("the disk is full")

    (tmp_path / "1").mkdir()
    with pytest.raises(OSError, match="the disk is full"):
        writing.update(tmp_path / "1", base, broken(), [])
    assert fingerprints(base.folder) == before


def test_equal_passages_in_both_segments_come_in_the_order_of_their_documents_ids(tmp_path: Path) -> None:
    held = {f"d{number:02}": article(f"d{number:02}", ["a boat on the canal"]) for number in range(40)}
    base = written(tmp_path / "base", held)
    engine = updated(tmp_path / "1", base, [held["d00"], held["d03"]], [])
    found = engine.search(understand("boat"), 5)
    assert [c.passage.document_id for c in found.candidates] == ["d00", "d01", "d02", "d03", "d04"]
    assert found.total == 40
    base.close()
    engine.close()


def test_in_an_index_of_many_passages_scores_are_those_of_one_written_anew_to_the_last_digit(
    tmp_path: Path,
) -> None:
    """Left to itself Whoosh adds the scores of over 5,000 passages in another order than those of a few."""
    chance = random.Random(5)
    held = {
        f"d{number:03}": article(f"d{number:03}", [some_words(chance, 1, 8) for _ in range(20)])
        for number in range(260)
    }
    base = written(tmp_path / "base", held)
    changed = [article(id, [some_words(chance, 1, 8) for _ in range(20)]) for id in list(held)[:5]]
    engine = updated(tmp_path / "1", base, changed, [])
    anew = written(tmp_path / "anew", held | {each[0].id: each for each in changed})
    for question in (some_words(chance, 2, 5) for _ in range(8)):
        assert engine.search(understand(question), 10) == anew.search(understand(question), 10), question
    for each in (base, engine, anew):
        each.close()


# Publishing


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index with the one generation of the three articles."""
    index = tmp_path / "index"
    publish(index, lambda folder, _: Written(writing.write(folder, [BANK, CANAL, WEED])))
    return index


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    return {name: (os.stat(folder / name).st_ino, sha256) for name, sha256 in fingerprints(folder).items()}


def cut_wrongly(each: Article) -> Article:
    """The article with a passage that is not the slice of it that it says."""
    document, (passage, *others) = each
    moved = Passage(passage.id, document.id, passage.text, 1, passage.end + 1, (), passage.sentences)
    return document, (moved, *others)


def test_a_changed_document_that_does_not_read_back_as_it_was_cut_is_not_published(index: Path) -> None:
    before = tree(index)

    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        assert base is not None
        return Written(writing.update(folder, base, [cut_wrongly(OTHER_BANK)], []), ["bank"])

    with pytest.raises(IndexDamaged, match="nothing was published"):
        publish(index, write)
    assert tree(index) == before


def test_a_changed_document_that_is_not_there_is_not_published(index: Path) -> None:
    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        assert base is not None
        return Written(writing.update(folder, base, [OTHER_BANK], []), ["bank", "lost"])

    with pytest.raises(IndexDamaged, match="nothing was published"):
        publish(index, write)


def test_without_a_word_of_what_changed_every_document_is_checked(index: Path) -> None:
    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        assert base is not None
        return Written(writing.update(folder, base, [cut_wrongly(OTHER_BANK)], []))

    with pytest.raises(IndexDamaged, match="nothing was published"):
        publish(index, write)


def test_a_sound_change_is_published_beside_the_generation_before(index: Path) -> None:
    before = fingerprints(index / "g000001")

    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        assert base is not None
        return Written(writing.update(folder, base, [OTHER_BANK], ["weed"]), ["bank"])

    info = publish(index, write, may_shrink=True)
    assert (info.generation, info.documents, info.passages) == ("g000002", 2, 3)
    assert fingerprints(index / "g000001") == before
    assert not list((index / "g000002").rglob("*LOCK"))
    engine = open_current(index)
    assert engine.documents(["bank"])["bank"] == OTHER_BANK[0]
    engine.close()


def test_nothing_to_change_leaves_the_current_generation_and_nothing_behind(index: Path) -> None:
    before = tree(index)
    info = publish(index, lambda _folder, _base: None)
    assert info.generation == "g000001"
    assert tree(index) == before
    assert sorted(path.name for path in index.iterdir()) == ["CURRENT", "LOCK", "g000001"]


def test_the_writer_is_given_the_newest_intact_generation_or_none_where_there_is_none(tmp_path: Path) -> None:
    given: list[str | None] = []

    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        given.append(base.info.generation if base else None)
        return Written(writing.write(folder, [WEED]))

    for _ in range(2):
        publish(tmp_path / "index", write)
    (tmp_path / "index" / "g000002" / "MANIFEST.json").write_text("{", encoding="utf-8")
    publish(tmp_path / "index", write)
    (tmp_path / "index" / "CURRENT").write_text("{", encoding="utf-8")
    publish(tmp_path / "index", write)
    for manifest in (tmp_path / "index").glob("*/MANIFEST.json"):
        manifest.write_text("{", encoding="utf-8")
    publish(tmp_path / "index", write)
    assert given == [None, "g000001", "g000001", "g000003", None]
