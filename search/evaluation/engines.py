"""An engine seen through another: without a passage, watched, or finding what it found before.

Every method of the contract is handed on by name, so that mypy says so when the contract has one more.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

from search.answers import IndexInfo
from search.deadline import NEVER, Deadline
from search.index.engine import Engine, Matches, Vector
from search.index.vocabulary import Vocabulary
from search.passages import Document, Passage
from search.queries import Query, Term
from search.question.glossary import Glossary


class _Through:
    """Answers as the engine behind it does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def info(self) -> IndexInfo:
        return self._engine.info

    @property
    def glossary(self) -> Glossary:
        return self._engine.glossary

    def meaning(self, readings: Sequence[str]) -> Vector | None:
        return self._engine.meaning(readings)

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        return self._engine.search(query, limit, meaning, deadline)

    def idf(self, terms: Iterable[Term]) -> Mapping[Term, float]:
        return self._engine.idf(terms)

    def known(self, terms: Iterable[Term]) -> Collection[Term]:
        return self._engine.known(terms)

    def vocabulary(self) -> Vocabulary:
        return self._engine.vocabulary()

    def documents(self, ids: Iterable[str]) -> Mapping[str, Document]:
        return self._engine.documents(ids)

    def passages(self, document_id: str) -> Sequence[Passage]:
        return self._engine.passages(document_id)

    def related(self, passage_id: str) -> Sequence[str]:
        return self._engine.related(passage_id)

    def document_ids(self) -> Sequence[str]:
        return self._engine.document_ids()

    def close(self) -> None:
        self._engine.close()


class Without(_Through):
    """Finds everything but one passage, as if it were not there.

    Its words still count in how rare a term is, which over thousands of passages changes nothing to speak of.
    """

    def __init__(self, engine: Engine, passage_id: str) -> None:
        super().__init__(engine)
        self._passage_id = passage_id

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        found = self._engine.search(query, limit + 1, meaning, deadline)
        others = tuple(c for c in found.candidates if c.passage_id != self._passage_id)
        near = tuple(c for c in found.near if c.passage_id != self._passage_id)
        dropped = len(found.candidates) - len(others)
        return Matches(others[:limit], found.total - dropped, near=near, is_partial=found.is_partial)


class Watched(_Through):
    """Remembers how long its searches took and what the last one found."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.seconds = 0.0  # in all searches so far
        self.found = Matches((), 0)  # by the last search

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        began = time.perf_counter()
        found = self._engine.search(query, limit, meaning, deadline)
        self.seconds += time.perf_counter() - began
        self.found = found
        return found


class Recorded(_Through):
    """Finds what was found before, in no time."""

    def __init__(self, engine: Engine, found: Matches) -> None:
        super().__init__(engine)
        self._found = found

    def search(
        self, query: Query, limit: int, meaning: Vector | None = None, deadline: Deadline = NEVER
    ) -> Matches:
        return self._found
