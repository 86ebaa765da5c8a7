"""The embedded engine: a Whoosh index of passages and one of documents, written once and then only read.

A changed copy shares the files of the index that it was made from. Its first segment is the one that was
written last as a whole; what has changed since is deleted there and stands in a second, small one. Whoosh
goes on counting deleted passages, so what they counted for is kept beside it and taken off: scores are
those of an index written anew.

Nothing else imports the whoosh package. Whoosh gets terms from our analyzer, joined by spaces, keeps the
documents, and makes postings of the passages, which are frozen into arrays once they are written; its
searcher, query parser, stemmer and highlighter stay out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import TermNotFound

from search.answers import Candidate, IndexInfo
from search.index.bm25 import lucene_idf
from search.index.engine import Matches, Vector
from search.index.fields import FIELD_WEIGHTS, keys, looked_for, passage_terms
from search.index.freezing import freeze, frozen_folder, record, share
from search.index.frozen import FrozenIndex, Mask, filter_of
from search.index.glossary import keep_findings, noted, read_glossary, write_glossary
from search.index.impacts import write_impacts
from search.index.nearness import EncoderSource, open_nearness, words_alone
from search.index.related import by_passage, read_pairs
from search.index.vocabulary import Vocabulary
from search.index.withdrawn import (
    NOTHING_WITHDRAWN,
    Contents,
    Withdrawn,
    read_withdrawn,
    write_withdrawn,
)
from search.passages import Document, Passage, document_from_dict, document_to_dict
from search.queries import Query, Term
from search.question.glossary import Glossary

# Raised whenever the fields or their meaning change: an index remembers it.
SCHEMA_VERSION = 5

# Memory for postings while an index is written, before they are spilled to disk.
_WRITER_MEGABYTES = 256

# Documents remembered as they were last cited, each a few times the size of its text.
MOST_DOCUMENTS = 200

_PASSAGES = "passages"
_DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Counts:
    """What an index holds."""

    documents: int
    passages: int


def write(folder: Path, contents: Contents) -> Counts:
    """Writes a new index into the empty `folder`; what it holds."""
    terms = KEYWORD(scorable=True)
    schema = Schema(document=ID, **dict.fromkeys(FIELD_WEIGHTS, terms))
    passages = _create(folder / _PASSAGES, schema).writer(limitmb=_WRITER_MEGABYTES)
    documents = _create(folder / _DOCUMENTS, Schema(id=ID(stored=True, unique=True), record=STORED)).writer()
    with _both_or_neither(passages, documents):
        counts = _add(folder, passages, documents, contents)
    _freeze(folder, None, NOTHING_WITHDRAWN)
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
        added = _add(folder, passages, documents, contents)
    write_glossary(folder)
    gone = sorted(replaced - set(base.recent_ids))
    taken_off = base.withdrawn.plus(
        (document, base.passages(id)) for id, document in base.documents(gone).items()
    )
    write_withdrawn(folder, taken_off)
    _freeze(folder, base.folder, taken_off)
    return Counts(
        base.whole.documents - taken_off.documents + added.documents,
        base.whole.passages - taken_off.passages + added.passages,
    )


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
            share(path, to / path.name)
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


def _add(folder: Path, passages: Any, documents: Any, contents: Contents) -> Counts:
    document_count = 0
    with record(folder) as records:
        for document, parts in noted(folder, contents):
            documents.add_document(id=document.id, record=json.dumps(document_to_dict(document)))
            document_count += 1
            for passage in parts:
                fields = {name: " ".join(terms) for name, terms in passage_terms(passage, document).items()}
                passages.add_document(document=document.id, **fields)
                records.add(passage, document)
    return Counts(document_count, len(records))


def _freeze(folder: Path, base: Path | None, withdrawn: Withdrawn) -> None:
    with _reader(folder / _PASSAGES) as reader:
        segments = _segments(reader)
        freeze(folder, segments, base)
    write_impacts([frozen_folder(folder, name) for name, _ in segments], withdrawn)


def _reader(folder: Path) -> Any:
    return FileStorage(str(folder), readonly=True).open_index().reader()


def _segments(reader: Any) -> list[tuple[str, Any]]:
    """The names of the segments and their readers; none for an empty index, which Whoosh too can read."""
    leaves = (leaf for leaf, _ in reader.leaf_readers() if leaf.doc_count_all())
    return [(str(leaf.segment().segment_id()), leaf) for leaf in leaves]


class WhooshEngine:
    """A written index, open for reading; keeps the `Engine` contract.

    Shared by all threads and never refreshed: the folder does not change.
    """

    def __init__(self, folder: Path, info: IndexInfo, encoder_of: EncoderSource = words_alone) -> None:
        """Opens the folder; meanings are compared where it has vectors and their encoder is given."""
        self.folder = folder
        self.info = info
        self.withdrawn = read_withdrawn(folder)
        self.related_pairs = read_pairs(folder)
        self._document = lru_cache(MOST_DOCUMENTS)(self._read_document)
        self._documents = _reader(folder / _DOCUMENTS)
        # Whoosh reads all of a segment into memory, so that of the passages is let go of at once.
        with _reader(folder / _PASSAGES) as passages:
            self._frozen = FrozenIndex(
                [
                    (frozen_folder(folder, name), list(reader.segment().deleted_docs()))
                    for name, reader in _segments(passages)
                ],
                self.withdrawn,
            )
        self.vectors, self._nearness = open_nearness(folder, self._frozen.numbers, encoder_of)

    def meaning(self, readings: Sequence[str]) -> Vector | None:
        return self._nearness.meaning(readings) if self._nearness else None

    def search(self, query: Query, limit: int, meaning: Vector | None = None) -> Matches:
        clauses = looked_for(query)
        if limit < 1 or (not clauses and meaning is None):
            return Matches((), 0)
        if meaning is None or self._nearness is None:
            return self._frozen.search(clauses, filter_of(query), limit)
        near = self._nearness.nearest(meaning, self.allowed(query))
        found = self._frozen.search(clauses, filter_of(query), limit, near)
        compared = iter(tuple(self._nearness.compared((*found.candidates, *found.near), meaning)))
        by_words = tuple(islice(compared, len(found.candidates)))
        without_words = sum(candidate.score == 0 for candidate in found.near)
        return replace(found, candidates=by_words, total=found.total + without_words, near=tuple(compared))

    def allowed(self, query: Query) -> Mask | None:
        """For each passage by number whether it is there and passes the query's filters; None when all do.

        Not to be written to.
        """
        return self._frozen.allowed(filter_of(query))

    def candidate(self, number: int, score: float) -> Candidate:
        """The passage of that number, which is Whoosh's, as a search gives it back."""
        return self._frozen.candidate(number, score)

    def idf(self, terms: Iterable[Term]) -> Mapping[Term, float]:
        return {
            term: lucene_idf(
                self.info.passages, max(self._frozen.frequency(field, key) for field, key in keys(term))
            )
            for term in terms
        }

    def known(self, terms: Iterable[Term]) -> Collection[Term]:
        return {
            term for term in terms if any(self._frozen.frequency(field, key) for field, key in keys(term))
        }

    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._frozen.frequencies("exact"))

    @cached_property
    def glossary(self) -> Glossary:
        return read_glossary(self.folder)

    def related(self, passage_id: str) -> Sequence[str]:
        return self._related.get(passage_id, ())

    @cached_property
    def _related(self) -> Mapping[str, Sequence[str]]:
        return by_passage(self.related_pairs)

    def documents(self, ids: Iterable[str]) -> Mapping[str, Document]:
        found = ((id, self._document(id)) for id in dict.fromkeys(ids))
        return {id: document for id, document in found if document}

    def _read_document(self, id: str) -> Document | None:
        try:
            number = self._documents.first_id("id", id)
        except TermNotFound:
            return None
        return document_from_dict(json.loads(self._documents.stored_fields(number)["record"]))

    def passages(self, document_id: str) -> Sequence[Passage]:
        return tuple(self._frozen.passages(document_id))

    def document_ids(self) -> Sequence[str]:
        return self._ids

    @cached_property
    def _ids(self) -> Sequence[str]:
        return tuple(sorted(stored["id"] for stored in self._documents.all_stored_fields()))

    @cached_property
    def recent_ids(self) -> Sequence[str]:
        """The documents in the second segment: new or changed since an index was written as a whole."""
        reader = self._documents
        first = self.whole.documents
        return tuple(
            reader.stored_fields(number)["id"]
            for number in range(first, reader.doc_count_all())
            if not reader.is_deleted(number)
        )

    @property
    def numbers(self) -> int:
        """How many numbers there are: of passages, withdrawn ones included."""
        return self._frozen.numbers

    def counts(self) -> Counts:
        """What can be read here, counted anew."""
        return Counts(self._documents.doc_count(), self._frozen.passage_count)

    @cached_property
    def whole(self) -> Counts:
        """What the first segment held when it was written."""
        documents = next((reader.doc_count_all() for _, reader in _segments(self._documents)), 0)
        return Counts(documents, self._frozen.first_count)

    @property
    def drift(self) -> int:
        """Passages changed since an index was written as a whole: withdrawn there, or standing elsewhere."""
        return 2 * self.withdrawn.passages + self.info.passages - self.whole.passages

    def close(self) -> None:
        self._frozen.close()
        self._documents.close()
