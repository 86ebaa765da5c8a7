"""tantivy, through its Python binding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, Opened, Peer, installed, worker
from tests.bench.reference import Bm25, lucene_idf, lucene_lengths

PEER = Peer(
    key="tantivy",
    name="tantivy",
    version=installed("tantivy"),
    bm25=Bm25(1.2, 0.75, lucene_idf, lucene_lengths),  # cannot be set
    floor=0.999,  # skips blocks only that cannot matter
    command=worker("tantivy"),
    threads="all",
)


def schema() -> Any:
    """One field, with how often a word stands in it: positions are for phrases, and none is asked."""
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_text_field("body", stored=True, tokenizer_name="whitespace", index_option="freq")
    fields.add_unsigned_field("number", stored=True)
    return fields.build()


def build(collection: Collection, index: Path) -> None:
    import tantivy

    writer = tantivy.Index(schema(), path=str(index)).writer()
    for number, words in enumerate(collection.words()):
        writer.add_document(tantivy.Document(body=words, number=number))
    writer.commit()
    writer.wait_merging_threads()


def opened(collection: Collection, index: Path) -> Opened:
    from tantivy import Index, Occur, Query

    fields = schema()
    searcher = Index.open(str(index)).searcher()

    def ask(words: list[str]) -> Sequence[tuple[Any, float]]:
        clauses = [(Occur.Should, Query.term_query(fields, "body", word, "freq")) for word in words]
        found = searcher.search(Query.boolean_query(clauses), LIMIT, count=False).hits
        return [(address, score) for score, address in found]

    return Opened(ask, number=lambda address: int(searcher.doc(address)["number"][0]))
