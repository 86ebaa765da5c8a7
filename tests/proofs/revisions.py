"""Articles whose titles and sentences say of which revision they are, and a process that publishes revisions.

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
from typing import Self

from ingest.pipeline import ingest
from tests.proofs.prose import phrase, sentence
from tests.services import ROOT, environment

ARTICLES = 12
SECTIONS = 3

_READY = "ready\n"

_IN_EVERY = "waterway"

_MARKER = re.compile(r"\brevision(\d+)\b")


def revisions_in(text: str) -> list[int]:
    """The revision that each marked sentence in the text says it is of."""
    return [int(number) for number in _MARKER.findall(text)]


def answerable(chance: random.Random, count: int) -> list[str]:
    """So many questions to which every revision has something to say."""
    return [f"{phrase(chance, 1, 4)} {_IN_EVERY}" for _ in range(count)]


def write_revision(folder: Path, revision: int) -> None:
    """Writes every article as it is in this revision: other words, as many sections."""
    folder.mkdir(exist_ok=True)
    for number in range(ARTICLES):
        chance = random.Random(f"{revision}-{number}")
        blocks = [f"# {_IN_EVERY} {phrase(chance, 1, 3)} of revision{revision}"]
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


def publish_revision(articles: Path, index: Path, revision: int) -> Published:
    """Brings the articles and the index to this revision."""
    write_revision(articles, revision)
    info = ingest([articles], index, may_shrink=True).index
    assert info is not None
    return Published(time.monotonic(), info.generation, revision)


class Publisher:
    """A process that publishes the next revision whenever it is asked to; killed on leaving."""

    def __init__(self, articles: Path, index: Path, first: int) -> None:
        """Starts it, up to where it only has to publish; revisions are numbered from `first`."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.revisions", str(articles), str(index), str(first)],
            cwd=ROOT,
            env=environment(CITEWELL_MODEL="off"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        assert self._lines.readline() == _READY, "the publisher does not start"

    def ask(self, times: int) -> None:
        """Asks for so many revisions, one after the other, and does not wait for them."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n" * times)
        self._process.stdin.flush()

    def publish(self) -> Published:
        """The next revision, once it is published."""
        self.ask(1)
        return self.next()

    def next(self) -> Published:
        """The next that it publishes of what it was asked for."""
        return published(self._lines.readline())

    def kill(self) -> list[Published]:
        """Kills it wherever it is; what it has published that was not read yet."""
        self._process.kill()
        self._process.wait()
        return [published(line) for line in self._lines if line.endswith("\n")]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def published(line: str) -> Published:
    """What a publisher said in this line."""
    at, generation, revision = line.split()
    return Published(float(at), generation, int(revision))


def main(articles: Path, index: Path, first: int) -> None:
    """Publishes a revision for each line that comes in, and says so."""
    print(_READY, end="", flush=True)
    for revision, _ in enumerate(sys.stdin, first):
        done = publish_revision(articles, index, revision)
        print(done.at, done.generation, done.revision, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
