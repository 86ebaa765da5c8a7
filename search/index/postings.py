"""The postings of one segment as flat arrays in files, written once, memory-mapped to be read.

A term of a question is looked up in three lists: by its stem, by its exact form, by its acronym. The list of
a stem has the postings of the body, then of the headings, then of the title, so that one slice of `numbers`
has them all. A posting is the number of a passage and a shape: the field, how often the term stands in that
field of that passage, and how long the field is. There are a few thousand shapes to millions of postings, so
what a posting counts is looked up in a small table when an index is published (`impacts.py`): the files of a
segment stay as they are when another joins it.

Lists lie in the order of their CRC-32, whose high bits name a bucket of one or two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.index.arrays import load, save, written
from search.index.fields import FIELD_WEIGHTS
from search.index.inverted import Inverted

UInts = NDArray[np.unsignedinteger]
Ints = NDArray[np.integer]

# What a term is looked up by, and the fields whose postings are in the list.
LISTS: Mapping[str, tuple[str, ...]] = {
    "stem": ("body", "headings", "title"),
    "exact": ("exact",),
    "acronym": ("acronyms",),
}
# Where each field stands in which list.
PLACES = {field: (kind, column) for kind, fields in LISTS.items() for column, field in enumerate(fields)}
COLUMNS = max(map(len, LISTS.values()))

NO_POSTINGS = slice(0, 0)

# Postings that are worked on at a time when files are written: some 50 MB.
CHUNK = 1 << 20

_FIELDS = tuple(FIELD_WEIGHTS)
_PREFIXES = {kind: b"%d" % number for number, kind in enumerate(LISTS)}
_END = b"\n"  # of a key among the others; no term holds one
_HASH_BITS = 32


def write_postings(folder: Path, inverted: Mapping[str, Inverted]) -> None:
    """Writes the postings of each field, by its name, into `folder`."""
    keys, counts, sources, fields = _lists(inverted)
    hashes = np.fromiter(map(crc32, keys), np.uint32, len(keys))
    order = np.argsort(hashes, kind="stable")
    counts, sources, fields = counts[order], sources[order], fields[order]
    texts = [keys[place] for place in order.tolist()]
    bits = max(len(keys).bit_length() - 1, 1)
    firsts = np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(_HASH_BITS - bits)
    shapes = _Shapes(inverted)
    bounds = np.concatenate([[0], np.cumsum(counts.ravel())])
    key_ends = np.cumsum([0, *map(len, texts)])
    arrays = {
        "bounds": bounds.astype(np.min_scalar_type(bounds[-1])),
        "kinds": shapes.kinds,
        "buckets": np.searchsorted(hashes[order].astype(np.uint64), firsts).astype(np.uint32),
        "keys": np.frombuffer(b"".join(texts), np.uint8),
        "key_starts": key_ends[:-1].astype(np.min_scalar_type(key_ends[-1])),
        "totals": np.array(
            [len(inverted["body"].lengths), *(inverted[field].total_length for field in _FIELDS)], np.int64
        ),
    }
    for name, values in arrays.items():
        save(folder / f"{name}.npy", values)
    with (
        written(folder / "numbers.npy", np.uint32, bounds[-1]) as numbers_file,
        written(folder / "shapes.npy", shapes.dtype, bounds[-1]) as shapes_file,
    ):
        for first, last in chunks(bounds[::COLUMNS]):
            where = slice(first, last)
            length = bounds[last * COLUMNS] - bounds[first * COLUMNS]
            numbers, shaped = np.empty(length, np.uint32), np.empty(length, shapes.dtype)
            starts = (bounds[first * COLUMNS : last * COLUMNS] - bounds[first * COLUMNS]).reshape(-1, COLUMNS)
            for number, field in enumerate(_FIELDS):
                own = fields[where] == number
                taken = _ranges(sources[where][own], counts[where][own])
                put = _ranges(starts[own], counts[where][own])
                numbers[put] = inverted[field].numbers[taken]
                shaped[put] = shapes.of(field, taken)
            numbers_file.write(numbers.data)
            shapes_file.write(shaped.data)


def _lists(inverted: Mapping[str, Inverted]) -> tuple[list[bytes], Ints, Ints, Ints]:
    """The key of each list; for each of its columns how many postings there are, where, of which field."""
    keys: list[bytes] = []
    tables: list[tuple[Ints, Ints, Ints]] = []
    for kind, fields in LISTS.items():
        found = dict.fromkeys(chain.from_iterable(inverted[field].terms for field in fields))
        rows = {term: row for row, term in enumerate(found)}
        keys.extend(_key(kind, term) for term in found)
        counts, sources, of = (np.zeros((len(rows), COLUMNS), np.int64) for _ in range(3))
        of[:] = -1
        for column, field in enumerate(fields):
            own = np.fromiter((rows[term] for term in inverted[field].terms), np.intp)
            ends = inverted[field].ends.astype(np.int64)
            counts[own, column] = np.diff(ends, prepend=0)
            sources[own, column] = ends - counts[own, column]
            of[:, column] = _FIELDS.index(field)
        tables.append((counts, sources, of))
    counts, sources, of = (np.concatenate(each) for each in zip(*tables, strict=True))
    return keys, counts, sources, of


class _Shapes:
    """The shapes that the postings have, numbered."""

    def __init__(self, inverted: Mapping[str, Inverted]) -> None:
        self._inverted = inverted
        self._codes: dict[str, Ints] = {}  # of each field's length in each passage: its place in `lengths`
        self._numbers: dict[
            str, UInts
        ] = {}  # of the shapes by times and code, a row for each number of times
        kinds: list[UInts] = []
        count = 0
        for number, field in enumerate(_FIELDS):
            own = inverted[field]
            lengths, codes = np.unique(own.lengths, return_inverse=True)
            self._codes[field] = codes.astype(np.min_scalar_type(max(len(lengths) - 1, 0)))
            occurs = np.zeros((int(own.times.max(initial=0)) + 1, len(lengths)), np.bool_)
            for start in range(0, len(own.numbers), CHUNK):
                part = slice(start, start + CHUNK)
                occurs[own.times[part], self._codes[field][own.numbers[part]]] = True
            times, places = np.nonzero(occurs)
            self._numbers[field] = np.zeros(occurs.shape, np.uint32)
            self._numbers[field][times, places] = count + np.arange(len(times))
            count += len(times)
            kinds.append(np.stack([np.full(len(times), number), times, lengths[places]], axis=1))
        self.kinds = np.concatenate(kinds).astype(np.uint32)
        self.dtype = np.min_scalar_type(max(count - 1, 0))

    def of(self, field: str, places: Ints) -> UInts:
        """The shapes of those of the field's postings."""
        own = self._inverted[field]
        numbers: UInts = self._numbers[field][own.times[places], self._codes[field][own.numbers[places]]]
        return numbers


