"""T22: a process that serves generation after generation holds no more than it did at first."""

from __future__ import annotations

import gc
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask.testing import FlaskClient

from search.index.nearness import words_alone
from tests.proofs.proof import Outcome, Proof
from tests.proofs.revisions import Published, Publisher, answerable, revisions_in
from tests.services import PATIENCE
from web import create_app

SEARCHES = 50  # from each generation

# Switches before the first look: what is read at first use is read by then, and caches are full.
WARM_UP = 20

# Seconds after which the thread that opened a generation has ended for sure.
_THREAD_ENDS = 0.2

# Bytes that may have come to the process since. 3,000 switches to and fro between two generations add none;
# 180 to texts that were new each time added 2.4 MB, of what memory is cut into: there were as many objects.
MOST_GROWTH = 8_000_000

# Objects of Python that may have come since: from one switch to another they differ by 130 at most.
MOST_OBJECTS = 1_000


def run(folder: Path, seed: int, size: int) -> Outcome:
    index = folder / "index"
    asked = answerable(random.Random(seed), SEARCHES)
    warm_up = min(WARM_UP, size // 3)
    failures: list[str] = []
    searches = 0
    before = None
    with Publisher(folder / "articles", index, first=1) as publisher:
        published = publisher.publish()
        client = create_app({"INDEX": index}, words_alone).test_client()
        for switch in range(size):
            published = publisher.publish()
            _turn_to(published.generation, client)
            failures += [each for question in asked if (each := _wrong(question, published, client))]
            searches += len(asked)
            if switch + 1 == warm_up:
                before = Held.now(index)
        after = Held.now(index)
    wrong = len(failures)
    assert before is not None
    failures += before.growth(after)
    if set(after.generations) != {published.generation}:
        failures.append(f"files are held of {sorted(set(after.generations))}, not of {published.generation}")
    figure = (
        f"{searches:,} searches and {size:,} switches: {wrong} wrong; since switch {warm_up} "
        f"{after.files - before.files:+} file handles, {len(after.generations) - len(before.generations):+} "
        f"files mapped ({len(after.generations)}), {after.threads - before.threads:+} threads, "
        f"{after.objects - before.objects:+,} objects ({after.objects:,}), "
        f"{(after.memory - before.memory) / 1e6:+.1f} MB ({after.memory / 1e6:.0f} MB)"
    )
    return Outcome(figure, tuple(failures))


_MAPPED = re.compile(r"/(g\d{6,})/")


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds."""

    files: int
    threads: int
    generations: Sequence[str]  # of each file of the index that is mapped
    memory: int  # bytes
    objects: int  # of Python that can hold others

    @classmethod
    def now(cls, index: Path) -> Held:
        """What this process holds, once what nobody refers to is gone."""
        time.sleep(_THREAD_ENDS)
        gc.collect()
        process = psutil.Process()
        lines = Path("/proc/self/maps").read_text().splitlines()
        mapped = {line.split(maxsplit=5)[5] for line in lines if f"{index}/" in line}
        generations = [found[1] for name in sorted(mapped) if (found := _MAPPED.search(name))]
        return cls(
            process.num_fds(),
            process.num_threads(),
            generations,
            process.memory_info().rss,
            len(gc.get_objects()),
        )

    def growth(self, later: Held) -> list[str]:
        """What has come since that should not have."""
        grown = []
        if later.files > self.files:
            grown.append(f"{later.files - self.files} more file handles")
        if later.threads > self.threads:
            grown.append(f"{later.threads - self.threads} more threads")
        if len(later.generations) > len(self.generations):
            grown.append(f"{len(later.generations) - len(self.generations)} more files mapped")
        if later.memory > self.memory + MOST_GROWTH:
            grown.append(f"{(later.memory - self.memory) / 1e6:.1f} MB more memory")
        if later.objects > self.objects + MOST_OBJECTS:
            grown.append(f"{later.objects - self.objects:,} more objects")
        return grown


def _turn_to(generation: str, client: FlaskClient) -> None:
    """Asks until that generation answers: it is opened while the one before goes on answering."""
    until = time.monotonic() + PATIENCE
    while client.get("/search?q=lock").get_json()["index"]["generation"] != generation:
        assert time.monotonic() < until, f"{generation} is never served"
        time.sleep(0.01)


def _wrong(question: str, published: Published, client: FlaskClient) -> str | None:
    """What is wrong with the reply to the question; None for nothing."""
    reply = client.get("/search", query_string={"q": question})
    said = set(revisions_in(reply.text))
    if reply.status_code != 200 or reply.get_json()["index"]["generation"] != published.generation:
        return (
            f"{question!r} is answered with {reply.status}, not by {published.generation}: {reply.text[:200]}"
        )
    if said != {published.revision}:
        return f"{question!r} is answered from revisions {sorted(said)}, not {published.revision}"
    return None


PROOF = Proof(
    row="T22",
    promise="a process that serves one generation after the other holds no more than at first",
    run=run,
    unit="switches",
    quick=6,
    full=200,
)
