"""Candidates -> Hits: the second look, and then each with its document, its excerpt and its rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise, repeat, starmap
from math import log
from typing import NamedTuple

import numpy as np

from search.answer.excerpts import Sought, excerpt, sought
from search.answer.features import read_pool, wanted
from search.answer.fitting import FITTED_KINDS, fits
from search.answer.scoring import PASSAGE_FEATURES, score
from search.answer.timeline.days import is_looked_in
from search.answers import Candidate, Copy, Excerpt, Features, Hit
from search.index.engine import Engine, Matches
from search.passages import Document, document_of, effective_date
from search.queries import Query, Term
from search.verbatim import is_said

# Passages that get the second look; those after them keep the engine's order. Over 6,000 questions of SQuAD
# recall@1 and MRR@10 are .792 and .846 with 30, 50 and 100 alike.
POOL = 50

# Of those, the best ones whose best sentences are read once more for what the question asks for.
READ = 10
READ_SENTENCES = 3
# What a sentence's fit counts: the logarithm of a share, see `search.answer.fitting`. Over the shared
# questions and those of tests/data MRR is .690 and .706 without, .698 and .717 with .5, .708 and .717 with
# 1, .712 and .715 with 2.
FIT_WEIGHT = 1.5
# What fits less counts as this: such a sentence is still found when nothing else is there.
LEAST_FIT = 0.05

# What reading a damaged record raises: it is no longer JSON, no longer text, or has other names in it.
_UNREADABLE = (ValueError, KeyError, TypeError)

_FITS = "fits"
_SENTENCE = PASSAGE_FEATURES.index("sentence")


class Ranked(NamedTuple):
    """A candidate after the second look."""

    candidate: Candidate
    score: float
    sentence: int  # the position of the one that answers
    values: Sequence[float] = ()  # of PASSAGE_FEATURES
    sentences: Sequence[float] = ()  # the score of each
    covered: float = 0.0  # the share of the question's weight that stands in the best sentence
    around: float = 0.0  # what its neighbours add to that
    weights: Sequence[float] = ()  # of the values; those of meaning are left out where it is not known
    fit: float | None = None  # the logarithm of how far the sentence fits; None: it was not read for that

    @property
    def features(self) -> Features:
        """What the score is made of."""
        if self.fit is None:
            return Features(PASSAGE_FEATURES, self.values, self.weights)
        names = (*PASSAGE_FEATURES[: len(self.weights)], _FITS)
        values = (*self.values[: len(self.weights)], self.fit)
        return Features(names, values, (*self.weights, FIT_WEIGHT))

    def value_of(self, name: str) -> float:
        """How much of one of PASSAGE_FEATURES the candidate has."""
        return self.values[PASSAGE_FEATURES.index(name)]


def second_look(found: Matches, query: Query, idf: Mapping[Term, float]) -> tuple[Ranked, ...]:
    """What was found in the order in which it answers, after what the sentences say has been weighed."""
    looked_at, rest = pooled(found)
    candidates = [*looked_at, *rest]
    if not candidates:
        return ()
    look = wanted(query, idf)
    pool = read_pool(candidates, look, len(looked_at))
    scores = score(pool, look, query)
    best = pool.first + scores.best
    of_sentences = scores.sentences.tolist()
    each = zip(
        candidates,
        scores.passages.tolist(),
        scores.best.tolist(),
        scores.features.tolist(),
        (of_sentences[first:end] for first, end in pairwise([*pool.first.tolist(), len(of_sentences)])),
        scores.covered[best].tolist(),
        scores.around[best].tolist(),
        repeat(scores.weights.passages, len(candidates)),
        strict=True,
    )
    ranked = list(starmap(Ranked, each))
    # sorted() keeps ties in the engine's order.
    first = sorted(ranked[: len(looked_at)], key=_score)
    return (*sorted(_fitted(first[:READ], query), key=_score), *first[READ:], *ranked[len(looked_at) :])


def pooled(found: Matches) -> tuple[list[Candidate], list[Candidate]]:
    """What gets the second look, the best by words and the nearest in meaning, and what is found beside them.

    Which are looked at does not depend on how many were asked for.
    """
    best = {candidate.passage_id: candidate for candidate in (*found.candidates[:POOL], *found.near)}
    rest = [candidate for candidate in found.candidates[POOL:] if candidate.passage_id not in best]
    return list(best.values()), rest


def _score(ranked: Ranked) -> float:
    return -ranked.score


def _fitted(ranked: Sequence[Ranked], query: Query) -> Sequence[Ranked]:
    """The candidates once their best sentences have been read for what the question asks for."""
    if query.kind not in FITTED_KINDS:
        return ranked
    return [_read(item, query) if _can_be_read(item.candidate) else item for item in ranked]


def _read(item: Ranked, query: Query) -> Ranked:
    passage, scores = item.candidate.passage, item.sentences
    marks = np.frombuffer(item.candidate.forward.marks, "<u4").tolist()
    best = sorted(range(len(scores)), key=lambda number: -scores[number])[:READ_SENTENCES]
    fit = {
        number: log(max(fits(passage.sentences[number].of(passage.text), marks[number], query), LEAST_FIT))
        for number in best
    }
    chosen = max(best, key=lambda number: scores[number] + FIT_WEIGHT * fit[number])
    values = list(item.values)
    values[_SENTENCE] = scores[chosen]
    less = item.weights[_SENTENCE] * (values[_SENTENCE] - item.values[_SENTENCE])
    return item._replace(
        score=item.score + less + FIT_WEIGHT * fit[chosen],
        sentence=chosen,
        values=values,
        fit=fit[chosen],
    )


def together(ranked: Iterable[Ranked], engine: Engine) -> list[list[Ranked]]:
    """The candidates, those that say the same as an earlier one in a group with it, in its place."""
    groups: list[list[Ranked]] = []
    group_of: dict[str, list[Ranked]] = {}
    for item in ranked:
        id = item.candidate.passage_id
        if id in group_of:
            group_of[id].append(item)
            continue
        groups.append([item])
        for other in (id, *engine.related(id)):
            group_of.setdefault(other, groups[-1])
    return groups


def cited(groups: Iterable[Sequence[Ranked]], engine: Engine) -> Mapping[str, Document]:
    """Every document, by its id, that the groups may be quoted from, or that says the same; read once.

    One whose record cannot be read is missing.
    """
    candidates = [item.candidate for group in groups for item in group]
    copies = chain.from_iterable(engine.related(candidate.passage_id) for candidate in candidates)
    ids = (*(candidate.document_id for candidate in candidates), *map(document_of, copies))
    try:
        return engine.documents(ids)
    except _UNREADABLE:
        return _those_that_can_be_read(ids, engine)


def _those_that_can_be_read(ids: Iterable[str], engine: Engine) -> Mapping[str, Document]:
    found: dict[str, Document] = {}
    for id in ids:
        try:
            found.update(engine.documents([id]))
        except _UNREADABLE:
            continue
    return found


def quotable(
    groups: Iterable[Sequence[Ranked]], documents: Mapping[str, Document]
) -> tuple[list[list[Ranked]], list[str]]:
    """The groups with only what its document says, and the ids of the passages that are not what it says.

    Every passage is cut out of its document once more and compared; a group may lose all of its passages.
    """
    kept: list[list[Ranked]] = []
    lost: list[str] = []
    for group in groups:
        kept.append([])
        for item in group:
            if _is_quotable(item.candidate, documents):
                kept[-1].append(item)
            else:
                lost.append(item.candidate.passage_id)
    return kept, lost


def shown(groups: Iterable[Sequence[Ranked]], documents: Mapping[str, Document]) -> tuple[Ranked, ...]:
    """Of each group the candidate of the best document, in the group's place: whole, not run together, dated.

    Only quotable ones are given here.
    """
    best = (
        min(group, key=lambda r: _quality(documents[r.candidate.document_id])) for group in groups if group
    )
    return tuple(best)


def rank(
    ranked: Iterable[Ranked], query: Query, engine: Engine, documents: Mapping[str, Document]
) -> tuple[Hit, ...]:
    """The candidates as hits, ranked from 1 in the order they came in."""

    def also_in(ids: Iterable[str]) -> tuple[Copy, ...]:
        others = (Copy(id, documents[document_of(id)]) for id in ids if document_of(id) in documents)
        return tuple(sorted((copy for copy in others if is_looked_in(copy.document, query)), key=_date))

    look = sought(query)
    return tuple(
        Hit(
            rank=number,
            score=item.score,
            passage=item.candidate.passage,
            document=documents[item.candidate.document_id],
            excerpt=marked(item, look),
            also_in=also_in(engine.related(item.candidate.passage_id)),
            features=item.features,
        )
        for number, item in enumerate(ranked, 1)
    )


def _is_quotable(candidate: Candidate, documents: Mapping[str, Document]) -> bool:
    document = documents.get(candidate.document_id)
    return document is not None and _can_be_read(candidate) and is_said(candidate.passage, document)


def _can_be_read(candidate: Candidate) -> bool:
    try:
        return candidate.passage.id == candidate.passage_id
    except _UNREADABLE:
        return False


def _quality(document: Document) -> tuple[int, bool]:
    """Smaller is better to quote from."""
    return len(document.notes), effective_date(document) is None


def marked(ranked: Ranked, look: Sought) -> Excerpt:
    """The passage with its answer and what was looked for marked."""
    return excerpt(ranked.candidate.passage, ranked.candidate.forward, ranked.sentence, look)


def _date(copy: Copy) -> tuple[bool, str, str]:
    """Orders copies by the date of their documents, undated ones last."""
    date = effective_date(copy.document)
    return date is None, date or "", copy.passage_id
