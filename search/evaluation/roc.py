"""How well a number tells two kinds of questions apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive value is above a negative one, equal ones counting half; 0.5 without either.

    By the ranks of all values together, equal ones sharing the mean of theirs (Mann and Whitney, "On a Test
    of Whether one of Two Random Variables is Stochastically Larger than the Other", 1947; Hanley and McNeil,
    "The meaning and use of the area under a receiver operating characteristic curve", Radiology 143, 1982):
    (R - n(n + 1)/2) / (n m), with R the sum of the ranks of the n positive values among m negative ones.

    >>> area_under_roc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    if not positive or not negative:
        return 0.5
    values = sorted([(value, True) for value in positive] + [(value, False) for value in negative])
    ranks, start = 0.0, 0
    while start < len(values):
        end = start
        while end < len(values) and values[end][0] == values[start][0]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(is_positive for _, is_positive in values[start:end])
        start = end
    n, m = len(positive), len(negative)
    return (ranks - n * (n + 1) / 2) / (n * m)


def best_threshold(labelled: Iterable[tuple[float, bool]]) -> float:
    """The threshold from which on calling a value positive is right most often; of equals the highest.

    Infinity where calling none positive is best.

    >>> best_threshold([(0.2, False), (0.5, True), (0.6, False), (0.8, True), (0.9, True)])
    0.8
    """
    values = sorted(labelled, reverse=True)
    best, gained, most = math.inf, 0, 0  # how many more are right than with a threshold of infinity
    for position, (value, is_positive) in enumerate(values):
        gained += 1 if is_positive else -1
        last_of_equals = position + 1 == len(values) or values[position + 1][0] != value
        if last_of_equals and gained > most:
            best, most = value, gained
    return best


def accuracy(labelled: Sequence[tuple[float, bool]], threshold: float) -> float:
    """The share of values that a threshold calls rightly; 0 for none."""
    if not labelled:
        return 0.0
    return sum((value >= threshold) == is_positive for value, is_positive in labelled) / len(labelled)
