"""T9: whoever can write into an index puts code into its pickles, and none of it is ever run."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from ingest.cli import main as ingest_command
from ingest.pipeline import ingest
from search.cli import main as search_command
from search.errors import IndexUnusable
from search.index.current import CurrentEngine
from search.index.generations import KEPT_GENERATIONS, open_current, open_intact, publish
from tests.proofs.commands import served
from tests.proofs.crafted import PLACES, Code, runs
from tests.proofs.crashes import put_articles, whole
from tests.proofs.forks import apart
from tests.proofs.places import copy, in_memory
from tests.proofs.proof import Outcome, Proof

_GENERATIONS = [f"g{number:06d}" for number in range(1, KEPT_GENERATIONS + 1)]
_QUESTION = "Which team mended the tram?"

# Which generations are crafted.
TARGETS = {
    "the current generation": _GENERATIONS[-1:],
    "all before the current one": _GENERATIONS[:-1],
    "every generation": _GENERATIONS,
}


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many crafted indexes (all kinds, where there are no more), each with all that can be done to one."""
    with in_memory(folder) as scratch:
        return apart(_run, scratch, random.Random(seed), size)


def _run(folder: Path, chance: random.Random, size: int) -> Outcome:
    os.environ["CITEWELL_MODEL"] = "off"  # as the index is made, so that it can be updated
    failures: list[str] = []
    articles, index, made = folder / "articles", folder / "index", folder / "made"
    for revision in range(1, KEPT_GENERATIONS):
        publish(index, whole(revision))
    put_articles(articles, KEPT_GENERATIONS)
    ingest([articles], index, full=True)
    put_articles(articles, KEPT_GENERATIONS + 1)  # one has changed: the next ingest is an update
    kinds = list(itertools.product(PLACES, TARGETS))
    done = works = runs_of_it = 0
    for place, target in chance.sample(kinds, min(size, len(kinds))):
        crafted = folder / "crafted"
        copy(index, crafted)
        for generation in TARGETS[target]:
            PLACES[place](crafted / generation / "passages", Code(made))
        works += runs(crafted / TARGETS[target][-1] / "passages", made)
        for name, act in _acts(articles).items():
            tried = folder / "tried"
            copy(crafted, tried)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                try:
                    act(tried)
                except IndexUnusable:
                    pass
                except Exception as error:
                    failures.append(f"with code in {place} of {target} {name} fails: {error!r}")
            done += 1
            if made.exists():
                runs_of_it += 1
                failures.append(f"code in {place} of {target} is run by {name}")
                made.unlink()
            shutil.rmtree(tried)
        shutil.rmtree(crafted)
    if works != min(size, len(kinds)):
        failures.append(f"the code is run by Whoosh itself in {works} indexes only")
    figure = (
        f"{done} things done to {works} indexes with code that Whoosh runs when it opens them: "
        f"{runs_of_it} runs of it"
    )
    return Outcome(figure, tuple(failures))


def _acts(articles: Path) -> dict[str, Callable[[Path], object]]:
    """What may be done to an index, by name."""

    def commanded(*arguments: str) -> Callable[[Path], object]:
        return lambda index: ingest_command([*arguments, "--index", str(index)])

    def serve(index: Path) -> None:
        said = articles.parent / "said"
        said.mkdir(exist_ok=True)
        served(index, _QUESTION, said)

    return {
        "open_current": lambda index: open_current(index).close(),
        "open_intact": lambda index: open_intact(index).engine.close(),
        "CurrentEngine": lambda index: CurrentEngine(index).engine(),
        "a service": serve,
        "search": lambda index: search_command(["--index", str(index), _QUESTION]),
        "ingest": commanded(str(articles)),
        "ingest --full": commanded(str(articles), "--full"),
        "ingest --dry-run": commanded(str(articles), "--dry-run"),
        "ingest --doctor": commanded(str(articles), "--doctor"),
        "ingest --rollback": commanded("--rollback"),
        "ingest --rollback to the first": commanded("--rollback", _GENERATIONS[0]),
        "ingest --prune": commanded("--prune"),
    }


PROOF = Proof(
    "T9",
    "code in the pickles of an index is never run",
    run,
    "crafted indexes",
    quick=1,
    full=len(PLACES) * len(TARGETS),
)
