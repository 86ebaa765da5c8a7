"""`python -m web`: serve the page and the JSON; build the index from corpus/ first if there is none."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from search.encoder import default_encoder
from search.errors import IndexMissing, SearchError
from search.settings import default_index
from web.app import create_app
from web.rates import REQUESTS_A_SECOND
from web.serving import serve
from web.workers import serve_with_workers, warm_up

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

# More than any machine has cores is a slip of the finger.
_MOST_WORKERS = 256
_MOST_DIGITS = 6  # of a rate


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is interrupted (0); 1 when it cannot, with one line that says what to do."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument(
        "--index", type=Path, default=default_index(), help="folder of the index (%(default)s)"
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port to listen on, 0 for any free one (%(default)s)"
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        default=1,
        help="processes that answer, best one for each core (%(default)s)",
    )
    parser.add_argument(
        "--rate",
        type=_rate,
        default=REQUESTS_A_SECOND,
        help="requests a second that one address may make of a process, 0 for any number (%(default)g)",
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        encoder = default_encoder()
        app = create_app({"INDEX": arguments.index, "RATE": arguments.rate}, lambda: encoder)
        if not _ready(app, arguments.index):
            return 1
    except SearchError as error:
        print(f"web: {error}", file=sys.stderr)
        return 1
    try:
        family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
        listener = socket.create_server((arguments.host, arguments.port), family=family)
    except OSError as error:
        reason = str(error.strerror).split(" (")[0]  # Python adds the address once more in brackets
        print(
            f"web: cannot listen on {arguments.host}:{arguments.port}: {reason}; "
            "choose another with --port or --host",
            file=sys.stderr,
        )
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl+C does
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    try:
        print(f"Citewell is at http://{host}:{listener.getsockname()[1]}/ (Ctrl+C ends it)", flush=True)
        if arguments.workers == 1:
            serve(app, listener)
        else:
            serve_with_workers(app, listener, arguments.workers)
    except KeyboardInterrupt:
        pass
    return 0


def _ready(app: Flask, index: Path) -> bool:
    """Whether the app has its index open, after building one where there was none."""
    current = app.extensions["citewell"]
    try:
        current.engine()
    except IndexMissing:
        print(f"No index in {index} yet: building it.", file=sys.stderr)
        # A process of its own, as for every indexing: serving imports nothing of ingest.
        if subprocess.run([sys.executable, "-m", "ingest", "--index", str(index)]).returncode != 0:
            return False
        current.engine()
    warm_up(app)
    return True


def _port(value: str) -> int:
    if value.isdigit() and int(value) <= 65_535:
        return int(value)
    raise argparse.ArgumentTypeError(f"{value} is not a port: give a number from 0 to 65535")


def _workers(value: str) -> int:
    if value.isdecimal() and 1 <= int(value) <= _MOST_WORKERS:
        return int(value)
    raise argparse.ArgumentTypeError(f"{value} is no number of workers: give 1 to {_MOST_WORKERS}")


def _rate(value: str) -> int:
    if value.isdecimal() and len(value) <= _MOST_DIGITS:
        return int(value)
    raise argparse.ArgumentTypeError(f"{value} is no rate: give a whole number of requests a second, or 0")
