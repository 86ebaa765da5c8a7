"""T48: clocks that jump, runs at the same time, rollbacks that are killed, and pointers that are damaged."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import random
import sys
import time
from functools import partial
from pathlib import Path

from ingest.pipeline import ingest
from search.index.generations import publish, read_current, rollback
from tests.proofs.commands import finished, started
from tests.proofs.crashes import Wrong, check_tidy, look, put_articles, told, update
from tests.proofs.forks import apart, ended, fork
from tests.proofs.places import BEFORE, Place, in_memory, starts
from tests.proofs.pointers import POINTERS, STATES, check_start
from tests.proofs.proof import Outcome, Proof

# Days by which the clocks of files and of the machine jump: to yesterday, to another decade, and ahead.
JUMPS = (0, -1, 1, -3653, 3653)

_TOGETHER = 10  # runs that are started at once

_DAY = 86_400  # seconds

# What a run says that finds another at work.
_BUSY = "another process is building"


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many runs of `ingest`, ten at once; with fewer than that only some of the clocks and pointers."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    failures: list[str] = []
    start = starts(folder)["three"]
    is_all = size >= _TOGETHER

    jumps = JUMPS if is_all else chance.sample(JUMPS, 1)
    clocks = Clocks(folder)
    for days in jumps:
        told(partial(clocks.jump, days), failures, f"clocks {days} days off")

    at_once = AtOnce(folder)
    rounds = max(1, size // _TOGETHER)
    for number in range(1, rounds + 1):
        told(partial(at_once.run, min(size, _TOGETHER)), failures, f"round {number} of runs at once")

    rollbacks = Place(folder, start).does(rollback)
    for event in range(1, rollbacks + 1):
        told(partial(_kill_rollback, Place(folder, start), event), failures, f"rollback killed at {event}")

    every = list(itertools.product(STATES, POINTERS))
    found = every if is_all else chance.sample(every, size)
    for number, (state, pointer) in enumerate(found):
        check = partial(check_start, Place(folder, start), state, pointer, serves=is_all or number == 0)
        told(check, failures, f"CURRENT {pointer}, generations {state}")

    figure = (
        f"{len(jumps)} clocks off; {rounds} x {min(size, _TOGETHER)} runs at once, of which "
        f"{at_once.published} published and {at_once.told} were told to wait; {rollbacks} kills of a "
        f"rollback; {len(found)} starts over a damaged CURRENT: {len(failures)} times published twice or "
        "not, wrongly served or refused"
    )
    return Outcome(figure, tuple(failures))


class Clocks:
    """Runs over files whose times say nothing, on a machine whose clock is wrong."""

    def __init__(self, folder: Path) -> None:
        self._articles, self._index = folder / "timed", folder / "timed-index"
        self._errors = folder / "errors"
        self._next = itertools.count(10)  # of two digits each: no file's size changes

    def jump(self, days: int) -> None:
        """Raises Wrong unless a change that size and time hide is published, and a new time alone is not."""
        stamp = time.time() + days * _DAY
        for revision in (next(self._next), next(self._next)):
            self._put(revision, stamp)
            self._ingest(days)
            look(self._index, {revision})
        before = read_current(self._index)
        self._put(revision, stamp + _DAY)
        self._ingest(-days)
        if read_current(self._index) != before:
            raise Wrong("a generation was published, and nothing but the times of the files has changed")
        check_tidy(self._index)

    def _put(self, revision: int, stamp: float) -> None:
        put_articles(self._articles, revision)
        for path in self._articles.iterdir():
            os.utime(path, (stamp, stamp))

    def _ingest(self, days: int) -> None:
        if ended(fork(partial(self._ingest_at, days), self._errors)):
            raise Wrong(f"it failed: {self._errors.read_text()}")

    def _ingest_at(self, days: int) -> None:
        really = time.time
        time.time = lambda: really() + days * _DAY

        class Shifted(datetime.datetime):
            @classmethod
            def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
                return datetime.datetime.now(tz) + datetime.timedelta(days)

        for module in list(sys.modules.values()):
            if getattr(module, "datetime", None) is datetime.datetime:
                vars(module)["datetime"] = Shifted
        ingest([self._articles], self._index)


class AtOnce:
    """Runs that are started at the same moment, of which one is to publish."""

    def __init__(self, folder: Path) -> None:
        self._articles, self._index = folder / "shared", folder / "shared-index"
        self._revision = 0
        self.published = self.told = 0

    def run(self, count: int) -> None:
        """Raises Wrong unless one of so many publishes, and the others are told so or have nothing to do."""
        self._revision += 1
        put_articles(self._articles, self._revision)
        arguments = ("ingest", str(self._articles), "--index", str(self._index), "--json")
        runs = [started(*arguments) for _ in range(count)]
        said = [finished(each) for each in runs]
        published = told_to_wait = 0
        for each in said:
            if each.status == 0:
                published += json.loads(each.stdout)["outcome"] == "published"
            elif _BUSY in each.stderr and "Traceback" not in each.stderr:
                told_to_wait += 1
            else:
                raise Wrong(f"a run ended with status {each.status}: {each.stderr}")
        self.published += published
        self.told += told_to_wait
        seen = look(self._index, {self._revision})
        if published != 1 or seen is None or seen.generation != f"g{self._revision:06d}":
            raise Wrong(f"{published} of {count} runs published, and {seen} is served")
        check_tidy(self._index)


def _kill_rollback(place: Place, event: int) -> None:
    """Raises Wrong unless after its death the old or the new is served, and one can go back or forward."""
    if not place.dies(rollback, event):
        raise Wrong("it came to its end first")
    look(place.index, {BEFORE, BEFORE - 1})
    place.does(rollback)
    look(place.index, {BEFORE - 1, BEFORE - 2})
    place.does(partial(publish, write=update(BEFORE + 1)))
    look(place.index, {BEFORE + 1})
    check_tidy(place.index)


PROOF = Proof(
    "T48",
    "whatever the clocks say, however many run at once, and however CURRENT is found, a whole generation is "
    "served or it is said what to run",
    run,
    "runs at once",
    quick=2,
    full=100,
)
