"""The search in an index of passages whose segments are frozen: written as files of flat arrays.

A segment is frozen once, when it is written, and never changes, so a generation shares the files of the
segment that it shares with the one before, and only what a posting counts is worked out anew. The ten best of
20,963 passages are found in .05 ms at the median with NumPy, in .03 with the compiled kernel
(tests/bench/retrieval.md).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis import tokens
from search.answers import Candidate
from search.deadline import NEVER, Deadline
from search.index.arrays import load
from search.index.counts import Counts
from search.index.engine import Matches
from search.index.impacts import IMPACTS, Impacts, unit
from search.index.kernel import NUMPY, Kernel, Listed, Scores
from search.index.postings import Postings
from search.index.records import Records
from search.index.withdrawn import Withdrawn
from search.passages import Document, Passage
from search.queries import EVERYWHERE, Query, Scope, Term

Mask = NDArray[np.bool_]  # one for each passage, in the order of their numbers

# Postings from which on lists are added before more are opened: 5 ms. Fewer are added in one go.
_BATCH = 1 << 20

# A term that is looked for, and what a match of it counts beside one of a word that was typed.
Clause = tuple[Term, float]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage has to be and to hold, to be found at all."""

    all_of: frozenset[str] = frozenset()  # stems of the body
    none_of: frozenset[str] = frozenset()
    as_of: str | None = None  # ISO date: of a document of that day or before
    scope: Scope = EVERYWHERE


_ANYTHING = Filter()


def filter_of(query: Query) -> Filter:
    """The day and the scope of the question, the words of quoted phrases, and those that were excluded."""
    words = (token.stem for phrase in query.phrases for token in tokens(phrase) if not token.is_stop_word)
    excluded = frozenset(term.stem for term in query.excluded)
    return Filter(frozenset(words), excluded, query.as_of, query.scope)


class _Segment:
    """One segment, whose passages are numbered from `start` on."""

    def __init__(self, folder: Path, start: int, kernel: Kernel) -> None:
        self.postings = Postings(folder)
        self.records = Records(folder)
        self.start = start
        self.end = start + len(self.records.ranks)
        self.alive = np.ones(len(self.records.ranks), np.bool_)
        self._impacts: Impacts = load(folder / IMPACTS)
        self._kernel = kernel

    def delete(self, document_ids: Iterable[str]) -> None:
        """Leaves the passages of these documents out."""
        for id in document_ids:
            numbers = self.records.of_document(id)
            self.alive[numbers.start : numbers.stop] = False

    def scores(
        self, clauses: Iterable[Clause], allowed: Mask | None, deadline: Deadline
    ) -> tuple[Scores, bool]:
        """For each passage the sum of what the terms count there, and whether all of them were counted."""
        scores = np.zeros(len(self.alive), np.uint32)
        is_whole = True
        lists: list[Listed] = []
        postings = 0
        for term, weight in clauses:
            if postings > _BATCH:
                self._kernel.add(scores, self.postings.numbers, self._impacts, lists)
                lists, postings = [], 0
            if deadline.is_over:
                is_whole = False
                break
            for kind, key in (("stem", term.stem), ("exact", term.exact), ("acronym", term.acronym)):
                if key:
                    start, end = self.postings.range(kind, key)
                    lists.append((start, end, weight))
                    postings += end - start
        self._kernel.add(scores, self.postings.numbers, self._impacts, lists)
        if allowed is not None:
            scores *= allowed[self.start : self.end]
        return scores, is_whole

    def best(self, scores: Scores, limit: int) -> list[_Found]:
        """The passages with the best scores, best first."""
        numbers = self._kernel.best(scores, self.records.ranks, limit)
        found = zip(numbers.tolist(), scores[numbers].tolist(), strict=True)
        return [(self, number, score) for number, score in found]

    def allowed(self, filters: Filter, deadline: Deadline) -> Mask:
        """For each passage whether it is there and as filters; raises OutOfTime."""
        allowed = self.alive
        scope = filters.scope
        for first, last in ((None, filters.as_of), (scope.first_day, scope.last_day)):
            if first or last:
                allowed = allowed & self.records.dated(first, last)
        if scope.publishers:
            allowed = allowed & self.records.published_by(scope.publishers)
        if scope.documents:
            allowed = allowed & self.records.in_documents(scope.documents)
        for stem in filters.all_of:
            deadline.check()
            allowed = allowed & self._holding(stem)
        for stem in filters.none_of:
            deadline.check()
            allowed = allowed & ~self._holding(stem)
        return allowed

    def _holding(self, stem: str) -> Mask:
        holding = np.zeros(len(self.alive), np.bool_)
        holding[self.postings.numbers[self.postings.of_field("body", stem)]] = True
        return holding


