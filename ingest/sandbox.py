"""Reads files in processes of their own: a file that hangs, crashes or swells its reader harms no other.

A pool of readers, one a core. Each file has a reader to itself while it is read; the reader is ended,
with all it may have started, when the file takes more than it may, and the next file gets a new one.
"""

from __future__ import annotations

import os
import queue
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from ingest.reader import Job, Limits, Reader
from ingest.readings import Reading
from ingest.sources import Unreadable

# Files read ahead of the one that is wanted next, for each reader: their results wait in memory.
_AHEAD = 4

READER = (sys.executable, "-m", "ingest.worker")


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
        self._readers = [Reader(command, self._limits) for _ in range(self._count)]
        self._idle: queue.SimpleQueue[Reader] = queue.SimpleQueue()
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
