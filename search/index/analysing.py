"""What is made of each passage before an index can be written: on all cores, where there are many.

Documents are analysed in chunks. A chunk hangs on nothing but its documents, so the index is the same
wherever they were analysed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from search.index.fields import passage_terms
from search.index.inverting import Packed, pack
from search.index.mined import Line, line_of
from search.index.recording import document_record, passage_record
from search.index.withdrawn import Contents
from search.index.workers import Workers
from search.passages import Document, Passage
from search.question.findings import mine

Chunk = Sequence[tuple[Document, Sequence[Passage]]]

# Passages in a chunk, at the least: a tenth of a second of work, so that cores end nearly together.
_CHUNK_PASSAGES = 200

# Passages from which processes are worth their start.
MANY_PASSAGES = 3_000


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was made of a chunk."""

    documents: tuple[bytes, ...]  # their records
    passages: tuple[bytes, ...]  # the records of all their passages, in order
    findings: tuple[Line, ...]  # of each document
    postings: Mapping[str, Packed]  # by field


def analyse(chunk: Chunk) -> Analysed:
    """What is made of these documents."""
    records, terms = [], []
    for document, passages in chunk:
        for passage in passages:
            # One after the other: the analyzer remembers the last texts.
            records.append(passage_record(passage, document))
            terms.append(passage_terms(passage, document))
    return Analysed(
        documents=tuple(document_record(document) for document, _ in chunk),
        passages=tuple(records),
        findings=tuple(line_of(mine(document, passages)) for document, passages in chunk),
        postings=pack(terms),
    )


def analysed(contents: Contents, workers: Workers) -> Iterator[tuple[Chunk, Analysed]]:
    """The contents chunk by chunk, in their order, with what was made of each.

    Of the contents only a few chunks are in memory at a time. Few passages are analysed here, and leave
    the workers alone.
    """
    chunks = _chunks(contents)
    first: list[Chunk] = []
    count = 0
    while count < MANY_PASSAGES:
        chunk = next(chunks, None)
        if chunk is None:
            yield from ((chunk, analyse(chunk)) for chunk in first)
            return
        first.append(chunk)
        count += sum(len(passages) for _, passages in chunk)
    yield from workers.each(analyse, chain(first, chunks))


def _chunks(contents: Contents) -> Iterator[Chunk]:
    chunk: list[tuple[Document, Sequence[Passage]]] = []
    count = 0
    for document, passages in contents:
        chunk.append((document, passages))
        count += len(passages)
        if count >= _CHUNK_PASSAGES:
            yield chunk
            chunk, count = [], 0
    if chunk:
        yield chunk
