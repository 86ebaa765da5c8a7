"""How many requests a second are answered, and how soon, by two workers on this machine under load from wrk.

    python -m tests.bench.load --squad SHARED_DATA_DIR [--index DIR] [--seconds N] [--clients N ...]
                               [--meaning] [--out FILE.md]

Asks SQuAD's dev questions in turn, each row of the table in the same order, over its 20,963 passages.
Citewell's index of them is built where it is missing; those of the others always are, into a temporary
folder. wrk (Debian: `apt install wrk`) runs beside the servers on the same cores. Before a row is measured,
a sample of its replies is read: all must hold passages. Words alone are compared unless `--meaning` adds two
rows. Memory is that of the largest worker; PSS counts what several processes share in equal parts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote_plus
from urllib.request import urlopen

import psutil

from search.encoder import default_encoder
from search.evaluation.squad import contents, draw, open_squad, read_questions
from tests.bench.load_peers import build_tantivy, build_whoosh
from tests.bench.wrk import Load, run_wrk, write_script

ROOT = Path(__file__).parents[2]
OUT = Path(__file__).with_suffix(".md")
SEED = 2026
WORKERS = 2
SAMPLE = 20
WARM_SECONDS = 3
PATIENCE_SECONDS = 60  # for a server to answer first, or to end when it is told to
LIBRARIES = ("flask", "waitress", "gunicorn", "tantivy", "whoosh-reloaded", "numpy")


@dataclass(frozen=True, slots=True)
class Server:
    """A row of the table: what is started, and what is asked of it."""

    name: str
    command: tuple[str, ...]  # ends with where it listens, but for the port
    path: str  # before the question
    passages: Callable[[bytes], int] | None  # how many a reply holds; None: it is not to hold any
    environment: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()  # modules


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of a server; nothing where it is not installed."""

    name: str
    loads: tuple[Load, ...] = ()
    passages: float = 0.0  # of a reply in the sample
    rss: float = 0.0  # MB of the largest worker
    pss: float = 0.0  # MB of the largest worker, what it shares divided by those who share it


def in_json(body: bytes) -> int:
    return len(json.loads(body)["results"])


def on_page(body: bytes) -> int:
    return body.count(b"<li value=")


WHOOSH = "Whoosh, ten passages with its highlights"


def servers(index: Path, peers: Path, with_meaning: bool) -> list[Server]:
    def gunicorn(app: str, name: str, *needs: str, searches: bool = True) -> Server:
        command = (sys.executable, "-m", "gunicorn", "-w", str(WORKERS), "--log-level", "critical")
        return Server(
            name,
            (*command, f"tests.bench.load_peers:{app}_app()", "-b", "127.0.0.1:{port}"),
            "/search?q=",
            in_json if searches else None,
            (("LOAD_INDEX", str(peers / app)),),
            ("gunicorn", *needs),
        )

    def citewell(name: str, path: str, passages: Callable[[bytes], int], model: str) -> Server:
        command = (sys.executable, "-m", "web", "--workers", str(WORKERS), "--index", str(index))
        return Server(name, (*command, "--port", "{port}"), path, passages, (("CITEWELL_MODEL", model),))

    rows = [
        gunicorn("empty", "empty JSON of Flask", searches=False),
        gunicorn("tantivy", "tantivy, ten passages", "tantivy"),
        gunicorn("whoosh", WHOOSH, "whoosh"),
        citewell("Citewell, whole answers", "/search?q=", in_json, "off"),
        citewell("Citewell, the page", "/?q=", on_page, "off"),
    ]
    if with_meaning:
        model = os.environ.get("CITEWELL_MODEL", "")
        rows.append(citewell("Citewell with meaning, whole answers", "/search?q=", in_json, model))
        rows.append(citewell("Citewell with meaning, the page", "/?q=", on_page, model))
    return rows


