"""Whether one run is better than another over the same questions, or only luckier.

Everything here takes differences, one a question, of the new run from the old one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import comb

# With 10,000 rounds the standard error of a p of .05 is .002. A round of the bootstrap draws every question
# and not only those that changed, so it has fewer: the ends are then sure to a fiftieth of the interval.
_SIGN_ROUNDS = 10_000
_DRAW_ROUNDS = 2_000
_SEED = 2026
_CONFIDENCE = 0.95


def sign_test(won: int, lost: int) -> float:
    """The two-sided p of `won` questions won and `lost` lost, ties left out; 1 when there are none.

    McNemar's test in its exact form (McNemar, "Note on the sampling error of the difference between
    correlated proportions", Psychometrika 12, 1947): of n = won + lost questions that changed, each is won
    with a chance of one half, so p = 2 * sum of C(n, i) / 2^n over i from 0 to min(won, lost), at most 1.

    >>> sign_test(5, 0)
    0.0625
    """
    changed = won + lost
    tail = sum(comb(changed, i) for i in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / (1 << changed))


def randomisation_test(differences: Sequence[float], rounds: int = _SIGN_ROUNDS) -> float:
    """The two-sided p of the mean of the differences; 1 when all are zero. The same in every run.

    Fisher's paired randomisation (Smucker, Allan and Carterette, "A Comparison of Statistical Significance
    Tests for Information Retrieval Evaluation", CIKM 2007): were the runs the same, each difference could
    as well have the other sign. Of `rounds` random choices of all signs, p is the share whose sum is at
    least as far from zero, the one that happened counted among them (Phipson and Smyth, "Permutation
    P-values Should Never Be Zero", 2010).
    """
    changed = [difference for difference in differences if difference]
    # A hair less, so that a sum of the same numbers in another order is not taken for a smaller one.
    seen = abs(sum(changed)) * (1 - 1e-9)
    chance = random.Random(_SEED)
    as_far = 0
    for _ in range(rounds):
        signs = chance.getrandbits(len(changed)) if changed else 0
        total = 0.0
        for difference in changed:
            total += difference if signs & 1 else -difference
            signs >>= 1
        as_far += abs(total) >= seen
    return (as_far + 1) / (rounds + 1)


def bootstrap_interval(differences: Sequence[float], rounds: int = _DRAW_ROUNDS) -> tuple[float, float]:
    """The 95 % interval of the mean of the differences; (0, 0) without any. The same in every run.

    The percentile interval (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13):
    the questions are drawn anew, with replacement, `rounds` times; between the 2.5th and the 97.5th
    percentile of the means.
    """
    if not differences:
        return 0.0, 0.0
    chance = random.Random(_SEED)
    means = sorted(
        sum(chance.choices(differences, k=len(differences))) / len(differences) for _ in range(rounds)
    )
    beyond = round(rounds * (1 - _CONFIDENCE) / 2)
    return means[beyond], means[rounds - 1 - beyond]
