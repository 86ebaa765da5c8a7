"""SQLite's FTS5, through Python's own module."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, NotInstalled, Opened, Peer, worker
from tests.bench.reference import Bm25, sqlite_idf

# unicode61 cuts at everything but letters and digits, and our words hold these beside them.
_CREATE = """
    CREATE VIRTUAL TABLE passages
    USING fts5(body, tokenize = "unicode61 remove_diacritics 0 tokenchars '&.%'")
"""
_ASK = f"SELECT rowid, rank FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT {LIMIT}"


def _version() -> str:
    try:
        sqlite3.connect(":memory:").execute(_CREATE)
    except sqlite3.OperationalError:
        raise NotInstalled("a Python whose SQLite has FTS5") from None
    return sqlite3.sqlite_version


PEER = Peer(
    key="sqlite",
    name="SQLite FTS5",
    version=_version,
    bm25=Bm25(1.2, 0.75, sqlite_idf),  # cannot be set
    floor=0.99,  # exact lengths, but it folds some letters of other scripts that our words keep
    command=worker("sqlite"),
    threads="1",
    is_slow=True,
)


def build(collection: Collection, index: Path) -> None:
    with sqlite3.connect(index / "passages.db") as database:
        database.execute(_CREATE)
        rows = enumerate(collection.words())
        database.executemany("INSERT INTO passages(rowid, body) VALUES (?, ?)", rows)
        database.execute("INSERT INTO passages(passages) VALUES ('optimize')")
    database.close()


def opened(collection: Collection, index: Path) -> Opened:
    database = sqlite3.connect(index / "passages.db")

    def ask(words: list[str]) -> Sequence[tuple[int, float]]:
        query = " OR ".join(f'"{word}"' for word in words)
        return [(number, -rank) for number, rank in database.execute(_ASK, (query,))]

    return Opened(ask)
