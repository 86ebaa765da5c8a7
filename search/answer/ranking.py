"""Candidates -> Hits: the second look, and then each with its document, its excerpt and its rank."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import log

import numpy as np

from search.answer.excerpts import excerpt
from search.answer.features import read_pool, wanted
from search.answer.fitting import fits
from search.answer.scoring import PASSAGE_FEATURES, PASSAGE_WEIGHTS, score
from search.answer.timeline import published_by
from search.answers import Candidate, Copy, Excerpt, Feature, Hit
from search.forward import word_number
from search.index.engine import Engine
from search.passages import Document, document_of, effective_date
from search.queries import Query, Term

_log = logging.getLogger(__name__)

# Passages that get the second look; those after them keep the engine's order. Of 6,000 questions of SQuAD
# 98.1 % have their passage among the first hundred (tests/bench/RESULTS.md).
POOL = 100

READ = 10
READ_SENTENCES = 3
READ_KINDS = frozenset({"why", "person", "count", "date"})
FIT_WEIGHT = 1.5
LEAST_FIT = 0.05
SENTENCE = PASSAGE_WEIGHTS[PASSAGE_FEATURES.index("sentence")]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate after the second look."""

    candidate: Candidate
    score: float
    sentence: int  # the position of the one that answers
    sentences: tuple[float, ...] = ()  # the score of each
    covered: float = 0.0  # the share of the question's weight that stands in the best sentence
    around: float = 0.0  # what its neighbours add to that
    features: tuple[Feature, ...] = ()


def second_look(
    candidates: Sequence[Candidate], query: Query, idf: Mapping[Term, float]
) -> tuple[Ranked, ...]:
    """The candidates in the order in which they answer, after what their sentences say has been weighed."""
    if not candidates:
        return ()
    look = wanted(query, idf)
    pool = read_pool([candidate.forward for candidate in candidates], look)
    scores = score(pool, look, query, np.array([candidate.score for candidate in candidates]))
    sentences = np.split(scores.sentences, pool.first[1:])
    best = pool.first + scores.best
    covered, around = scores.covered[best].tolist(), scores.around[best].tolist()
    each = zip(
        candidates,
        scores.passages.tolist(),
        scores.best.tolist(),
        sentences,
        covered,
        around,
        scores.features.tolist(),
        strict=True,
    )
    ranked = [
        Ranked(
            candidate,
            value,
            sentence,
            tuple(marks.tolist()),
            share,
            more,
            tuple(map(Feature, PASSAGE_FEATURES, features, PASSAGE_WEIGHTS)),
        )
        for candidate, value, sentence, marks, share, more, features in each
    ]
    # sorted() keeps ties in the engine's order.
    first, rest = sorted(ranked[:POOL], key=_score), ranked[POOL:]
    return (*sorted(_fitted(first[:READ], query), key=_score), *first[READ:], *rest)


def _score(ranked: Ranked) -> float:
    return -ranked.score


def _fitted(ranked: Iterable[Ranked], query: Query) -> Iterator[Ranked]:
    """The candidates once their best sentences have been read for what the question asks for."""
    for item in ranked:
        passage = item.candidate.passage if query.expects or query.kind in READ_KINDS else None
        if passage is None:
            yield item
            continue
        best = sorted(range(len(item.sentences)), key=lambda number: -item.sentences[number])[:READ_SENTENCES]
        fit = {
            number: FIT_WEIGHT * log(max(fits(passage.sentences[number].of(passage.text), query), LEAST_FIT))
            for number in best
        }
        chosen = max(best, key=lambda number: item.sentences[number] + fit[number])
        yield replace(
            item,
            score=item.score + fit[chosen] + (item.sentences[chosen] - max(item.sentences)) * SENTENCE,
            sentence=chosen,
            features=(*item.features, Feature("fits", fit[chosen] / FIT_WEIGHT, FIT_WEIGHT)),
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


def rank(groups: Iterable[Sequence[Ranked]], query: Query, engine: Engine) -> tuple[Hit, ...]:
    """One hit for each group, ranked from 1 in the order they came in.

    Of passages that say the same the one of the best document is shown: whole, not run together, dated.
    Every quotation is cut out of its document once more and compared; one that differs is left out
    and logged, since nothing may be quoted that its document does not say.
    """
    groups = tuple(groups)
    copies = {
        r.candidate.passage_id: engine.related(r.candidate.passage_id) for group in groups for r in group
    }
    documents = engine.documents(
        (
            *(r.candidate.document_id for group in groups for r in group),
            *map(document_of, chain.from_iterable(copies.values())),
        )
    )
    hits: list[Hit] = []
    for group in groups:
        quotable = [item for item in group if _is_said(item.candidate, documents)]
        if not quotable:
            continue
        item = min(quotable, key=lambda r: _quality(documents[r.candidate.document_id]))
        passage = item.candidate.passage
        others = (Copy(id, documents[document_of(id)]) for id in copies[passage.id])
        by_then = (c for c in others if query.as_of is None or published_by(c.document, query.as_of))
        hits.append(
            Hit(
                rank=len(hits) + 1,
                score=group[0].score,
                passage=passage,
                document=documents[passage.document_id],
                excerpt=marked(item, query),
                also_in=tuple(sorted(by_then, key=_date)),
                features=item.features,
            )
        )
    return tuple(hits)


def _is_said(candidate: Candidate, documents: Mapping[str, Document]) -> bool:
    passage, document = candidate.passage, documents.get(candidate.document_id)
    if document is not None and document.text[passage.start : passage.end] == passage.text:
        return True
    _log.error("passage %s is not what its document says and was left out", passage.id)
    return False


def _quality(document: Document) -> tuple[int, bool]:
    """Smaller is better to quote from."""
    return len(document.notes), effective_date(document) is None


def marked(ranked: Ranked, query: Query) -> Excerpt:
    """The passage with its answer and the words of the query marked."""
    added = (term for expansion in query.expansions for term in expansion.terms)
    numbers = {word_number(term.stem) for term in (*query.terms, *added)}
    candidate = ranked.candidate
    return excerpt(candidate.passage, candidate.forward, ranked.sentence, numbers, query.kind == "list")


def _date(copy: Copy) -> tuple[bool, str, str]:
    """Orders copies by the date of their documents, undated ones last."""
    date = effective_date(copy.document)
    return date is None, date or "", copy.passage_id
