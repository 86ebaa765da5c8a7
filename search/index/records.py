"""The records of the passages and documents of one segment, read by their numbers.

They are read and not mapped: what a process has looked at would count as its memory, and a million passages
have two gigabytes of records. The file may have been damaged since it was opened, so what may be quoted of a
record, or said of where it is from, is given only while its CRC-32 is what it was; .35 us a passage.
"""

from __future__ import annotations

import json
import os
import weakref
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.answers import Candidate
from search.forward import Forward
from search.index.arrays import load
from search.index.recording import DOCUMENT_HEADER, PASSAGE_HEADER, UNDATED, day_number
from search.passages import Document, Passage, document_from_dict, passage_from_dict


class Records:
    """The records of one segment that were written into `folder`; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.ranks = load(folder / "ranks.npy")  # of each passage by its document's id, then its place there
        self._days = load(folder / "days.npy")
        self._publishers = json.loads((folder / "publishers.json").read_bytes())
        self._published_by = load(folder / "publishers.npy")  # of each passage: the place of the name there
        self._passages = _File(folder / "passages.bin", folder / "passage_ends.npy")
        self._documents = _File(folder / "documents.bin", folder / "document_ends.npy")
        self._passage_ends = load(folder / "document_passages.npy").data  # of each document, in numbers
        self._hashes = load(folder / "document_hashes.npy").data  # of the documents' ids, ascending
        self._numbers = load(folder / "document_numbers.npy").data  # of the documents, by their hashes

    def dated(self, first: str | None, last: str | None) -> NDArray[np.bool_]:
        """For each passage whether its document is of these days, both ISO dates and included, or in between.

        None leaves that end open; an undated document is of no day.
        """
        least = day_number(first) if first else UNDATED + 1
        most = day_number(last) if last else np.iinfo(np.uint32).max
        dated: NDArray[np.bool_] = (self._days >= least) & (self._days <= most)
        return dated

    def published_by(self, names: Collection[str]) -> NDArray[np.bool_]:
        """For each passage whether its document has one of these publishers, however they are capitalised."""
        folded = {name.casefold() for name in names}
        codes = [code for code, name in enumerate(self._publishers) if name and name.casefold() in folded]
        return np.isin(self._published_by, codes)

    def in_documents(self, ids: Iterable[str]) -> NDArray[np.bool_]:
        """For each passage whether it is of a document with one of these ids."""
        held = np.zeros(len(self.ranks), np.bool_)
        for id in ids:
            numbers = self.of_document(id)
            held[numbers.start : numbers.stop] = True
        return held

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self._numbers)

    def document_ids(self) -> Iterator[str]:
        """Every document's id, in the order in which they were written."""
        return map(self._document_id, range(self.documents))

    def document(self, id: str) -> Document | None:
        """The document with that id; None for an unknown one. Raises ValueError for a damaged record."""
        name = id.encode()
        for number in self._alike(name):
            record = self._documents.read(number)
            length, crc = DOCUMENT_HEADER.unpack_from(record)
            end = DOCUMENT_HEADER.size + length
            if record[DOCUMENT_HEADER.size : end] == name:
                return document_from_dict(json.loads(_intact(record[end:], crc)))
        return None

    def of_document(self, id: str) -> range:
        """The numbers of a document's passages, in its order; none for an unknown id."""
        for number in self._alike(id.encode()):
            if self._document_id(number) == id:
                return range(self._passage_ends[number - 1] if number else 0, self._passage_ends[number])
        return range(0)

    def passage(self, number: int) -> Passage:
        """The passage itself. Raises ValueError for a damaged record."""
        (_, crc, _), (_, _, record, *_) = self._parts(number)
        return passage_from_dict(json.loads(_intact(record, crc)))

    def place(self, number: int) -> tuple[str, int]:
        """The id of the passage's document, and where the passage starts in it."""
        (start, *_), (_, document_id, *_) = self._parts(number)
        return document_id.decode(), start

    def candidate(self, number: int, score: float, name: int) -> Candidate:
        """The passage as a search gives it back, numbered `name` among those of the whole index."""
        (_, crc, is_damaged), (id, document_id, record, *words) = self._parts(number)
        known = Forward(*words, is_damaged)  # type: ignore[call-arg, arg-type]  # as written
        # Damage costs this passage its place among the quoted ones, and no other.
        text = record.decode() if crc32(record) == crc else ""
        return Candidate(id.decode(), document_id.decode(), score, known, text, number=name)

    def _parts(self, number: int) -> tuple[tuple[int, int, bool], list[bytes]]:
        """Where a passage starts, its CRC, whether its document is damaged, and the parts of its record."""
        record = self._passages.read(number)
        *lengths, start, crc, is_damaged = PASSAGE_HEADER.unpack_from(record)
        end = PASSAGE_HEADER.size
        return (start, crc, is_damaged), [record[end : (end := end + length)] for length in lengths]

    def _alike(self, id: bytes) -> Iterator[int]:
        """The numbers of the documents whose ids share the hash of this one: seldom more than one."""
        hashed = crc32(id)
        place = bisect_left(self._hashes, hashed)
        while place < len(self._hashes) and self._hashes[place] == hashed:
            yield self._numbers[place]
            place += 1

    def _document_id(self, number: int) -> str:
        length, _ = DOCUMENT_HEADER.unpack(self._documents.read(number, 0, DOCUMENT_HEADER.size))
        return self._documents.read(number, DOCUMENT_HEADER.size, length).decode()

    def close(self) -> None:
        """Lets go of the files."""
        self._passages.close()
        self._documents.close()


def _intact(record: bytes, crc: int) -> bytes:
    """The record as it was written; raises ValueError when it is not."""
    if crc32(record) != crc:
        raise ValueError("a record is not what was written: it was damaged after its file was opened")
    return record


class _File:
    """A file of records, of which it is known where each of them ends."""

    def __init__(self, path: Path, ends: Path) -> None:
        self._ends = load(ends).data
        self._descriptor = os.open(path, os.O_RDONLY)
        self.close = weakref.finalize(self, os.close, self._descriptor)

    def read(self, number: int, start: int = 0, length: int | None = None) -> bytes:
        """The record of that number from its byte `start` on; all of it, or so many bytes at most."""
        begins = self._ends[number - 1] if number else 0
        rest = self._ends[number] - begins - start
        # A length that was read from the record may be damaged; nobody is to make room for gigabytes.
        return os.pread(self._descriptor, rest if length is None else min(length, rest), begins + start)
