"""T4: the power of a real file system is cut while a process publishes on it again and again."""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ingest.pipeline import ingest
from search.index.generations import publish
from tests.proofs.crashes import Seen, Wrong, check_tidy, look, put_articles, told, update, whole
from tests.proofs.forks import apart, ended, fork
from tests.proofs.loop_disks import Disk, NoDisk
from tests.proofs.places import in_memory
from tests.proofs.proof import Outcome, Proof

# The power is cut at any moment of a publisher's first publishes, of as many as this.
_PUBLISHES = 3

# With other modes of its journal ext4 may leave other things: with this one also files of the right length
# that hold nothing.
_MODES = ("data=ordered", "data=writeback")

# With so many cuts, there is one that takes something away.
_SOME = 5


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many cuts."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    try:
        return _cuts(Disk(folder), folder, random.Random(seed), size)
    except NoDisk as missing:
        return Outcome("", skipped=f"no disk whose power can be cut: {missing}")


def _cuts(disk: Disk, folder: Path, chance: random.Random, size: int) -> Outcome:
    failures: list[str] = []
    publisher = Publisher(disk, folder)
    seconds = publisher.seconds_of_a_publish()
    lossy = 0
    for number in range(1, size + 1):
        delay = chance.uniform(0, _PUBLISHES * seconds)
        mode = _MODES[number % len(_MODES)]
        what = f"cut {number}, {delay:.3f} s after its start, {mode}"
        lossy += publisher.cut(delay, mode)
        told(publisher.check, failures, what)
    told(publisher.check_recovery, failures, f"the ingest after {size} cuts")
    if size >= _SOME and not lossy:
        failures.append("no cut took anything away: the power was not cut")
    if not publisher.loses_unless_synced():
        failures.append("a publish that syncs nothing loses nothing: the power was not cut")
    disk.unmount()
    figure = (
        f"{size} power cuts of ext4 under a publisher that acknowledged {publisher.acknowledged} publishes, "
        f"{lossy} of which took files away: {len(failures)} lost, mixed or wrongly answered"
    )
    return Outcome(figure, tuple(failures))


class Publisher:
    """Processes that publish on the disk one revision after the other, one of them at a time."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk, self._folder = disk, folder
        self._said = folder / "said"
        self._last: Seen | None = None  # acknowledged
        self._next = 1  # a revision that no process has begun with
        self.index = disk.root / "deep" / "index"
        self.acknowledged = 0

    def seconds_of_a_publish(self) -> float:
        began = time.monotonic()
        for revision in range(1, _PUBLISHES + 1):
            publish(self.index, update(revision))
        self._next = _PUBLISHES + 1
        return (time.monotonic() - began) / _PUBLISHES

    def cut(self, delay: float, mode: str) -> bool:
        """Publishes and cuts the power, and switches it on again; whether anything was taken away."""
        self._said.write_bytes(b"")
        process = fork(partial(self._publish_on, self._next), self._folder / "errors")
        time.sleep(delay)
        before = _sizes(self.index)
        self._disk.cut()
        os.kill(process, signal.SIGKILL)
        ended(process)
        said = re.findall(r"(g\d+) (\d+)\n", self._said.read_text())
        self.acknowledged += len(said)
        for generation, revision in said[-1:]:
            self._last = Seen(generation, int(revision))
            self._next = int(revision)
        self._next += 2  # one more may have been switched to
        self._disk.unmount()
        self._disk.mount(mode)
        after = _sizes(self.index)
        return any(after.get(path, -1) < size for path, size in before.items())

    def check(self) -> None:
        """Raises Wrong unless what is served is whole, and no older than what was acknowledged last."""
        seen, last = look(self.index), self._last
        if last and (seen is None or seen.generation < last.generation or seen.revision < last.revision):
            raise Wrong(f"{last} was acknowledged, {seen} is served")

    def check_recovery(self) -> None:
        """Raises Wrong unless `ingest` succeeds after the cuts and leaves nothing lying about."""
        put_articles(self._folder / "articles", self._next)
        ingest([self._folder / "articles"], self.index)
        look(self.index, {self._next})
        check_tidy(self.index)

    def loses_unless_synced(self) -> bool:
        """Whether a publish that syncs nothing is lost when the power is cut after it."""
        revision = self._next + 1
        ended(fork(partial(self._publish_unsynced, revision), self._folder / "errors"))
        self._disk.cut()
        self._disk.unmount()
        self._disk.mount()
        try:
            seen = look(self.index)
        except Wrong:
            return True
        return seen is None or seen.revision != revision

    def _publish_on(self, first: int) -> None:
        said = os.open(self._said, os.O_WRONLY | os.O_APPEND)
        for revision in itertools.count(first):
            info = publish(self.index, update(revision))
            os.write(said, f"{info.generation} {revision}\n".encode())

    def _publish_unsynced(self, revision: int) -> None:
        os.fsync = lambda _descriptor: None  # type: ignore[assignment]
        publish(self.index, whole(revision))


def _sizes(folder: Path) -> Mapping[str, int]:
    """The files in the folder by their paths, each with its size; those that go meanwhile left out."""
    sizes = {}
    for below, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(below, name)
            try:
                sizes[path] = os.stat(path).st_size
            except OSError:
                continue
    return sizes


PROOF = Proof(
    "T4",
    "a power cut of a real file system loses nothing that was acknowledged and shows nothing half done",
    run,
    "power cuts",
    quick=2,
    full=50,
)
