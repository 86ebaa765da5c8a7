"""The two loops of a search: adding impacts up and finding the best sums, in NumPy or compiled by numba.

Both give the same whole numbers. Numba takes .4 s to import, so nothing imports it until it is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.errors import KernelMissing
from search.index import bm25
from search.index.impacts import Impacts, weighed
from search.settings import chosen_kernel_name

_log = logging.getLogger(__name__)

# Where a list of postings begins and ends, and the weight of its impacts.
Listed = tuple[int, int, float]

Numbers = NDArray[np.intp]
Scores = NDArray[np.uint32]

# Passages that are asked at once whether any of them is good enough; sixteen are in one instruction.
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Kernel:
    """What adds and what finds."""

    # Adds to the scores the impacts of lists of postings, given the numbers of all postings and all impacts.
    add: Callable[[Scores, NDArray[np.uint32], Impacts, Sequence[Listed]], None]
    # As `bm25.best`.
    best: Callable[[Scores, NDArray[np.uint32], int], Numbers]


def _add(scores: Scores, numbers: NDArray[np.uint32], impacts: Impacts, lists: Sequence[Listed]) -> None:
    held = [each for each in lists if each[0] < each[1]]
    if not held:
        return
    counted = [
        impacts[start:end] if weight == 1 else weighed(impacts[start:end], weight)
        for start, end, weight in held
    ]
    # One call for all, with numbers of NumPy's own kind, takes half the time of one for each list. `add.at`
    # is right for a passage that is there several times, and faster than `scores[numbers] += impacts`.
    places = np.concatenate([numbers[start:end] for start, end, _ in held], dtype=np.intp)
    np.add.at(scores, places, np.concatenate(counted))


NUMPY = Kernel(_add, bm25.best)


def chosen_kernel() -> Kernel | None:
    """The compiled kernel where `$CITEWELL_KERNEL` asks for it, else None; raises KernelMissing."""
    name = chosen_kernel_name()
    if not name:
        return None
    if name != "compiled":
        raise KernelMissing(f"there is no kernel {name!r}: set $CITEWELL_KERNEL to compiled, or unset it")
    kernel = installed_kernel()
    if kernel is None:
        raise KernelMissing("$CITEWELL_KERNEL needs numba; run: pip install -e '.[compiled]', or unset it")
    return kernel


def installed_kernel() -> Kernel | None:
    """The compiled kernel, ready to be called; None where numba is not installed.

    Numba takes .9 s to load and some 70 MB of memory; compiling another second, once for an installation
    whose folder can be written to or whose user has a folder for caches, elsewhere in every process.
    """
    if find_spec("numba") is None:
        return None
    import numba

    given = numba.types.Array(numba.uint32, 1, "C", readonly=True)
    sums = numba.types.Array(numba.uint32, 1, "C")

    def compiled(signature: Any, function: Any) -> Any:
        try:
            return numba.njit(signature, cache=True, nogil=True)(function)
        except RuntimeError:  # there is no place for the cache
            _log.info("numba finds no folder for what it compiles: it is compiled anew in every process")
            return numba.njit(signature, nogil=True)(function)

    places, table = numba.types.Array(numba.int64, 1, "C"), numba.types.Array(numba.float64, 2, "C")
    add = compiled(numba.void(sums, given, given, table), _add_lists)
    find = compiled(places(sums, given, numba.int64), _best)

    def add_lists(
        scores: Scores, numbers: NDArray[np.uint32], impacts: Impacts, lists: Sequence[Listed]
    ) -> None:
        if lists:
            add(scores, numbers, impacts, np.array(lists, np.float64))  # one array costs less than three

    return Kernel(add_lists, find)


def _add_lists(scores, numbers, impacts, lists):  # type: ignore[no-untyped-def]  # compiled
    for place in range(len(lists)):
        start, end, weight = int(lists[place, 0]), int(lists[place, 1]), lists[place, 2]
        if weight == 1:
            for posting in range(start, end):
                scores[numbers[posting]] += impacts[posting]
        else:
            for posting in range(start, end):
                scores[numbers[posting]] += np.uint32(max(np.rint(impacts[posting] * weight), 1))


def _best(scores, ranks, limit):  # type: ignore[no-untyped-def]  # compiled
    best = np.empty(limit, np.int64)
    held = 0
    floor = np.uint32(1)
    for start in range(0, len(scores), _BLOCK):
        block = scores[start : start + _BLOCK]
        reached = np.uint32(0)
        for place in range(len(block)):  # by place: over values it is not done sixteen at a time
            reached |= np.uint32(block[place] >= floor)
        if not reached:
            continue
        for number in range(start, start + len(block)):
            score = scores[number]
            if score < floor:
                continue
            place = held
            while place > 0:
                other = best[place - 1]
                if scores[other] > score or (scores[other] == score and ranks[other] < ranks[number]):
                    break
                if place < limit:
                    best[place] = other
                place -= 1
            if place < limit:
                best[place] = number
                held = min(held + 1, limit)
            if held == limit:
                floor = scores[best[limit - 1]]
    return best[:held]
