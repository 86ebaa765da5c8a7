"""The embedded engine: a Whoosh index of passages and one of documents, written once and then only read.

Nothing else imports the whoosh package. Whoosh gets terms from our analyzer, joined by spaces, and
gives back passages scored field by field with BM25; its query parser, stemmer and highlighter stay out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.query import Or
from whoosh.query import Term as WhooshTerm
from whoosh.scoring import WeightingModel, WeightLengthScorer
from whoosh.searching import Searcher

from search.analysis import tokens
from search.answers import Candidate, IndexInfo, Query, Term
from search.index.engine import Matches
from search.passages import (
    Document,
    Passage,
    document_from_dict,
    document_to_dict,
    passage_from_dict,
    passage_to_dict,
)

# Raised whenever the fields or their meaning change: an index remembers it.
SCHEMA_VERSION = 1

# Saturation and length normalisation of BM25. On SQuAD (tests/bench/RESULTS.md) MRR@10 is .796; .800
# with k1 .4, .788 with .9, .781 with 1.2; .791 with b .4 and .796 with .75, which costs two of the
# shared questions.
K1 = 0.6
B = 0.55

# What a match in each field counts beside one in the body. On SQuAD exact words are worth .016 of
# MRR@10, titles .002, acronyms .001; there are no headings there, and on the shared questions headings
# and acronyms from .1 to .4 differ by .002 of MRR at most.
FIELD_WEIGHTS: Mapping[str, float] = {
    "body": 1.0,
    "exact": 0.3,
    "acronyms": 0.2,
    "headings": 0.2,
    "title": 0.2,
}

# Memory for postings while an index is written, before they are spilled to disk.
_WRITER_MEGABYTES = 256

_PASSAGES = "passages"
_DOCUMENTS = "documents"


def write(folder: Path, contents: Iterable[tuple[Document, Sequence[Passage]]]) -> tuple[int, int]:
    """Writes a new index into the empty `folder`; how many documents and passages it holds."""
    terms = KEYWORD(scorable=True)
    passages = _create(
        folder / _PASSAGES, Schema(document=ID, record=STORED, **dict.fromkeys(FIELD_WEIGHTS, terms))
    ).writer(limitmb=_WRITER_MEGABYTES)
    documents = _create(folder / _DOCUMENTS, Schema(id=ID(stored=True, unique=True), record=STORED)).writer()
    document_count = passage_count = 0
    try:
        for document, parts in contents:
            documents.add_document(id=document.id, record=json.dumps(document_to_dict(document)))
            document_count += 1
            title = document.metadata.title.value if document.metadata.title else ""
            for passage in parts:
                record = json.dumps(passage_to_dict(passage))
                passages.add_document(document=document.id, record=record, **_fields(passage, title))
                passage_count += 1
        passages.commit()
        documents.commit()
    except BaseException:
        for writer in (passages, documents):
            with suppress(Exception):  # what went wrong first is what the caller has to hear
                writer.cancel()
        raise
    return document_count, passage_count


def _create(folder: Path, schema: Schema):  # type: ignore[no-untyped-def]  # Whoosh has no types
    folder.mkdir()
    return FileStorage(str(folder)).create_index(schema)


def _fields(passage: Passage, title: str) -> dict[str, str]:
    """The terms of a passage for each indexed field, apart by spaces."""
    body = [token for token in tokens(passage.text) if not token.is_stop_word]
    return {
        "body": " ".join(token.stem for token in body),
        "exact": " ".join(token.exact for token in body),
        "acronyms": " ".join(token.acronym for token in body if token.acronym),
        "headings": " ".join(_stems(" ".join(passage.heading_path))),
        "title": " ".join(_stems(title)),
    }


def _stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text) if not token.is_stop_word]


def _keys(term: Term) -> Iterable[tuple[str, str]]:
    """Each field that the term is looked for in, with its form there."""
    yield from (("body", term.stem), ("exact", term.exact), ("headings", term.stem), ("title", term.stem))
    if term.acronym:
        yield "acronyms", term.acronym


class WhooshEngine:
    """A written index, open for reading; keeps the `Engine` contract.

    One searcher is shared by all threads and never refreshed: the folder does not change.
    """

    def __init__(self, folder: Path, info: IndexInfo) -> None:
        self.info = info
        self._passages: Searcher = _open(folder / _PASSAGES, _BM25())
        self._documents: Searcher = _open(folder / _DOCUMENTS, _BM25())

    def search(self, query: Query, limit: int) -> Matches:
        clauses = [
            WhooshTerm(field, key, boost=FIELD_WEIGHTS[field])
            for term in query.terms
            for field, key in _keys(term)
        ]
        if not clauses or limit < 1:
            return Matches((), 0)
        results = self._passages.search(Or(clauses), limit=limit)
        candidates = tuple(
            Candidate(passage_from_dict(json.loads(hit["record"])), float(hit.score)) for hit in results
        )
        return Matches(candidates, len(results))

    def idf(self, terms: Iterable[Term]) -> Mapping[Term, float]:
        reader = self._passages.reader()
        return {
            term: lucene_idf(
                self.info.passages, max(reader.doc_frequency(field, key) for field, key in _keys(term))
            )
            for term in terms
        }

    def documents(self, ids: Iterable[str]) -> Mapping[str, Document]:
        found = {id: self._documents.document(id=id) for id in dict.fromkeys(ids)}
        return {
            id: document_from_dict(json.loads(stored["record"])) for id, stored in found.items() if stored
        }

    def passages(self, document_id: str) -> Sequence[Passage]:
        found = self._passages.documents(document=document_id)
        return tuple(passage_from_dict(json.loads(stored["record"])) for stored in found)

    def document_ids(self) -> Sequence[str]:
        return self._ids

    @cached_property
    def _ids(self) -> Sequence[str]:
        return tuple(stored["id"] for stored in self._documents.reader().all_stored_fields())

    def close(self) -> None:
        self._passages.close()
        self._documents.close()


def _open(folder: Path, weighting: WeightingModel) -> Searcher:
    return FileStorage(str(folder), readonly=True).open_index().searcher(weighting=weighting)


def lucene_idf(passages: int, frequency: int) -> float:
    """Lucene's inverse document frequency; over zero for every frequency from 0 to `passages`.

    BM25Similarity: log(1 + (N - n + 0.5) / (n + 0.5)). Whoosh adds 1 to a logarithm instead, which
    flatters common words.
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


class _BM25(WeightingModel):  # type: ignore[misc]  # Whoosh has no types
    """BM25 with Lucene's idf, for one field at a time; the fields' scores are added, times their weights."""

    def scorer(self, searcher, fieldname, text, qf=1):  # type: ignore[no-untyped-def]  # Whoosh's signature
        return _BM25Scorer(searcher, fieldname, text)


class _BM25Scorer(WeightLengthScorer):  # type: ignore[misc]  # Whoosh has no types
    """tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)), times idf.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq. 3.15.
    """

    def __init__(self, searcher: Searcher, fieldname: str, text: bytes) -> None:
        whole = searcher.get_parent()
        self._idf = lucene_idf(whole.doc_count_all(), whole.doc_frequency(fieldname, text))
        self._average = whole.avg_field_length(fieldname) or 1.0
        self.setup(searcher, fieldname, text)

    def _score(self, weight: float, length: float) -> float:
        norm = K1 * (1 - B + B * length / self._average)
        return self._idf * weight * (K1 + 1) / (weight + norm)
