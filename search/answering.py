"""The main path: a question -> an Answer."""

from __future__ import annotations

import time
from dataclasses import replace

from search.answer.confidence import judge
from search.answer.phrases import MOST_PASSAGES, with_phrases
from search.answer.ranking import POOL, cited, quotable, rank, second_look, shown, together
from search.answer.timeline.conflicts import conflicts
from search.answer.timeline.superseding import supersede
from search.answers import Answer
from search.index.engine import Engine, Matches
from search.queries import EVERYWHERE, Query, Scope
from search.question.expansion import expanded, weigh
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
) -> Answer:
    """The answer to a question: at most `limit` hits from `offset` on, and the sentence that answers.

    With `as_of`, an ISO date, only documents of that day or before are looked at, and of those only the ones
    in `scope`. `expand=False` looks for the typed words alone; `synonyms` are the shipped ones unless others
    are given. Raises QuestionEmpty or QuestionTooLong; a question that nothing answers is an Answer with a
    reason.
    """
    began = time.perf_counter()
    query = replace(understand(question), as_of=as_of, scope=scope)
    if expand:
        query = expanded(query, engine, shipped_synonyms() if synonyms is None else synonyms)
    weights = weigh(query, engine)
    found = find(query, engine, max(POOL, offset + limit))
    ranked = second_look(found, query, weights.idf)
    groups = together(ranked, engine)[: max(offset + limit, COMPARED)]
    documents = cited(groups, engine)
    groups, dropped = quotable(groups, documents)
    best = shown(groups, documents)
    hits = rank(best, query, engine, documents)
    hits = (*supersede(hits[:COMPARED]), *hits[COMPARED:])
    confidence, reason = judge(query, best, weights.unknown, engine.info.passages)
    reply = Answer(
        query=query,
        hits=hits[offset : offset + limit],
        total=found.total,
        is_least=found.is_least,
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


def find(query: Query, engine: Engine, limit: int) -> Matches:
    """The engine's best passages for the query; those that hold its quoted phrases, when it has any."""
    meaning = engine.meaning(readings(query)) if query.terms else None
    if not query.phrases:
        return engine.search(query, limit, meaning)
    return with_phrases(engine.search(query, MOST_PASSAGES, meaning), query)
