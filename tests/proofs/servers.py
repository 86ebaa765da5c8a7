"""Servers of several processes, started for real on a free port of this machine and ended again."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.services import PATIENCE, environment

# A busy client may pause for longer than the 2 seconds that gunicorn otherwise keeps a connection.
_GUNICORN = "--bind 127.0.0.1:0 --workers 2 --threads 2 --keep-alive 75".split()
_SERVERS = {"gunicorn": [*_GUNICORN, "web:create_app()"], "web": "--port 0 --workers 2".split()}
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


def installed_servers() -> list[str]:
    """The modules that can be run here to serve an index."""
    return [name for name in _SERVERS if find_spec(name)]


@contextmanager
def serving(name: str, folder: Path, index: Path) -> Iterator[int]:
    """The port of a running server; what it says goes to a file of its name in `folder`."""
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
            while not (found := _ADDRESS.search(log.read_text())):
                assert process.poll() is None, f"it ended without an address: {log.read_text()}"
                assert time.monotonic() < until, f"it has no address: {log.read_text()}"
                time.sleep(0.05)
            yield int(found[1])
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
