"""Processes that serve one socket: the parent forks them, replaces one that dies, and ends them with itself.

Each is a waitress of its own. gunicorn does the same for a dependency more and serves no more requests.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import threading
import time

from flask import Flask

from web.serving import LONGEST_END_SECONDS, serve

# A worker that dies at once is not replaced in a loop that keeps a core busy.
_PAUSE_SECONDS = 1.0

_log = logging.getLogger(__name__)


def serve_with_workers(app: Flask, listener: socket.socket, workers: int) -> None:
    """Serves in so many child processes until this one is interrupted, then waits for them to end.

    What `app` has opened by now they share; one that takes the place of another opens it anew, for it may be
    that what the other died of: a file cut short under its mapping. They end too when this process is killed.
    """
    listener.setblocking(False)  # else two that see the same connection would both wait for it
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every object, and so copy what is shared
    lifeline, held = os.pipe()  # nothing is written: it breaks when this process closes it or is gone
    started = {_fork(app, listener, lifeline, held): time.monotonic() for _ in range(workers)}
    try:
        while True:
            worker, status = os.wait()
            _log.warning("worker %d ended (%s): another takes its place", worker, _cause(status))
            if time.monotonic() - started.pop(worker) < _PAUSE_SECONDS:
                time.sleep(_PAUSE_SECONDS)
            started[_fork(app, listener, lifeline, held, afresh=True)] = time.monotonic()
    finally:
        os.close(held)
        _wait_for(set(started))


def _wait_for(workers: set[int]) -> None:
    """Waits until they have ended; kills those that take longer than it may take."""
    latest = time.monotonic() + LONGEST_END_SECONDS + _PAUSE_SECONDS
    while workers and time.monotonic() < latest:
        ended = {worker for worker in workers if os.waitpid(worker, os.WNOHANG)[0]}
        workers -= ended
        if not ended:
            time.sleep(0.01)
    for worker in workers:
        _log.warning("worker %d does not end: it is killed", worker)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _fork(app: Flask, listener: socket.socket, lifeline: int, held: int, *, afresh: bool = False) -> int:
    """The process id of a new worker, which never returns from here."""
    worker = os.fork()
    if worker:
        return worker
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all: the parent decides
        os.close(held)
        all_end = threading.Event()
        threading.Thread(target=_end_with_parent, args=(lifeline, all_end), daemon=True).start()
        if afresh:
            app.extensions["citewell"].reopen()
        warm_up(app)
        serve(app, listener, others_accept=lambda: not all_end.is_set())
    except KeyboardInterrupt:
        pass
    except Exception:
        _log.exception("a worker cannot go on")
        os._exit(1)
    finally:
        os._exit(0)


def _end_with_parent(lifeline: int, all_end: threading.Event) -> None:
    os.read(lifeline, 1)
    all_end.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _cause(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def warm_up(app: Flask) -> None:
    """Asks the page a first question, so that nobody's request waits for what is read at first use."""
    app.test_client().get("/", query_string={"q": "What was the first of them?"})
