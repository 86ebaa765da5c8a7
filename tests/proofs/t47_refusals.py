"""A machine that refuses a run what it needs: each operation on files in turn, a disk, file handles."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from search.errors import IndexMissing, IndexUnusable
from tests.proofs import warm, yard
from tests.proofs.disks import disk_trials
from tests.proofs.forks import apart
from tests.proofs.handles import handle_trials
from tests.proofs.proof import Outcome, Proof
from tests.proofs.refusing import Refusals, refuse
from tests.proofs.warm import Run

_WARMED = 3  # generations before the run that is refused something, so that it has one to remove
# So many operations fail, one after the other: one and all, as in SQLite's tests, and two, after which a run
# that misjudges what has failed has the means to do harm when it cleans up.
_MODES = {"once": 1, "and the one after it": 2, "and all after it": 1 << 30}

_AS_IT_WAS = ("the index is as it was and goes on answering", "no index was made")

# Points for each trial with a real disk, and with the real command short of handles: they take longer.
_POINTS_PER_DISK = 120
_POINTS_PER_HANDLES = 400

# Runs differ by an operation or two at their end: a point that one does not come to is none of it.
_SPREAD = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """An index, the articles of the next run, and what is to be answered before and after it."""

    name: str
    index: Path
    articles: Path
    options: tuple[str, ...]
    before: yard.Answers | None  # None: there is no index yet
    after: yard.Answers
    operations: int  # of a run that is refused nothing


@dataclass
class Tally:
    """What came of the experiments."""

    seed: int
    kinds: Counter[str] = field(default_factory=Counter)  # of operations that failed
    ends: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    points: int = 0  # that there are

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.failures.append(f"{what}; seed {self.seed}")


def run(folder: Path, seed: int, size: int) -> Outcome:
    """Makes so many points of failure, of each scene and mode alike, or all where there are fewer."""
    parts = os.cpu_count() or 1
    with ThreadPoolExecutor(parts) as pool:
        tried = [pool.submit(apart, _tried, folder / str(n), seed, size, n, parts) for n in range(parts)]
        tally = Tally(seed, points=tried[0].result().points)
        for part in tried:
            tally.kinds += part.result().kinds
            tally.ends += part.result().ends
            tally.failures += part.result().failures
    return apart(_outcome, folder, seed, size, tally)


def _tried(folder: Path, seed: int, size: int, part: int, parts: int) -> Tally:
    """What came of one part of the points."""
    os.environ["CITEWELL_MODEL"] = "off"
    tally = Tally(seed)
    scenes = _scenes(folder)
    points = [(scene, n, mode) for scene in scenes for n in range(1, scene.operations + 1) for mode in _MODES]
    tally.points = len(points)
    chosen = points if size >= len(points) else random.Random(seed).sample(points, size)
    for scene, first, mode in chosen[part::parts]:
        _try(scene, folder / "tried", first, mode, tally)
    return tally


def _outcome(folder: Path, seed: int, size: int, tally: Tally) -> Outcome:
    """All of it, with the trials of real disks and of handles."""
    os.environ["CITEWELL_MODEL"] = "off"
    chance = random.Random(seed)
    disks = disk_trials(folder / "disks", chance, max(1, size // _POINTS_PER_DISK))
    handles = handle_trials(folder / "handles", chance, size // _POINTS_PER_HANDLES)
    tried = tally.ends.total()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.kinds.items()))
    ends = ", ".join(f"{count} {end}" for end, count in sorted(tally.ends.items()))
    lost = len(tally.failures)
    figure = (
        f"write failure points: {tried - lost} of {tried} recovered with no human step ({ends}; "
        f"what failed first: {kinds}) of {tally.points}; {disks.figure}; {handles.figure}"
    )
    return Outcome(figure, (*tally.failures, *disks.failures, *handles.failures))


def _scenes(folder: Path) -> list[Scene]:
    folder.mkdir(exist_ok=True)
    index, articles = folder / "index", folder / "articles"
    for revision in range(_WARMED):
        yard.put_articles(articles, revision)
        _succeed(warm.ingest(articles, index))
    before = yard.current_answers(index)
    yard.put_articles(articles, _WARMED)
    kinds: Sequence[tuple[str, Path, tuple[str, ...], yard.Answers | None]] = (
        ("update", index, (), before),
        ("whole", index, ("--full",), before),
        ("first", folder / "none", (), None),
    )
    return [_scene(folder / "measured", *each, articles) for each in kinds]


def _scene(
    aside: Path, name: str, index: Path, options: tuple[str, ...], before: yard.Answers | None, articles: Path
) -> Scene:
    _copied(index, aside)
    never = Refusals(0, 0, random.Random(0))
    operations = warm.forked(lambda: _refused(articles, aside, options, never)[1].count)
    return Scene(name, index, articles, options, before, yard.current_answers(aside), operations)


def _refused(
    articles: Path, index: Path, options: tuple[str, ...], refusals: Refusals
) -> tuple[Run, Refusals]:
    refuse(index, refusals)
    return warm.ingest(articles, index, *options), refusals


def _copied(index: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    if index.exists():
        shutil.copytree(index, to)


def _succeed(run: Run) -> None:
    if run.status or run.fault:
        raise RuntimeError(f"a run that was refused nothing ended with {run}")


def _try(scene: Scene, index: Path, first: int, mode: str, tally: Tally) -> None:
    """Refuses one run its operation of that number, and looks what is left and what the next run does."""
    _copied(scene.index, index)
    what = f"{scene.name}, operation {first} {mode}"
    refusals = Refusals(first, _MODES[mode], random.Random(f"{tally.seed} {what}"))
    run, refusals = warm.forked(lambda: _refused(scene.articles, index, scene.options, refusals))
    if not refusals.refused and scene.operations - refusals.count <= _SPREAD < first:
        return
    if not refusals.refused:
        tally.failures.append(f"{what}: nothing was refused, it made {refusals.count}; seed {tally.seed}")
        return
    what = f"{what} ({refusals.refused[0]})"
    tally.kinds[refusals.refused[0].split()[0]] += 1
    tally.ends["refused" if run.status else "published all the same"] += 1
    before = len(tally.failures)
    tally.check(not run.fault, f"{what}: {run.fault}")
    tally.check(run.status == 0 or len(run.said) == 1, f"{what}: {run.status} and said {run.said}")
    now = _answered(index)
    expected = (scene.before, scene.after) if run.status else (scene.after,)
    tally.check(now in expected, f"{what}: it answers neither as before nor as after: {run.said}, {now}")
    if any(state in line for line in run.said for state in _AS_IT_WAS):
        tally.check(now == scene.before, f"{what}: it is not as it was: {run.said}")
    again = warm.forked(lambda: warm.ingest(scene.articles, index, *scene.options))
    tally.check(again.status == 0 and not again.fault, f"{what}: and the next run: {again}")
    tally.check(_answered(index) == scene.after, f"{what}: the next run answers otherwise")
    tally.check(not (left := _left_over(index)), f"{what}: {left} is left over")
    if len(tally.failures) > before + 1:  # one each
        del tally.failures[before + 1 :]


def _answered(index: Path) -> yard.Answers | str | None:
    """What is answered; why nothing is; None: there is no index."""
    try:
        return yard.current_answers(index)
    except IndexMissing:
        return None
    except IndexUnusable as error:
        return str(error)


def _left_over(index: Path) -> list[str]:
    try:
        return yard.left_over(index)
    except OSError as error:
        return [str(error)]


PROOF = Proof(
    row="T47",
    promise=(
        "When the disk is full, fails, is read-only or handles run out, a run says so in one line, the index "
        "goes on answering, and the next run succeeds once the cause is gone"
    ),
    run=run,
    unit="points of failure",
    quick=12,
    full=10_000,
)
