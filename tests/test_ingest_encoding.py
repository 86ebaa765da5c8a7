"""Runs with an encoder over articles that change: what is encoded, shared and kept, and what is near then."""

from __future__ import annotations

import hashlib
import logging
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import ingest
from ingest.report import Report
from search.answering import answer
from search.errors import EncoderUnusable
from search.index import embedding
from search.index.current import CurrentEngine
from search.index.embedded import EmbeddedEngine
from search.index.embedding import encode
from search.index.generations import open_current
from search.index.journal import journal_path
from search.index.nearness import EncoderSource, words_alone
from search.question.understanding import understand
from tests.concepts import ConceptEncoder, Floats

ROOT = Path(__file__).parents[1]

QUESTIONS = ("Which vessels berth at lock 3?", "Why was lock 7 shut?", "bread")


@dataclass
class Shelf:
    """A folder of articles with its index, and what the last run read."""

    folder: Path
    index: Path
    read: list[str] = field(default_factory=list)

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, encoder: ConceptEncoder | None, *, full: bool = False) -> Report:
        self.read.clear()

        def watch(names: Iterable[str]) -> Iterator[str]:
            for name in names:
                self.read.append(name)
                yield name

        return ingest([self.folder], self.index, watch, full=full, encoder=encoder)

    def encoded(self) -> list[str]:
        """The passages that a run encodes now."""
        encoder = ConceptEncoder()
        self.run(encoder)
        return sorted(encoder.read)

    def opened(self, encoder_of: EncoderSource = words_alone) -> closing[EmbeddedEngine]:
        return closing(open_current(self.index, encoder_of))

    @property
    def current(self) -> Path:
        with self.opened() as engine:
            return engine.folder


def lock(number: int) -> str:
    """An article of one passage of two sentences."""
    return f"# Lock {number}\n\nBoats moor at lock {number} overnight. It was closed in the frost.\n"


