"""One engine in a process of its own: builds an index, or answers from it.

    python -m tests.bench.peers.worker KEY build|ask COLLECTION INDEX

`build` prints the seconds it took. `ask` prints "ready", and then for each line `FIRST BEYOND` that it reads,
a line for each of these questions: the nanoseconds, and a number and a score for each passage, best first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.collection import Collection
from tests.bench.peers import Opened


def build(module: Any, collection: Collection, index: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    module.build(collection, index)
    return time.perf_counter() - began


def answers(opened: Opened, prepared: Sequence[Any]) -> Iterator[str]:
    """A line for each question."""
    for asked in prepared:
        began = time.perf_counter_ns()
        found = opened.ask(asked)
        took = time.perf_counter_ns() - began
        yield " ".join([str(took), *(f"{opened.number(key)} {score:.9g}" for key, score in found)])


def main(arguments: Sequence[str]) -> None:
    key, action, folder, index = arguments
    module = import_module(f"tests.bench.peers.{key}")
    collection = Collection(Path(folder))
    if action == "build":
        print(build(module, collection, Path(index)))
        return
    opened = module.opened(collection, Path(index))
    asked = zip(collection.questions(), collection.queries(), strict=True)
    prepared = [opened.prepare(question, words) for question, words in asked]
    print("ready", flush=True)
    for line in sys.stdin:
        first, beyond = map(int, line.split())
        print("\n".join(list(answers(opened, prepared[first:beyond]))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
