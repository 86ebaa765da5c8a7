"""A passage is encoded once: what is known is taken over, and a build that was killed goes on from there."""

from __future__ import annotations

import hashlib
import itertools
import re
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from search.index import embedding
from search.index import journal as keeping
from search.index.embedding import (
    Contents,
    TextEncoder,
    context,
    embed,
    encode,
    in_silence,
    key,
    show_progress,
)
from search.index.journal import Journal, journal_path, remove_journal
from search.index.vector_files import Row, quantise, write_segment
from search.index.vectors import Vectors, open_vectors
from search.passages import Document, Found, Metadata, Passage, Span

ROOT = Path(__file__).parents[1]

Floats = NDArray[np.float32]


def of_word(word: str) -> NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(8)


def mean_of(words: Iterable[str]) -> Floats:
    total = np.sum([of_word("[start]"), *map(of_word, words)], axis=0)
    return (total / np.linalg.norm(total)).astype(np.float32)


@dataclass
class WordEncoder:
    """Each word has a vector of its own; a text or a part of it has their mean. Remembers what it read."""

    model: str = "words"
    dimensions: int = 8
    passages: list[str] = field(default_factory=list)  # those read with what they stand under

    def encode(self, texts: Sequence[str]) -> Floats:
        assert len(set(texts)) == len(texts), "a text is encoded twice"
        return np.array([mean_of(text.split()) for text in texts])

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Floats]:
        self.passages += texts
        return [self._whole_and_parts(text, spans) for text, spans in zip(texts, parts, strict=True)]

    def _whole_and_parts(self, text: str, spans: Sequence[Span]) -> Floats:
        words = [(match.start(), match[0]) for match in re.finditer(r"\S+", text)]
        inside = [[word for start, word in words if s.start <= start < s.end] for s in spans]
        # Seen within its text, a word is a little of the text's first.
        return np.array([mean_of(text.split()), *(mean_of([*part, words[0][1]]) for part in inside)])


def an_article(
    title: str | None, sentences: Sequence[str], headings: Sequence[str] = ()
) -> list[tuple[Passage, Document]]:
    """A document of one passage, with a sentence a line."""
    ends = list(itertools.accumulate(len(sentence) + 1 for sentence in sentences))
    starts = [0, *ends[:-1]]
    spans = tuple(Span(start, end - 1) for start, end in zip(starts, ends, strict=True))
    text = "\n".join(sentences)
    passage = Passage("d#p-1", "d", text, 0, len(text), tuple(headings), spans)
    metadata = Metadata(title=Found(title, "line 1") if title else None)
    return [(passage, Document("d", "d.txt", "", metadata, text, (), ()))]


def some_articles(count: int) -> list[tuple[Passage, Document]]:
    return [
        each
        for number in range(count)
        for each in an_article(
            f"Canal {number}", [f"Lock {number} leaks.", "It is shut.", f"Boat {number} waits."]
        )
    ]


def rows(
    contents: Contents,
    journal: Path,
    encoder: TextEncoder | None = None,
    known: Sequence[Vectors] = (),
    progress: embedding.Progress = in_silence,
) -> list[Row]:
    return list(embed(lambda: contents, encoder or WordEncoder(), known, journal, progress))


def as_bytes(held: Iterable[Row]) -> list[tuple[bytes, bytes, bytes]]:
    return [(row.key, row.values.tobytes(), row.scales.tobytes()) for row in held]


def published(folder: Path, held: Iterable[Row], model: str = "words 1") -> Vectors:
    folder.mkdir()
    write_segment(folder, "first", held, model, 8)
    vectors = open_vectors(folder)
    assert vectors is not None
    return vectors


@pytest.mark.parametrize(
    ("title", "headings", "expected"),
    [
        (None, (), ""),
        ("The Ashby Canal", (), "The Ashby Canal. "),
        (None, ("Locks", "Who pays?"), "Locks. Who pays?. "),
        ("The canal.", ("Locks.",), "The canal. Locks. "),
        ("...", ("", "Locks"), "Locks. "),
    ],
)
def test_a_passage_is_read_under_its_title_and_headings(
    title: str | None, headings: Sequence[str], expected: str
) -> None:
    ((passage, document),) = an_article(title, ["Weed stops boats."], headings)
    assert context(passage, document) == expected


