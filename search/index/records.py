"""What is kept of each passage of a segment beside its postings, read by its number.

A search gives fifty of them to the second look, which takes .2 ms; Whoosh, which would keep them in
compressed pickles, takes 1.5.
"""

from __future__ import annotations

import json
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import astuple, fields
from itertools import takewhile
from pathlib import Path
from struct import Struct
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from search.answers import Candidate
from search.forward import Forward, forward
from search.index.postings import load
from search.passages import Document, Passage, effective_date, passage_from_dict, passage_to_dict

# The bytes of each part of a record: the passage's id, its document's, itself as JSON, and its words as they
# are in `Forward`; then where it starts in the document, and whether that is damaged.
_PARTS = 3 + len(fields(Forward)) - 1
_HEADER = Struct(f"<{_PARTS}II?")

_UNDATED = 0


def day_number(date: str) -> int:
    """An ISO date as a number that grows from day to day.

    >>> day_number("2021-05-01")
    20210501
    """
    return int(date.replace("-", ""))


class Recorder:
    """Writes the records of a new segment into `folder`, passage by passage in the order of their numbers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / "records.bin").open("wb")
        self._ends = array("Q")
        self._days = array("I")
        self._places: list[tuple[str, int]] = []

    def __len__(self) -> int:
        """How many passages were added."""
        return len(self._places)

    def add(self, passage: Passage, document: Document) -> None:
        """Keeps the next passage."""
        *words, is_damaged = astuple(forward(passage, document))
        record = json.dumps(passage_to_dict(passage)).encode()
        parts = (passage.id.encode(), passage.document_id.encode(), record, *words)
        self._file.write(_HEADER.pack(*map(len, parts), passage.start, is_damaged) + b"".join(parts))
        self._ends.append(self._file.tell())
        date = effective_date(document)
        self._days.append(day_number(date) if date else _UNDATED)
        self._places.append((passage.document_id, passage.start))

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            order = sorted(range(len(self)), key=self._places.__getitem__)
            ranks = np.empty(len(self), np.uint32)
            ranks[order] = np.arange(len(self), dtype=np.uint32)
            np.save(self._folder / "record_ends.npy", np.array(self._ends, np.uint64))
            np.save(self._folder / "days.npy", np.array(self._days, np.uint32))
            np.save(self._folder / "ranks.npy", ranks)
            np.save(self._folder / "order.npy", np.array(order, np.uint32))


class Records:
    """The records of one segment that were written into `folder`; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.days = load(folder / "days.npy")
        self.ranks = load(folder / "ranks.npy")  # of each passage by its document's id, then its place there
        self._order = load(folder / "order.npy").data  # the passages' numbers by rank
        self._ends = load(folder / "record_ends.npy").data
        with (folder / "records.bin").open("rb") as file:
            self._records = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def dated_by(self, day: str) -> NDArray[np.bool_]:
        """For each passage whether its document is of that ISO date or before; no undated one is."""
        dated: NDArray[np.bool_] = (self.days != _UNDATED) & (self.days <= day_number(day))
        return dated

    def place(self, number: int) -> tuple[str, int]:
        """The id of the passage's document, and where the passage starts in it."""
        start, lengths = self._header(number)
        start += lengths[0]
        return self._records[start : start + lengths[1]].decode(), lengths[_PARTS]

    def of_document(self, id: str) -> Iterator[int]:
        """The numbers of a document's passages, in its order."""
        first = bisect_left(self._order, (id, 0), key=self.place)
        return takewhile(lambda number: self.place(number)[0] == id, self._order[first:])

    def passage(self, number: int) -> Passage:
        """The passage itself."""
        start, lengths = self._header(number)
        start += lengths[0] + lengths[1]
        return passage_from_dict(json.loads(self._records[start : start + lengths[2]]))

    def candidate(self, number: int, score: float, name: int) -> Candidate:
        """The passage as a search gives it back, numbered `name` among those of the whole index."""
        end, lengths = self._header(number)
        parts = [self._records[end : (end := end + length)] for length in lengths[:_PARTS]]
        id, document_id, record, *words = parts
        known = Forward(*words, bool(lengths[-1]))  # type: ignore[call-arg, arg-type]  # as written
        return Candidate(id.decode(), document_id.decode(), score, known, record.decode(), number=name)

    def _header(self, number: int) -> tuple[int, tuple[int, ...]]:
        """Where the parts of the record start, and what `_HEADER` says."""
        start = self._ends[number - 1] if number else 0
        return start + _HEADER.size, _HEADER.unpack_from(self._records, start)

    def close(self) -> None:
        """Lets go of the file of records."""
        self._records.close()
