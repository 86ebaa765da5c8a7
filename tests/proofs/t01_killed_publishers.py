"""T1: a process that publishes again and again is killed at random, and what it has acknowledged is there."""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import time
import uuid
from collections import Counter
from functools import partial
from pathlib import Path

from ingest.pipeline import ingest
from tests.proofs.crashes import Seen, Wrong, check_tidy, look, put_articles, told
from tests.proofs.forks import apart, ended, fork
from tests.proofs.places import in_memory, where_it_fell
from tests.proofs.proof import Outcome, Proof

# A publisher is killed at any moment of its first two publishes: the one that mends what the kill before it
# left behind, and the one after it.
_PUBLISHES = 2

# Every other one is killed at the end of a publish, which is short beside the reading and writing before it:
# within this share of a publish's time from when the manifest is there.
_LATE = 0.05

# Seconds within which the processes that a killed publisher had started are gone.
_PATIENCE = 20

_LOOK_EVERY = 0.002  # seconds

_OURS = "CITEWELL_KILLED_PUBLISHER"  # in the environment of all that a publisher starts


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many kills."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    os.environ[_OURS] = uuid.uuid4().hex
    failures: list[str] = []
    fell: Counter[str] = Counter()
    publisher = Publisher(folder)
    seconds = publisher.seconds_of_a_publish()
    for number in range(1, size + 1):
        is_late = number % 2 == 0
        delay = chance.uniform(0, seconds * (_LATE if is_late else _PUBLISHES))
        after = "the first manifest" if is_late else "its start"
        what = f"kill {number}, {delay:.3f} s after {after}"
        told(partial(publisher.killed, delay, is_late), failures, what)
        fell[where_it_fell(publisher.index)] += 1
        told(publisher.check, failures, what)
    told(publisher.check_recovery, failures, f"the publish after {size} kills")
    orphans = _orphans()
    if orphans:
        failures.append(f"processes {orphans} outlived their publishers")
    figure = (
        f"{size} kills of a publisher that acknowledged {publisher.acknowledged} publishes: {len(failures)} "
        f"lost, mixed, wrongly answered or left to mend by hand; "
        f"{', '.join(f'{count} {where}' for where, count in fell.items())}"
    )
    return Outcome(figure, tuple(failures))


class Publisher:
    """Processes that publish one revision after the other, one of them at a time, and what they said."""

    def __init__(self, folder: Path) -> None:
        self._articles, self.index = folder / "articles", folder / "index"
        self._errors, self._said = folder / "errors", folder / "said"
        self._last = Seen("g000000", 0)  # acknowledged
        self._next = itertools.count(1)  # revisions that no process has begun with
        self.acknowledged = 0

    def seconds_of_a_publish(self) -> float:
        began = time.monotonic()
        for _ in range(_PUBLISHES):
            self._publish(next(self._next))
        return (time.monotonic() - began) / _PUBLISHES

    def killed(self, delay: float, is_late: bool) -> None:
        """Starts it and kills it; raises Wrong if it ended before."""
        first = next(self._next)
        self._said.write_bytes(b"")
        process = fork(partial(self._publish_on, first), self._errors)
        until = time.monotonic() + _PATIENCE
        while is_late and not list(self.index.glob("build-*/MANIFEST.json")) and time.monotonic() < until:
            time.sleep(_LOOK_EVERY)
        time.sleep(delay)
        os.kill(process, signal.SIGKILL)
        status = ended(process)
        said = re.findall(r"(g\d+) (\d+)\n", self._said.read_text())
        self.acknowledged += len(said)
        for generation, revision in said[-1:]:
            self._last = Seen(generation, int(revision))
        self._next = itertools.count(
            max(first, self._last.revision) + 2
        )  # one more may have been switched to
        if status != -signal.SIGKILL:
            raise Wrong(f"it ended with status {status}: {self._errors.read_text()}")

    def check(self) -> None:
        """Raises Wrong unless what is served is whole, and no older than what was acknowledged last."""
        seen = look(self.index)
        if seen is None or seen.generation < self._last.generation or seen.revision < self._last.revision:
            raise Wrong(f"{self._last} was acknowledged, {seen} is served")

    def check_recovery(self) -> None:
        self._publish(next(self._next))
        self.check()

    def _publish(self, revision: int) -> None:
        put_articles(self._articles, revision)
        generation = ingest([self._articles], self.index).index.generation
        self._last = Seen(generation, revision)
        check_tidy(self.index)

    def _publish_on(self, first: int) -> None:
        said = os.open(self._said, os.O_WRONLY | os.O_APPEND)
        for revision in itertools.count(first):
            self._publish(revision)
            os.write(said, f"{self._last.generation} {revision}\n".encode())


def _orphans() -> list[int]:
    """Processes that publishers started and that do not end."""
    ours = f"{_OURS}={os.environ[_OURS]}".encode()

    def left() -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                variables = (folder / "environ").read_bytes().split(b"\0")
            except OSError:  # gone meanwhile, or another user's
                continue
            if ours in variables and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        return found

    until = time.monotonic() + _PATIENCE
    while left() and time.monotonic() < until:
        time.sleep(0.1)
    return left()


PROOF = Proof(
    "T1",
    "a publisher killed at any moment loses nothing that it acknowledged, shows nothing half done, leaves "
    "nothing to mend by hand",
    run,
    "kills",
    quick=8,
    full=200,
)
