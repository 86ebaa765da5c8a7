"""The main path: a question -> an Answer."""

from __future__ import annotations

import time

from search.answer.confidence import judge
from search.answer.ranking import POOL, rank, second_look
from search.answers import Answer
from search.index.engine import Engine
from search.question.understanding import understand

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
MAX_OFFSET = 150  # limit + offset stay within 200 passages, beyond which nobody reads


def answer(question: str, engine: Engine, *, limit: int = DEFAULT_LIMIT, offset: int = 0) -> Answer:
    """The answer to a question: at most `limit` hits from `offset` on, and the sentence that answers.

    Raises QuestionEmpty or QuestionTooLong; a question that nothing answers is an Answer with a reason.
    """
    began = time.perf_counter()
    query = understand(question)
    weights = engine.idf(query.terms)
    wanted = offset + limit
    found = engine.search(query, max(POOL, wanted))
    ranked = second_look(found.candidates, query, weights)
    hits = rank(ranked[:wanted], query, engine)
    confidence, reason = judge(query, hits, weights)
    return Answer(
        query=query,
        hits=hits[offset:],
        total=found.total,
        confidence=confidence,
        reason=reason,
        quoted=hits[0] if hits and reason is None else None,
        index=engine.info,
        limit=limit,
        offset=offset,
        took_ms=round((time.perf_counter() - began) * 1000),
    )
