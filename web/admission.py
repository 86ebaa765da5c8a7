"""How many searches run at a time: the others wait for their turn, and are told to come back if it is long.

It holds under any server, with any number of threads, for each process by itself. What does not search, a
document, a style sheet or the state of the service, never waits here.
"""

from __future__ import annotations

import os
import threading

from flask import Flask, g, request

# TO BE MEASURED
SEARCHES_AT_ONCE = 2

# Longer than a person waits without asking again; a search itself takes a second at the most.
LONGEST_WAIT_SECONDS = 2.0

_SEARCHES = ("api.search", "pages.home")


class Busy(Exception):
    """No turn came in time; `retry_after` says in how many whole seconds to ask again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too much is being searched for: ask again in {retry_after} seconds")
        self.retry_after = retry_after


class Admission:
    """So many turns at a time in this process; a process forked from it has all of them free."""

    def __init__(self, at_once: int = SEARCHES_AT_ONCE, longest_wait: float = LONGEST_WAIT_SECONDS) -> None:
        self.turned_away = 0
        self._at_once, self._longest_wait = at_once, longest_wait
        self._count = threading.Lock()
        self._open()
        # The thread that holds a turn in the parent is not there in the child to give it back.
        os.register_at_fork(after_in_child=self._open)

    def _open(self) -> None:
        self._count = threading.Lock()
        self._turns = threading.BoundedSemaphore(self._at_once)

    def take(self) -> threading.BoundedSemaphore:
        """Waits for a turn; whoever has it gives it back by `release()`. Raises Busy."""
        turns = self._turns
        if turns.acquire(timeout=self._longest_wait):
            return turns
        with self._count:
            self.turned_away += 1
        raise Busy(max(1, round(self._longest_wait)))


def register(app: Flask) -> None:
    """Has every search of the application take its turn."""
    app.extensions["citewell_admission"] = Admission()

    @app.before_request
    def take() -> None:
        if request.endpoint in _SEARCHES and request.args.get("q"):
            admission: Admission = app.extensions["citewell_admission"]
            g.turn = admission.take()

    @app.teardown_request
    def give_back(_: BaseException | None) -> None:
        turn = g.pop("turn", None)
        if turn:
            turn.release()
