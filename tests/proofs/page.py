"""The page of what was tried, a row each, with the command and the seed that do it again."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.proofs.proof import Outcome, Proof

_HEAD = """\
# What Citewell promises, and what was done to break it

Each row is an experiment of `tests/proofs/`, written here by the command in it; `python -m tests.proofs` runs
them all, and the test suite runs all of them small. A row that could not be tried says why.

| # | promise | what was seen | command | seconds | on |
|---|---|---|---|---:|---|
"""
_FOOT = """
Python {python}, {system}, {cores} cores.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One experiment as it was made."""

    proof: Proof
    outcome: Outcome
    seed: int
    size: int
    seconds: float
    day: str  # ISO date


def write_page(path: Path, known: Iterable[Proof], line: Line) -> None:
    """Puts the line into the page, in place of an earlier one of its row; rows no longer known go."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = {found[1]: found[0] for found in re.finditer(r"^\| (T\d+) \|.*$", before, re.MULTILINE)}
    rows[line.proof.row] = _row(line)
    kept = [rows[proof.row] for proof in known if proof.row in rows]
    foot = _FOOT.format(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count(),
    )
    path.write_text("\n".join([_HEAD.rstrip("\n"), *kept, foot]), encoding="utf-8")


def _row(line: Line) -> str:
    outcome = line.outcome
    seen = f"not tried: {outcome.skipped}" if outcome.skipped else outcome.figure
    if outcome.failures:
        seen = f"**broken {len(outcome.failures)} times**: {seen}"
    command = f"`python -m tests.proofs {line.proof.row} --seed {line.seed}`"
    cells = (line.proof.row, line.proof.promise, seen, command, f"{line.seconds:.0f}", line.day)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
