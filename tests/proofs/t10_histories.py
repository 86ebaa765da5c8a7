"""T10: whatever happens to a folder, its updated index ranks as one built anew."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from ingest import pipeline
from ingest.pipeline import ingest
from ingest.reader import Job
from ingest.readings import Reading
from ingest.sandbox import Sandbox
from ingest.sources import Unreadable
from search.answering import answer
from search.index.embedded import EmbeddedEngine
from search.index.generations import open_current
from search.question.understanding import understand
from tests.proofs.holdings import Holdings, after_run, articles, has_twins
from tests.proofs.proof import Outcome, Proof
from tests.proofs.prose import questions
from tests.proofs.shelves import Shelf

ASKED = 50
BEST = 10

# Changes before the first run and before each later one: mostly few, for those are written as updates.
AT_FIRST = (12, 20)
LATER = (0, 1, 1, 1, 1, 2, 2, 5)


class KeptSandbox(Sandbox):
    """A reader that outlives the runs: starting one takes a quarter of a second, a run of a few files less.

    A reader process ends with the thread that started it, so that thread is kept too.
    """

    def __init__(self) -> None:
        super().__init__(readers=1)
        self._thread = ThreadPoolExecutor(1)

    def read_all(self, jobs: Iterable[Callable[[], Job]]) -> Iterator[Reading | Unreadable]:
        def outcome(job: Callable[[], Job]) -> Reading | Unreadable:
            try:
                return self.read(job())
            except Unreadable as error:
                return error

        return self._thread.map(outcome, jobs)

    def close(self) -> None:
        """Does nothing: the next run goes on with it."""

    def end(self) -> None:
        """Ends the reader and its thread."""
        super().close()
        self._thread.shutdown()


@contextmanager
def readers_kept() -> Iterator[None]:
    """Every run within reads by the same process."""
    sandbox = KeptSandbox()
    try:
        with patch.object(pipeline, "Sandbox", lambda: sandbox):
            yield
    finally:
        sandbox.end()


def run(folder: Path, seed: int, size: int) -> Outcome:
    done: Counter[str] = Counter()
    failures: list[str] = []
    with readers_kept():
        for number in range(size):
            place = folder / str(number)
            place.mkdir()
            steps: list[str] = []
            try:
                differing = _history(place, f"{seed}-{number}", done, steps)
            except Exception as error:
                differing = [repr(error)]
            if differing:
                found = ", ".join(differing[:3])
                failures.append(f"history {number} of seed {seed}: {found}; after {'; '.join(steps)}")
            shutil.rmtree(place)
    runs = done["updated"] + done["published"] + done["unchanged"]
    figure = (
        f"{size:,} histories of {runs:,} runs and {done['steps']:,} changes "
        f"({done['updated']:,} runs updated, "
        f"{done['published']:,} wrote the whole, {done['unchanged']:,} found nothing to do), "
        f"{done['questions']:,} questions: {len(failures)} not as built anew"
    )
    if done["updated"] < runs / 5:
        failures.append(f"too few updates to show anything: {figure}")
    return Outcome(figure, tuple(failures))


def _history(place: Path, seed: str, done: Counter[str], steps: list[str]) -> list[str]:
    """Lives through one history, entering its steps; what of the index is not as built anew."""
    chance = random.Random(seed)
    shelf, index = Shelf(place / "articles", chance), place / "index"
    held: Holdings = {}

    def run_over(changes: list[str]) -> Holdings:
        steps.extend([*changes, "run"])
        before = _inodes(index)
        outcome = ingest([shelf.folder], index, may_shrink=True).outcome
        is_update = outcome == "published" and not before.isdisjoint(_inodes(index))
        done["updated" if is_update else outcome] += 1
        done["steps"] += len(changes)
        return after_run(shelf.files(), held)

    for turn in range(chance.randint(3, 7)):
        count = chance.randint(*AT_FIRST) if turn == 0 else chance.choice(LATER)
        held = run_over([shelf.step() for _ in range(count)])
    if has_twins(held):
        held = run_over(shelf.mend_all())
    for name, data in articles(held).items():
        path = place / "anew" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    ingest([place / "anew"], place / "index-anew")
    asked = questions(chance, ASKED)
    done["questions"] += len(asked)
    with closing(open_current(index)) as engine, closing(open_current(place / "index-anew")) as fresh:
        return list(_differences(engine, fresh, asked))


def _inodes(index: Path) -> set[int]:
    """The files in which the current generation has its passages: an update shares those of before."""
    if not index.exists():
        return set()
    generation = json.loads((index / "CURRENT").read_bytes())["generation"]
    return {path.stat().st_ino for path in (index / generation / "passages").glob("*.seg")}


def _differences(engine: EmbeddedEngine, fresh: EmbeddedEngine, asked: Iterable[str]) -> Iterator[str]:
    """What is another thing in the two."""
    ids = fresh.document_ids()
    if engine.document_ids() != ids:
        held, wanted = Counter(engine.document_ids()), Counter(ids)
        yield f"documents too many {sorted(held - wanted)}, too few {sorted(wanted - held)}"
        return
    if engine.documents(ids) != fresh.documents(ids):
        yield "texts"
    if any(engine.passages(id) != fresh.passages(id) for id in ids):
        yield "passages"
    if engine.related_pairs != fresh.related_pairs:
        yield "passages that say the same"
    if engine.counts() != fresh.counts() or engine.info.passages != fresh.info.passages:
        yield "counts"
    if engine.glossary != fresh.glossary:
        yield "glossary"
    if dict(engine.vocabulary()) != dict(fresh.vocabulary()):
        yield "vocabulary"
    for question in asked:
        query = understand(question)
        if engine.idf(query.terms) != fresh.idf(query.terms):
            yield f"idf of {question!r}"
        if engine.search(query, BEST) != fresh.search(query, BEST):
            yield f"what is found for {question!r}"
        if _answered(question, engine) != _answered(question, fresh):
            yield f"the answer to {question!r}"


def _answered(question: str, engine: EmbeddedEngine) -> object:
    """All of the answer, but for when it was given and from which generation."""
    reply = answer(question, engine, limit=BEST)
    return replace(reply, took_ms=0, index=None)


PROOF = Proof(
    row="T10",
    promise="an index that was updated has the documents, the order and the scores of one built anew",
    run=run,
    unit="histories",
    quick=10,
    full=1000,
)
