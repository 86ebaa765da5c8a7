"""A question of too many words -> the words of it that are looked for."""

from __future__ import annotations

from dataclasses import replace

from search.index.engine import Engine
from search.queries import Query

# Each term opens a posting list per field. The longest shared question has 13 terms.
MAX_TERMS = 24


def narrowed(query: Query, engine: Engine) -> Query:
    """The query with at most `MAX_TERMS` terms, in the order of the question, and whether it had more.

    Kept are those that the fewest passages hold: they tell passages apart, and where the question begins with
    a greeting they stand behind it. What no passage holds tells nothing, and goes first.
    """
    if len(query.terms) <= MAX_TERMS:
        return query
    known, idf = engine.known(query.terms), engine.idf(query.terms)
    by_worth = sorted(query.terms, key=lambda term: (term not in known, -idf[term]))  # keeps their order
    kept = set(by_worth[:MAX_TERMS])
    gone = {term.stem for term in by_worth[MAX_TERMS:]}
    return replace(
        query,
        terms=tuple(term for term in query.terms if term in kept),
        names=query.names - gone,
        too_many_terms=True,
    )
