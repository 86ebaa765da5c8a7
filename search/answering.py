"""The main path: a question -> an Answer."""

from __future__ import annotations

import time
from dataclasses import replace

from search.answer.confidence import NOT_IN_TIME, judge
from search.answer.phrases import MOST_PASSAGES, with_phrases
from search.answer.ranking import POOL, cited, quotable, rank, second_look, shown, together
from search.answer.timeline.conflicts import conflicts
from search.answer.timeline.superseding import supersede
from search.answers import Answer, Confidence
from search.deadline import NEVER, Deadline
from search.index.engine import Engine, Matches
from search.queries import EVERYWHERE, Query, Scope
from search.question.expansion import expanded, weigh
from search.question.narrowing import narrowed
from search.question.readings import readings
from search.question.synonyms import Synonyms, shipped_synonyms
from search.question.understanding import understand
from search.verbatim import verbatim

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
MAX_OFFSET = 150  # limit + offset stay within 200 passages, beyond which nobody reads

# Hits that are looked through for what later documents say otherwise, whichever page of them is asked for.
COMPARED = 10


def answer(
    question: str,
    engine: Engine,
    *,
    limit: int = DEFAULT_LIMIT,
    offset: int = 0,
    as_of: str | None = None,
    scope: Scope = EVERYWHERE,
    expand: bool = True,
    synonyms: Synonyms | None = None,
    deadline: Deadline = NEVER,
) -> Answer:
    """The answer to a question: at most `limit` hits from `offset` on, and the sentence that answers.

    With `as_of`, an ISO date, only documents of that day or before are looked at, and of those only the ones
    in `scope`. `expand=False` looks for the typed words alone; `synonyms` are the shipped ones unless others
    are given. After the deadline no further passages are looked for, and the reply is partial: the best so
    far, of which none is said to answer. Raises QuestionEmpty or QuestionTooLong; a question that nothing
    answers is an Answer with a reason.
    """
    began = time.perf_counter()
    query = narrowed(replace(understand(question), as_of=as_of, scope=scope), engine)
    if expand and not deadline.is_over:
        query = expanded(query, engine, shipped_synonyms() if synonyms is None else synonyms)
    weights = weigh(query, engine)
    found = find(query, engine, max(POOL, offset + limit), deadline)
    ranked = second_look(found, query, weights.idf)
    groups = together(ranked, engine)[: max(offset + limit, COMPARED)]
    documents = cited(groups, engine)
    groups, dropped = quotable(groups, documents)
    best = shown(groups, documents)
    hits = rank(best, query, engine, documents)
    hits = (*supersede(hits[:COMPARED]), *hits[COMPARED:])
    confidence, reason = judge(query, best, weights.unknown, engine.info.passages)
    if found.is_partial:  # a better one may not have been looked at
        confidence, reason = Confidence("none", 0.0), NOT_IN_TIME
    reply = Answer(
        query=query,
        hits=hits[offset : offset + limit],
        total=found.total,
        is_least=found.is_least or found.is_partial,
        is_partial=found.is_partial,
        confidence=confidence,
        reason=reason,
        quoted=hits[0] if hits and reason is None else None,
        index=engine.info,
        limit=limit,
        offset=offset,
        took_ms=round((time.perf_counter() - began) * 1000),
        conflicts=conflicts(query, hits[:COMPARED]),
    )
    return verbatim(reply, dropped)


def find(query: Query, engine: Engine, limit: int, deadline: Deadline = NEVER) -> Matches:
    """The engine's best passages for the query; those that hold its quoted phrases, when it has any."""
    meaning = engine.meaning(readings(query)) if query.terms and not deadline.is_over else None
    if not query.phrases:
        return engine.search(query, limit, meaning, deadline)
    return with_phrases(engine.search(query, MOST_PASSAGES, meaning, deadline), query, deadline)
