"""BM25 with Lucene's idf, for one field at a time; the fields' scores are added, times their weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.index.fields import FIELD_WEIGHTS

Floats = NDArray[np.float64]

# Saturation and length normalisation of BM25. On SQuAD (tests/bench/RESULTS.md) MRR@10 is .800; .802
# with k1 .4, .792 with .9, .783 with 1.2; .795 with b .4 and .802 with .75, which costs two of the
# shared questions.
K1 = 0.6
B = 0.55

# Groups of passages of which only the best score is looked at at first: the ten best of 20,963 are found in
# 8 us with any number of them from 128 to 4,096; of a million in 112 with 1,024, in 62 with 4,096.
_GROUPS = 1024
_MANY_GROUPS = 4096
# Passages from which there are many groups, and only those that reach the floor are looked at further. With
# fewer, looking at all passages once more is quicker: 8 us against 11 over 20,963; 25 against 17 over
# 100,000.
_MANY = 50_000
# So many are sorted as they are: cutting them down first takes longer.
_SORTED = 1_000


def lucene_idf(passages: int, frequency: int) -> float:
    """Lucene's inverse document frequency; over zero for every frequency from 0 to `passages`.

    BM25Similarity: log(1 + (N - n + 0.5) / (n + 0.5)). Whoosh adds 1 to a logarithm instead, which
    flatters common words.
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class Constants:
    """What ranking hangs on; those in force unless others are given."""

    k1: float = K1
    b: float = B
    weights: Mapping[str, float] = field(default_factory=lambda: FIELD_WEIGHTS)  # of the fields


IN_FORCE = Constants()


def saturation(times: Floats, lengths: Floats, average: Floats, by: Constants = IN_FORCE) -> Floats:
    """What a term counts for, times its idf, that stands so often in fields of these lengths.

    tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)): Robertson and Zaragoza, "The Probabilistic
    Relevance Framework: BM25 and Beyond", 2009, eq. 3.15.
    """
    found: Floats = times * (by.k1 + 1) / (times + by.k1 * (1 - by.b + by.b * lengths / average))
    return found


def best(scores: NDArray[np.uint32], ranks: NDArray[np.unsignedinteger], limit: int) -> NDArray[np.intp]:
    """The places of the `limit` best scores over zero, best first, equal ones in the order of their ranks.

    The best of each group is a score that is reached, so at least `limit` passages reach the `limit`-th best
    of these, and only the groups that do are looked at further.
    """
    rows = len(scores) // _GROUPS
    if rows < 2 or limit > _GROUPS:
        reached = np.flatnonzero(scores)
    elif len(scores) < _MANY:
        highest = scores[: rows * _GROUPS].reshape(rows, _GROUPS).max(axis=0)
        reached = np.flatnonzero(scores >= _floor(highest, limit))
    else:
        reached = _reached_in_groups(scores, limit)
    found = scores[reached]
    if len(reached) > max(_SORTED, limit):
        good = np.flatnonzero(found >= np.partition(found, -limit)[-limit])
        reached, found = reached[good], found[good]
    return reached[np.lexsort((ranks[reached], ~found))[:limit]]


def _floor(highest: NDArray[np.uint32], limit: int) -> np.uint32:
    """The `limit`-th best of these, or the least that a score can be."""
    floor: np.uint32 = np.partition(highest, -limit)[-limit]
    return max(floor, np.uint32(1))


def _reached_in_groups(scores: NDArray[np.uint32], limit: int) -> NDArray[np.intp]:
    # A group is every 4,096th passage and not so many in a row: maxima are then taken of whole rows at once.
    rows = len(scores) // _MANY_GROUPS
    table, rest = scores[: rows * _MANY_GROUPS].reshape(rows, _MANY_GROUPS), scores[rows * _MANY_GROUPS :]
    highest = table.max(axis=0)
    floor = _floor(highest, limit)
    groups = np.flatnonzero(highest >= floor)
    row, group = np.nonzero(table[:, groups] >= floor)
    behind = rows * _MANY_GROUPS + np.flatnonzero(rest >= floor)
    return np.concatenate([row * _MANY_GROUPS + groups[group], behind])
