"""What is made of each passage before an index can be written: on all cores, where there are many.

Documents are analysed in chunks. A chunk hangs on nothing but its documents, so the index is the same
wherever they were analysed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from search.index.fields import passage_terms
from search.index.inverting import Packed, pack
from search.index.withdrawn import Contents
from search.index.workers import Workers
from search.passages import Document, Passage
from search.question.findings import Findings, mine

Chunk = Sequence[tuple[Document, Sequence[Passage]]]

# What is kept of a passage beside its postings, as bytes. A function of a module, to be found by its name.
Record = Callable[[Passage, Document], bytes]

# Passages in a chunk, at the least: a tenth of a second of work, so that cores end nearly together.
_CHUNK_PASSAGES = 200

# Passages from which processes are worth their start.
_MANY_PASSAGES = 3_000


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was made of a chunk."""

    records: tuple[bytes, ...]  # of its passages, in order
    findings: tuple[Findings, ...]  # of its documents
    postings: Mapping[str, Packed]  # by field


def analyse(chunk: Chunk, record: Record) -> Analysed:
    """What is made of these documents."""
    records, terms, findings = [], [], []
    for document, passages in chunk:
        for passage in passages:
            # One after the other: the analyzer remembers the last texts.
            records.append(record(passage, document))
            terms.append(passage_terms(passage, document))
        findings.append(mine(document, passages))
    return Analysed(tuple(records), tuple(findings), pack(terms))


def analysed(contents: Contents, record: Record, workers: Workers) -> Iterator[tuple[Chunk, Analysed]]:
    """The contents chunk by chunk, in their order, with what was made of each.

    Of the contents only a few chunks are in memory at a time. Few passages are analysed here, and leave
    the workers alone.
    """
    chunks = _chunks(contents)
    first: list[Chunk] = []
    count = 0
    while count < _MANY_PASSAGES:
        chunk = next(chunks, None)
        if chunk is None:
            yield from ((chunk, analyse(chunk, record)) for chunk in first)
            return
        first.append(chunk)
        count += sum(len(passages) for _, passages in chunk)
    yield from workers.each(partial(analyse, record=record), chain(first, chunks))


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
