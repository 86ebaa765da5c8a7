"""Processes that share the work of writing an index, one a core, and give back what they made in order.

They are programs of their own, not forks: a fork of a process with threads may hang, and Python's own pools
read the caller's main module again. They end with the `with` block, and when their caller dies.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from search.errors import SearchError
from search.lifeline import end_with

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Items handed out ahead of the one that is wanted next, for each process: they and their results wait in
# memory.
_AHEAD = 3

# Objects made between two looks for cycles. Nearly all that is made here holds none and is many objects: by
# Python's own count of 700 looking takes a tenth of the time.
_COLLECTED_EVERY = 1_000_000

_PACKAGES = Path(__file__).parents[2]


class WorkerDied(SearchError):
    """A process ended without a result, or failed with an error that cannot be passed on."""


class Workers:
    """A pool of processes, started with the first work; the end of the `with` block ends them all."""

    def __init__(self, count: int | None = None) -> None:
        """So many processes, one for each core of the machine unless it is said."""
        self._count = count or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._count)  # each waits for one process
        self._workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()

    def submit(self, function: Callable[[_Item], _Result], item: _Item) -> Future[_Result]:
        """What the function makes of the item, in another process; both have to be picklable.

        An exception of the function is raised with the traceback of the process as a note.
        """
        if len(self._workers) < self._count:
            self._workers.append(_Worker())
            self._idle.put(self._workers[-1])
        return self._threads.submit(self._run, partial(function, item))

    def each(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[tuple[_Item, _Result]]:
        """Each item with what the function makes of it, in their order; few items are taken ahead."""
        waiting: deque[tuple[_Item, Future[_Result]]] = deque()
        for item in items:
            waiting.append((item, self.submit(function, item)))
            if len(waiting) > self._count * _AHEAD:
                first, result = waiting.popleft()
                yield first, result.result()
        for first, result in waiting:
            yield first, result.result()

    def end_all_but_one(self) -> None:
        """Ends the other processes, once none has work: each holds what it remembered of its own."""
        self._count = 1
        while len(self._workers) > 1:
            worker = self._idle.get()
            self._workers.remove(worker)
            worker.end()
            worker.close()

    def _run(self, call: Callable[[], _Result]) -> _Result:
        worker = self._idle.get()
        try:
            return worker.run(call)
        finally:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()


class _Worker:
    """One process, which makes one call after the other."""

    def __init__(self) -> None:
        paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from search.index.workers import main; main()", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the caller, which ends its processes
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._calls, self._replies = self._process.stdin, self._process.stdout

    def run(self, call: Callable[[], _Result]) -> _Result:
        data = pickle.dumps(call, pickle.HIGHEST_PROTOCOL)
        try:
            pickle.dump(data, self._calls)
            self._calls.flush()
            succeeded, result = pickle.load(self._replies)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise WorkerDied(f"a process that wrote the index ended ({self._status()})") from None
        if not succeeded:
            raise result
        return result  # type: ignore[no-any-return]  # as the call returned it

    def _status(self) -> str:
        status = self._process.wait()
        return signal.Signals(-status).name if status < 0 else f"status {status}"

    def end(self) -> None:
        """Kills the process; whoever waits for its result is told so."""
        self._process.kill()

    def close(self) -> None:
        """Lets go of the process, once nobody waits for it."""
        self._process.wait()
        for pipe in (self._calls, self._replies):
            try:
                pipe.close()
            except BrokenPipeError:  # a call that the process did not take
                pass


def serve(calls: BinaryIO, replies: BinaryIO) -> None:
    """Makes each call until there are no more; replies whether it succeeded, and its result or its error."""
    while True:
        try:
            call: bytes = pickle.load(calls)
        except EOFError:
            return
        replies.write(_reply(call))
        replies.flush()


def _reply(call: bytes) -> bytes:
    try:
        return pickle.dumps((True, pickle.loads(call)()), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note(traceback.format_exc())
        try:
            reply = pickle.dumps((False, error))
            pickle.loads(reply)
        except Exception:  # an error that cannot be sent, of which its traceback tells
            reply = pickle.dumps((False, WorkerDied("\n".join(error.__notes__))))
        return reply


def main() -> None:
    """What a process of the pool runs, given the id of the one that started it."""
    # Before anything else: one that outlives a killed run would go on writing where the next one writes.
    end_with(int(sys.argv[1]))
    gc.set_threshold(_COLLECTED_EVERY)
    results = sys.stdout.buffer
    sys.stdout = sys.stderr  # what anything prints must not get between them
    serve(sys.stdin.buffer, results)
