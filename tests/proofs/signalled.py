"""Servers of each kind as running processes, for experiments that signal them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.proofs.askers import ADDRESS, PATIENCE_SECONDS
from tests.services import environment

# gunicorn says so of each request that a worker has begun to read.
_HOOK = """
import os
_begun = os.open({path!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def pre_request(worker, request):
    os.write(_begun, (dict(request.headers).get("X-NUMBER", "0") + "\\n").encode())
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A server that clients ask while it gets these signals, one after the other."""

    name: str
    workers: int = 0  # 0: one process
    is_gunicorn: bool = False
    sent: tuple[signal.Signals, ...] = (signal.SIGTERM,)


@contextmanager
def running(kind: Kind, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The server, on its way up, with its stderr in a file."""
    if kind.is_gunicorn:
        hook = folder / "conf" / f"{kind.name}.py"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_HOOK.format(path=str(begun_of(kind, folder))), encoding="utf-8")
        command = ["gunicorn", "web:create_app()", "-b", "127.0.0.1:0", "-w", str(kind.workers)]
        command += ["--threads", "4", "-c", str(hook)]
    else:
        command = ["web", "--port", "0", "--workers", str(kind.workers or 1)]
    with (folder / f"{kind.name}.err").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment(CITEWELL_INDEX=str(folder / "index"), CITEWELL_MODEL="off"),
            stdout=stderr,
            stderr=stderr,
            text=True,
        )
    workers: list[psutil.Process] = []
    try:
        yield process
    finally:
        if process.poll() is None:
            workers = psutil.Process(process.pid).children()
            process.kill()
        process.wait()
        for worker in workers:
            if worker.is_running():
                worker.kill()


def port_of(server: subprocess.Popen[str], kind: Kind, folder: Path) -> int:
    """Where it listens, once every worker has answered."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        said = (folder / f"{kind.name}.err").read_text()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        if found and len(psutil.Process(server.pid).children()) == kind.workers:
            for _ in range(2 * (kind.workers or 1)):
                urlopen(f"http://127.0.0.1:{found[1]}{ADDRESS}", timeout=PATIENCE_SECONDS).close()
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(f"{kind.name} did not start: {(folder / f'{kind.name}.err').read_text()}")


def begun_of(kind: Kind, folder: Path) -> Path:
    """The file in which workers of gunicorn note the number of each request that they have begun to read."""
    return folder / f"{kind.name}.begun"
