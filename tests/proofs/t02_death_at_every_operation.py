"""T2: a publisher dies at each of its operations on files, and the one that mends it at any of its own."""

from __future__ import annotations

import itertools
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.pipeline import ingest
from search.index.generations import publish
from tests.proofs.crashes import Seen, Wrong, check_tidy, copy, look, put_articles, told, update, whole
from tests.proofs.forks import DIED, apart, ended, fork
from tests.proofs.operations import watch
from tests.proofs.proof import Outcome, Proof

BEFORE, AFTER, NEXT, LAST = 3, 4, 5, 6  # revisions: served, published as it dies, and by those that follow

# Starting the processes that read files takes a second, so `ingest` dies at one in so many operations, and not
# where there are only a few deaths.
_EVERY_OF_INGEST = 10
_MANY = 100


@dataclass(frozen=True, slots=True)
class Case:
    """What is begun, to which copy of an index, and the revisions of which one is served after it."""

    name: str
    start: str
    act: Callable[[Path], object]
    served: tuple[int | None, ...]  # None: there is no index yet
    every: int = 1


def _ingested(index: Path) -> None:
    put_articles(index.parent / "articles", AFTER)
    ingest([index.parent / "articles"], index)


CASES = (
    Case("the first publish", "nothing", partial(publish, write=whole(AFTER)), (None, AFTER)),
    Case("a whole publish", "three", partial(publish, write=whole(AFTER)), (BEFORE, AFTER)),
    Case("an update", "three", partial(publish, write=update(AFTER)), (BEFORE, AFTER)),
    Case("an ingest", "three", _ingested, (BEFORE, AFTER), _EVERY_OF_INGEST),
)


def run(folder: Path, seed: int, size: int) -> Outcome:
    """`size` deaths, each followed by the death of what comes next: at every operation once size is large."""
    return apart(_run, folder, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    failures: list[str] = []
    prepare(folder)
    points: list[tuple[Case, int]] = []
    for case in (case for case in CASES if case.every == 1 or size >= _MANY):
        count = Place(folder, case.start).operations(case.act)
        points += [(case, event) for event in range(1, count + 1, case.every)]
    afterwards = Place(folder, "three").operations(partial(publish, write=update(NEXT)))
    left: Counter[str] = Counter()
    for case, event in _tries(chance, points, size):
        second = chance.randint(1, afterwards)
        what = f"death at operation {event} of {case.name}, then at {second} of the next publish"
        told(partial(_chain, Place(folder, case.start), case, event, second, left), failures, what)
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


def prepare(folder: Path) -> None:
    """The indexes to start from, a folder each."""
    (folder / "nothing").mkdir()
    place = Place(folder, "nothing")
    for revision in range(1, BEFORE + 1):
        place.dies(partial(publish, write=update(revision)), None)
    place.root.rename(folder / "three")


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
    place.dies(partial(publish, write=update(LAST)), None)
    _served(place.index, (LAST,))
    check_tidy(place.index)


def _served(index: Path, allowed: tuple[int | None, ...]) -> Seen | None:
    seen = look(index)
    if (seen and seen.revision) not in allowed:
        raise Wrong(f"{seen} is served, and none of the revisions {allowed}")
    return seen


class Place:
    """A copy of one of the indexes, for something to be done to it."""

    def __init__(self, folder: Path, start: str) -> None:
        self._errors, self._counted = folder / "errors", folder / "counted"
        self.root = folder / "tried"
        self.index = self.root / "deep" / "index"
        shutil.rmtree(self.root, ignore_errors=True)
        copy(folder / start, self.root)

    def operations(self, act: Callable[[Path], object]) -> int:
        """How many operations it makes on files."""
        self.dies(act, None)
        return len(self._counted.read_text())

    def dies(self, act: Callable[[Path], object], event: int | None) -> bool:
        """Whether it died at its operation of that number; raises Wrong when it fails instead."""
        self._counted.write_text("")
        status = ended(fork(partial(self._act, act, event), self._errors))
        if status not in (0, DIED):
            raise Wrong(f"ended with status {status}: {self._errors.read_text()}")
        return status == DIED

    def _act(self, act: Callable[[Path], object], event: int | None) -> None:
        counted = os.open(self._counted, os.O_WRONLY | os.O_APPEND)
        numbers = itertools.count(1)

        def announce(_operation: str, _path: str) -> None:
            os.write(counted, b".")
            if next(numbers) == event:
                os._exit(DIED)

        watch(self.root, announce)
        act(self.index)


PROOF = Proof(
    "T2",
    "whichever operation on a file a publisher dies at, and the one after it, the old or the new is served",
    run,
    "double deaths",
    quick=6,
    full=1500,
)
