"""bm25s with its numba backend; it keeps no texts, and is all in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from search.index.bm25 import K1, B
from tests.bench.collection import Collection
from tests.bench.peers import LIMIT, NotInstalled, Opened, Peer, installed, worker
from tests.bench.reference import Bm25, lucene_idf


def _version() -> str:
    try:
        return f"{installed('bm25s')()}, numba {installed('numba')()}"
    except NotInstalled:
        raise NotInstalled("pip install bm25s numba") from None


PEER = Peer(
    key="bm25s",
    name="bm25s",
    version=_version,
    bm25=Bm25(K1, B, lucene_idf),
    floor=0.999,  # the same formula and exact lengths, as float32
    command=worker("bm25s"),
    threads="1",
)


def build(collection: Collection, index: Path) -> None:
    import bm25s

    texts = list(collection.words())
    cut = bm25s.tokenize(texts, lower=False, token_pattern=r"\S+", stopwords=None, show_progress=False)
    retriever = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numba")
    retriever.index(cut, show_progress=False)
    retriever.save(str(index), show_progress=False)


def opened(collection: Collection, index: Path) -> Opened:
    import bm25s

    retriever = bm25s.BM25.load(str(index))
    retriever.backend = "numba"

    def ask(words: list[str]) -> Sequence[tuple[int, float]]:
        numbers, scores = retriever.retrieve([words], k=LIMIT, show_progress=False)
        return list(zip(numbers[0].tolist(), scores[0].tolist(), strict=True))

    return Opened(ask)
