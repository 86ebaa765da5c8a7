"""How many searches run at a time: the others wait for their turn, and are told to come back if it is long.

It holds under any server, with any number of threads, for each process by itself. What does not search, a
document, a style sheet or the state of the service, never waits here.
"""

from __future__ import annotations

import os
import threading
from collections import deque

from flask import Flask, g, request

# While one client asks nothing but what takes a second, eight others get 5 replies a second with one search
# at a time, 65 with two, 120 with three and 90 with four (20,963 passages, two busy cores). Of as many
# ordinary questions as 64 clients can ask none is turned away.
SEARCHES_AT_ONCE = 3

# Of eight threads five can wait: even if every search takes its second they are through by then.
LONGEST_WAIT_SECONDS = 2.0

_SEARCHES = ("api.search", "pages.home")


class Busy(Exception):
    """No turn came in time; `retry_after` says in how many whole seconds to ask again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too much is being searched for: ask again in {retry_after} seconds")
        self.retry_after = retry_after


class Admission:
    """So many turns at a time in this process, given in the order in which they were asked for.

    A process forked from it has all of them free.
    """

    def __init__(self, at_once: int = SEARCHES_AT_ONCE, longest_wait: float = LONGEST_WAIT_SECONDS) -> None:
        self.turned_away = 0
        self._at_once, self._longest_wait = at_once, longest_wait
        self._open()
        # The thread that holds a turn in the parent is not there in the child to give it back.
        os.register_at_fork(after_in_child=self._open)

    def _open(self) -> None:
        self._lock = threading.Lock()
        self._free = self._at_once
        # Not a semaphore: that gives a turn to whoever comes just then, and some wait for ever.
        self._waiting: deque[threading.Event] = deque()

    def take(self) -> None:
        """Waits for a turn, which has to be given back; raises Busy when none comes."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(self._longest_wait):
            return
        with self._lock:
            if mine.is_set():  # at the last moment
                return
            self._waiting.remove(mine)
            self.turned_away += 1
        raise Busy(max(1, round(self._longest_wait)))

    def give_back(self) -> None:
        """Ends a turn: it is that of whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


def register(app: Flask) -> None:
    """Has every search of the application take its turn."""
    app.extensions["citewell_admission"] = Admission()

    @app.before_request
    def take() -> None:
        if request.endpoint in _SEARCHES and request.args.get("q"):
            admission: Admission = app.extensions["citewell_admission"]
            admission.take()
            g.turn = admission

    @app.teardown_request
    def give_back(_: BaseException | None) -> None:
        turn: Admission | None = g.pop("turn", None)
        if turn:
            turn.give_back()
