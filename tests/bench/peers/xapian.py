"""Xapian, through the Python binding that a system package brings."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from search.index.bm25 import K1, B
from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, NotInstalled, Opened, Peer, worker
from tests.bench.reference import Bm25, xapian_idf

# Where Debian puts it; a virtual environment does not look there.
_SYSTEM = "/usr/lib/python3/dist-packages"


def _look_there() -> None:
    if find_spec("xapian") is None and Path(_SYSTEM, "xapian").is_dir():
        sys.path.append(_SYSTEM)


def _version() -> str:
    _look_there()
    try:
        import xapian
    except ImportError:
        raise NotInstalled("apt install python3-xapian, for the Python of the system's own release") from None
    return str(xapian.version_string())


PEER = Peer(
    key="xapian",
    name="Xapian",
    version=_version,
    bm25=Bm25(K1, B, xapian_idf),
    floor=0.99,  # seen to miss one passage in a thousand, which it takes for one that cannot matter
    command=worker("xapian"),
    threads="1",
    most=100_000,  # which take a minute to write; a million take ten
)


def build(collection: Collection, index: Path) -> None:
    _look_there()
    import xapian

    database = xapian.WritableDatabase(str(index), xapian.DB_CREATE_OR_OVERWRITE)
    for words in collection.words():
        document = xapian.Document()
        document.set_data(words)
        for word, times in Counter(words.split()).items():
            document.add_term(word, times)
        database.add_document(document)
    database.commit()
    database.close()


def opened(collection: Collection, index: Path) -> Opened:
    _look_there()
    import xapian

    enquire = xapian.Enquire(xapian.Database(str(index)))
    # k2 0: no bonus for short passages; k3 0: a word of the question counts once; no least length.
    enquire.set_weighting_scheme(xapian.BM25Weight(K1, 0, 0, B, 0))

    def ask(words: list[str]) -> Sequence[tuple[int, float]]:
        enquire.set_query(xapian.Query(xapian.Query.OP_OR, words))
        return [(match.docid, match.weight) for match in enquire.get_mset(0, LIMIT)]

    return Opened(ask, number=lambda id: int(id) - 1)
