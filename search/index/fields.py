"""The fields of a passage that are searched: what stands in each, and what a match there counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from search.analysis import analysed
from search.passages import Document, Passage
from search.queries import Query, Term

# What a match in each field counts beside one in the body. On SQuAD exact words are worth .015 of
# MRR@10, titles .002, acronyms nothing; there are no headings there, and on the shared questions headings
# and acronyms from .1 to .4 differ by .002 of MRR at most.
FIELD_WEIGHTS: Mapping[str, float] = {
    "body": 1.0,
    "exact": 0.3,
    "acronyms": 0.2,
    "headings": 0.2,
    "title": 0.2,
}


def passage_terms(passage: Passage, document: Document) -> dict[str, list[str]]:
    """The terms of a passage for each indexed field."""
    title = document.metadata.title
    body = [word for word in analysed(passage.text).words if not word.is_stop_word]
    return {
        "body": [word.stem for word in body],
        "exact": [word.exact for word in body],
        "acronyms": [word.acronym for word in body if word.acronym],
        "headings": _stems(" ".join(passage.heading_path)),
        "title": _stems(title.value if title else ""),
    }


def _stems(text: str) -> list[str]:
    return [word.stem for word in analysed(text).words if not word.is_stop_word]


def keys(term: Term) -> Iterable[tuple[str, str]]:
    """Each field that the term is looked for in, with its form there."""
    yield from (("body", term.stem), ("exact", term.exact), ("headings", term.stem), ("title", term.stem))
    if term.acronym:
        yield "acronyms", term.acronym


def looked_for(query: Query) -> Iterable[tuple[Term, float]]:
    """Each word that is looked for once, with what a match of it counts: 1 for one that was typed.

    The words of an expansion share its weight.
    """
    weights = dict.fromkeys((term.stem for term in query.terms), 1.0)
    found = dict.fromkeys(query.terms, 1.0)
    for expansion in query.expansions:
        for term in expansion.terms:
            weight = expansion.weight / len(expansion.terms)
            if weight > weights.get(term.stem, 0.0):
                found = {other: value for other, value in found.items() if other.stem != term.stem}
                found[term] = weights[term.stem] = weight
    return found.items()
