"""The search in an index of passages whose segments are frozen: written as files of flat arrays.

A segment is frozen once, after Whoosh has written it, and never changes, so a generation shares the files of
the segment that it shares with the one before. Over 20,963 passages Whoosh takes 33 ms at the median for
the best 50, the arrays .5.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis import tokens
from search.answers import Candidate
from search.index.bm25 import Floats, best, lucene_idf, saturation
from search.index.counts import Counts
from search.index.engine import Matches
from search.index.fields import FIELD_WEIGHTS
from search.index.postings import Postings
from search.index.records import Records
from search.index.withdrawn import Withdrawn
from search.passages import Document, Passage
from search.queries import Query

Mask = NDArray[np.bool_]  # one for each passage, in the order of their numbers

# A field, a term that is looked for in it, and what a match counts.
Clause = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage has to be and to hold, to be found at all."""

    all_of: frozenset[str] = frozenset()  # stems of the body
    none_of: frozenset[str] = frozenset()
    as_of: str | None = None  # ISO date: of a document of that day or before


_ANYTHING = Filter()


def filter_of(query: Query) -> Filter:
    """The day of the question, the words of quoted phrases, and those that were excluded."""
    words = (token.stem for phrase in query.phrases for token in tokens(phrase) if not token.is_stop_word)
    return Filter(frozenset(words), frozenset(term.stem for term in query.excluded), query.as_of)


class _Segment:
    """One segment, whose passages are numbered from `start` on."""

    def __init__(self, folder: Path, start: int) -> None:
        self.postings = Postings(folder)
        self.records = Records(folder)
        self.start = start
        self.end = start + len(self.records.ranks)
        self.alive = np.ones(len(self.records.ranks), np.bool_)
        self._impacts: Floats = np.empty(0)

    def delete(self, document_ids: Iterable[str]) -> None:
        """Leaves the passages of these documents out."""
        for id in document_ids:
            numbers = self.records.of_document(id)
            self.alive[numbers.start : numbers.stop] = False

    def weigh(self, averages: Mapping[str, float]) -> None:
        """Looks ahead to what each shape of posting counts, by the average length of each field."""
        postings = self.postings
        average = np.array([averages[field] for field in FIELD_WEIGHTS])[postings.fields]
        times, lengths = (values.astype(np.float64) for values in (postings.times, postings.lengths))
        self._impacts = saturation(times, lengths, average)

    def scores(self, found: Sequence[tuple[slice, float]], allowed: Mask | None) -> Floats:
        """For each passage the sum of what its postings count, times their weights, in their order."""
        if not found:
            return np.zeros(len(self.alive))
        postings = self.postings
        numbers = np.concatenate([postings.numbers[where] for where, _ in found], dtype=np.intp)
        shapes = np.concatenate([postings.shapes[where] for where, _ in found])
        weights = np.repeat([weight for _, weight in found], [_length(where) for where, _ in found])
        impacts = self._impacts[shapes] * weights
        scores: Floats = np.bincount(numbers, impacts, len(self.alive)).astype(np.float64, copy=False)
        if allowed is not None:
            scores *= allowed[self.start : self.end]
        return scores

    def allowed(self, filters: Filter) -> Mask:
        """For each passage whether it is there and as filters."""
        allowed = self.alive
        if filters.as_of:
            allowed = allowed & self.records.dated_by(filters.as_of)
        for stem in filters.all_of:
            allowed = allowed & self._holding(stem)
        for stem in filters.none_of:
            allowed = allowed & ~self._holding(stem)
        return allowed

    def _holding(self, stem: str) -> Mask:
        holding = np.zeros(len(self.alive), np.bool_)
        holding[self.postings.numbers[self.postings.find("body", stem)]] = True
        return holding


