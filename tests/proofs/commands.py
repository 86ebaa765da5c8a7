"""The commands of Citewell as processes of their own, and its service as long as a question takes.

They compare words alone, as the indexes do that they are given.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from tests.services import ROOT, environment

# Seconds after which a process that has not ended hangs, and is ended.
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Said:
    """How a process ended and what it printed."""

    status: int
    stdout: str
    stderr: str


def started(*arguments: str) -> subprocess.Popen[str]:
    """`python -m` with the arguments, begun."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment(CITEWELL_MODEL="off"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> Said:
    """What came of it; it is ended when it hangs."""
    with process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            stdout, stderr = process.communicate()
        finally:
            watchdog.cancel()
        return Said(process.returncode, stdout, stderr)


@dataclass(frozen=True, slots=True)
class Served:
    """What a service answered, or how it refused to start."""

    answer: dict[str, Any] | None  # as /search gives it; None: it did not start
    stderr: str


def served(index: Path, question: str, folder: Path) -> Served:
    """Starts the service of the index in the empty `folder`, asks it one question, and ends it."""
    errors = folder / "stderr"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "web", "--port", "0", "--index", str(index)],
            cwd=folder,
            env=environment(CITEWELL_MODEL="off"),
            stdout=subprocess.PIPE,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        answer = None
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"http://\S+/", line):
                    with urlopen(f"{found[0]}search?q={quote(question)}", timeout=PATIENCE) as response:
                        answer = json.load(response)
                    break
        finally:
            watchdog.cancel()
            process.kill()
    return Served(answer, errors.read_text(encoding="utf-8"))
