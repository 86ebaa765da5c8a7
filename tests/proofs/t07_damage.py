"""Files of the generation that is served, damaged at rest: refused when loaded, and mended by a run."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from search.errors import IndexUnusable
from search.index.current import CurrentEngine
from tests.proofs import warm, yard
from tests.proofs.damages import DAMAGES
from tests.proofs.dice import Dice
from tests.proofs.forks import apart
from tests.proofs.proof import Outcome, Proof

# The current generation has files of its own and some in common with the one before, which has none in
# common with the first: so there is one to fall back to, whichever file is damaged.
_BUILDS = (("--full",), ("--full",), ())
_CURRENT = "g000003"

# One of so many damages is also left to a run to be made good, which takes longer than all else.
_MENDED_EACH = 5

_SWITCHED_SECONDS = 20  # long after a service has opened the next generation on any machine


@dataclass
class Tally:
    """What came of the damages."""

    seed: int
    kinds: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    failures: list[str] = field(default_factory=list)


def run(folder: Path, seed: int, size: int) -> Outcome:
    """Does so many damages, to each file in turn."""
    return apart(_run, folder, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    os.environ["CITEWELL_MODEL"] = "off"
    index, articles = folder / "index", folder / "articles"
    expected = {}
    for revision, options in enumerate(_BUILDS, 1):
        yard.put_articles(articles, revision)
        ran = warm.forked(partial(warm.ingest, articles, index, *options))
        assert ran == warm.Run(0, ()), ran
        expected[f"g{revision:06d}"] = yard.current_answers(index)
    assert len(set(expected.values())) == len(_BUILDS), "generations that answer alike show nothing"
    chance, tally = random.Random(seed), Tally(seed)
    files = [path for path in sorted((index / _CURRENT).rglob("*")) if path.is_file()]
    files.append(index / "CURRENT")
    chance.shuffle(files)
    for number, path in zip(range(size), itertools.cycle(files), strict=False):
        _try(index, articles, path, number, chance, expected, tally)
    return Outcome(_figure(tally, len(files)), tuple(tally.failures))


def _figure(tally: Tally, files: int) -> str:
    done = tally.kinds.total()
    served = ", ".join(f"{count} from {name}" for name, count in sorted(tally.served.items()))
    return (
        f"{done} damages over {files} files ({_counts(tally.kinds)}): {tally.ends['refused']} refused at "
        f"load, {tally.ends['harmless']} without effect; {tally.wrong} wrong answers (served {served}); "
        f"{tally.ends['mended']} of {tally.ends['left to a run']} found by --doctor and mended by a "
        "run with no human step"
    )


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))


def _try(
    index: Path,
    articles: Path,
    path: Path,
    number: int,
    chance: random.Random,
    expected: dict[str, yard.Answers],
    tally: Tally,
) -> None:
    generations = [index / name for name in expected if name != _CURRENT]
    inside = path.relative_to(index / _CURRENT) if path.is_relative_to(index / _CURRENT) else None
    others = [each / inside for each in generations if inside and (each / inside).exists()]
    kinds = list(DAMAGES)
    chance.shuffle(kinds)
    for kind in kinds:
        undo = DAMAGES[kind](path, others, chance)
        if undo:
            break
    else:
        raise AssertionError(f"{path} cannot be damaged")
    tally.kinds[kind] += 1
    what = f"damage {number} of seed {tally.seed}, {path.relative_to(index)} {kind}"
    try:
        refused = _look(index, expected, tally, what)
        if number % _MENDED_EACH == 0:
            copy = index.parent / "copy"
            _copy(index, copy)
            tally.ends["left to a run"] += 1
            _mend(copy, articles, expected[_CURRENT], tally, what)
            shutil.rmtree(copy)
    finally:
        undo()
    tally.ends["refused" if refused else "harmless"] += 1


def _look(index: Path, expected: dict[str, yard.Answers], tally: Tally, what: str) -> bool:
    """Whether the generation is refused; what is served is looked at, and how the service says it stands."""
    try:
        strict = yard.current_answers(index)
        refused = False
        if strict != expected[_CURRENT]:
            tally.wrong += 1
            tally.failures.append(f"{what}: not refused, and it answers otherwise")
    except IndexUnusable:
        refused = True
    current = CurrentEngine(index, Dice)
    try:
        engine = current.engine()
    except IndexUnusable as error:
        tally.failures.append(f"{what}: nothing is served: {error}")
        return refused
    health = current.health()
    tally.served[engine.info.generation] += 1
    if yard.answers(engine) != expected[engine.info.generation]:
        tally.wrong += 1
        tally.failures.append(f"{what}: {engine.info.generation} is served and answers otherwise")
    if (health.status, health.generation) != ("degraded" if refused else "ok", engine.info.generation):
        tally.failures.append(f"{what}: the service says {health}")
    return refused


def _mend(index: Path, articles: Path, expected: yard.Answers, tally: Tally, what: str) -> None:
    """Lets the next run come, with articles that have not changed since the damage."""
    before = CurrentEngine(index, Dice)
    before.engine()
    examined = warm.forked(partial(warm.ingest, articles, index, "--doctor"))
    ran = warm.forked(partial(warm.ingest, articles, index))
    try:
        if examined.status != 1 or examined.fault:
            raise ValueError(f"--doctor finds nothing: {examined}")
        if ran.status or ran.fault:
            raise ValueError(f"the next run ends with {ran}")
        if yard.current_answers(index) != expected:
            raise ValueError("the run that is to mend it makes another index")
        until = time.monotonic() + _SWITCHED_SECONDS
        while before.health().status != "ok" and time.monotonic() < until:
            time.sleep(0.02)
        if before.health().status != "ok" or yard.answers(before.engine()) != expected:
            raise ValueError(f"after the run that mends it the service says {before.health()}")
        if left := yard.left_over(index):
            raise ValueError(f"{left} is left over")
    except (IndexUnusable, ValueError) as error:
        tally.failures.append(f"{what}: {error}")
    else:
        tally.ends["mended"] += 1


def _copy(folder: Path, to: Path) -> None:
    """A copy in which the names of one file are names of one file too."""
    links: dict[int, str] = {}

    def one(source: str, target: str) -> None:
        inode = os.stat(source).st_ino
        if inode in links:
            os.link(links[inode], target)
        else:
            links[inode] = shutil.copyfile(source, target)

    shutil.copytree(folder, to, copy_function=one)


PROOF = Proof(
    row="T7",
    promise=(
        "A damaged file is refused when it is loaded, the newest intact generation answers instead, the "
        "service says that it does, and the next run mends it"
    ),
    run=run,
    unit="damages",
    quick=40,
    full=300,
)
