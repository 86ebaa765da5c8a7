"""Servers of two processes each, started for real, either of which can be asked alone."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from tests.services import PATIENCE, environment

# A busy client may pause for longer than the 2 seconds that gunicorn otherwise keeps a connection.
_GUNICORN = "--bind 127.0.0.1:0 --workers 2 --threads 2 --keep-alive 75".split()
_SERVERS = {"web": "--port 0 --workers 2".split(), "gunicorn": [*_GUNICORN, "web:create_app()"]}
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    process: int
    log: Path  # what it says

    @property
    def address(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def each_alone(self, action: Callable[[], object]) -> None:
        """Acts once for each process that answers now, while the others stand still."""
        both = psutil.Process(self.process).children()
        for one in both:
            others = [other for other in both if other != one]
            for other in others:
                with suppress(psutil.NoSuchProcess):  # ended, and another has taken its place
                    other.suspend()
            try:
                action()
            finally:
                for other in others:
                    with suppress(psutil.NoSuchProcess):
                        other.resume()


def installed_servers() -> list[str]:
    """The servers that can be started here."""
    return [name for name in _SERVERS if find_spec(name)]


@contextmanager
def serving(name: str, folder: Path, index: Path) -> Iterator[Server]:
    """The server of that name, both of its processes started; its log lies in `folder` under its name."""
    log = folder / f"{name}.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", name, *_SERVERS[name]],
            cwd=folder,
            env=environment(CITEWELL_INDEX=str(index), CITEWELL_MODEL="off", HOME=str(folder)),
            stdout=said,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            until = time.monotonic() + PATIENCE
            while not (found := _ADDRESS.search(log.read_text())) or len(_children(process)) < 2:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{name} does not start: {log.read_text()}")
                time.sleep(0.05)
            yield Server(int(found[1]), process.pid, log)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()