def lock_as_read(number: int) -> str:
    return f"Lock {number}. Boats moor at lock {number} overnight. It was closed in the frost."


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Ten articles of a passage each, and one of two; not yet read."""
    shelf = Shelf(tmp_path / "articles", tmp_path / "index")
    shelf.folder.mkdir()
    for number in range(10):
        shelf.put(f"lock-{number}.md", lock(number))
    shelf.put(
        "mill.md", "# The mill\n\n## Its wheel\n\nThe wheel turns.\n\n## Its oven\n\nThe oven bakes loaves.\n"
    )
    return shelf


def present(engine: EmbeddedEngine) -> list[int]:
    """The numbers of the passages that are there."""
    allowed = engine.allowed(understand("lock"))
    return list(range(engine.numbers)) if allowed is None else np.flatnonzero(allowed).tolist()


def assert_vectors_are_of_their_passages(engine: EmbeddedEngine) -> None:
    assert engine.vectors is not None
    assert len(engine.vectors) == engine.numbers
    for number in present(engine):
        passage, id = engine.candidate(number, 0.0).passage, engine.candidate(number, 0.0).document_id
        (expected,) = encode([(passage, engine.documents([id])[id])], ConceptEncoder())
        row = engine.vectors.row(number)
        assert (row.key, row.values.tolist()) == (expected.key, expected.values.tolist())
        assert row.scales.tolist() == expected.scales.tolist()


def closeness(engine: EmbeddedEngine) -> dict[tuple[str, str], list[float]]:
    """How close each passage and each of its sentences is to each question."""
    assert engine.vectors is not None
    found = {}
    for question in QUESTIONS:
        (vector,) = ConceptEncoder().encode([question])
        for number in present(engine):
            near = engine.vectors.closeness(vector, np.array([number]))
            id = engine.candidate(number, 0.0).passage_id
            found[question, id] = [*near.passages.tolist(), *near.sentences.tolist()]
    return found


def inodes(generation: Path, segment: str) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (generation / "vectors").glob(f"{segment}*")}


def test_every_passage_has_a_vector_at_its_number(shelf: Shelf) -> None:
    encoder = ConceptEncoder()
    shelf.run(encoder)
    assert len(encoder.read) == 12
    with shelf.opened() as engine:
        assert engine.vectors is not None
        assert (engine.vectors.model, engine.numbers) == ("concepts 1", 12)
        assert_vectors_are_of_their_passages(engine)


def test_an_update_encodes_new_texts_only_and_shares_the_first_segment(shelf: Shelf) -> None:
    shelf.run(ConceptEncoder())
    first = shelf.current
    shelf.put("lock-3.md", lock(33))
    shelf.put("lock-11.md", lock(11))
    assert shelf.encoded() == [lock_as_read(11), lock_as_read(33)]
    second = shelf.current
    assert inodes(first, "first") == inodes(second, "first")
    assert len(inodes(second, "first")) > 1
    assert (len(inodes(first, "second")), len(inodes(second, "second"))) == (0, len(inodes(second, "first")))
    shelf.put("lock-12.md", lock(12))
    assert shelf.encoded() == [lock_as_read(12)]
    assert inodes(first, "first") == inodes(shelf.current, "first")
    with shelf.opened() as engine:
        assert engine.numbers == 15
        assert_vectors_are_of_their_passages(engine)


def test_an_updated_index_is_as_near_as_one_written_anew_and_encodes_less(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.run(ConceptEncoder())
    steps: Sequence[tuple[dict[str, str], Sequence[str]]] = (
        ({"lock-3.md": lock(33), "a.md": lock(50)}, ()),
        ({"b.md": lock(51)}, ("lock-5.md",)),
        ({"lock-3.md": lock(3)}, ("a.md", "b.md")),  # nothing is left in the second segment but one
        ({}, ("lock-3.md",)),
        ({f"c-{number}.md": lock(60 + number) for number in range(9)}, ()),  # written as a whole again
    )
    known = {lock(3)}  # it still stands in the first segment when it comes back
    for number, (changed, gone) in enumerate(steps):
        for name, text in changed.items():
            shelf.put(name, text)
        for name in gone:
            (shelf.folder / name).unlink()
        encoder = ConceptEncoder()
        shelf.run(encoder)
        assert len(encoder.read) == sum(text not in known for text in changed.values())
        known.update(changed.values())
        anew = Shelf(shelf.folder, tmp_path / f"anew-{number}")
        anew.run(ConceptEncoder())
        with shelf.opened() as updated, anew.opened() as whole:
            assert_vectors_are_of_their_passages(updated)
            assert closeness(updated) == closeness(whole)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("lock-3.md", "# Lock three" + lock(3)[8:], ["Lock three" + lock_as_read(3)[6:]]),
        (
            "mill.md",
            "# The mill\n\n## The wheel\n\nThe wheel turns.\n\n## Its oven\n\nThe oven bakes loaves.\n",
            ["The mill. The wheel. The wheel turns."],
        ),
        ("lock-3.md.meta.yaml", "title: The third lock\n", ["The third lock" + lock_as_read(3)[6:]]),
        ("lock-3.md.meta.yaml", "publisher: Canal News\n", []),
    ],
)
def test_a_passage_is_encoded_again_when_what_it_stands_under_changes(
    shelf: Shelf, name: str, text: str, expected: list[str]
) -> None:
    shelf.run(ConceptEncoder())
    shelf.put(name, text)
    assert shelf.encoded() == expected
    assert shelf.read == [name.removesuffix(".meta.yaml")]
    with shelf.opened() as engine:
        assert_vectors_are_of_their_passages(engine)


def test_without_an_encoder_a_generation_has_no_vectors(shelf: Shelf) -> None:
    shelf.run(ConceptEncoder())
    assert shelf.run(None).outcome == "unchanged"
    assert (shelf.current / "vectors").exists()
    shelf.put("lock-3.md", lock(33))
    assert shelf.run(None).outcome == "published"
    assert not (shelf.current / "vectors").exists()
    with shelf.opened(ConceptEncoder) as engine:
        assert engine.vectors is None
        assert "lock 33" in answer("Which boats moor at lock 33?", engine).hits[0].passage.text
    assert len(shelf.encoded()) == 12


def test_a_full_run_encodes_everything(shelf: Shelf) -> None:
    shelf.run(ConceptEncoder())
    encoder = ConceptEncoder()
    shelf.run(encoder, full=True)
    assert len(encoder.read) == 12


CHILD = """
import sys, time
from pathlib import Path
from ingest.pipeline import ingest
from search.index import embedding
from tests.concepts import ConceptEncoder

