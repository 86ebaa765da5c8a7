"""BM25 written out in full, to check what an engine finds: every posting of every word, nothing skipped."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Clause = tuple[str, str, float]  # a field, a term that is looked for in it, and what a match counts

# Two scores this close are taken for a tie, relative to the higher: engines add a dozen float32, each with
# an error of 6e-8, in orders of their own.
TIE = 2e-6


def exact(lengths: Floats) -> Floats:
    return lengths


# The lengths that Whoosh knows: 3 % apart.
_WHOOSH = np.round((1.033 ** np.arange(256) - 1) * 27)


def whoosh_lengths(lengths: Floats) -> Floats:
    """As Whoosh keeps them in a byte: the next of those it knows, up to 106,374."""
    kept: Floats = _WHOOSH[np.searchsorted(_WHOOSH, lengths).clip(max=255)]
    return kept


def lucene_lengths(lengths: Floats) -> Floats:
    """As Lucene and tantivy keep them in a byte: exact below 40, then with four bits, cut off."""
    above = np.maximum(lengths - 24, 0)
    _, bits = np.frexp(above)
    step = 2.0 ** np.maximum(bits - 4, 0)
    kept: Floats = np.where(lengths < 24, lengths, 24 + above // step * step)
    return kept


@dataclass(frozen=True, slots=True)
class Bm25:
    """The formula of one engine; a constant factor that all its scores share is left out."""

    k1: float
    b: float
    idf: Callable[[int, int], float]  # of the number of passages, and of those that hold the term
    kept: Callable[[Floats], Floats] = exact  # lengths as the engine keeps them

    def saturation(self, times: Floats, lengths: Floats, average: float) -> Floats:
        """What a term counts for, times its idf, that stands so often in fields of these lengths."""
        found: Floats = times / (times + self.k1 * (1 - self.b + self.b * lengths / average))
        return found


def lucene_idf(passages: int, holding: int) -> float:
    """Of Lucene since release 6, tantivy and bm25s: always over zero."""
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


def sqlite_idf(passages: int, holding: int) -> float:
    """Of FTS5: Robertson's, and next to nothing for a word that every other passage holds."""
    return max(math.log((passages - holding + 0.5) / (holding + 0.5)), 1e-6)


def whoosh_idf(passages: int, holding: int) -> float:
    return math.log(passages / (holding + 1)) + 1


def xapian_idf(passages: int, holding: int) -> float:
    """Robertson's, bent below a ratio of 2 so that it never falls under zero."""
    ratio = (passages - holding + 0.5) / (holding + 0.5)
    return math.log(ratio if ratio >= 2 else ratio / 2 + 1)


class Postings:
    """Who holds which of the wanted terms how often; grows passage by passage, in the order of numbers."""

    def __init__(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Takes the fields and terms that will be looked for."""
        self._wanted: dict[str, set[str]] = defaultdict(set)
        for field, term in wanted:
            self._wanted[field].add(term)
        self._numbers: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._times: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._lengths: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.passages = 0

    def add(self, terms: Mapping[str, Sequence[str]]) -> None:
        """Takes the next passage: the terms of each of its fields."""
        for field, wanted in self._wanted.items():
            held = terms[field]
            self._lengths[field].append(len(held))
            for term, times in Counter(filter(wanted.__contains__, held)).items():
                self._numbers[field, term].append(self.passages)
                self._times[field, term].append(times)
        self.passages += 1

    def scores(self, clauses: Iterable[Clause], bm25: Bm25) -> Floats:
        """What every passage scores, in the order of numbers."""
        scores = np.zeros(self.passages)
        for field, term, weight in clauses:
            numbers = np.array(self._numbers.get((field, term), ()), np.intp)
            if not len(numbers):
                continue
            every = np.asarray(self._lengths[field])
            times = np.array(self._times[field, term], np.float64)
            lengths = bm25.kept(every[numbers].astype(np.float64))
            counted = bm25.saturation(times, lengths, float(every.mean()))
            scores[numbers] += weight * bm25.idf(self.passages, len(numbers)) * counted
        return scores


def agreement(found: Sequence[int], scores: Floats, limit: int) -> float:
    """The share of the best `limit` passages that was found; any of those that tie will do.

    1 where nothing scores and nothing was to be found.
    """
    best = min(limit, int(np.count_nonzero(scores)))
    if not best:
        return 1.0
    least = np.partition(scores, -best)[-best] * (1 - TIE)
    return float(sum(scores[number] >= least for number in set(found[:limit]))) / best