class FrozenIndex:
    """The passages of an index, for reading; safe to share between threads.

    A passage has the number that Whoosh gives it: those of the second segment follow those of the first.
    """

    def __init__(self, folders: Iterable[Path], withdrawn: Withdrawn, kernel: Kernel | None = None) -> None:
        """Takes each segment's folder, and what was deleted in the first; without a kernel NumPy adds."""
        self._segments: list[_Segment] = []
        for folder in folders:
            start = self._segments[-1].end if self._segments else 0
            self._segments.append(_Segment(folder, start, kernel or NUMPY))
        for first in self._segments[:1]:
            first.delete(withdrawn.documents)
        self._withdrawn = withdrawn
        self._deleted = frozenset(withdrawn.documents)
        alive = [segment.alive for segment in self._segments]
        self._alive = None if all(map(np.all, alive)) else np.concatenate(alive)
        self._unit = unit(sum(map(len, alive)) - withdrawn.passages)  # of scores

    def counts(self) -> Counts:
        """What there is, deleted documents and passages left out."""
        documents = sum(segment.records.documents for segment in self._segments)
        passages = sum(int(np.count_nonzero(segment.alive)) for segment in self._segments)
        return Counts(documents - len(self._deleted), passages)

    @property
    def numbers(self) -> int:
        """How many numbers there are: of passages, deleted ones included."""
        return self._segments[-1].end if self._segments else 0

    @property
    def whole(self) -> Counts:
        """What the first segment held when it was written; nothing where there is none."""
        first = self._segments[0] if self._segments else None
        return Counts(first.records.documents, first.end) if first else Counts(0, 0)

    def document(self, id: str) -> Document | None:
        """The document with that id; None for an unknown one."""
        segments = self._segments[1:] if id in self._deleted else self._segments
        found = (segment.records.document(id) for segment in segments)
        return next((document for document in found if document), None)

    def document_ids(self) -> Iterator[str]:
        """Every document's id, those of the first segment first."""
        for segment in self._segments[:1]:
            yield from (id for id in segment.records.document_ids() if id not in self._deleted)
        yield from self.recent_ids()

    def recent_ids(self) -> Iterator[str]:
        """The ids of the documents in the second segment."""
        for segment in self._segments[1:]:
            yield from segment.records.document_ids()

    def search(
        self,
        clauses: Iterable[Clause],
        allowed: Mask | None,
        limit: int,
        near: Iterable[int] = (),
        deadline: Deadline = NEVER,
    ) -> Matches:
        """The best `limit` of the allowed passages that hold any of the terms, and how many do.

        Those with the numbers in `near` are given too, with the scores that they have. After the deadline
        it is what the terms looked for by then find.
        """
        clauses = tuple(clauses)
        ranked: list[list[_Found]] = []
        scored: list[Scores] = []
        total, is_partial = 0, False
        for segment in self._segments:
            scores, is_whole = segment.scores(clauses, allowed, deadline)
            is_partial |= not is_whole
            total += int(np.count_nonzero(scores))
            ranked.append(segment.best(scores, limit))
            scored.append(scores)
        best_of_all = tuple(
            _candidate(segment, number, score * self._unit)
            for segment, number, score in islice(_merged(ranked), limit)
        )
        asked_for = list(near)
        their_scores = (np.concatenate(scored)[asked_for] * self._unit).tolist() if asked_for else ()
        their_own = tuple(map(self.candidate, asked_for, their_scores))
        return Matches(best_of_all, total, near=their_own, is_partial=is_partial)

    def top(
        self, clauses: Iterable[Clause], limit: int, filters: Filter = _ANYTHING
    ) -> list[tuple[int, float]]:
        """The numbers of the best `limit` passages with their scores, as `search` finds them; no more."""
        clauses, allowed = tuple(clauses), self.allowed(filters)
        scored = ((segment, segment.scores(clauses, allowed, NEVER)[0]) for segment in self._segments)
        ranked = [segment.best(scores, limit) for segment, scores in scored]
        best_of_all = islice(_merged(ranked), limit)
        return [(segment.start + number, score * self._unit) for segment, number, score in best_of_all]

    def allowed(self, filters: Filter, deadline: Deadline = NEVER) -> Mask | None:
        """For each passage whether it is there and as wanted; None when all are. Not to be written to.

        Raises OutOfTime after the deadline: what passes a part of the filters need not pass them.
        """
        if filters is _ANYTHING or filters == _ANYTHING:
            return self._alive
        masks = (segment.allowed(filters, deadline) for segment in self._segments)
        return np.concatenate([np.empty(0, np.bool_), *masks])

    def candidate(self, number: int, score: float) -> Candidate:
        """The passage of that number, with a score that was given it."""
        segment = self._segment_of(number)
        return _candidate(segment, number - segment.start, score)

    def passages(self, document_id: str) -> Iterator[Passage]:
        """The document's passages, in its order; none for an unknown id."""
        for segment in self._segments:
            for number in segment.records.of_document(document_id):
                if segment.alive[number]:
                    yield segment.records.passage(number)

    def frequency(self, field: str, term: str) -> int:
        """How many passages hold the term."""
        places = [segment.postings.of_field(field, term) for segment in self._segments]
        gone = self._withdrawn.frequencies.get(field, {}).get(term, 0)
        return sum(int(where.stop - where.start) for where in places) - gone

    def frequencies(self, field: str) -> dict[str, int]:
        """Every term of the field, sorted, with how many passages hold it; none that no passage does."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(dict(segment.postings.counts(field)))
        counts.subtract(self._withdrawn.frequencies.get(field, {}))
        return {term: count for term, count in sorted(counts.items()) if count > 0}

    def _segment_of(self, number: int) -> _Segment:
        return next(segment for segment in self._segments if number < segment.end)

    def close(self) -> None:
        """Lets go of the files."""
        for segment in self._segments:
            segment.records.close()


_Found = tuple[_Segment, int, int]  # its number there, and its score in units


def _candidate(segment: _Segment, number: int, score: float) -> Candidate:
    return segment.records.candidate(number, score, segment.start + number)


def _merged(ranked: Sequence[list[_Found]]) -> Iterable[_Found]:
    """What was found in each segment in one order; ranks say nothing across segments, ids do."""
    if len(ranked) == 1:
        return ranked[0]
    return heapq.merge(*ranked, key=lambda found: (-found[2], *found[0].records.place(found[1])))
