"""One process that reads files, one after the other, and is ended when one of them takes more than it may."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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

_PACKAGES = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read, with what is supplied for it."""

    source: Source
    supplied: Supplied


class Reader:
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
                if isinstance(error, _TooSlow) or (fresh and isinstance(error, _Ended)):
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
            [*self._command, *map(str, (limits.memory_bytes, limits.open_files, os.getpid()))],
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
        kind = _Ended if status in _NOT_FOR_THE_FILE else _Failed
        if status < 0:
            return kind(f"its reader crashed ({signal.Signals(-status).name})")
        return kind(f"its reader ended (status {status})")


class _Failed(Exception):
    """Why a reader gave no reply that can be used."""


# Killed, as the system does where memory is short, or ended as Python does when it cannot start.
_NOT_FOR_THE_FILE = (-signal.SIGKILL, 1)


class _Ended(_Failed):
    """An end of the reader that the file need not have caused."""


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
