"""The command itself, with few file handles."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.proofs import yard
from tests.proofs.proof import Outcome
from tests.services import PATIENCE, environment

# Of file handles that a process may have: Python imports with the fewest, a run is content with the most.
_HANDLES = range(5, 30)

_NO_HANDLES = "ingest: there are no file handles left for this process: the index is as it was"


def handle_trials(folder: Path, chance: random.Random, count: int) -> Outcome:
    """Runs the command itself with few file handles, a number of them by chance each time."""
    folder.mkdir()
    ends: Counter[str] = Counter()
    failures: list[str] = []
    for revision in range(1, count + 1):
        yard.put_articles(folder / "articles", revision)
        if revision == 1:
            _ingest(folder, None)
        yard.put_articles(folder / "articles", revision + 1)
        most = chance.choice(_HANDLES)
        run, again = _ingest(folder, most), _ingest(folder, None)
        refused = run.returncode == 1 and "Traceback" not in run.stderr and _NO_HANDLES in run.stderr
        ends["refused" if refused else "had enough"] += 1
        if not (refused or run.returncode == 0):
            failures.append(f"{most} file handles: it ended with {run.returncode}: {run.stderr[-2000:]}")
        if again.returncode or (left := yard.left_over(folder / "index")):
            failures.append(
                f"{most} file handles, and all after that: {again.stderr[-2000:]}, {left} left over"
            )
    ended = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    return Outcome(
        f"{count} runs of the command with few file handles" + (f": {ended}" if ends else ""), tuple(failures)
    )


def _ingest(folder: Path, handles: int | None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if handles:
            resource.setrlimit(resource.RLIMIT_NOFILE, (handles, handles))

    return subprocess.run(
        [sys.executable, "-m", "ingest", str(folder / "articles"), "--index", str(folder / "index")],
        env=environment(CITEWELL_MODEL="off"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=limit,
        check=False,
    )
