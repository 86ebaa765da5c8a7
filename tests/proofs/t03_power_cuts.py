"""T3: the power is cut before any operation of a publish, and what was not synced by then comes to harm."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from search.index.generations import publish
from tests.proofs.crashes import Wrong, check_tidy, look, told, update, whole
from tests.proofs.forks import apart
from tests.proofs.places import BEFORE, Act, Place, in_memory, starts
from tests.proofs.proof import Outcome, Proof
from tests.proofs.recording import DAMAGES, Moment, Operation, after_cut, moments

AFTER, NEXT = 4, 5  # revisions: published as the power is cut, and by the next publish


@dataclass(frozen=True, slots=True)
class Case:
    """What is published, to which start, and the revisions of which one is served after a cut."""

    name: str
    start: str
    act: Act
    served: tuple[int | None, ...]  # None: there is no index yet, nor the folder that it is in


CASES = (
    Case("a first publish", "nothing", partial(publish, write=whole(AFTER)), (None, AFTER)),
    Case("a whole publish", "three", partial(publish, write=whole(AFTER)), (BEFORE, AFTER)),
    Case("an update", "three", partial(publish, write=update(AFTER)), (BEFORE, AFTER)),
)

# Syncs which, left out alone, this very experiment has to miss; by path.
_BUILD = r"deep/index/build-[^/]+"
LEFT_OUT = {
    "of the files": rf"{_BUILD}/.+\.(?!json|sha256)\w+",
    "of the manifest": rf"{_BUILD}/MANIFEST\.json",
    "of its checksum": rf"{_BUILD}/MANIFEST\.sha256",
    "of the folders of a generation": rf"{_BUILD}/(.+/)?[^.]+",
    "of a generation's own folder": _BUILD,
    "of the pointer": r"deep/index/CURRENT\.tmp",
    "of the index's folder": "deep/index",
    "of the folder above it": "deep",
}

# Tries at each of the last moments of a publish in which a sync left out has to be missed.
_TRIES = 10

# Operations of a publish that was killed before the one that is looked at: each of the first and of the last
# ones, for between them only what is thrown away is written. With few moments it is one of them.
_ENDS = 5


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many moments of the publishes (all, where there are no more), with each of six damages."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    failures: list[str] = []
    start = starts(folder)
    recorded = {case: Place(folder, start[case.start]).recorded(case.act) for case in CASES}
    held = {case: list(moments(operations)) for case, operations in recorded.items()}
    everywhere = [(case, at) for case in CASES for at in range(len(held[case]))]
    chosen = chance.sample(everywhere, min(size, len(everywhere)))
    for case in CASES:  # and those that matter most: when the pointer is turned and when it is acknowledged
        switched = _switch(recorded[case]) + 1
        chosen += [(case, at) for at in (switched, switched + 1, len(held[case]) - 1)]
    chosen = list(dict.fromkeys(chosen))
    cuts = Cuts(folder, chance)
    for case, at in chosen:
        cuts.each_damage(held[case][at], case.served, f"cut at operation {at} of {case.name}", failures)
    killed = [
        (case, event) for case in CASES for event in _ends(recorded[case], is_all=size >= len(everywhere))
    ]
    for case, event in killed:
        what = f"{case.name} after one that was killed at operation {event}"
        told(partial(_killed_before, Place(folder, start[case.start]), case, event, cuts), failures, what)
    missed = [what for what, pattern in LEFT_OUT.items() if _is_missed(pattern, recorded, cuts)]
    failures += [f"a sync {what} that is left out goes unnoticed" for what in LEFT_OUT if what not in missed]
    figure = (
        f"{len(chosen)} states of {len(everywhere)} x {len(DAMAGES)} damages and {len(killed)} publishes "
        f"after a kill: {len(failures)} lost, mixed or wrong; a sync left out is found out in {len(missed)} "
        f"places of {len(LEFT_OUT)}"
    )
    return Outcome(figure, tuple(failures))


class Cuts:
    """Power cuts, and what is found after each."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance

    def each_damage(
        self, moment: Moment, served: Sequence[int | None], what: str, failures: list[str]
    ) -> None:
        """Cuts at the moment, with each damage; after one of them the next publish has to succeed."""
        served = served[-1:] if moment.operation.name == "end" else served
        goes_on = self._chance.choice(list(DAMAGES))
        for damage in DAMAGES:
            seed = self._chance.getrandbits(32)
            told(
                partial(self.cut, moment, served, damage, seed, damage == goes_on),
                failures,
                f"{what}, {damage}",
            )

    def cut(
        self, moment: Moment, served: Sequence[int | None], damage: str, seed: int, goes_on: bool = False
    ) -> None:
        """Raises Wrong unless one of the revisions is served after the cut, and the next publish succeeds."""
        place = Place(self._folder)
        place.root.rmdir()
        after_cut(moment, DAMAGES[damage], random.Random(seed), place.root)
        seen = look(place.index)
        if (seen and seen.revision) not in served:
            raise Wrong(f"{seen} is served, and none of the revisions {served}")
        if goes_on:
            place.does(partial(publish, write=update(NEXT)))
            look(place.index, {NEXT})
            check_tidy(place.index)


def _killed_before(place: Place, case: Case, killed: int, cuts: Cuts) -> None:
    """The power is cut when a publish has succeeded that followed one which was killed; raises Wrong."""
    first = place.recorded(case.act, killed)
    second = place.recorded(partial(publish, write=update(AFTER)))
    *_, end = moments([*first[:-1], *second])
    failures: list[str] = []
    cuts.each_damage(end, case.served, "the cut", failures)
    if failures:
        raise Wrong("; ".join(failures))


def _ends(operations: Sequence[Operation], *, is_all: bool) -> Sequence[int]:
    """The numbers of the first operations, and of the last ones before older generations are removed."""
    last = _switch(operations) + 2
    if is_all:
        return [*range(1, _ENDS + 1), *range(last - _ENDS + 1, last + 1)]
    return [2 if operations[0].path == "deep" else last]  # a folder just made, or the pointer just turned


def _switch(operations: Sequence[Operation]) -> int:
    """The place of the operation that turns the pointer."""
    return max(at for at, each in enumerate(operations) if each.name == "rename")


def _is_missed(pattern: str, recorded: dict[Case, Sequence[Operation]], cuts: Cuts) -> bool:
    """Whether a publish that leaves these syncs out is found to break what it promises."""
    is_deaf = re.compile(pattern).fullmatch
    for case, operations in recorded.items():
        *held, end = moments(operations, lambda path: bool(is_deaf(path)))
        switched = _switch(operations) + 1
        for moment in (end, *held[switched : switched + 2]):
            served = case.served[-1:] if moment is end else case.served
            for seed in range(_TRIES):
                for damage in ("zeroed", "deleted"):
                    try:
                        cuts.cut(moment, served, damage, seed)
                    except Wrong:
                        return True
    return False


PROOF = Proof(
    "T3",
    "a power cut at any moment, whatever becomes of what was not synced, leaves the old or the new",
    run,
    "states",
    quick=2,
    full=2000,
)
