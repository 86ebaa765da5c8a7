"""The postings of one segment as flat arrays in files, written once, memory-mapped to be read.

A posting is the number of a passage and a shape: how often the term stands in a field of that passage, and
how long the field is. There are a few thousand shapes to millions of postings, so what a match counts is
looked up in a small table. The table is made when an index is opened, because the average lengths in it
are those of the whole index: the files of a segment stay as they are when another joins it.

Terms lie in the order of their CRC-32 and are found by bisection, and compared, because two may share one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.index.fields import FIELD_WEIGHTS

UInts = NDArray[np.unsignedinteger]

# A term, the passages that hold it, ascending, and how often each does.
Posted = tuple[str, Iterable[int], Iterable[float]]

NO_POSTINGS = slice(0, 0)

_FIELDS = {field: bytes([number]) for number, field in enumerate(FIELD_WEIGHTS)}


def write_postings(
    folder: Path,
    posted: Mapping[str, Iterable[Posted]],
    lengths: Mapping[str, Sequence[int]],
    total_lengths: Mapping[str, int],
) -> None:
    """Writes the postings of each field into `folder`; `lengths` are those of the field in each passage."""
    texts: list[bytes] = []
    counts = array("I")
    numbers: list[UInts] = []
    shapes: list[NDArray[np.integer]] = []
    kinds: list[UInts] = []
    for field, terms in posted.items():
        passages, times = array("I"), array("I")
        for term, holding, weights in terms:
            before = len(passages)
            passages.extend(holding)
            times.extend(map(int, weights))
            counts.append(len(passages) - before)
            texts.append(_key(field, term))
        numbers.append(np.array(passages, np.uint32))
        long = np.array(lengths[field], np.uint64)[numbers[-1]]
        kind, shape = np.unique(np.array(times, np.uint64) << 32 | long, return_inverse=True)
        shapes.append(shape + sum(len(others) for others in kinds))
        kinds.append(np.stack([np.full(len(kind), _FIELDS[field][0]), kind >> 32, kind & 0xFFFFFFFF], axis=1))
    hashes = np.array([crc32(text) for text in texts], np.uint32)
    order = np.argsort(hashes, kind="stable")
    held = np.array(counts, np.uint32)
    ordered = [texts[place] for place in order]
    table = np.concatenate(kinds).astype(np.uint32)
    arrays = {
        "numbers": np.concatenate(numbers),
        "shapes": np.concatenate(shapes).astype(np.min_scalar_type(len(table))),
        "kinds": table,
        "hashes": hashes[order],
        "starts": (np.cumsum(held, dtype=np.uint64) - held)[order],
        "counts": held[order],
        "texts": np.frombuffer(b"".join(ordered), np.uint8),
        "total_lengths": np.array([total_lengths[field] for field in FIELD_WEIGHTS], np.uint64),
        "text_ends": np.cumsum([0, *map(len, ordered)], dtype=np.uint64),
    }
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)


def _key(field: str, term: str) -> bytes:
    return _FIELDS[field] + term.encode()


def load(path: Path) -> UInts:
    """The array in a file, mapped into memory and read only where it is looked at."""
    # A plain view: slices of numpy's memmap take five times as long, and a search makes dozens.
    return np.load(path, mmap_mode="r").view(np.ndarray)  # type: ignore[no-any-return]  # numpy's load


class Postings:
    """The postings that were written into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.numbers = load(folder / "numbers.npy")
        self.shapes = load(folder / "shapes.npy")
        # Of each shape: the place of its field in FIELD_WEIGHTS, how often the term stands there, the length.
        self.fields, self.times, self.lengths = load(folder / "kinds.npy").T
        totals = load(folder / "total_lengths.npy").tolist()
        self.total_lengths = dict(zip(FIELD_WEIGHTS, totals, strict=True))  # of all passages, in terms
        # One value of a memoryview is had in a third of the time of one of an array.
        self._hashes = load(folder / "hashes.npy").data
        self._starts = load(folder / "starts.npy").data
        self._counts = load(folder / "counts.npy").data
        self._texts = load(folder / "texts.npy").data
        self._ends = load(folder / "text_ends.npy").data

    def find(self, field: str, term: str) -> slice:
        """Where the term's postings lie in `numbers` and `shapes`; an empty slice where there are none."""
        key = _key(field, term)
        hashed = crc32(key)
        place = bisect_left(self._hashes, hashed)
        while place < len(self._hashes) and self._hashes[place] == hashed:
            if self._texts[self._ends[place] : self._ends[place + 1]] == key:
                start = self._starts[place]
                return slice(start, start + self._counts[place])
            place += 1
        return NO_POSTINGS

    def counts(self, field: str) -> Iterator[tuple[str, int]]:
        """Every term of the field with the number of passages that hold it."""
        texts, first = bytes(self._texts), _FIELDS[field][0]
        for place, count in enumerate(self._counts):
            start = self._ends[place]
            if texts[start] == first:
                yield texts[start + 1 : self._ends[place + 1]].decode(), count
