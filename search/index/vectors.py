"""The vectors of a generation, searched.

A question's vector is rounded to whole numbers too, small enough for every sum of products to be exact in
a float32. So closeness depends neither on the order in which a processor adds nor on where in which
segment a passage stands: equal vectors are equally close, and an updated index is the one written anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.index.vector_files import LARGEST, Floats, Numbers, Row, Segment, codes, open_segments

# Up to so many passages every one is scored, in 1.0 ms for 21,000 and 5 for 100,000 (16 for 300,000); by
# tests/bench/vectors.py, as what follows.
EXACT_PASSAGES = 100_000

# Of more, only so many are. Of the 50 nearest .999 are then found among 100,000 passages (in 1.5 ms) and
# among 300,000 (2.9), .997 among a million (5.8); .972, .959 and .946 with 1,000.
COARSE = 8_000

# Passages are picked out when at most this share may be found: picking takes longer than scoring.
_FEW = 0.5

# Passages scored at a time: 3 MB at 384 dimensions. A quarter as many take a third longer, four times as
# many a tenth less.
_SCORED_AT_ONCE = 2_048

# Passages whose signs are compared at a time; a quarter as many take a tenth longer.
_COMPARED_AT_ONCE = 65_536

_EXACT_IN_FLOAT32 = 2**24

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """How close a question is to some passages and to their sentences: dot products of the vectors."""

    passages: Floats
    sentences: Floats  # of all the passages, one passage after another
    offsets: Numbers  # those of the i-th passage are sentences[offsets[i]:offsets[i + 1]]


def open_vectors(folder: Path) -> Vectors | None:
    """The vectors in the folder of a generation; None where there are none that this version can read.

    Raises IndexDamaged when they are not whole.
    """
    found = open_segments(folder)
    return Vectors(*found) if found else None


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a generation, open for reading by any number of threads.

    A passage's number is its place in the first segment; in the second, that plus the first's length.
    """

    model: str  # the encoder's: only vectors of the same model can be compared
    dimensions: int
    segments: tuple[Segment, ...]

    def __len__(self) -> int:
        """How many passages have vectors, those included that the generation has withdrawn."""
        return sum(len(segment.keys) for segment in self.segments)

    def nearest(self, vector: Floats, limit: int, allowed: Mask | None = None) -> tuple[Numbers, Floats]:
        """Numbers of the closest passages, best first and equal ones by number, and their closeness.

        `allowed` says of each passage whether it may be found. Where more than EXACT_PASSAGES may, one
        that is not among the COARSE whose signs agree most with the question's is missed.
        """
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        limit = min(limit, count)
        if limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        numbers: Numbers | None = None
        if count > EXACT_PASSAGES:
            numbers = self._alike(vector, min(max(COARSE, limit), count), allowed)
        elif allowed is not None and count <= len(self) * _FEW:
            numbers = np.flatnonzero(allowed)
        scores = self._scores(_Question.of(vector), numbers)
        if numbers is None and allowed is not None:
            scores[~allowed] = -np.inf
        best = _best(scores, limit)
        return best if numbers is None else numbers[best], scores[best]

    def closeness(self, vector: Floats, numbers: Numbers) -> Closeness:
        """How close the question is to each of the passages with these numbers, and to their sentences."""
        question = _Question.of(vector)
        split = [(segment, inside, *segment.spans(own)) for segment, inside, own in self._split(numbers)]
        counts = np.zeros(len(numbers), np.int64)
        for _, inside, _, own in split:
            counts[inside] = own
        offsets = np.concatenate([[0], np.cumsum(counts)])
        sentences = np.empty(offsets[-1], np.float32)
        for segment, inside, starts, own in split:
            places = _runs(starts, own)
            products = question.products(segment.sentences, segment.sentence_scales, places)
            sentences[_runs(offsets[:-1][inside], own)] = products
        return Closeness(self._scores(question, numbers), sentences, offsets)

    def find(self, keys: NDArray[np.uint8]) -> Numbers:
        """The number of a passage for each key, a row each; -1 where no passage has it."""
        heads, numbers = self._by_key
        found = np.full(len(keys), -1)
        if len(numbers):
            likely = numbers[np.minimum(np.searchsorted(heads, _heads(keys)), len(numbers) - 1)]
            for segment, inside, own in self._split(likely):
                found[inside] = np.where((segment.keys[own] == keys[inside]).all(1), likely[inside], -1)
        return found

    def row(self, number: int) -> Row:
        """The vectors of a passage, as they were written."""
        ((segment, _, own),) = (part for part in self._split(np.array([number])) if part[1].any())
        (start,), (count,) = segment.spans(own)
        values = [segment.passages[own], segment.sentences[start : start + count]]
        scales = [segment.passage_scales[own], segment.sentence_scales[start : start + count]]
        return Row(segment.keys[own].tobytes(), np.concatenate(values), np.concatenate(scales))

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.uint64], Numbers]:
        """The first halves of all keys in order, and the numbers of their passages."""
        heads = np.concatenate([_heads(segment.keys) for segment in self.segments])
        order = np.argsort(heads, kind="stable")
        return heads[order], order

    def _split(self, numbers: Numbers) -> Iterator[tuple[Segment, Mask, Numbers]]:
        """Each segment, which of the numbers are in it, and these as it counts them."""
        start = 0
        for segment in self.segments:
            end = start + len(segment.keys)
            inside = (numbers >= start) & (numbers < end)
            yield segment, inside, numbers[inside] - start
            start = end

    def _scores(self, question: _Question, numbers: Numbers | None) -> Floats:
        """The closeness of the passages with these numbers; of all for None."""
        if numbers is None:
            return np.concatenate([question.products(s.passages, s.passage_scales) for s in self.segments])
        scores = np.empty(len(numbers), np.float32)
        for segment, inside, own in self._split(numbers):
            scores[inside] = question.products(segment.passages, segment.passage_scales, own)
        return scores

    def _alike(self, vector: Floats, count: int, allowed: Mask | None) -> Numbers:
        """The numbers, in order, of the passages whose signs agree most with the question's."""
        code = codes(vector[None])[:, 0]
        differing = np.concatenate([_differing(segment.codes, code) for segment in self.segments])
        if allowed is not None:
            differing[~allowed] = np.iinfo(np.uint16).max
        most = np.partition(differing, count - 1)[count - 1]
        fewer, as_many = np.flatnonzero(differing < most), np.flatnonzero(differing == most)
        return np.sort(np.concatenate([fewer, as_many[: count - len(fewer)]]))


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    values: Floats  # whole numbers
    scale: np.float32

    @classmethod
    def of(cls, vector: Floats) -> _Question:
        """The vector in whole numbers as large as leaves every sum of products with a row exact.

        A sum, or a part of one, is at most the product of the two lengths (Cauchy and Schwarz), and
        rounding adds at most half the root of the dimensions to one of them.
        """
        root = len(vector) ** 0.5
        longest = _EXACT_IN_FLOAT32 / (LARGEST * root) - root / 2
        factor = longest / (float(np.linalg.norm(vector)) or 1.0)
        return cls(np.rint(vector * factor).astype(np.float32), np.float32(1 / factor))

    def products(self, values: NDArray[np.int8], scales: Floats, rows: Numbers | None = None) -> Floats:
        """The dot products with the vectors in these rows; with all for None."""
        sums = np.empty(len(values) if rows is None else len(rows), np.float32)
        for start in range(0, len(sums), _SCORED_AT_ONCE):
            some = slice(start, start + _SCORED_AT_ONCE)
            sums[some] = values[some if rows is None else rows[some]].astype(np.float32) @ self.values
        sums *= scales if rows is None else scales[rows]
        sums *= self.scale
        return sums


def _best(scores: Floats, limit: int) -> Numbers:
    """Places of the `limit` highest scores, the highest first and equal ones in order."""
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")[:limit]]


def _runs(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers from each start on, as many as its count."""
    return np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)


def _heads(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first half of each key, which all but tells it from the others."""
    return np.ascontiguousarray(keys[:, :8]).view(np.uint64)[:, 0]


def _differing(codes: NDArray[np.uint64], code: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """In how many bits each code differs from the one."""
    differing = np.zeros(codes.shape[1], np.uint16)
    for start in range(0, len(differing), _COMPARED_AT_ONCE):
        some = slice(start, start + _COMPARED_AT_ONCE)
        for word, own in zip(codes, code, strict=True):
            differing[some] += np.bitwise_count(word[some] ^ own)
    return differing
