"""T2: a publisher dies at each of its operations on files, and the one that mends it at any of its own."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.pipeline import ingest
from search.index.generations import prune, publish, rollback
from tests.proofs.crashes import Seen, Wrong, check_tidy, look, put_articles, told, update, whole
from tests.proofs.forks import apart
from tests.proofs.places import BEFORE, Act, Place, in_memory, starts
from tests.proofs.proof import Outcome, Proof

AFTER, NEXT, LAST = 4, 5, 6  # revisions: published as it dies, and by the two publishes that follow

# Starting the processes that read files takes a second, so `ingest` dies at one in so many operations, and
# not where there are only a few deaths.
_EVERY_OF_INGEST = 10
_MANY = 100


@dataclass(frozen=True, slots=True)
class Case:
    """What is begun, to which copy of an index, and the revisions of which one is served after it."""

    name: str
    start: str
    act: Act
    served: tuple[int | None, ...]  # None: there is no index yet
    every: int = 1


def _ingested(index: Path) -> None:
    put_articles(index.parent / "articles", AFTER)
    ingest([index.parent / "articles"], index)


CASES = (
    Case("the first publish", "nothing", partial(publish, write=whole(AFTER)), (None, AFTER)),
    Case("a whole publish", "three", partial(publish, write=whole(AFTER)), (BEFORE, AFTER)),
    Case("an update", "three", partial(publish, write=update(AFTER)), (BEFORE, AFTER)),
    Case("a rollback", "three", rollback, (BEFORE, BEFORE - 1)),
    Case("a prune", "back", prune, (BEFORE - 1,)),
    Case("an ingest", "three", _ingested, (BEFORE, AFTER), _EVERY_OF_INGEST),
)


def run(folder: Path, seed: int, size: int) -> Outcome:
    """`size` deaths, each followed by the death of what comes next: at every operation once size is large."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    failures: list[str] = []
    start = starts(folder)
    points: list[tuple[Case, int]] = []
    for case in (case for case in CASES if case.every == 1 or size >= _MANY):
        count = Place(folder, start[case.start]).does(case.act)
        points += [(case, event) for event in range(1, count + 1, case.every)]
    afterwards = Place(folder, start["three"]).does(partial(publish, write=update(NEXT)))
    left: Counter[str] = Counter()
    for case, event in _tries(chance, points, size):
        second = chance.randint(1, afterwards)
        what = f"death at operation {event} of {case.name}, then at {second} of the next publish"
        told(partial(_chain, Place(folder, start[case.start]), case, event, second, left), failures, what)
    of_each = ", ".join(f"{count} in {name}" for name, count in left.items())
    figure = (
        f"{size} times one of {len(points)} operations x one of {afterwards} of the publish that follows: "
        f"{len(failures)} neither old nor new; died {of_each}"
    )
    return Outcome(figure, tuple(failures))


def _tries(chance: random.Random, points: list[tuple[Case, int]], size: int) -> Iterator[tuple[Case, int]]:
    """Points at random, each once before any comes again."""
    rounds = (chance.sample(points, len(points)) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(rounds), size)


def _chain(place: Place, case: Case, event: int, second: int, left: Counter[str]) -> None:
    """Dies in the case, dies again in the publish that follows, and publishes; raises Wrong."""
    if not place.dies(case.act, event):
        raise Wrong("it came to its end first")
    left[case.name] += 1
    first = _served(place.index, case.served)
    left["the next publish"] += place.dies(partial(publish, write=update(NEXT)), second)
    then = _served(place.index, (first and first.revision, NEXT))
    if first and (then is None or then.generation < first.generation):
        raise Wrong(f"after {first} came {then}")
    place.does(partial(publish, write=update(LAST)))
    _served(place.index, (LAST,))
    check_tidy(place.index)


def _served(index: Path, allowed: tuple[int | None, ...]) -> Seen | None:
    seen = look(index)
    if (seen and seen.revision) not in allowed:
        raise Wrong(f"{seen} is served, and none of the revisions {allowed}")
    return seen


PROOF = Proof(
    "T2",
    "whichever operation on a file a publisher dies at, and the one after it, the old or the new is served",
    run,
    "double deaths",
    quick=6,
    full=1500,
)
