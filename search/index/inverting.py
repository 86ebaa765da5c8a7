"""From the terms of each passage to the postings of each term, in memory that does not grow with the index.

Chunks of passages are packed one by one, where they were analysed; `Inverter` takes them in the order of the
passages and keeps their postings in files until all are there. Then it is known where the postings of each
term will lie, and they are put there, chunk by chunk.
"""

from __future__ import annotations

import itertools
import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from search.index.arrays import load, mapped, save
from search.index.fields import FIELD_WEIGHTS
from search.index.inverted import Inverted

_WORDS = "words.json"

_MOST_TIMES = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class Packed:
    """The postings of one field of a chunk of passages."""

    terms: Sequence[str]  # in the order of their first occurrence
    counts: NDArray[np.uint32]  # of each term's postings, which follow one another
    numbers: NDArray[np.uint32]  # of the passages, from 0 in each chunk, ascending within a term
    times: NDArray[np.uint16]  # how often the term stands in the field of that passage, 65,535 at the most
    lengths: NDArray[np.uint32]  # of the field in every passage, in terms


def pack(passages: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, Packed]:
    """The postings of each field of a chunk of passages, given by the terms that stand in each field."""
    places: dict[str, defaultdict[str, int]] = {}  # of each field's terms, by their first occurrence
    for field in FIELD_WEIGHTS:
        places[field] = defaultdict(itertools.count().__next__)
    occurrences = {field: array("I") for field in FIELD_WEIGHTS}
    lengths = {field: array("I") for field in FIELD_WEIGHTS}
    for terms in passages:
        for field in FIELD_WEIGHTS:
            occurrences[field].extend(map(places[field].__getitem__, terms[field]))
            lengths[field].append(len(terms[field]))
    return {
        field: _packed(list(places[field]), occurrences[field], np.array(lengths[field], np.uint32))
        for field in FIELD_WEIGHTS
    }


def _packed(terms: Sequence[str], occurrences: array[int], lengths: NDArray[np.uint32]) -> Packed:
    passages = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    postings = np.array(occurrences, np.uint64) << 32 | passages
    postings, times = np.unique(postings, return_counts=True)
    return Packed(
        terms,
        np.bincount((postings >> 32).astype(np.intp), minlength=len(terms)).astype(np.uint32),
        postings.astype(np.uint32),
        np.minimum(times, _MOST_TIMES).astype(np.uint16),
        lengths,
    )


class Inverter:
    """Brings the packed chunks of a segment together, given in the order of its passages.

    The files lie in `folder`, which has to be there and is the caller's to delete. Lengths are rounded up to
    those in `steps`, ascending, and to the last where they are longer.
    """

    def __init__(self, folder: Path, steps: NDArray[np.uint32]) -> None:
        self._folder = folder
        self._fields = {field: _Field(folder / field, steps) for field in FIELD_WEIGHTS}

    def add(self, packed: Mapping[str, Packed]) -> None:
        """Takes the next chunk."""
        for field, own in self._fields.items():
            own.add(packed[field])

    def write(self) -> None:
        """Writes what `read_inverted` reads; to be called once, at the end."""
        for own in self._fields.values():
            own.write()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for own in self._fields.values():
            own.close()


def read_inverted(folder: Path) -> Mapping[str, Inverted]:
    """The postings of each field that the `Inverter` of that folder wrote, in any process.

    Arrays are mapped from files. A field is read anew each time that it is asked for, so whoever goes from
    one to the next has one in memory: of a million passages the two large ones take 340 MB each.
    """
    return _Fields(folder)


class _Fields(Mapping[str, Inverted]):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, field: str) -> Inverted:
        if field not in FIELD_WEIGHTS:
            raise KeyError(field)
        return _read(self._folder / field)

    def __iter__(self) -> Iterator[str]:
        return iter(FIELD_WEIGHTS)

    def __len__(self) -> int:
        return len(FIELD_WEIGHTS)


def _read(folder: Path) -> Inverted:
    arrays: dict[str, Any] = {
        name: load(folder / f"{name}.npy") for name in ("ends", "numbers", "times", "lengths")
    }
    return Inverted(**json.loads((folder / _WORDS).read_bytes()), **arrays)


class _Field:
    """One field of the passages; its files lie in `folder`, which is made."""

    def __init__(self, folder: Path, steps: NDArray[np.uint32]) -> None:
        folder.mkdir()
        self._folder = folder
        self._steps = steps
        self._spill = (folder / "spill").open("w+b")
        self._spilled: list[tuple[int, int, int]] = []  # of each chunk: passages before it, terms, postings
        # Of each term, by its first occurrence.
        self._places: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self._counts = np.zeros(0, np.uint64)  # of the postings of each term
        self._lengths: list[NDArray[np.uint32]] = []
        self._passages = 0
        self._total_length = 0

    def add(self, packed: Packed) -> None:
        places = np.fromiter(map(self._places.__getitem__, packed.terms), np.uint32, len(packed.terms))
        new = len(self._places) - len(self._counts)
        self._counts = np.concatenate([self._counts, np.zeros(new, np.uint64)])
        self._counts[places] += packed.counts
        for values in (places, packed.counts, packed.numbers, packed.times):
            self._spill.write(values.tobytes())
        self._spilled.append((self._passages, len(places), len(packed.numbers)))
        self._passages += len(packed.lengths)
        self._total_length += int(packed.lengths.sum())
        rounded = self._steps.searchsorted(packed.lengths).clip(max=len(self._steps) - 1)
        self._lengths.append(self._steps[rounded])

    def write(self) -> None:
        """Writes what `_read` reads."""
        terms = sorted(self._places)  # as code points are ordered, so are their UTF-8 bytes
        order = np.fromiter(map(self._places.__getitem__, terms), np.intp, len(terms))
        self._places.clear()
        ends = np.cumsum(self._counts[order], dtype=np.uint64)
        free = np.empty(len(terms), np.uint64)  # where the next posting of each term goes
        free[order] = ends - self._counts[order]
        total = int(ends[-1]) if terms else 0
        numbers = mapped(self._folder / "numbers.npy", np.uint32, total)
        times = mapped(self._folder / "times.npy", np.uint16, total)
        for places, counts, own_numbers, own_times in self._chunks():
            before = np.cumsum(counts, dtype=np.uint64) - counts
            there = np.repeat(free[places] - before, counts) + np.arange(len(own_times), dtype=np.uint64)
            numbers[there] = own_numbers
            times[there] = own_times
            free[places] += counts
        save(self._folder / "ends.npy", ends)
        save(self._folder / "lengths.npy", np.concatenate([np.empty(0, np.uint32), *self._lengths]))
        words = {"terms": terms, "total_length": self._total_length}
        (self._folder / _WORDS).write_text(json.dumps(words), encoding="utf-8")

    def close(self) -> None:
        """Lets go of the file of chunks."""
        self._spill.close()

    def _chunks(self) -> Iterator[tuple[NDArray[np.unsignedinteger], ...]]:
        """Of each chunk the places of its terms, their counts, and the numbers and times of its postings."""
        with self._spill as file:
            file.seek(0)
            for passages_before, terms, postings in self._spilled:
                places, counts = (np.fromfile(file, np.uint32, terms) for _ in range(2))
                numbers = np.fromfile(file, np.uint32, postings) + np.uint32(passages_before)
                yield places, counts, numbers, np.fromfile(file, np.uint16, postings)
