"""What Citewell costs from 2,000 passages to a million: building, starting, whole answers, memory.

    python -m tests.bench.scale SHARED_DATA_DIR [--sizes N,...] [--questions N] [--whoosh N] [--out DIR]

SHARED_DATA_DIR is what `python -m search.evaluate --squad` reads; passages are those of
tests/bench/retrieval.py. They are analysed, written and published; then a service is started on the index and
asked SQuAD's questions on words alone. Up to `--whoosh` passages (100,000) Whoosh writes the same texts with
its defaults in the same run: a stored id, and a stored text that its own stemming analyzer cuts. Writes
`scale.md` and `scale.svg` into DIR (tests/bench).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import psutil

from tests.bench import collection, processes
from tests.bench.collection import Collection
from tests.bench.curves import plot
from tests.bench.processes import Built
from tests.bench.rows import Row, machine
from tests.bench.whole import written_in

SIZES = (2_000, 5_000, collection.SQUAD_ITSELF, 100_000, 300_000, 1_000_000)

_HEAD = (
    "passages|write s|passages/s|Whoosh's defaults, passages/s|ratio|publish s|build MB|index MB|"
    "first reply s|whole answer, median ms|95th ms|search alone, median ms|95th ms|service RSS MB|PSS MB"
).split("|")

_NOTES = """
*write*: from documents to all files of the index, analysis included; *publish* adds the check that everything
reads back, the hashes and the syncing. *build MB*: the most that all its processes hold together (PSS).
*first reply*: from the start of `python -m web` to the end of the first reply to `/search`. *whole answer*:
from the question to JSON, nothing cached but the last documents shown. *service*: `python -m web` after all
questions.
""".strip()


@dataclass(frozen=True, slots=True)
class Point:
    """What one number of passages costs."""

    passages: int
    built: Built  # published and all
    write: float  # seconds
    whoosh: float | None  # seconds that Whoosh takes with its defaults; None: not asked to
    first_reply: float  # seconds
    answers: list[float]  # milliseconds
    searches: list[float]
    rss: int  # bytes
    pss: int


def serve(held: Collection, index: Path) -> tuple[float, int, int]:
    """Seconds to a service's first reply, and the bytes, RSS and PSS, that it holds after all questions."""
    command = [sys.executable, "-m", "web", "--index", str(index), "--port", "0"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as service:
        try:
            assert service.stdout is not None
            address = next(word for word in service.stdout.readline().split() if word.startswith("http"))
            first = 0.0
            for question in held.questions():
                with urlopen(f"{address}search?{urlencode({'q': question})}") as reply:
                    reply.read()
                first = first or time.perf_counter() - began
            memory = psutil.Process(service.pid).memory_full_info()
        finally:
            service.terminate()
    return first, memory.rss, memory.pss


def measure(squad: Path, size: int, questions: int, whoosh: int) -> Point:
    """What so many passages cost, in a temporary folder."""
    queries = collection.draw_questions(squad, questions)
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        scratch = Path(folder)
        held = collection.write(
            scratch / "collection", collection.read(squad, size), queries, lambda terms: None
        )
        index = scratch / "index"
        built = processes.build(_command("citewell"), held.folder, index)
        by_whoosh = None
        if size <= whoosh:
            by_whoosh = processes.build(_command("whoosh"), held.folder, scratch / "whoosh").seconds
        command = [*_command("citewell"), "ask", str(held.folder), str(index)]
        answers, searches = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        first, rss, pss = serve(held, index)
        write = float(written_in(index).read_text())
        return Point(size, built, write, by_whoosh, first, answers, searches, rss, pss)


def _command(engine: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.whole", engine]


def table(points: Sequence[Point], command: str) -> str:
    """The page."""
    lines = [
        "# What Citewell costs from 2,000 passages to a million",
        "",
        f"`{command}`, {date.today().isoformat()}; seed {collection.SEED}.",
        f"Machine: {machine()}.",
        "",
        _NOTES,
        "",
        f"| {' | '.join(_HEAD)} |",
        "|" + "---:|" * len(_HEAD),
        *(f"| {' | '.join(_cells(point))} |" for point in points),
    ]
    return "\n".join(lines) + "\n"


def _cells(point: Point) -> Iterator[str]:
    yield f"{point.passages:,}"
    yield f"{point.write:.1f}"
    yield f"{point.passages / point.write:,.0f}"
    yield f"{point.passages / point.whoosh:,.0f}" if point.whoosh else "–"
    yield f"{point.whoosh / point.write:.2f}" if point.whoosh else "–"
    yield f"{point.built.seconds:.1f}"
    yield from (f"{held / 1e6:,.0f}" for held in (point.built.memory, point.built.size))
    yield f"{point.first_reply:.2f}"
    for took in (point.answers, point.searches):
        yield from (f"{np.percentile(took, share):.2f}" for share in (50, 95))
    yield from (f"{held / 1e6:,.0f}" for held in (point.rss, point.pss))


def _lines(points: Sequence[Point]) -> Iterator[Row]:
    """The curves of the plot."""
    for point in points:
        for key, name, took in (
            ("citewell", "whole answer", point.answers),
            ("citewell_compiled", "search alone", point.searches),
        ):
            median, p95 = (float(np.percentile(took, share)) for share in (50, 95))
            yield Row(key, name, "", point.passages, None, "", 0, len(took), median, p95, 1.0, 0.0)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="passages (%(default)s)")
    parser.add_argument("--questions", type=int, default=1000, help="how many are drawn (%(default)s)")
    parser.add_argument("--whoosh", type=int, default=100_000, help="passages at most for it (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder (%(default)s)")
    arguments = parser.parse_args(argv)
    os.environ["CITEWELL_MODEL"] = "off"  # of every process that is started here
    command = (
        f"python -m tests.bench.scale SHARED_DATA_DIR --sizes {arguments.sizes} "
        f"--questions {arguments.questions} --whoosh {arguments.whoosh}"
    )
    points: list[Point] = []
    for size in map(int, arguments.sizes.split(",")):
        points.append(measure(arguments.folder, size, arguments.questions, arguments.whoosh))
        points.sort(key=lambda point: point.passages)
        arguments.out.joinpath("scale.md").write_text(table(points, command), encoding="utf-8")
        arguments.out.joinpath("scale.svg").write_text(plot(list(_lines(points))), encoding="utf-8")
    print(table(points, command))


if __name__ == "__main__":
    main()
