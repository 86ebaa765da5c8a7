"""The embedded engine: a Whoosh index of passages and one of documents, written once and then only read.

A changed copy shares the files of the index that it was made from. Its first segment is the one that was
written last as a whole; what has changed since is deleted there and stands in a second, small one. Whoosh
goes on counting deleted passages, so what they counted for is kept beside it and taken off: scores are
those of an index written anew.

Nothing else imports the whoosh package. Whoosh gets terms from our analyzer, joined by spaces, and
gives back passages scored field by field with BM25; its query parser, stemmer and highlighter stay out.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.query import And, Or, TermRange
from whoosh.query import Query as WhooshQuery
from whoosh.query import Term as WhooshTerm
from whoosh.reading import TermNotFound
from whoosh.scoring import WeightingModel, WeightLengthScorer
from whoosh.searching import Results, Searcher

from search.analysis import tokens
from search.answers import Candidate, IndexInfo
from search.forward import Forward, forward
from search.index.engine import Matches
from search.index.fields import FIELD_WEIGHTS, keys, looked_for, passage_terms
from search.index.glossary import keep_findings, noted, read_glossary, write_glossary
from search.index.vocabulary import Vocabulary
from search.index.withdrawn import NOTHING_WITHDRAWN, Contents, Withdrawn, read_withdrawn, write_withdrawn
from search.passages import (
    Document,
    Passage,
    document_from_dict,
    document_to_dict,
    effective_date,
    passage_from_dict,
    passage_to_dict,
)
from search.queries import Query, Term
from search.question.glossary import Glossary

# Raised whenever the fields or their meaning change: an index remembers it.
SCHEMA_VERSION = 3

# Saturation and length normalisation of BM25. On SQuAD (tests/bench/RESULTS.md) MRR@10 is .796; .800
# with k1 .4, .788 with .9, .781 with 1.2; .791 with b .4 and .796 with .75, which costs two of the
# shared questions.
K1 = 0.6
B = 0.55

# How many times the asked number of passages are looked at for equal scores. One-word questions tie by
# the hundred; beyond this their order is Whoosh's.
_MOST_TIES = 8

# Memory for postings while an index is written, before they are spilled to disk.
_WRITER_MEGABYTES = 256

# What is remembered of a generation, which never changes: how many passages hold a word, some 200 bytes each,
# and documents as they were last cited, each a few times the size of its text.
MOST_FREQUENCIES = 50_000
MOST_DOCUMENTS = 200

_PASSAGES = "passages"
_DOCUMENTS = "documents"
_RELATED = "related.json"


@dataclass(frozen=True, slots=True)
class Counts:
    """What an index holds."""

    documents: int
    passages: int


def write(folder: Path, contents: Contents) -> Counts:
    """Writes a new index into the empty `folder`; what it holds."""
    terms = KEYWORD(scorable=True)
    schema = Schema(
        id=STORED,
        document=ID(stored=True),
        start=STORED,
        record=STORED,
        forward=STORED,
        dated=ID,
        **dict.fromkeys(FIELD_WEIGHTS, terms),
    )
    passages = _create(folder / _PASSAGES, schema).writer(limitmb=_WRITER_MEGABYTES)
    documents = _create(folder / _DOCUMENTS, Schema(id=ID(stored=True, unique=True), record=STORED)).writer()
    with _both_or_neither(passages, documents):
        counts = _add(passages, documents, noted(folder, contents))
    write_glossary(folder)
    return counts


def update(folder: Path, base: WhooshEngine, contents: Contents, withdrawn: Collection[str]) -> Counts:
    """Writes the index of `base` into the empty `folder` with other contents; what it then holds.

    Documents with an id in `withdrawn` are left out, and of those in `contents` the old state is. Costs
    as much time as there are passages in `contents` and passages changed since an index was written whole.
    """
    changed = tuple(contents)
    replaced = {document.id for document, _ in changed} | set(withdrawn)
    again = [id for id in base.recent_ids if id not in replaced]
    old = base.documents(again)
    keep_findings(folder, base, base.folder, {*replaced, *again})
    passages, documents = (
        _clone(base.folder / name, folder / name).writer() for name in (_PASSAGES, _DOCUMENTS)
    )
    with _both_or_neither(passages, documents):
        for id in (*base.recent_ids, *replaced):
            passages.delete_by_term("document", id)
            documents.delete_by_term("id", id)
        contents = [*changed, *((old[id], base.passages(id)) for id in again)]
        added = _add(passages, documents, noted(folder, contents))
    write_glossary(folder)
    gone = sorted(replaced - set(base.recent_ids))
    taken_off = base.withdrawn.plus(
        (document, base.passages(id)) for id, document in base.documents(gone).items()
    )
    write_withdrawn(folder, taken_off)
    return Counts(
        base.whole.documents - taken_off.documents + added.documents,
        base.whole.passages - taken_off.passages + added.passages,
    )


def relate(folder: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Keeps, beside an index that is being written, which passages say the same as which others."""
    (folder / _RELATED).write_text(json.dumps(list(pairs)), encoding="utf-8")