class FrozenIndex:
    """The passages of an index, for reading; safe to share between threads.

    A passage has the number that Whoosh gives it: those of the second segment follow those of the first.
    """

    def __init__(self, folders: Iterable[Path], withdrawn: Withdrawn) -> None:
        """Takes the folder of each segment, and what was deleted in the first."""
        self._segments: list[_Segment] = []
        for folder in folders:
            start = self._segments[-1].end if self._segments else 0
            self._segments.append(_Segment(folder, start))
        for first in self._segments[:1]:
            first.delete(withdrawn.documents)
        self._withdrawn = withdrawn
        self._deleted = frozenset(withdrawn.documents)
        self._passages = sum(len(segment.alive) for segment in self._segments) - withdrawn.passages
        lengths = dict.fromkeys(FIELD_WEIGHTS, 0)
        for segment in self._segments:
            for field, total in segment.postings.total_lengths.items():
                lengths[field] += total
        averages = {
            field: (lengths[field] - withdrawn.lengths.get(field, 0)) / max(self._passages, 1) or 1.0
            for field in FIELD_WEIGHTS
        }
        for segment in self._segments:
            segment.weigh(averages)
        alive = [segment.alive for segment in self._segments]
        self._alive = None if all(map(np.all, alive)) else np.concatenate(alive)

    def counts(self) -> Counts:
        """What there is, deleted documents and passages left out."""
        documents = sum(segment.records.documents for segment in self._segments)
        passages = sum(int(np.count_nonzero(segment.alive)) for segment in self._segments)
        return Counts(documents - len(self._withdrawn.documents), passages)

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
        self, clauses: Iterable[Clause], filters: Filter, limit: int, near: Iterable[int] = ()
    ) -> Matches:
        """The best `limit` passages that any clause matches; their scores are added in the clauses' order.

        Those with the numbers in `near` are given too, with the scores that they have.
        """
        found: list[list[tuple[slice, float]]] = [[] for _ in self._segments]
        for field, term, weight in clauses:
            places = [segment.postings.find(field, term) for segment in self._segments]
            held = sum(map(_length, places))
            if held:
                weight *= lucene_idf(self._passages, held - self._gone(field, term))
                for own, where in zip(found, places, strict=True):
                    own.append((where, weight))
        allowed = self.allowed(filters)
        ranked: list[list[_Found]] = []
        scored: list[Floats] = []
        total = 0
        for segment, own in zip(self._segments, found, strict=True):
            scores = segment.scores(own, allowed)
            total += int(np.count_nonzero(scores))
            numbers = best(scores, segment.records.ranks, limit)
            ranked.append([(segment, number, scores.item(number)) for number in numbers.tolist()])
            scored.append(scores)
        best_of_all = tuple(_candidate(*one) for one in islice(_merged(ranked), limit))
        asked_for = list(near)
        their_scores = np.concatenate(scored)[asked_for].tolist() if asked_for else ()
        return Matches(best_of_all, total, near=tuple(map(self.candidate, asked_for, their_scores)))

    def allowed(self, filters: Filter) -> Mask | None:
        """For each passage whether it is there and as wanted; None when all are. Not to be written to."""
        if filters == _ANYTHING:
            return self._alive
        return np.concatenate([np.empty(0, np.bool_), *(s.allowed(filters) for s in self._segments)])

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
        places = [segment.postings.find(field, term) for segment in self._segments]
        return sum(map(_length, places)) - self._gone(field, term)

    def frequencies(self, field: str) -> dict[str, int]:
        """Every term of the field, sorted, with how many passages hold it; none that no passage does."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(dict(segment.postings.counts(field)))
        counts.subtract(self._withdrawn.frequencies.get(field, {}))
        return {term: count for term, count in sorted(counts.items()) if count > 0}

    def _gone(self, field: str, term: str) -> int:
        """How many deleted passages hold the term."""
        return int(self._withdrawn.frequencies.get(field, {}).get(term, 0))

    def _segment_of(self, number: int) -> _Segment:
        return next(segment for segment in self._segments if number < segment.end)

    def close(self) -> None:
        """Lets go of the files."""
        for segment in self._segments:
            segment.records.close()


def _length(where: slice) -> int:
    return int(where.stop - where.start)


_Found = tuple[_Segment, int, float]


def _candidate(segment: _Segment, number: int, score: float) -> Candidate:
    return segment.records.candidate(number, score, segment.start + number)


def _merged(ranked: Sequence[Sequence[_Found]]) -> Iterable[_Found]:
    """What was found in each segment in one order; ranks say nothing across segments, ids do."""
    if len(ranked) == 1:
        return ranked[0]
    return heapq.merge(*ranked, key=lambda found: (-found[2], *found[0].records.place(found[1])))
