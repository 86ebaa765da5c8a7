"""Free text -> Query. There is no query language: every mark a person types is just punctuation."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from search.analysis import Token, tokens
from search.errors import QuestionEmpty, QuestionTooLong
from search.queries import Query, Term

# A question longer than this is a pasted document; its analysis would cost more than its answer.
MAX_QUESTION_CHARS = 1_000

# Each term opens a posting list per field. The longest shared question has 13 terms.
MAX_TERMS = 24

# Questions for what a thing is, with the thing itself as all that follows.
_DEFINITION = re.compile(
    r"""(?:what(?:\s+is|\s+are|['’]?s|\s+was|\s+were)\s+(?:meant\s+by\s+|an?\s+|the\s+meaning\s+of\s+)?(?P<thing>[^,;]+)
    |what\s+do(?:es)?\s+.+?\s+(?:mean|stand\s+for)
    |(?:define|definition\s+of|(?:the\s+)?meaning\s+of|explain)\s+.+
    |.+?\s+(?:in\s+full|meaning|definition)
    )\s*[?.!]*""",
    re.IGNORECASE | re.VERBOSE,
)
# "What is the aim of X?" asks for a fact of X, "what is an X?" for what it is.
_A_FACT_OF = re.compile(
    r"(?:the|your|our|their|its)\b|.*\b(?:of|for|in|with|by|to|do|does|done|like|about)\b", re.IGNORECASE
)

# Words that ask for a definition and are no part of the thing defined.
_ASKING = frozenset(
    "mean meant meaning means stand stands define defined definition explain full term".split()
)


def understand(question: str) -> Query:
    """The query that a question becomes: its distinct terms, stop words left out.

    Of a question with more than `MAX_TERMS` terms the first ones are kept and the query says so.
    Raises QuestionEmpty for nothing but white space and QuestionTooLong over `MAX_QUESTION_CHARS`.
    """
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionTooLong(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION_CHARS:,} are read: "
            "ask for one thing in one sentence"
        )
    text = unicodedata.normalize("NFC", question).strip()
    if not text:
        raise QuestionEmpty("the question is empty: type what you want to know")
    kind = _kind(text)
    spoken = list(tokens(_unshout(text)))
    words = [token for token in spoken if not token.is_stop_word]
    if kind == "definition":
        words = [word for word in words if word.exact not in _ASKING] or words
    terms = {word.stem: _term(word) for word in reversed(words)}  # the first of equal stems stays
    distinct = tuple(terms[stem] for stem in dict.fromkeys(word.stem for word in words))
    return Query(
        text,
        distinct[:MAX_TERMS],
        tuple((token.stem, token.is_stop_word) for token in spoken),
        kind,
        truncated=len(distinct) > MAX_TERMS,
    )


def _kind(question: str) -> Literal["definition", "other"]:
    match = _DEFINITION.fullmatch(question)
    if match is None or (match["thing"] and _A_FACT_OF.match(match["thing"])):
        return "other"
    return "definition"


def _unshout(text: str) -> str:
    """A question typed all in capitals in lower case, since its capitals mark no acronym."""
    return text.lower() if text.isupper() and " " in text else text


def _term(token: Token) -> Term:
    return Term(token.stem, token.exact, token.acronym)
