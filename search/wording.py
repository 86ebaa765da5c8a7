"""What a reply is made of, in plain words: for the page and the terminal; scripts get the codes."""

from __future__ import annotations

from collections.abc import Mapping

from search.queries import Expansion, ExpansionSource, Kind, Query, Scope
from search.question.narrowing import MAX_TERMS
from search.question.understanding import MOST_PHRASE_WORDS, MOST_PHRASES

KINDS: Mapping[Kind, str] = {
    "definition": "what something is",
    "count": "how many",
    "date": "when",
    "person": "who",
    "percentage": "what share",
    "money": "how much money",
    "place": "where",
    "list": "which ones, as a list",
    "why": "why",
    "how": "how",
    "yesno": "yes or no",
    "compare": "how things compare",
    "keywords": "a few words, no question",
    "other": "no particular kind",
}

SOURCES: Mapping[ExpansionSource, str] = {
    "spelling": "spelling",
    "glossary": "glossary of the documents",
    "synonyms": "synonyms",
}

_FEATURES: Mapping[str, str] = {
    "engine_share": "Words found, rare ones counting most, beside the passage with most of them",
    "sentence": "How well its best sentence fits the question",
    "covered": "Share of the question found in the passage, its headings and its title",
    "title": "Share of the question found in the title of the document",
    "pairs": "Words that follow each other in the question and here",
    "length": "Length beyond that of most passages",
    "names": "Share of the question's names, numbers and acronyms found",
    "meaning": "How far the passage is behind the nearest in meaning",
    "meaning_of_sentence": "How far its nearest sentence is behind the nearest of all",
    "defined": "A sentence says what the thing asked about is",
    "damaged": "The document is run together or has text missing",
    "fits": "What its sentence lacks of what is asked for, a number or a name say (0: nothing)",
}


def feature_in_words(name: str) -> str:
    """What a feature of the second look weighs; its bare name for one that has no words yet."""
    return _FEATURES.get(name, name.replace("_", " ").capitalize())


def scope_in_words(scope: Scope) -> str:
    """Which documents were looked in, as a person is told; empty for all.

    >>> scope_in_words(Scope(frozenset({"NHS England"}), first_day="2021-05-01"))
    'published by NHS England; from 2021-05-01'
    """
    parts = (
        scope.publishers and f"published by {' or '.join(sorted(scope.publishers))}",
        scope.documents and f"with the id {' or '.join(sorted(scope.documents))}",
        scope.first_day and f"from {scope.first_day}",
        scope.last_day and f"to {scope.last_day}",
    )
    return "; ".join(part for part in parts if part)


def shortened_in_words(query: Query) -> tuple[str, ...]:
    """What of the question was not looked for as it was typed, a sentence each; empty for most."""
    parts = (
        query.too_many_terms and f"The question is long: only its {MAX_TERMS} rarest words were looked for.",
        query.loose_phrases
        and f"At most {MOST_PHRASES} quotations of {MOST_PHRASE_WORDS} different words are held together: "
        "what else stands in quotation marks was looked for as plain words.",
    )
    return tuple(part for part in parts if part)


def corrected(query: Query) -> tuple[Expansion, ...]:
    """The words that were read as others."""
    return tuple(expansion for expansion in query.expansions if expansion.source == "spelling")


def beside(query: Query) -> tuple[Expansion, ...]:
    """What else was looked for beside the typed words."""
    return tuple(expansion for expansion in query.expansions if expansion.source != "spelling")


def also_looked_for(query: Query) -> str:
    """What else was looked for beside the typed words, in one line; empty for nothing."""
    return ", ".join(
        f"{expansion.added} for {expansion.term} ({SOURCES[expansion.source]})" for expansion in beside(query)
    )
