"""Keeping what is read back of the passages and documents of a segment, beside the postings.

A record of a passage has all that the second look asks of it, so that fifty of them are had in .2 ms; Whoosh,
which would keep them in compressed pickles, takes 1.5.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from struct import Struct
from types import TracebackType
from zlib import crc32

import numpy as np

from search.forward import Forward, forward
from search.index.arrays import save
from search.passages import Document, Passage, document_to_dict, effective_date, passage_to_dict

# The bytes of each part of a passage's record: its id, its document's, itself as JSON, and its words as they
# are in `Forward`; then where it starts in the document, the CRC-32 of the JSON, and whether the document is
# damaged.
PARTS = 3 + len(fields(Forward)) - 1
PASSAGE_HEADER = Struct(f"<{PARTS}III?")

# The bytes of a document's id, which comes before its JSON, and the CRC-32 of that.
DOCUMENT_HEADER = Struct("<II")

UNDATED = 0


def day_number(date: str) -> int:
    """An ISO date as a number that grows from day to day.

    >>> day_number("2021-05-01")
    20210501
    """
    return int(date.replace("-", ""))


def passage_record(passage: Passage, document: Document) -> bytes:
    """What is kept of a passage."""
    known = forward(passage, document)
    *words, is_damaged = (getattr(known, name) for name in Forward.__slots__)
    record = json.dumps(passage_to_dict(passage)).encode()
    parts = (passage.id.encode(), passage.document_id.encode(), record, *words)
    header = PASSAGE_HEADER.pack(*map(len, parts), passage.start, crc32(record), is_damaged)
    return header + b"".join(parts)


def document_record(document: Document) -> bytes:
    """What is kept of a document."""
    id, record = document.id.encode(), json.dumps(document_to_dict(document)).encode()
    return DOCUMENT_HEADER.pack(len(id), crc32(record)) + id + record


class Recorder:
    """Writes the records of a new segment into `folder`, in the order of the passages' numbers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passages = _File(folder / "passages.bin")
        self._documents = _File(folder / "documents.bin")
        self._ids: list[str] = []
        self._starts, self._counts, self._days = array("Q"), array("I"), array("I")
        self._publishers: dict[str | None, int] = {}  # each with its place; None: a document names none
        self._published_by = array("I")

    def add(
        self, document: Document, passages: Sequence[Passage], record: bytes, records: Iterable[bytes]
    ) -> None:
        """Keeps the next document and its passages, given with their records."""
        self._documents.write([record])
        self._passages.write(records)
        self._ids.append(document.id)
        self._starts.extend(passage.start for passage in passages)
        self._counts.append(len(passages))
        date = effective_date(document)
        self._days.append(day_number(date) if date else UNDATED)
        publisher = document.metadata.publisher
        name = publisher.value if publisher else None
        self._published_by.append(self._publishers.setdefault(name, len(self._publishers)))

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._passages.close()
        self._documents.close()
        if kind is None:
            names = json.dumps(list(self._publishers))
            (self._folder / "publishers.json").write_text(names, encoding="utf-8")
            for name, values in self._arrays().items():
                save(self._folder / f"{name}.npy", values)

    def _arrays(self) -> dict[str, np.ndarray]:
        counts = np.array(self._counts, np.uint32)
        documents = len(counts)
        by_id = np.empty(documents, np.uint32)
        by_id[sorted(range(documents), key=self._ids.__getitem__)] = np.arange(documents, dtype=np.uint32)
        of_passage = np.repeat(np.arange(documents, dtype=np.uint32), counts)
        order = np.lexsort((np.array(self._starts, np.uint64), by_id[of_passage]))
        ranks = np.empty(len(order), np.uint32)
        ranks[order] = np.arange(len(order), dtype=np.uint32)
        hashes = np.array([crc32(id.encode()) for id in self._ids], np.uint32)
        by_hash = np.argsort(hashes, kind="stable")
        return {
            "ranks": ranks,
            "days": np.array(self._days, np.uint32)[of_passage],
            "publishers": np.array(self._published_by, np.uint32)[of_passage],
            "passage_ends": np.array(self._passages.ends, np.uint64),
            "document_ends": np.array(self._documents.ends, np.uint64),
            "document_passages": np.cumsum(counts, dtype=np.uint32),
            "document_hashes": hashes[by_hash],
            "document_numbers": by_hash.astype(np.uint32),
        }


class _File:
    """A file of records, and where each of them ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.ends = array("Q")

    def write(self, records: Iterable[bytes]) -> None:
        end = self.ends[-1] if self.ends else 0
        for record in records:
            self._file.write(record)
            self.ends.append(end := end + len(record))

    def close(self) -> None:
        self._file.close()
