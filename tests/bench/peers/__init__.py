"""The engines that are compared, each in a module of its own.

A module has a `PEER`, which says what it is; `build(collection, index)`, which writes an index of the
collection into the empty folder `index`; and `opened(collection, index)`, which opens it to be asked. What it
needs is imported inside these: any peer may be missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from search.queries import Query
from tests.bench.reference import Bm25, Clause

LIMIT = 10  # passages that a question is answered with


class NotInstalled(Exception):
    """An engine is not there; says how to get it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that can be asked."""

    # From what was prepared to pairs of a key and a score, best first. This alone is timed.
    ask: Callable[[Any], Sequence[tuple[Any, float]]]
    # A key as the number of its passage in the collection.
    number: Callable[[Any], int] = int
    # From a question and the stems of its words to what is asked.
    prepare: Callable[[str, list[str]], Any] = lambda question, words: words


def words_of(query: Query) -> Iterable[Clause]:
    """The stems of the words, in the one field that a peer has."""
    return [("body", term.stem, 1.0) for term in query.terms]


def worker(key: str) -> Callable[[Path], list[str]]:
    """The command that builds and asks in Python, for the module of that name."""
    return lambda scratch: [sys.executable, "-m", "tests.bench.peers.worker", key]


def installed(package: str) -> Callable[[], str]:
    """Tells the version of a Python package; raises NotInstalled."""

    def tell() -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            raise NotInstalled(f"pip install {package}") from None

    return tell


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine as the comparison knows it."""

    key: str  # what --only takes
    name: str
    version: Callable[[], str]  # raises NotInstalled
    bm25: Bm25  # what it ranks by
    # The least mean share of the ten best, by `bm25` with exact lengths, that it has to find.
    floor: float
    command: Callable[[Path], list[str]]  # with a folder that it may compile into
    threads: str  # that build
    clauses: Callable[[Query], Iterable[Clause]] = words_of  # what a question looks for
    index_of: str | None = None  # asks the index that the peer of this key has built
    is_slow: bool = False  # asked fewer questions
    most: int | None = None  # passages; more of them would take hours
