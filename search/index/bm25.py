"""BM25 with Lucene's idf, for one field at a time; the fields' scores are added, times their weights."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Saturation and length normalisation of BM25. On SQuAD (tests/bench/RESULTS.md) MRR@10 is .796; .800
# with k1 .4, .788 with .9, .781 with 1.2; .791 with b .4 and .796 with .75, which costs two of the
# shared questions.
K1 = 0.6
B = 0.55

# Groups of passages of which only the best score is looked at at first.
_GROUPS = 1024


def lucene_idf(passages: int, frequency: int) -> float:
    """Lucene's inverse document frequency; over zero for every frequency from 0 to `passages`.

    BM25Similarity: log(1 + (N - n + 0.5) / (n + 0.5)). Whoosh adds 1 to a logarithm instead, which
    flatters common words.
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def saturation(times: Floats, lengths: Floats, average: Floats) -> Floats:
    """What a term counts for, times its idf, that stands so often in fields of these lengths.

    tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)): Robertson and Zaragoza, "The Probabilistic
    Relevance Framework: BM25 and Beyond", 2009, eq. 3.15.
    """
    found: Floats = times * (K1 + 1) / (times + K1 * (1 - B + B * lengths / average))
    return found


def best(scores: NDArray[np.uint32], ranks: NDArray[np.unsignedinteger], limit: int) -> NDArray[np.intp]:
    """The places of the `limit` best scores over zero, best first, equal ones in the order of their ranks.

    The best of each group is a score that is reached, so at least `limit` passages reach the `limit`-th best
    of these, and only the groups that do are looked at further.
    """
    rows = len(scores) // _GROUPS
    if rows < 2 or limit > _GROUPS:
        reached = np.flatnonzero(scores)
    else:
        # A group is every 1,024th passage and not 20 in a row: maxima are then taken of whole rows at once.
        table, rest = scores[: rows * _GROUPS].reshape(rows, _GROUPS), scores[rows * _GROUPS :]
        highest = table.max(axis=0)
        floor = max(np.partition(highest, -limit)[-limit], 1)
        groups = np.flatnonzero(highest >= floor)
        row, group = np.nonzero(table[:, groups] >= floor)
        reached = np.concatenate(
            [row * _GROUPS + groups[group], rows * _GROUPS + np.flatnonzero(rest >= floor)]
        )
    if len(reached) > limit:
        reached = reached[scores[reached] >= np.partition(scores[reached], -limit)[-limit]]
    return reached[np.lexsort((ranks[reached], -scores[reached].astype(np.int64)))[:limit]]
