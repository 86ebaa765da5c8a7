"""Citewell with NumPy alone: five weighted fields, where its peers search one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from search.index.bm25 import K1, B
from search.index.fields import FIELD_WEIGHTS, keys, looked_for
from search.index.frozen import Clause, FrozenIndex
from search.index.kernel import Kernel
from search.index.segments import frozen_folders
from search.index.withdrawn import NOTHING_WITHDRAWN
from search.index.writing import write
from search.queries import Query
from search.question.understanding import understand
from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, Opened, Peer, worker
from tests.bench.reference import Bm25, lucene_idf, whoosh_lengths
from tests.bench.reference import Clause as Looked


def clauses(query: Query) -> Iterable[Looked]:
    return [
        (field, key, FIELD_WEIGHTS[field] * weight)
        for term, weight in looked_for(query)
        for field, key in keys(term)
    ]


PEER = Peer(
    key="citewell",
    name="Citewell, NumPy alone",
    version=lambda: f"NumPy {np.__version__}",
    bm25=Bm25(K1, B, lucene_idf, whoosh_lengths),
    floor=0.999,  # nothing is skipped
    command=worker("citewell"),
    threads="all",
    clauses=clauses,
)


def build(collection: Collection, index: Path) -> None:
    write(index, collection.passages())


def opened(collection: Collection, index: Path, kernel: Kernel | None = None) -> Opened:
    frozen = FrozenIndex(frozen_folders(index), NOTHING_WITHDRAWN, kernel)

    def ask(words: tuple[Clause, ...]) -> Sequence[tuple[int, float]]:
        return frozen.top(words, LIMIT)

    return Opened(ask, prepare=lambda question, words: tuple(looked_for(understand(question))))
