"""Reads files in processes of their own: a file that hangs, crashes or swells its reader harms no other.

A pool of readers, one a core. Each file has a reader to itself while it is read; the reader is ended,
with all it may have started, when the file takes more than it may, and the next file gets a new one. A
file is called unreadable because of a failed reader only when that had read no other: what is left of one
file in a reader never hides the next.
"""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.readings import Reading, reading_from_dict
from ingest.sources import Source, Unavailable, Unreadable
from ingest.supplied import Supplied, supplied_to_dict


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. FORMATS.md lists them for maintainers."""

    wall_seconds: float = 30
    cpu_seconds: int = 20
    # A PDF of 2,000 pages or a page of 10 MB takes about half of it.
    memory_bytes: int = 1024 * 1024 * 1024
    # The reply for the most text that a file may hold, every word of it cited.
    reply_bytes: int = 100_000_000
    open_files: int = 64


# A reader is replaced after so many files, so that what its libraries leak never adds up.
FILES_PER_READER = 200

# Files read ahead of the one that is wanted next, for each reader: their results wait in memory.
_AHEAD = 4

_PACKAGES = Path(__file__).parents[1]
READER = (sys.executable, "-m", "ingest.worker")


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read, with what is supplied for it."""

    source: Source
    supplied: Supplied


class Sandbox:
    """A pool of reader processes; `close` or the end of a `with` block ends them all."""

    def __init__(
        self,
        readers: int | None = None,
        limits: Limits | None = None,
        command: Sequence[str] = READER,
    ) -> None:
        self._count = readers or os.cpu_count() or 1
        self._limits = limits or Limits()
        self._command = command
        self._readers = [_Reader(command, self._limits) for _ in range(self._count)]
        self._idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
        for reader in self._readers:
            self._idle.put(reader)

    def read(self, job: Job) -> Reading:
        """What the file becomes; raises Unreadable, saying why, for one that makes no document."""
        reader = self._idle.get()
        try:
            return reader.read(job)
        finally:
            self._idle.put(reader)

    def read_all(self, jobs: Iterable[Callable[[], Job]]) -> Iterator[Reading | Unreadable]:
        """The outcome of each job, in their order; a few are worked on ahead, on all readers.

        Breaking it off ends the pool.
        """

        def outcome(job: Callable[[], Job]) -> Reading | Unreadable:
            try:
                return self.read(job())
            except Unreadable as error:
                return error

        with ThreadPoolExecutor(self._count) as pool:
            waiting: deque[Future[Reading | Unreadable]] = deque()
            try:
                for job in jobs:
                    waiting.append(pool.submit(outcome, job))
                    if len(waiting) > self._count * _AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:  # nobody waits for these any more, when the loop was broken off
                for future in waiting:
                    future.cancel()
                if waiting:
                    self._end()

    def close(self) -> None:
        """Ends the readers."""
        self._end()
        for _ in self._readers:
            self._idle.get().stop()

    def _end(self) -> None:
        for reader in self._readers:
            reader.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Reader:
    """One reader process, started when it is first needed."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command = command
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._ended = False

    def read(self, job: Job) -> Reading:
        if self._files == FILES_PER_READER:
            self.stop()
        while True:
            fresh = self._process is None
            if fresh:
                self._start()
            self._files += 1
            try:
                return _reading(self._ask(job), job)
            except _Failed as error:
                self.stop()
                if isinstance(error, _TooSlow):
                    raise Unavailable(str(error)) from None
                if fresh or self._ended or isinstance(error, _TooMuch):
                    raise Unreadable(str(error)) from None

    def end(self) -> None:
        """Kills the process for good; whoever waits for its reply is told so."""
        self._ended = True
        self._kill()

    def _kill(self) -> None:
        """Ends the process and everything it may have started."""
        process = self._process
        if process is not None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def stop(self) -> None:
        """Ends the process and lets go of it."""
        self._kill()
        if self._process is None:
            return
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # both were asked for
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        self._process = None

    def _start(self) -> None:
        limits = self._limits
        self._process = subprocess.Popen(
            [*self._command, str(limits.memory_bytes), str(limits.open_files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # a process group of its own, to be ended as a whole
            env=_environment(),
        )
        self._files = 0
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)

    def _ask(self, job: Job) -> bytes:
        """The reply's one line; raises _Failed when the reader dies or takes more than it may."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = memoryview(_request(job, self._limits))
        until = time.monotonic() + self._limits.wall_seconds
        reply = bytearray()
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        poll.register(self._process.stdin, select.POLLOUT)
        while True:
            left = until - time.monotonic()
            ready = dict(poll.poll(max(0, left) * 1000))
            if not ready or left <= 0:
                raise _TooSlow(f"it takes more than {self._limits.wall_seconds:g} s to read: split it")
            if self._process.stdin.fileno() in ready:
                request = request[self._send(request) :]
                if not request:
                    poll.unregister(self._process.stdin)
            if self._process.stdout.fileno() in ready:
                received = self._process.stdout.read(1 << 20)
                if not received:
                    raise self._cause_of_death()
                reply += received
                if len(reply) > self._limits.reply_bytes:
                    raise _TooMuch("it makes more text than a file may: split it")
                if reply.endswith(b"\n"):
                    return bytes(reply)

    def _send(self, request: memoryview) -> int:
        """How many bytes the reader took; all of them when it is dead, which its silence will tell."""
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            return os.write(self._process.stdin.fileno(), request)
        except BrokenPipeError:
            return len(request)

    def _cause_of_death(self) -> _Failed:
        assert self._process is not None
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return _Failed(_BROKEN)  # it closed its output and lives on
        if status == -signal.SIGXCPU:
            return _TooMuch(
                f"it takes more than {self._limits.cpu_seconds} s of processor time to read: split it"
            )
        if status < 0:
            return _Failed(f"its reader crashed ({signal.Signals(-status).name})")
        return _Failed(f"its reader ended (status {status})")


class _Failed(Exception):
    """Why a reader gave no reply that can be used."""


class _TooMuch(_Failed):
    """A limit that a fresh reader would come to as well."""


class _TooSlow(_Failed):
    """The limit on time, which a busy machine may have caused."""


_BROKEN = "its reader broke off"


def _reading(line: bytes, job: Job) -> Reading:
    """The reading that a reply holds; raises Unreadable as the reply says, and _Failed for any other."""
    try:
        reply = json.loads(line)
        if reply["sha256"] == job.source.sha256:
            if "unreadable" in reply:
                raise Unreadable(str(reply["unreadable"]))
            if "failed" in reply:
                raise _Failed(str(reply["failed"]))
            reading = reading_from_dict(reply["reading"])
            if (reading.document.source, reading.document.sha256) == (job.source.name, job.source.sha256):
                return reading
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        pass
    raise _Failed(_BROKEN)  # also for a late reply, to a file of before


def _request(job: Job, limits: Limits) -> bytes:
    header = {
        "name": job.source.name,
        "sha256": job.source.sha256,
        "size": len(job.source.data),
        "supplied": supplied_to_dict(job.supplied),
        "cpu_seconds": limits.cpu_seconds,
    }
    return json.dumps(header).encode() + b"\n" + job.source.data


def _environment() -> dict[str, str]:
    """What a reader gets to know of ours: where Python finds its modules, and nothing else."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "HOME")}
    paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
