"""Query -> the same query with what is looked for beside its words: corrections, acronyms, synonyms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from search.index.engine import Engine
from search.queries import Expansion, Query, Term
from search.question.glossary import glossary_expansions
from search.question.spelling import corrections
from search.question.synonyms import Synonyms, synonym_expansions


def expanded(query: Query, engine: Engine, synonyms: Synonyms) -> Query:
    """The query with everything that the corpus and the synonyms add to it; a word is added once.

    Where two sources add the same, a correction goes before the glossary and that before a synonym.
    """
    known = engine.known(query.terms)
    unknown = [term for term in query.terms if term not in known]
    spelling = corrections(query, unknown, engine.vocabulary(), synonyms.words)
    glossary, ambiguities = glossary_expansions(query, engine.glossary, lambda term: term in known)
    found: dict[tuple[str, ...], Expansion] = {}
    for expansion in (*spelling, *glossary, *synonym_expansions(query, synonyms)):
        found.setdefault(tuple(term.stem for term in expansion.terms), expansion)
    return replace(query, expansions=tuple(found.values()), ambiguities=ambiguities)


@dataclass(frozen=True, slots=True)
class Weights:
    """What the terms of a query weigh."""

    idf: Mapping[Term, float]  # of each term: its idf, or that of what is looked for in its place
    unknown: float  # the share of all that weight that no passage can match


def weigh(query: Query, engine: Engine) -> Weights:
    """The weight of each of the query's terms.

    A word that no passage holds would weigh most of all, though nothing can match it; one that other words
    are looked for beside weighs as much as the rarest of those that are known.
    """
    idf = dict(engine.idf(query.terms))
    known = set(engine.known(query.terms))
    if len(known) < len(query.terms):
        for expansion in query.expansions:
            added = {*engine.known(expansion.terms), *known.intersection(expansion.terms)}
            if added:
                best = max(engine.idf(added).values())
                for term in query.terms:
                    if term.stem in expansion.instead_of and term not in known:
                        idf[term] = min(idf[term], best)
                        known.add(term)
    whole = sum(idf.values())
    unknown = sum(weight for term, weight in idf.items() if term not in known)
    return Weights(idf, unknown / whole if whole else 0.0)
