"""Whoosh as its users know it: a schema of one text field, its own writer, its own searcher."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from search.index.bm25 import K1, B
from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, Opened, Peer, installed, worker
from tests.bench.reference import Bm25, whoosh_idf, whoosh_lengths

PEER = Peer(
    key="whoosh",
    name="Whoosh",
    version=installed("whoosh-reloaded"),
    bm25=Bm25(K1, B, whoosh_idf, whoosh_lengths),
    floor=0.999,  # every posting is scored that could matter
    command=worker("whoosh"),
    threads="1",
    is_slow=True,
    most=100_000,  # which take two minutes to write, and .13 s a question
)


def build(collection: Collection, index: Path) -> None:
    from whoosh.analysis import SpaceSeparatedTokenizer
    from whoosh.fields import STORED, TEXT, Schema
    from whoosh.index import create_in

    schema = Schema(number=STORED, body=TEXT(analyzer=SpaceSeparatedTokenizer(), stored=True))
    writer = create_in(str(index), schema).writer()
    for number, words in enumerate(collection.words()):
        writer.add_document(number=number, body=words)
    writer.commit()


def opened(collection: Collection, index: Path) -> Opened:
    from whoosh.index import open_dir
    from whoosh.query import Or, Term
    from whoosh.scoring import BM25F

    searcher = open_dir(str(index)).searcher(weighting=BM25F(B=B, K1=K1))

    def ask(words: list[str]) -> Sequence[tuple[int, float]]:
        found = searcher.search(Or([Term("body", word) for word in words]), limit=LIMIT)
        return [(number, score) for score, number in found.top_n]

    return Opened(ask, number=lambda key: int(searcher.stored_fields(key)["number"]))
