"""`python -m web` as a running process, for the tests that need one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Long after any start on any machine: a process that says nothing until then hangs, and is ended.
PATIENCE = 120


@dataclass(frozen=True)
class Service:
    """A running `python -m web` and what it printed up to its address."""

    process: subprocess.Popen[str]
    address: str  # "http://127.0.0.1:43210/"
    said: list[str]

    def get(self, path: str) -> str:
        with urlopen(self.address + path.removeprefix("/"), timeout=PATIENCE) as response:
            return str(response.read().decode())


def environment(**more: str) -> dict[str, str]:
    """The environment with this copy of Citewell first on the path, and no index of the machine's own."""
    kept = {name: value for name, value in os.environ.items() if name != "CITEWELL_INDEX"}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def heed_interrupts() -> None:
    """Undoes what a shell does to commands in the background, whose children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def comes_true(claim: Callable[[], bool]) -> bool:
    """Whether the claim holds some day: long after that it is taken for false."""
    end = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def serving(*arguments: str, folder: Path, **variables: str) -> Iterator[Service]:
    """The service, started in `folder` and ended on leaving; its stderr goes to the file `stderr` there."""
    with (
        (folder / "stderr").open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "web", "--port", "0", *arguments],
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            preexec_fn=heed_interrupts,
        ) as process,
    ):
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            said: list[str] = []
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line.rstrip("\n"))
                if found := re.search(r"http://\S+/", line):
                    yield Service(process, found[0], said)
                    break
            else:
                pytest.fail(f"it ended without an address: {(folder / 'stderr').read_text()}")
        finally:
            watchdog.cancel()
            process.kill()