def _ranges(starts: Ints, counts: Ints) -> Ints:
    """The whole numbers from each start on, so many of them, one range after the other."""
    ends = np.cumsum(counts)
    ranges: Ints = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return ranges


def chunks(bounds: Ints) -> Iterator[tuple[int, int]]:
    """Runs of whole lists with about `CHUNK` postings; `bounds` is where each begins, and the end of all."""
    bounds = bounds.astype(np.int64)
    first = 0
    while first < len(bounds) - 1:
        last = max(int(np.searchsorted(bounds, int(bounds[first]) + CHUNK, side="right")) - 1, first + 1)
        yield first, last
        first = last


def _key(kind: str, term: str) -> bytes:
    return _PREFIXES[kind] + term.encode() + _END


class Postings:
    """The postings that were written into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.numbers = load(folder / "numbers.npy")
        self.shapes = load(folder / "shapes.npy")
        # Of each shape: the place of its field in FIELD_WEIGHTS, how often the term stands there, the length.
        self.kinds = load(folder / "kinds.npy")
        # Where each column of each list begins in `numbers`, and the end of all.
        self.bounds = load(folder / "bounds.npy")
        totals = np.load(folder / "totals.npy").tolist()
        self.passages: int = totals[0]
        self.lengths: Mapping[str, int] = dict(zip(_FIELDS, totals[1:], strict=True))
        # One value of a memoryview is had in a third of the time of one of an array.
        self._bounds = self.bounds.data
        self._buckets = load(folder / "buckets.npy").data
        self._starts = load(folder / "key_starts.npy").data
        # In memory, 1 MB to 100,000 keys: bytes are compared in a fifth of the time of a memoryview.
        self._keys = load(folder / "keys.npy").tobytes()
        self._shift = _HASH_BITS - (len(self._buckets) - 1).bit_length() + 1

    def find(self, kind: str, term: str) -> int | None:
        """The number of the term's list of that kind; None where there is none."""
        key = _PREFIXES[kind] + term.encode() + _END
        bucket = crc32(key) >> self._shift
        number, beyond = self._buckets[bucket], self._buckets[bucket + 1]
        while number < beyond:
            if self._keys.startswith(key, self._starts[number]):
                return number
            number += 1
        return None

    def range(self, kind: str, term: str) -> tuple[int, int]:
        """Where the postings of the list begin and end in `numbers`; the same where there are none."""
        number = self.find(kind, term)
        if number is None:
            return 0, 0
        place = COLUMNS * number
        return self._bounds[place], self._bounds[place + COLUMNS]

    def of_field(self, field: str, term: str) -> slice:
        """Where the postings of the term in that field lie; an empty slice where there are none."""
        kind, column = PLACES[field]
        number = self.find(kind, term)
        if number is None:
            return NO_POSTINGS
        place = COLUMNS * number + column
        return slice(self._bounds[place], self._bounds[place + 1])

    def sizes(self) -> Ints:
        """For each list how many postings are in each of its columns."""
        sizes: Ints = np.diff(self.bounds.astype(np.int64)).reshape(-1, COLUMNS).astype(np.int64)
        return sizes

    def lists(self) -> Iterator[tuple[str, str]]:
        """The kind and the term of every list, in the order of their numbers."""
        kinds = tuple(LISTS)
        for key in self._keys.decode().split(_END.decode())[:-1]:
            yield kinds[int(key[0])], key[1:]

    def counts(self, field: str) -> Iterator[tuple[str, int]]:
        """Every term of the field with the number of passages that hold it."""
        kind, column = PLACES[field]
        held = self.sizes()[:, column].tolist()
        for (own, term), count in zip(self.lists(), held, strict=True):
            if own == kind and count:
                yield term, count
