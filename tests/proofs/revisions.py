"""Articles of which every sentence says of which revision it is, and a process that publishes revisions.

An answer that mixes two generations shows by itself, and so does one of another generation than it names.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ingest.pipeline import ingest
from tests.proofs.prose import phrase, sentence
from tests.services import ROOT, environment

ARTICLES = 12
SECTIONS = 3

_MARKER = re.compile(r"\brevision(\d+)\b")


def revisions_in(text: str) -> list[int]:
    """The revision that each marked sentence in the text says it is of."""
    return [int(number) for number in _MARKER.findall(text)]


def write_revision(folder: Path, revision: int) -> None:
    """Writes every article as it is in this revision: other words, as many sections."""
    folder.mkdir(exist_ok=True)
    for number in range(ARTICLES):
        chance = random.Random(f"{revision}-{number}")
        blocks = [f"# {phrase(chance, 1, 3)}"]
        for _ in range(SECTIONS):
            said = (f"{sentence(chance)[:-1]} in revision{revision}." for _ in range(chance.randint(1, 3)))
            blocks += [f"## {phrase(chance, 1, 2)}", " ".join(said)]
        (folder / f"article-{number:02}.md").write_text("\n\n".join(blocks) + "\n")


@dataclass(frozen=True, slots=True)
class Published:
    """A generation that was acknowledged."""

    at: float  # seconds of the clock that all processes of a machine share
    generation: str
    revision: int


class Publisher:
    """A process that publishes the next revision whenever it is asked to; killed on leaving."""

    def __init__(
        self, articles: Path, index: Path, first: int, said: IO[str] | int = subprocess.PIPE
    ) -> None:
        """Starts it; revisions are numbered from `first`. What it publishes it says on `said`."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.revisions", str(articles), str(index), str(first)],
            cwd=ROOT,
            env=environment(CITEWELL_MODEL="off"),
            stdin=subprocess.PIPE,
            stdout=said,
            text=True,
        )

    def ask(self, times: int) -> None:
        """Asks for so many revisions, one after the other, and does not wait for them."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n" * times)
        self._process.stdin.flush()

    def publish(self) -> Published:
        """The next revision, once it is published."""
        self.ask(1)
        assert self._process.stdout is not None
        return published(self._process.stdout.readline())

    def kill(self) -> bool:
        """Kills it wherever it is; whether it was running."""
        self._process.kill()
        return self._process.wait() == -9

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def published(line: str) -> Published:
    """What a publisher said in this line."""
    at, generation, revision = line.split()
    return Published(float(at), generation, int(revision))


def main(articles: Path, index: Path, first: int) -> None:
    """Publishes a revision for each line that comes in, and says so."""
    for revision, _ in enumerate(sys.stdin, first):
        write_revision(articles, revision)
        info = ingest([articles], index).index
        assert info is not None
        print(time.monotonic(), info.generation, revision, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
