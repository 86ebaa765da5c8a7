"""T5: no request fails, and none is answered from two generations, while publishers die at random."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.proofs.clients import Client, Reply, asking, failed, gone_back, mixed, staleness
from tests.proofs.proof import Outcome, Proof
from tests.proofs.revisions import Published, Publisher, answerable, publish_revision
from tests.proofs.servers import installed_servers, serving
from tests.services import PATIENCE

CLIENTS = 3  # of each server
ASKED = 50

# A publisher acknowledges fewer revisions than this and is killed so many seconds later at most: a revision
# takes half a second on an idle machine, and two where everybody works.
MOST_REVISIONS = 3
LONGEST_LIFE = 2.0

# More than any publisher gets to.
REVISIONS = 1000


def run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    publishing = Publishing(folder / "articles", folder / "index")
    publishing.until_acknowledged()
    asked = answerable(chance, ASKED)
    with ExitStack() as running:
        clients = {
            name: [Client(f"{name} {seed} {number}", server.port, asked) for number in range(CLIENTS)]
            for name in installed_servers()
            for server in [running.enter_context(serving(name, folder, publishing.index))]
        }
        everyone = [client for each in clients.values() for client in each]
        with asking(everyone):
            until = time.monotonic() + size
            while time.monotonic() < until or not publishing.in_a_build:
                publishing.until_killed(
                    chance.randrange(min(MOST_REVISIONS, size + 1)),
                    chance.uniform(0, min(LONGEST_LIFE, size)),
                )
            publishing.until_acknowledged()
            failures = _without(publishing.acknowledged[-1].generation, everyone)
    told = []
    for name, each in clients.items():
        replies = [reply for client in each for reply in client.replies]
        said, broken = _judged(replies, publishing.acknowledged)
        told.append(f"{name}: {said}")
        failures += [f"{name}: {what}" for what in broken]
    figure = (
        f"{len(publishing.acknowledged):,} generations acknowledged, {publishing.killed:,} publishers "
        f"killed, {publishing.in_a_build:,} of them in a build; {'; '.join(told)}"
    )
    return Outcome(figure, tuple(failures))


@dataclass(slots=True)
class Publishing:
    """Publishers that come one after the other, and what they have acknowledged."""

    articles: Path
    index: Path
    acknowledged: list[Published] = field(default_factory=list)
    killed: int = 0
    in_a_build: int = 0
    _next: int = 1  # revision

    def until_killed(self, revisions: int, seconds: float) -> None:
        """A publisher acknowledges so many revisions, goes on, and is killed after so many seconds more."""
        before = self._builds()
        with Publisher(self.articles, self.index, self._first()) as publisher:
            publisher.ask(REVISIONS)
            self.acknowledged += [publisher.next() for _ in range(revisions)]
            time.sleep(seconds)
            self.acknowledged += publisher.kill()
        self.killed += 1
        self.in_a_build += not before.issuperset(self._builds())

    def until_acknowledged(self) -> None:
        """One revision is published."""
        self.acknowledged.append(publish_revision(self.articles, self.index, self._first()))

    def _first(self) -> int:
        """The first of some revisions that nobody else publishes."""
        first, self._next = self._next, self._next + REVISIONS
        return first

    def _builds(self) -> set[tuple[int, int]]:
        found = [path.stat() for path in self.index.glob("build-*")]
        return {(status.st_ino, status.st_mtime_ns) for status in found}


def _without(generation: str, clients: Sequence[Client]) -> list[str]:
    """The clients that do not come to see this generation."""
    until = time.monotonic() + PATIENCE
    while not all(client.has_seen(generation) for client in clients) and time.monotonic() < until:
        time.sleep(0.05)
    return [f"{each.name} never saw {generation}" for each in clients if not each.has_seen(generation)]


def _judged(replies: Sequence[Reply], acknowledged: Sequence[Published]) -> tuple[str, list[str]]:
    """The figures of one server, and all that was wrong with it."""
    wrong = {
        "failed": failed(replies),
        "mixed": mixed(replies, acknowledged),
        "of an earlier generation than the one before": gone_back(replies),
    }
    generations = {reply.generation for reply in replies}
    broken = [what for each in wrong.values() for what in each]
    counts = ", ".join(f"{len(each)} {what}" for what, each in wrong.items())
    return (
        f"{len(replies):,} requests over {len({reply.connection for reply in replies}):,} connections, "
        f"{counts}, {len(generations)} generations served, "
        f"an older one for {staleness(replies, acknowledged):.2f} s at most",
        broken,
    )


PROOF = Proof(
    row="T5",
    promise="while publishers are killed no request fails, mixes generations or goes back to an earlier one",
    run=run,
    unit="seconds of traffic",
    quick=3,
    full=60,
)