def test_a_vector_is_the_mean_of_what_is_read_alone_and_of_what_is_read_in_its_passage() -> None:
    sentences = ["The lock leaks.", "Weed stops boats."]
    (row,) = encode(an_article("Canal", sentences), WordEncoder())
    alone = [mean_of(text.split()) for text in ("The lock leaks. Weed stops boats.", *sentences)]
    within = [
        mean_of("Canal. The lock leaks. Weed stops boats.".split()),
        mean_of("The lock leaks. Canal.".split()),
        mean_of("Weed stops boats. Canal.".split()),
    ]
    values, scales = quantise((np.array(alone) + np.array(within)) / 2)
    assert row.values.tolist() == values.tolist()
    assert row.scales.tolist() == scales.tolist()


def test_a_passage_without_sentences_has_a_vector_of_its_own() -> None:
    ((passage, document),) = an_article("Canal", ["The lock leaks."])
    (row,) = encode([(replace(passage, sentences=()), document)], WordEncoder())
    assert row.values.shape == (1, 8)


def test_a_key_is_another_for_all_that_a_vector_is_made_of_and_for_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((passage, document),) = an_article("Canal", ["The lock leaks.", "Weed stops boats."], ["Locks"])
    own = key(passage, document)
    assert len(own) == 16
    moved = replace(passage, id="e#p-9", document_id="e", start=7, end=40, first=3, last=4)
    assert key(moved, replace(document, id="e", source="e.txt", sha256="1")) == own
    others = [
        (replace(passage, text="The lock leaks!\nWeed stops boats."), document),
        (replace(passage, heading_path=("Lock",)), document),
        (replace(passage, sentences=passage.sentences[:1]), document),
        (passage, replace(document, metadata=Metadata())),
    ]
    keys = {own, *(key(*other) for other in others)}
    monkeypatch.setattr(embedding, "MADE_VERSION", embedding.MADE_VERSION + 1)
    assert len({*keys, key(passage, document)}) == 6


def test_rows_come_in_the_order_of_the_passages_whatever_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = list(some_articles(10))
    expected = as_bytes(encode([each], WordEncoder())[0] for each in contents)
    assert as_bytes(rows(contents, tmp_path / "one")) == expected
    monkeypatch.setattr(embedding, "BATCH_PASSAGES", 3)
    assert as_bytes(rows(contents, tmp_path / "two")) == expected


def test_passages_that_are_the_same_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BATCH_PASSAGES", 4)
    contents, encoder = [*some_articles(5), *some_articles(7)], WordEncoder()
    held = rows(contents, tmp_path / "journal", encoder)
    assert len(encoder.passages) == 7
    assert as_bytes(held[:5]) == as_bytes(held[5:10])


def test_what_a_generation_knows_is_not_encoded_again(tmp_path: Path) -> None:
    before = list(some_articles(6))
    one = published(tmp_path / "one", rows(before[:2], tmp_path / "journal"))
    two = published(tmp_path / "two", rows(before[1:4], tmp_path / "journal"))
    remove_journal(tmp_path / "journal")
    encoder = WordEncoder()
    held = rows(before[::-1], tmp_path / "journal", encoder, [one, two])
    assert encoder.passages == [f"Canal {n}. {each[0].text}" for n, each in enumerate(before)][:3:-1]
    assert as_bytes(held) == as_bytes(rows(before[::-1], tmp_path / "anew"))


def test_what_another_model_made_is_not_taken(tmp_path: Path) -> None:
    contents, encoder = some_articles(3), WordEncoder(model="other words")
    known = published(tmp_path / "one", rows(contents, tmp_path / "journal"))
    rows(contents, tmp_path / "journal", encoder, [known])
    assert len(encoder.passages) == 3


CHILD = """
import sys, time
from pathlib import Path
from search.index import embedding
from tests.test_search_embedding import WordEncoder, rows, some_articles

class SlowEncoder(WordEncoder):
    def encode(self, texts):
        print("batch", flush=True)
        time.sleep(.2)
        return super().encode(texts)

embedding.BATCH_PASSAGES = 4
rows(some_articles(40), Path(sys.argv[1]), SlowEncoder())
"""


