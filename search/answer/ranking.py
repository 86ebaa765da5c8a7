"""Candidates -> Hits: each with its document, its excerpt and its rank."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from search.answer.definitions import defines
from search.answer.excerpts import excerpt
from search.answers import Candidate, Copy, Hit
from search.index.engine import Engine
from search.passages import Passage, document_of
from search.queries import Query, Term

_log = logging.getLogger(__name__)

# Passages that get the second look; those after them keep the engine's order. A definition names its
# thing once, so BM25 ranks it low: of "What is an ICS?" at 9 in the shared documents, at 40, 47 and 57
# in the shipped articles.
POOL = 100

# How far a full definition lifts a passage's score when one is asked for: it passes by others that
# match up to three times as well. Over the shared definition questions success@1 is .5 without it, .625
# with a gain of 1, .75 with 2 and with 3.
DEFINITION_GAIN = 2.0


def rank(
    candidates: Iterable[Candidate], query: Query, weights: Mapping[Term, float], engine: Engine
) -> tuple[Hit, ...]:
    """The candidates as hits, ranked from 1 in the order they came in.

    Every quotation is cut out of its document once more and compared; one that differs is left out
    and logged, since nothing may be quoted that its document does not say.
    """
    candidates = tuple(candidates)
    copies = {c.passage.id: engine.related(c.passage.id) for c in candidates}
    documents = engine.documents(
        (
            *(c.passage.document_id for c in candidates),
            *map(document_of, chain.from_iterable(copies.values())),
        )
    )
    hits: list[Hit] = []
    for candidate in candidates:
        passage = candidate.passage
        document = documents.get(passage.document_id)
        if document is None or document.text[passage.start : passage.end] != passage.text:
            _log.error("passage %s is not what its document says and was left out", passage.id)
            continue
        also_in = tuple(
            sorted((Copy(id, documents[document_of(id)]) for id in copies[passage.id]), key=_date)
        )
        quoted = excerpt(passage, query, weights)
        hits.append(Hit(len(hits) + 1, candidate.score, passage, document, quoted, also_in))
    return tuple(hits)


def _date(copy: Copy) -> tuple[bool, str, str]:
    """Orders copies by the date of their documents, undated ones last."""
    date = copy.document.metadata.updated or copy.document.metadata.published
    return date is None, date.value if date else "", copy.passage_id


def second_look(candidates: Sequence[Candidate], query: Query) -> tuple[Candidate, ...]:
    """The candidates in the order in which they answer, after what their sentences say has been weighed.

    When the question is what something is, passages that define it gain; see `DEFINITION_GAIN`.
    """
    subject = query.subject
    if not subject:
        return tuple(candidates)

    def gain(passage: Passage) -> float:
        return max(defines(sentence.of(passage.text), subject) for sentence in passage.sentences)

    pool, rest = candidates[:POOL], candidates[POOL:]
    lifted = [replace(c, score=c.score * (1 + DEFINITION_GAIN * gain(c.passage))) for c in pool]
    return (*sorted(lifted, key=lambda candidate: -candidate.score), *rest)  # sorted() keeps ties in order