class SlowEncoder(ConceptEncoder):
    def encode_parts(self, texts, parts):
        print("batch", flush=True)
        time.sleep(.5)
        return super().encode_parts(texts, parts)

embedding.BATCH_PASSAGES = 3
ingest([Path(sys.argv[1])], Path(sys.argv[2]), encoder=SlowEncoder())
"""


def test_a_run_that_was_killed_goes_on_where_it_was(shelf: Shelf, tmp_path: Path) -> None:
    shelf.run(None)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(shelf.folder), str(shelf.index)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline() == b"batch\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert shelf.current.name == "g000001"
    assert (shelf.index / "build-g000002").exists()
    assert journal_path(shelf.index).exists()

    encoder = ConceptEncoder()
    shelf.run(encoder)
    assert sorted(encoder.read)[:3] == [lock_as_read(number) for number in (6, 7, 8)]
    assert len(encoder.read) == 6
    assert sorted(path.name for path in shelf.index.iterdir()) == ["CURRENT", "LOCK", "g000001", "g000002"]
    anew = Shelf(shelf.folder, tmp_path / "anew")
    anew.run(ConceptEncoder())
    with shelf.opened() as broken, anew.opened() as unbroken:
        assert_vectors_are_of_their_passages(broken)
        assert closeness(broken) == closeness(unbroken)


def test_a_run_that_fails_keeps_what_it_encoded_and_leaves_the_index(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(ConceptEncoder):
        def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[object]]) -> list[Floats]:
            if self.read:
                raise EncoderUnusable("out of order")
            return super().encode_parts(texts, parts)

    shelf.run(None)
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in files_of(shelf.index)}
    monkeypatch.setattr(embedding, "BATCH_PASSAGES", 8)
    with pytest.raises(EncoderUnusable):
        shelf.run(Failing())
    assert [path for path in files_of(shelf.index) if path not in before] == [journal_path(shelf.index)]
    assert before == {path: hashlib.sha256(path.read_bytes()).digest() for path in before}
    assert not list(shelf.index.glob("build-*"))
    assert len(shelf.encoded()) == 4
    assert not journal_path(shelf.index).exists()


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def unreadable() -> None:
    raise EncoderUnusable("there is no model in /nowhere")


class Unloadable(ConceptEncoder):
    """Is found out when it is first used."""

    def encode(self, texts: Sequence[str]) -> Floats:
        raise EncoderUnusable("the tokenizer is not one")


@pytest.mark.parametrize("encoder_of", [unreadable, Unloadable])
def test_a_service_whose_model_is_unusable_answers_on_words_and_says_so_once(
    shelf: Shelf, encoder_of: EncoderSource, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.run(ConceptEncoder())
    service = CurrentEngine(shelf.index, encoder_of)
    replies = [answer("Which boats moor at lock 3?", service.engine()) for _ in range(2)]
    assert {reply.hits[0].document.source for reply in replies} == {"lock-3.md"}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "words alone are compared" in caplog.text
    service.engine().close()


def test_a_service_loads_its_model_once_for_all_generations(shelf: Shelf) -> None:
    asked = []

    def encoder_of() -> ConceptEncoder:
        asked.append(ConceptEncoder())
        return asked[-1]

    shelf.run(ConceptEncoder())
    service = CurrentEngine(shelf.index, encoder_of)
    first = service.engine()
    shelf.put("lock-11.md", lock(11))
    shelf.run(ConceptEncoder())
    second = service.engine()
    assert (first.info.generation, second.info.generation) == ("g000001", "g000002")
    assert "lock 11" in answer("Where do vessels berth, at lock 11?", second).hits[0].passage.text
    assert len(asked) == 1
    first.close()
    second.close()


def test_with_the_model_off_an_index_with_vectors_is_searched_by_words(shelf: Shelf) -> None:
    shelf.run(ConceptEncoder())
    command = [sys.executable, "-m", "search", "Which boats moor at lock 3?", "--index", str(shelf.index)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lock-3.md" in done.stdout
