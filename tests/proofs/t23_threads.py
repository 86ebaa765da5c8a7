"""T23: threads that share an engine get what each would get alone, also while generations switch."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from search.answering import answer
from search.as_json import answer_to_dict
from search.index.current import CurrentEngine
from search.index.engine import Engine
from search.index.generations import open_current
from tests.proofs.proof import Outcome, Proof
from tests.proofs.prose import questions
from tests.proofs.revisions import Publisher
from tests.services import PATIENCE

THREADS = 4
ASKED = 50

# Generations that are published while threads search: one for so many searches, and a few at least.
SEARCHES_A_SWITCH = 500
SWITCHES = 2


def run(folder: Path, seed: int, size: int) -> Outcome:
    index = folder / "index"
    asked = questions(random.Random(seed), ASKED)
    expected: dict[str, list[str]] = {}
    switches = max(SWITCHES, size // 2 // SEARCHES_A_SWITCH)
    with Publisher(folder / "articles", index, first=1) as publisher:
        generation = publisher.publish().generation
        expected[generation] = _alone(index, asked)
        with closing(open_current(index)) as engine, searching(lambda: engine, asked, seed) as steady:
            _wait_for(steady, size // 2, generation)
        with searching(CurrentEngine(index).engine, asked, seed + 1) as switching:
            for switch in range(1, switches + 1):
                generation = publisher.publish().generation
                expected[generation] = _alone(index, asked)
                _wait_for(switching, size // 2 * switch // switches, generation)
    failures = [*_wrong(steady, expected, asked), *_wrong(switching, expected, asked)]
    figure = (
        f"{_count(steady):,} searches of {THREADS} threads on one engine and {_count(switching):,} while "
        f"{switches:,} generations came: {len(failures)} other than alone"
    )
    return Outcome(figure, tuple(failures))


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer."""

    generation: str
    question: int
    digest: str  # or what went wrong


@dataclass(slots=True)
class Searcher:
    """What one thread has seen, in order."""

    seen: list[Seen] = field(default_factory=list)

    def has_turned_to(self, generation: str) -> bool:
        return bool(self.seen) and self.seen[-1].generation == generation

    def go_on(
        self, engine_of: Callable[[], Engine], asked: Sequence[str], seed: str, end: threading.Event
    ) -> None:
        """Asks one question after the other until the end."""
        chance = random.Random(seed)
        while not end.is_set():
            engine, question = engine_of(), chance.randrange(len(asked))
            self.seen.append(Seen(engine.info.generation, question, _digest(asked[question], engine)))


@contextmanager
def searching(
    engine_of: Callable[[], Engine], asked: Sequence[str], seed: int
) -> Iterator[Sequence[Searcher]]:
    """Threads that ask by chance until the end of the block."""
    searchers, end = [Searcher() for _ in range(THREADS)], threading.Event()
    with ThreadPoolExecutor(THREADS) as threads:
        running = [
            threads.submit(searcher.go_on, engine_of, asked, f"{seed}-{number}", end)
            for number, searcher in enumerate(searchers)
        ]
        try:
            yield searchers
        finally:
            end.set()
    for each in running:
        each.result()


def _digest(question: str, engine: Engine) -> str:
    """All of the answer but how long it took, in few letters; what was raised where it was not answered."""
    try:
        reply = answer_to_dict(replace(answer(question, engine), took_ms=0), explain=True)
    except Exception as error:
        return repr(error)
    return sha256(json.dumps(reply).encode()).hexdigest()


def _alone(index: Path, asked: Sequence[str]) -> list[str]:
    """What this thread is answered from the current generation."""
    with closing(open_current(index)) as engine:
        return [_digest(question, engine) for question in asked]


def _count(searchers: Iterable[Searcher]) -> int:
    return sum(len(searcher.seen) for searcher in searchers)


def _wait_for(searchers: Sequence[Searcher], count: int, generation: str) -> None:
    """Until they have searched so often together, and each has turned to the generation."""
    until = time.monotonic() + PATIENCE
    while _count(searchers) < count or not all(each.has_turned_to(generation) for each in searchers):
        assert time.monotonic() < until, f"threads stand still, or have not turned to {generation}"
        time.sleep(0.01)


def _wrong(
    searchers: Iterable[Searcher], expected: Mapping[str, Sequence[str]], asked: Sequence[str]
) -> Iterator[str]:
    """Answers other than alone, and generations that came after a later one."""
    for searcher in searchers:
        for seen in searcher.seen:
            if seen.digest != expected[seen.generation][seen.question]:
                yield f"{asked[seen.question]!r} of {seen.generation}: {seen.digest}"
        for one, other in pairwise(searcher.seen):
            if other.generation < one.generation:
                yield f"{other.generation} after {one.generation}"


PROOF = Proof(
    row="T23",
    promise="threads that share an engine get what each would get alone, also while generations switch",
    run=run,
    unit="searches",
    quick=200,
    full=20_000,
)
