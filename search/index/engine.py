"""The contract that an engine keeps: where a passage may stand. One implementation is `whoosh.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from search.answers import Candidate, IndexInfo
from search.deadline import NEVER, Deadline
from search.index.vocabulary import Vocabulary
from search.passages import Document, Passage
from search.queries import Query, Term
from search.question.glossary import Glossary

# A text as a unit vector: texts that say the like lie near each other.
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Matches:
    """What one search found."""

    candidates: tuple[Candidate, ...]  # best by words first; equal scores by document id, then place
    total: int  # passages that hold at least one word looked for, or are among the nearest
    is_least: bool = False  # whether there may be more than `total`: not all of them were looked through
    near: tuple[Candidate, ...] = ()  # the nearest in meaning first, those found by words too among them
    is_partial: bool = False  # whether time was up before everything had been looked through


class Engine(Protocol):
    """One published generation, open for reading; safe to share between threads."""

    @property
    def info(self) -> IndexInfo:
        """What this generation holds."""
        ...

    @property
    def glossary(self) -> Glossary:
        """What acronyms stand for here; empty for a generation that was written without a glossary."""
        ...

    def meaning(self, readings: Sequence[str]) -> Vector | None:
        """What a question that can be read so means, to be searched for; None: only words are compared."""
        ...

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        """The best `limit` passages for the query's terms and expansions; none for a query without terms.

        With a `meaning`, also the passages nearest to it, and the closeness of all.
        Every one is of `query.as_of` or before, of a document in `query.scope`, holds all words of
        `query.phrases`, though perhaps apart, and none of `query.excluded`.
        After the deadline no further posting list is opened: what was found by then is given back as partial.
        """
        ...

    def idf(self, terms: Iterable[Term]) -> Mapping[Term, float]:
        """How rare each term is: Lucene's idf over passages, highest for a term that no passage holds."""
        ...

    def vocabulary(self) -> Vocabulary:
        """Every word that the passages hold, unstemmed, with the number of passages that hold it.

        Stop words, headings and titles are left out. Read when first asked for, then kept.
        """
        ...

    def known(self, terms: Iterable[Term]) -> Collection[Term]:
        """Those of the terms that some passage holds, in its text, its headings or its document's title."""
        ...

    def documents(self, ids: Iterable[str]) -> Mapping[str, Document]:
        """The documents with these ids; an unknown id is missing from the result."""
        ...

    def passages(self, document_id: str) -> Sequence[Passage]:
        """The document's passages, in its order; empty for an unknown id."""
        ...

    def related(self, passage_id: str) -> Sequence[str]:
        """The passages of other documents that say the same as this one; empty when there are none."""
        ...

    def document_ids(self) -> Sequence[str]:
        """Every document's id, in order."""
        ...

    def close(self) -> None:
        """Lets go of the files; the engine is of no use afterwards."""
        ...
