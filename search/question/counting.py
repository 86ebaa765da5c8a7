"""In how many passages and documents each of many runs of words stands, all counted in one go over arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.index.mined import UInts, Words
from search.question.findings import PASSAGE_END

Numbers = tuple[int, ...]
_Ints = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

# Runs of words are looked up by a hash of 64 bits (an odd multiplier from Knuth's generator MMIX), of which
# so many bits first ask a table that tells most of them to be none that is sought.
_MULTIPLIER = np.uint64(6364136223846793005)
_TABLE_BITS = np.uint64(20)


@dataclass(frozen=True, slots=True)
class Count:
    """In how many passages and documents something stands, from when to when."""

    passages: int
    documents: int
    first: str | None
    last: str | None


def counted(batches: Iterable[Words], sought: Sequence[Iterable[Numbers]]) -> list[Count]:
    """For each of the sought, which may be spelled in several ways, what it counts for in all documents."""
    lookup = _Lookup(sought)
    passages, documents = np.zeros(len(sought), np.int64), np.zeros(len(sought), np.int64)
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    for batch in batches:
        numbers, starts = lookup.found(batch.numbers)
        passage_ends = np.flatnonzero(batch.numbers == PASSAGE_END)
        numbers, places = _once(numbers, np.searchsorted(passage_ends, starts))
        passages += np.bincount(numbers, minlength=len(sought))
        numbers, places = _once(numbers, np.searchsorted(batch.ends, passage_ends[places], side="right"))
        documents += np.bincount(numbers, minlength=len(sought))
        for number, dates in _by_number(numbers, places, batch.dates):
            first[number] = min(first.get(number, dates[0]), dates[0])
            last[number] = max(last.get(number, dates[1]), dates[1])
    return [
        Count(int(passages[number]), int(documents[number]), first.get(number), last.get(number))
        for number in range(len(sought))
    ]


def _once(numbers: _Ints, places: _Ints) -> tuple[_Ints, _Ints]:
    """Each pair of the two once, in their order."""
    size = int(places.max(initial=0)) + 1
    pairs = np.unique(numbers * size + places)
    return pairs // size, pairs % size


def _by_number(
    numbers: _Ints, documents: _Ints, dates: Sequence[str | None]
) -> Iterable[tuple[int, tuple[str, str]]]:
    """The earliest and the latest date of each number's documents, if any has one; `numbers` ascend."""
    days = sorted({date for date in dates if date is not None})
    rank = {date: number for number, date in enumerate(days)}
    ranks = np.array([-1 if date is None else rank[date] for date in dates], np.int64)[documents]
    numbers, ranks = numbers[ranks >= 0], ranks[ranks >= 0]
    found, starts = np.unique(numbers, return_index=True)
    if len(found):
        earliest, latest = np.minimum.reduceat(ranks, starts), np.maximum.reduceat(ranks, starts)
        for number, a, b in zip(found.tolist(), earliest.tolist(), latest.tolist(), strict=True):
            yield number, (days[a], days[b])


class _Lookup:
    """Finds where the sought stand."""

    def __init__(self, sought: Sequence[Iterable[Numbers]]) -> None:
        wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)  # by length hashes and numbers
        begun: list[int] = []
        for number, spellings in enumerate(sought):
            for words in filter(None, spellings):
                hashes = _hashes(np.array(words, np.uint64))
                wanted[len(words)].append((hashes[-1], number))
                begun.append(hashes[min(len(words), 2) - 1])
        self._wanted = {
            length: _Keys.of([hash for hash, _ in pairs], [number for _, number in pairs])
            for length, pairs in wanted.items()
        }
        self._begun = np.zeros(1 << int(_TABLE_BITS), bool)
        self._begun[_top(np.array(begun, np.uint64))] = True

    def found(self, words: UInts) -> tuple[_Ints, _Ints]:
        """The number of what is sought and the place where it starts, for each time that it stands there."""
        long = words.astype(np.uint64)
        alone = np.flatnonzero(self._begun[_top(long)])
        found = [self._found(1, long[alone], alone)]
        hashes = long[:-1] * _MULTIPLIER + long[1:]
        starts = np.flatnonzero(self._begun[_top(hashes)])
        hashes = hashes[starts]
        found.append(self._found(2, hashes, starts))
        for length in range(3, max(self._wanted, default=0) + 1):
            fits = starts + length <= len(long)
            starts, hashes = starts[fits], hashes[fits]
            hashes = hashes * _MULTIPLIER + long[starts + length - 1]
            found.append(self._found(length, hashes, starts))
        numbers, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return numbers, places

    def _found(self, length: int, hashes: _Hashes, starts: _Ints) -> tuple[_Ints, _Ints]:
        keys = self._wanted.get(length)
        return keys.found(hashes, starts) if keys else (np.zeros(0, np.int64), np.zeros(0, np.int64))


def _hashes(words: _Hashes) -> list[int]:
    """The hashes of the first word, the first two, and so on."""
    hashes = [words[0]]
    for word in words[1:]:
        hashes.append((np.array([hashes[-1]]) * _MULTIPLIER + word)[0])
    return [int(each) for each in hashes]


def _top(hashes: _Hashes) -> _Hashes:
    """The bits that the table has, mixed: a word alone is a number of 32 bits."""
    return hashes * _MULTIPLIER >> np.uint64(64 - int(_TABLE_BITS))


@dataclass(frozen=True, slots=True)
class _Keys:
    """Hashes in order, each with the numbers of what is sought under it."""

    hashes: _Hashes
    starts: _Ints  # of each one's numbers
    counts: _Ints
    numbers: _Ints

    @classmethod
    def of(cls, hashes: Sequence[int], numbers: Sequence[int]) -> _Keys:
        order = np.argsort(np.array(hashes, np.uint64), kind="stable")
        keys, starts, counts = np.unique(
            np.array(hashes, np.uint64)[order], return_index=True, return_counts=True
        )
        return cls(keys, starts, counts, np.array(numbers, np.int64)[order])

    def found(self, hashes: _Hashes, starts: _Ints) -> tuple[_Ints, _Ints]:
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        is_there = self.hashes[at] == hashes
        at, starts = at[is_there], starts[is_there]
        times = self.counts[at]
        within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        return self.numbers[np.repeat(self.starts[at], times) + within], np.repeat(starts, times)
