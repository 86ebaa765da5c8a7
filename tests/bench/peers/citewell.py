"""Citewell with NumPy alone: five weighted fields, where its peers search one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from search.answers import IndexInfo
from search.index.bm25 import K1, B
from search.index.embedded import EmbeddedEngine
from search.index.fields import FIELD_WEIGHTS, keys, looked_for
from search.index.frozen import Filter
from search.index.writing import write
from search.queries import Query
from search.question.understanding import understand
from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, Opened, Peer, worker
from tests.bench.reference import Bm25, Clause, lucene_idf, whoosh_lengths


def clauses(query: Query) -> Iterable[Clause]:
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
    threads="1",
    clauses=clauses,
)


def build(collection: Collection, index: Path) -> None:
    write(index, collection.passages())


def opened(collection: Collection, index: Path) -> Opened:
    frozen = EmbeddedEngine(index, IndexInfo("", "", 0, 0))._frozen

    def ask(query: Query) -> Sequence[tuple[int, float]]:
        found = frozen.search(clauses(query), Filter(), LIMIT).candidates
        return [(candidate.number, candidate.score) for candidate in found]

    return Opened(ask, prepare=lambda question, words: understand(question))