def _create(folder: Path, schema: Schema):  # type: ignore[no-untyped-def]  # Whoosh has no types
    folder.mkdir()
    return FileStorage(str(folder)).create_index(schema)


def _clone(folder: Path, to: Path):  # type: ignore[no-untyped-def]  # Whoosh has no types
    """Opens a copy of an index whose segments are the same files: Whoosh never changes one it has written.

    The lock file is left out: a lock follows the file, not its name.
    """
    to.mkdir()
    for path in folder.iterdir():
        if path.suffix == ".seg":
            try:
                os.link(path, to / path.name)
            except OSError:  # a file system without hard links, or one that has run out of them
                shutil.copyfile(path, to / path.name)
        elif path.suffix == ".toc":
            shutil.copyfile(path, to / path.name)
    return FileStorage(str(to)).open_index()


@contextmanager
def _both_or_neither(passages: Any, documents: Any) -> Iterator[None]:
    """Commits both writers, or, when anything goes wrong, lets go of both."""
    try:
        yield
        passages.commit(mergetype=_first_and_held)
        documents.commit(mergetype=_first_and_held)
    except BaseException:
        for writer in (passages, documents):
            with suppress(Exception):  # what went wrong first is what the caller has to hear
                writer.cancel()
        raise


def _first_and_held(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """The segments to keep, none of them merged: those that still hold something, and the first.

    What is withdrawn from the first is taken off its counts, so it stays when all of it is.
    """
    return [*segments[:1], *(segment for segment in segments[1:] if segment.doc_count())]


def _add(passages: Any, documents: Any, contents: Contents) -> Counts:
    document_count = passage_count = 0
    for document, parts in contents:
        documents.add_document(id=document.id, record=json.dumps(document_to_dict(document)))
        document_count += 1
        for passage in parts:
            fields = {name: " ".join(terms) for name, terms in passage_terms(passage, document).items()}
            passages.add_document(
                id=passage.id,
                document=document.id,
                start=passage.start,
                record=json.dumps(passage_to_dict(passage)),
                forward=astuple(forward(passage, document)),
                dated=effective_date(document),
                **fields,
            )
            passage_count += 1
    return Counts(document_count, passage_count)


def _read_pairs(folder: Path) -> tuple[tuple[str, str], ...]:
    path = folder / _RELATED
    return tuple((one, other) for one, other in json.loads(path.read_bytes())) if path.exists() else ()


class WhooshEngine:
    """A written index, open for reading; keeps the `Engine` contract.

    One searcher is shared by all threads and never refreshed: the folder does not change.
    """

    def __init__(self, folder: Path, info: IndexInfo) -> None:
        self.folder = folder
        self.info = info
        self.withdrawn = read_withdrawn(folder)
        self.related_pairs = _read_pairs(folder)
        self._frequency = lru_cache(MOST_FREQUENCIES)(self._count)
        self._document = lru_cache(MOST_DOCUMENTS)(self._read_document)
        self._passages: Searcher = _open(folder / _PASSAGES, _BM25(self.withdrawn))
        self._documents: Searcher = _open(folder / _DOCUMENTS, _BM25(NOTHING_WITHDRAWN))

    def search(self, query: Query, limit: int) -> Matches:
        clauses = [
            WhooshTerm(field, key, boost=FIELD_WEIGHTS[field] * weight)
            for term, weight in looked_for(query)
            for field, key in keys(term)
        ]
        if not clauses or limit < 1:
            return Matches((), 0)
        results, scores = self._best(_AnyOf(clauses), limit, _only(query), _none_of(query))
        least = scores[min(limit, len(scores)) - 1] if scores else 0.0
        read = self._passages.reader().stored_fields
        found = [(score, read(number)) for score, number in results.top_n if score >= least]
        found.sort(key=lambda item: (-item[0], item[1]["document"], item[1]["start"]))
        return Matches(tuple(_candidate(score, stored) for score, stored in found[:limit]), len(results))

    def _best(
        self, clauses: _AnyOf, limit: int, only: WhooshQuery | None, none_of: WhooshQuery | None
    ) -> tuple[Results, list[float]]:
        """At least the best `limit` results and those that share the last one's score; their scores.

        Whoosh puts equal scores in the order of its numbers, which an index that was changed in part does
        not share with one written anew.
        """
        asked = limit
        while True:
            results = self._passages.search(clauses, limit=asked + 1, filter=only, mask=none_of)
            scores = [float(score) for score, _ in results.top_n]
            if len(scores) <= asked or scores[asked] < scores[limit - 1] or asked >= _MOST_TIES * limit:
                return results, scores
            asked *= 2

    def idf(self, terms: Iterable[Term]) -> Mapping[Term, float]:
        return {
            term: lucene_idf(
                self.info.passages, max(self._frequency(field, key) for field, key in keys(term))
            )
            for term in terms
        }

    def known(self, terms: Iterable[Term]) -> Collection[Term]:
        return {term for term in terms if any(self._frequency(field, key) for field, key in keys(term))}

    def _count(self, field: str, term: str) -> int:
        """How many passages hold the term."""
        counted: int = self._passages.reader().doc_frequency(field, term)
        return counted - self.withdrawn.frequencies.get(field, {}).get(term, 0)

    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        gone = self.withdrawn.frequencies.get("exact", {})
        counted = (
            (word.decode(), info.doc_frequency())
            for word, info in self._passages.reader().iter_field("exact")
        )
        left = ((word, count - gone.get(word, 0)) for word, count in counted)
        return Vocabulary({word: count for word, count in left if count > 0})

    @cached_property
    def glossary(self) -> Glossary:
        return read_glossary(self.folder)

    def related(self, passage_id: str) -> Sequence[str]:
        return self._related.get(passage_id, ())

    @cached_property
    def _related(self) -> Mapping[str, Sequence[str]]:
        related: dict[str, list[str]] = {}
        for one, other in self.related_pairs:
            related.setdefault(one, []).append(other)
            related.setdefault(other, []).append(one)
        return related

    def documents(self, ids: Iterable[str]) -> Mapping[str, Document]:
        found = ((id, self._document(id)) for id in dict.fromkeys(ids))
        return {id: document for id, document in found if document}

    def _read_document(self, id: str) -> Document | None:
        reader = self._documents.reader()
        try:
            number = reader.first_id("id", id)
        except TermNotFound:
            return None
        return document_from_dict(json.loads(reader.stored_fields(number)["record"]))

    def passages(self, document_id: str) -> Sequence[Passage]:
        found = self._passages.documents(document=document_id)
        passages = (passage_from_dict(json.loads(stored["record"])) for stored in found)
        return tuple(sorted(passages, key=lambda passage: passage.start))

    def document_ids(self) -> Sequence[str]:
        return self._ids

    @cached_property
    def _ids(self) -> Sequence[str]:
        return tuple(sorted(stored["id"] for stored in self._documents.reader().all_stored_fields()))

    @cached_property
    def recent_ids(self) -> Sequence[str]:
        """The documents in the second segment: new or changed since an index was written as a whole."""
        reader = self._documents.reader()
        first = self.whole.documents
        return tuple(
            reader.stored_fields(number)["id"]
            for number in range(first, reader.doc_count_all())
            if not reader.is_deleted(number)
        )

    def counts(self) -> Counts:
        """What can be read here, counted anew."""
        return Counts(self._documents.reader().doc_count(), self._passages.reader().doc_count())

    @cached_property
    def whole(self) -> Counts:
        """What the first segment held when it was written."""
        documents, passages = (
            next((leaf.doc_count_all() for leaf, _ in searcher.reader().leaf_readers()), 0)
            for searcher in (self._documents, self._passages)
        )
        return Counts(documents, passages)

    @property
    def drift(self) -> int:
        """Passages changed since an index was written as a whole: withdrawn there, or standing elsewhere."""
        return 2 * self.withdrawn.passages + self.info.passages - self.whole.passages

    def close(self) -> None:
        self._passages.close()
        self._documents.close()


def _only(query: Query) -> WhooshQuery | None:
    """What every passage has to match: the day of the question, and the words of quoted phrases."""
    words = {token.stem for phrase in query.phrases for token in tokens(phrase) if not token.is_stop_word}
    parts = [WhooshTerm("body", word) for word in sorted(words)]
    if query.as_of:
        parts.append(TermRange("dated", None, query.as_of))
    return And(parts) if parts else None


def _none_of(query: Query) -> WhooshQuery | None:
    return Or([WhooshTerm("body", term.stem) for term in query.excluded]) if query.excluded else None


def _candidate(score: float, stored: Mapping[str, Any]) -> Candidate:
    words = Forward(*stored["forward"])
    return Candidate(stored["id"], stored["document"], float(score), words, stored["record"])


def _open(folder: Path, weighting: WeightingModel) -> Searcher:
    return FileStorage(str(folder), readonly=True).open_index().searcher(weighting=weighting)


def lucene_idf(passages: int, frequency: int) -> float:
    """Lucene's inverse document frequency; over zero for every frequency from 0 to `passages`.

    BM25Similarity: log(1 + (N - n + 0.5) / (n + 0.5)). Whoosh adds 1 to a logarithm instead, which
    flatters common words.
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


class _AnyOf(Or):  # type: ignore[misc]  # Whoosh has no types
    """Passages that any clause matches, the clauses' scores added in the clauses' order in every segment.

    Left to itself Whoosh adds them in an order that depends on the segment when it holds more than 5,000
    passages, so that equal passages differ in the last digit; and on SQuAD (20,963 passages) the best 10
    then take 25 ms at the median and 172 at the 95th percentile, so 17 and 44.
    """

    matcher_type = Or.ARRAY_MATCHER


class _BM25(WeightingModel):  # type: ignore[misc]  # Whoosh has no types
    """BM25 with Lucene's idf, for one field at a time; the fields' scores are added, times their weights."""

    def __init__(self, withdrawn: Withdrawn) -> None:
        self._withdrawn = withdrawn

    def scorer(self, searcher, fieldname, text, qf=1):  # type: ignore[no-untyped-def]  # Whoosh's signature
        return _BM25Scorer(searcher, fieldname, text, self._withdrawn)


class _BM25Scorer(WeightLengthScorer):  # type: ignore[misc]  # Whoosh has no types
    """tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)), times idf.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq. 3.15.
    """

    def __init__(self, searcher: Searcher, fieldname: str, text: bytes, withdrawn: Withdrawn) -> None:
        whole = searcher.get_parent()
        gone = withdrawn.frequencies.get(fieldname, {}).get(text.decode(), 0)
        count = whole.doc_count_all() - withdrawn.passages
        length = whole.field_length(fieldname) - withdrawn.lengths.get(fieldname, 0)
        self._idf = lucene_idf(count, whole.doc_frequency(fieldname, text) - gone)
        self._average = length / max(count, 1) or 1.0
        self.setup(searcher, fieldname, text)

    def _score(self, weight: float, length: float) -> float:
        norm = K1 * (1 - B + B * length / self._average)
        return self._idf * weight * (K1 + 1) / (weight + norm)