@contextmanager
def running(server: Server) -> Iterator[tuple[str, psutil.Process]]:
    """The address of the started server and its process, which is ended on leaving, its workers too."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [part.format(port=port) if "{port}" in part else part for part in server.command]
    environment = {**os.environ, **dict(server.environment)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as started:
        process = psutil.Process(started.pid)
        try:
            address = f"http://127.0.0.1:{port}"
            await_answer(started, address + server.path + "water")
            yield address, process
        finally:
            workers = process.children() if started.poll() is None else []
            started.terminate()
            try:
                started.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                started.kill()
            for worker in workers:
                if worker.is_running():
                    worker.kill()


def await_answer(started: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urlopen(url, timeout=PATIENCE_SECONDS).close()
            return
        except OSError:
            if started.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"a server did not start: {shlex.join(map(str, started.args))}") from None
            time.sleep(0.1)


def measured(server: Server, questions: Sequence[str], clients: Sequence[int], seconds: int) -> Row:
    missing = [name for name in server.needs if find_spec(name) is None]
    if missing:
        print(f"{server.name}: {', '.join(missing)} not installed", file=sys.stderr)
        return Row(server.name)
    paths = [server.path + quote_plus(question) for question in questions]
    with tempfile.TemporaryDirectory() as folder, running(server) as (address, process):
        script = Path(folder, "ask.lua")
        write_script(script, paths)
        passages = sampled(server, address, paths[-SAMPLE:]) if server.passages else 0.0
        # Each run asks questions of its own, so that none finds answers that an earlier one left behind.
        parts = [number * len(paths) // (len(clients) + 1) for number in range(len(clients) + 1)]
        run_wrk(address, script, WORKERS, WARM_SECONDS, parts[-1])
        loads = []
        for number, first in zip(clients, parts, strict=False):
            # What the run before left waiting has to be through: a slow server has seconds of it.
            urlopen(address + paths[first], timeout=PATIENCE_SECONDS).close()
            loads.append(run_wrk(address, script, number, seconds, first))
            print(f"{server.name}: {loads[-1]}", file=sys.stderr)
        held = [worker.memory_full_info() for worker in process.children()]
        return Row(
            server.name,
            tuple(loads),
            passages,
            max(each.rss for each in held) / 1e6,
            max(each.pss for each in held) / 1e6,
        )


def sampled(server: Server, address: str, paths: Sequence[str]) -> float:
    """How many passages a reply holds on average; ends the run where one holds none."""
    assert server.passages is not None
    counts = []
    for path in paths:
        with urlopen(address + path, timeout=PATIENCE_SECONDS) as reply:
            counts.append(server.passages(reply.read()))
        if not counts[-1]:
            raise SystemExit(f"{server.name}: no passages for {path}")
    return sum(counts) / len(counts)


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown; the ratio is that of requests to Whoosh's under as many clients."""
    whoosh = {load.clients: load.per_second for row in rows if row.name == WHOOSH for load in row.loads}
    lines = [
        "| | clients | requests/s | per Whoosh's | p50 ms | p99 ms | errors | passages | RSS, PSS MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        if not row.loads:
            lines.append(f"| {row.name} | not installed |" + " |" * 7)
        for load in row.loads:
            ratio = f"{load.per_second / whoosh[load.clients]:.1f}" if whoosh.get(load.clients) else ""
            lines.append(
                f"| {row.name} | {load.clients} | {load.per_second:,.0f} | {ratio} | {load.p50:.1f} | "
                f"{load.p99:.1f} | {load.errors} | {row.passages:.1f} | {row.rss:.0f}, {row.pss:.0f} |"
            )
    return "\n".join(lines)


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next((line.split(": ")[1] for line in cpuinfo if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores ({cpu}), {psutil.virtual_memory().total / 2**30:.0f} GiB"


def versions() -> str:
    found = [
        f"{name} {metadata.version(name)}" for name in LIBRARIES if list(metadata.distributions(name=name))
    ]
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()[1]
    return ", ".join([f"Python {platform.python_version()}", *found, f"wrk {wrk}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--squad", type=Path, required=True, metavar="SHARED_DATA_DIR")
    parser.add_argument("--index", type=Path, default=Path("instance/squad"), metavar="DIR")
    parser.add_argument("--seconds", type=int, default=10, help="for each number of clients (%(default)s)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64], help="(%(default)s)")
    parser.add_argument("--meaning", action="store_true", help="two rows with the model beside")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE.md")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt install wrk")
    every = read_questions(arguments.squad)
    questions = [question.question for question in draw(every, len(every), SEED)]
    open_squad(arguments.squad, arguments.index, default_encoder() if arguments.meaning else None).close()
    with tempfile.TemporaryDirectory() as folder:
        peers = Path(folder)
        texts = [passages[0].text for _, passages in contents(arguments.squad)]
        for name, build in (("tantivy", build_tantivy), ("whoosh", build_whoosh)):
            if find_spec(name):
                (peers / name).mkdir()
                build(peers / name, texts)
        rows = [
            measured(server, questions, arguments.clients, arguments.seconds)
            for server in servers(arguments.index.resolve(), peers, arguments.meaning)
        ]
    options = f"--seconds {arguments.seconds} --clients {' '.join(map(str, arguments.clients))}"
    options += " --meaning" * arguments.meaning
    head = (
        f"    python -m tests.bench.load --squad SHARED_DATA_DIR {options}\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}. {machine()}; {versions()}. {WORKERS} workers each."
    )
    arguments.out.write_text(f"{head}\n\n{table(rows)}\n", encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
