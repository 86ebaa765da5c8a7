"""The embedded engine: a written index, opened to be searched.

It reads the arrays and records that were frozen when the index was written, and not the files of Whoosh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path

from search.answers import Candidate, IndexInfo
from search.deadline import NEVER, Deadline, OutOfTime
from search.index.bm25 import lucene_idf
from search.index.counts import Counts
from search.index.engine import Matches, Vector
from search.index.fields import keys, looked_for
from search.index.frozen import FrozenIndex, Mask, filter_of
from search.index.glossary import read_glossary
from search.index.kernel import Kernel
from search.index.nearness import EncoderSource, open_nearness, words_alone
from search.index.related import by_passage, read_pairs
from search.index.segments import frozen_folders
from search.index.vocabulary import Vocabulary
from search.index.withdrawn import read_withdrawn
from search.passages import Document, Passage
from search.queries import Query, Term
from search.question.glossary import Glossary

# Documents remembered as they were last cited, each a few times the size of its text.
MOST_DOCUMENTS = 200


class EmbeddedEngine:
    """A written index, open for reading; keeps the `Engine` contract.

    Shared by all threads and never refreshed: the folder does not change.
    """

    def __init__(
        self,
        folder: Path,
        info: IndexInfo,
        encoder_of: EncoderSource = words_alone,
        kernel: Kernel | None = None,
    ) -> None:
        """Opens the folder; meanings are compared where it has vectors and their encoder is given.

        Without a kernel NumPy searches.
        """
        self.folder = folder
        self.info = info
        self.withdrawn = read_withdrawn(folder)
        self.related_pairs = read_pairs(folder)
        self._frozen = FrozenIndex(frozen_folders(folder), self.withdrawn, kernel)
        self._document = lru_cache(MOST_DOCUMENTS)(self._frozen.document)
        self.vectors, self._nearness = open_nearness(folder, self._frozen.numbers, encoder_of)

    def meaning(self, readings: Sequence[str]) -> Vector | None:
        return self._nearness.meaning(readings) if self._nearness else None

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        clauses = looked_for(query)
        if limit < 1 or (not clauses and meaning is None):
            return Matches((), 0)
        try:
            allowed = self._frozen.allowed(filter_of(query), deadline)
        except OutOfTime:
            return Matches((), 0, is_partial=True)
        if meaning is None or self._nearness is None:
            return self._frozen.search(clauses, allowed, limit, deadline=deadline)
        near = self._nearness.nearest(meaning, allowed)
        found = self._frozen.search(clauses, allowed, limit, near, deadline)
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

    def passages(self, document_id: str) -> Sequence[Passage]:
        return tuple(self._frozen.passages(document_id))

    def document_ids(self) -> Sequence[str]:
        return self._ids

    @cached_property
    def _ids(self) -> Sequence[str]:
        return tuple(sorted(self._frozen.document_ids()))

    @cached_property
    def recent_ids(self) -> Sequence[str]:
        """The documents in the second segment: new or changed since an index was written as a whole."""
        return tuple(self._frozen.recent_ids())

    @property
    def numbers(self) -> int:
        """How many numbers there are: of passages, withdrawn ones included."""
        return self._frozen.numbers

    def counts(self) -> Counts:
        """What can be read here, counted anew."""
        return self._frozen.counts()

    @property
    def whole(self) -> Counts:
        """What the first segment held when it was written."""
        return self._frozen.whole

    @property
    def drift(self) -> int:
        """Passages changed since an index was written as a whole: withdrawn there, or standing elsewhere."""
        return 2 * self.withdrawn.passages + self.info.passages - self.whole.passages

    def warm_up(self) -> None:
        """Reads what is read at first use, so that nobody's question waits for it."""
        _ = self._vocabulary, self.glossary, self._related

    def close(self) -> None:
        """Lets go of the files."""
        self._frozen.close()
