"""A question asked a little differently: what the links beside an answer ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.analysis import Token, acronym_key, tokens

_ARTICLE = re.compile(r"\b(a)n?(?=\s+$)", re.IGNORECASE)
# Letters that begin as "you" or "won" do: a unit, a user, a European body, a one-off payment.
_TAKES_AN = re.compile(r"(?!uni|us[aeiu]|eu|one\b)[aeiou]", re.IGNORECASE)

_MARK_BETWEEN_WORDS = re.compile(r'(?<=\w)["“”]+(?=\w)')
_QUOTATION_MARKS = re.compile('["“”]')


def spelled_out(question: str, acronym: str, long_form: str) -> str:
    """The question with the long form wherever the acronym stands as a word, plural and possessive too.

    "an" or "a" before it changes with it. What only looks like the acronym in lower case ("it") is
    replaced where the capitals stand nowhere.
    """
    text, place = "", 0
    for token in _occurrences(question, acronym):
        written = question[token.start : token.end]
        before = question[place : token.start]
        if token.start:
            before = _ARTICLE.sub(r"\1n" if _TAKES_AN.match(long_form) else r"\1", before)
        text += before + _in_the_form_of(written, acronym, long_form)
        place = token.end
    return text + question[place:]


def without_quotation_marks(question: str) -> str:
    """The question with its words as they are, but no longer held together."""
    return " ".join(_QUOTATION_MARKS.sub("", _MARK_BETWEEN_WORDS.sub(" ", question)).split())


def _occurrences(question: str, acronym: str) -> Iterator[Token]:
    key = acronym_key(acronym)
    words = [token for token in tokens(question) if key in (token.acronym, acronym_key(token.exact))]
    capitals = [token for token in words if token.acronym]
    yield from capitals or words


def _in_the_form_of(written: str, acronym: str, long_form: str) -> str:
    """The long form in the plural for "ICSs", with its ending for "ICS's"."""
    word = re.split("['’]", written)[0]
    is_plural = word.replace(".", "").lower() == f"{acronym.lower()}s"
    return (_plural(long_form) if is_plural else long_form) + written[len(word) :]


def _plural(words: str) -> str:
    if words.endswith("s"):
        return words
    return f"{words[:-1]}ies" if re.search(r"[^aeiou]y$", words) else f"{words}s"
