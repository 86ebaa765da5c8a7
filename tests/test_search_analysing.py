"""What is made of the passages of a new index, here and in other processes."""

from __future__ import annotations

import psutil
import pytest

from search.index.analysing import analysed
from search.index.fields import FIELD_WEIGHTS, passage_terms
from search.index.inverting import Packed, pack
from search.index.mined import line_of
from search.index.recording import document_record, passage_record
from search.index.workers import Workers
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.question.findings import mine


def article(number: int) -> tuple[Document, tuple[Passage, ...]]:
    """A document of as many passages as its number says, none to three."""
    id, text = f"d{number}", f"Canal {number} has {number * 7} locks. The Canal Trust (CT) keeps it."
    passages = tuple(
        Passage(f"{id}#p-{n}", id, text, 0, len(text), (f"Part {n}",), (Span(0, text.index(".") + 1),))
        for n in range(number % 4)
    )
    metadata = Metadata(title=Found(f"Canal {number}", "test"))
    return Document(id, id, "", metadata, text, (Section(None, 0, 0, len(text)),), ()), passages


ARTICLES = [article(number) for number in range(400)]


def as_lists(postings: Packed) -> list[list[object]]:
    arrays = (postings.counts, postings.numbers, postings.times, postings.lengths)
    return [list(postings.terms), *(values.tolist() for values in arrays)]


def test_each_chunk_has_what_is_made_of_its_passages_and_documents_in_their_order() -> None:
    with Workers() as workers:
        found = list(analysed(iter(ARTICLES), workers))
    assert [article for chunk, _ in found for article in chunk] == ARTICLES
    assert len(found) > 2
    for chunk, made in found:
        parts = [(passage, document) for document, passages in chunk for passage in passages]
        assert list(made.passages) == [passage_record(*part) for part in parts]
        assert list(made.documents) == [document_record(document) for document, _ in chunk]
        assert list(made.findings) == [line_of(mine(document, passages)) for document, passages in chunk]
        expected = pack(passage_terms(*part) for part in parts)
        assert list(made.postings) == list(FIELD_WEIGHTS)
        assert all(as_lists(made.postings[field]) == as_lists(expected[field]) for field in FIELD_WEIGHTS)


def test_other_processes_make_the_same_of_many_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> tuple[list[object], int]:
        """What was made, and the processes that there were for it."""
        with Workers(2) as workers:
            found = list(analysed(iter(ARTICLES), workers))
            processes = len(psutil.Process().children())
        return [
            (
                chunk,
                made.passages,
                made.documents,
                made.findings,
                {f: as_lists(p) for f, p in made.postings.items()},
            )
            for chunk, made in found
        ], processes

    here, none = made()
    monkeypatch.setattr("search.index.analysing.MANY_PASSAGES", 300)
    there, two = made()
    assert there == here
    assert (none, two) == (0, 2)


def test_no_document_is_no_chunk() -> None:
    with Workers() as workers:
        assert list(analysed([], workers)) == []
