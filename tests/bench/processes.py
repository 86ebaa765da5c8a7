"""The processes that the engines are in: what one builds, answers and holds in memory."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# Often enough for what grows over seconds; each look costs the process that is looked at some milliseconds.
_POLL_SECONDS = 0.25
# Each engine is asked everything once and then goes on this long, unmeasured: Java compiles what it has seen
# run, numba what it is called with, and the pages of an index are read on first use.
WARM_SECONDS = 5.0


class Failed(Exception):
    """An engine's process came to an end; says what it printed last."""


@dataclass(frozen=True, slots=True)
class Built:
    """What it took to write an index."""

    seconds: float
    memory: int  # bytes at the most, of the process and those it started, what is shared counted once
    size: int  # bytes of the index on disk


@dataclass(frozen=True, slots=True)
class Reply:
    """What one question got."""

    milliseconds: float
    numbers: tuple[int, ...]  # of passages, best first


def memory(process: psutil.Process) -> int:
    """Bytes that the process and those it started hold, what several share counted once."""
    held = 0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += one.memory_full_info().pss
    return held


def build(command: Sequence[str], collection: Path, index: Path) -> Built:
    """Writes an index into the new folder `index`; raises Failed."""
    index.mkdir()
    most, done = 0, threading.Event()

    def watch(process: psutil.Process) -> None:
        nonlocal most
        while not done.wait(_POLL_SECONDS):
            most = max(most, memory(process))

    with tempfile.TemporaryFile("w+") as errors:
        started = subprocess.Popen(
            [*command, "build", str(collection), str(index)],
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        watcher = threading.Thread(target=watch, args=(psutil.Process(started.pid),))
        watcher.start()
        try:
            printed, _ = started.communicate()
        finally:
            started.kill()
            done.set()
            watcher.join()
        if started.returncode:
            raise Failed(_last(errors))
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return Built(float(printed), most, size)


def _last(errors: IO[str]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().splitlines()[-20:])


class Asking(AbstractContextManager["Asking"]):
    """An engine that has opened its index and waits for questions; ends with the `with` block."""

    def __init__(self, command: Sequence[str], collection: Path, index: Path, questions: int) -> None:
        """Starts it, to be asked the first `questions` of the collection."""
        self.questions = questions
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in __exit__
        self._process = subprocess.Popen(
            [*command, "ask", str(collection), str(index)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def open(self) -> None:
        """Waits until it can be asked; raises Failed."""
        if self._line() != "ready":
            raise Failed(_last(self._errors))

    def warm(self) -> None:
        """Asks it everything for a while; raises Failed."""
        began = time.perf_counter()
        self.ask(0, self.questions)
        while time.perf_counter() - began < WARM_SECONDS:
            self.ask(0, min(self.questions, 100))

    def ask(self, first: int, beyond: int) -> list[Reply]:
        """The replies to a range of the questions, cut at the last that is for it; raises Failed."""
        beyond = min(beyond, self.questions)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{first} {beyond}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(_last(self._errors)) from None
        return [self._reply(self._line()) for _ in range(first, beyond)]

    def memory(self) -> int:
        """Bytes that it holds now."""
        return memory(psutil.Process(self._process.pid))

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Failed(_last(self._errors))
        return line.rstrip("\n")

    @staticmethod
    def _reply(line: str) -> Reply:
        took, *pairs = line.split(" ")
        return Reply(int(took) / 1e6, tuple(map(int, pairs[::2])))