def test_a_build_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    journal, contents = tmp_path / "journal", list(some_articles(40))
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(journal)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(4):
        assert process.stdout.readline() == b"batch\n"
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    encoder, shown = WordEncoder(), []
    held = rows(contents, journal, encoder, progress=lambda made, total: shown.append(total) or made)
    assert encoder.passages == [f"Canal {n}. {contents[n][0].text}" for n in range(12, 40)]
    assert shown == [28]
    published(tmp_path / "broken", held)
    published(tmp_path / "unbroken", rows(contents, tmp_path / "anew"))
    for path in (tmp_path / "unbroken" / "vectors").iterdir():
        assert path.read_bytes() == (tmp_path / "broken" / "vectors" / path.name).read_bytes()


def test_a_journal_that_is_damaged_anywhere_is_good_up_to_there(tmp_path: Path) -> None:
    journal, contents = tmp_path / "journal", some_articles(3)
    expected = as_bytes(rows(contents, journal))
    intact = journal.read_bytes()
    begin = intact.index(b"\n") + 1
    record = (len(intact) - begin) // 3
    for place in range(0, len(intact), 7):
        good = 0 if place < begin else (place - begin) // record
        flipped = intact[:place] + bytes([intact[place] ^ 0x40]) + intact[place + 1 :]
        for damaged in (intact[:place], flipped):
            journal.write_bytes(damaged)
            encoder = WordEncoder()
            assert as_bytes(rows(contents, journal, encoder)) == expected
            assert len(encoder.passages) == 3 - good
            assert journal.read_bytes() == intact
    journal.write_bytes(intact + bytes(1000))  # a file that grew before its contents came to the disk
    assert as_bytes(rows(contents, journal)) == expected
    assert journal.read_bytes() == intact


@pytest.mark.parametrize("what", ["model", "dimensions", "layout", "making"])
def test_a_journal_of_another_kind_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    journal, contents = tmp_path / "journal", some_articles(3)
    rows(contents, journal)
    encoder = WordEncoder()
    if what == "model":
        encoder.model = "other words"
    elif what == "dimensions":
        encoder.dimensions = 9
    else:
        module, name = {
            "layout": (keeping, "VECTORS_VERSION"),
            "making": (embedding, "MADE_VERSION"),
        }[what]
        monkeypatch.setattr(module, name, 999)
    kept = Journal(journal, embedding.made_by(encoder), encoder.dimensions)
    assert [key(*each) in kept for each in contents] == [False] * 3
    kept.close()
    assert journal.read_bytes().endswith(b"}\n")


def test_every_batch_is_on_disk_before_it_is_shown_as_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "BATCH_PASSAGES", 2)
    journal, synced = tmp_path / "journal", []

    def sync(descriptor: int) -> None:
        synced.append(hashlib.sha256(journal.read_bytes()).digest())

    def watch(batches: Iterable[Sequence[Row]], total: int) -> Iterable[Sequence[Row]]:
        for batch in batches:
            assert all(row.key in journal.read_bytes() for row in batch)
            assert synced[-1] == hashlib.sha256(journal.read_bytes()).digest()
            yield batch

    monkeypatch.setattr("os.fsync", sync)
    rows(some_articles(5), journal, progress=watch)
    assert len(synced) == 3


def test_the_bar_counts_what_has_to_be_encoded_and_is_not_there_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = journal_path(tmp_path)
    rows(some_articles(2), journal, progress=show_progress)
    assert "2/2" in capsys.readouterr().err
    rows(some_articles(5), journal, progress=show_progress)
    assert "3/3" in capsys.readouterr().err
    rows(some_articles(5), journal, progress=show_progress)
    assert capsys.readouterr() == ("", "")


def test_a_journal_is_gone_when_it_is_removed_and_need_not_have_been(tmp_path: Path) -> None:
    journal = journal_path(tmp_path)
    rows(some_articles(1), journal)
    assert journal.exists()
    for _ in range(2):
        remove_journal(journal)
        assert not journal.exists()


def test_an_encoder_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    class Broken(WordEncoder):
        def encode(self, texts: Sequence[str]) -> Floats:
            return np.full((len(texts), 8), np.nan, np.float32)

    with pytest.raises(ValueError, match="not finite"):
        rows(some_articles(1), tmp_path / "journal", Broken())
