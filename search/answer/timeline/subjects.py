"""What a sentence speaks of: the words before its verb, compared as they stand or as an acronym."""

from __future__ import annotations

import re
from collections.abc import Sequence

from search.analysis import Token, tokens
from search.answer.timeline.clauses import ASIDE, WITHOUT_WEIGHT, content
from search.answer.timeline.dates import DATE
from search.answers import Hit

# What leads into a sentence and says nothing of which thing it speaks of: "In 2018,".
_LEAD = re.compile(r"(?:in|on|since|from|by|after|at|under|until|as)\b[^,]*,(?!\d)\s*", re.IGNORECASE)

# Letters of an acronym that is taken for the name it is made of.
_FEWEST_LETTERS, _MOST_LETTERS = 3, 5


def without_asides(text: str) -> str:
    """The sentence without what stands in brackets and what leads into it."""
    plain = ASIDE.sub("", text)
    lead = _LEAD.match(plain)
    return plain[lead.end() :] if lead else plain


def subject_of(before_verb: str) -> tuple[Token, ...]:
    """What a sentence speaks of: the words before its verb without stop words and dates."""
    found = tokens(without_asides(DATE.sub("", before_verb)))
    return tuple(token for token in found if _is_named(token))


def after_subject(opening: Sequence[Token], subject: Sequence[Token]) -> Sequence[Token]:
    """What follows the subject when a sentence opens with it, as it stands or as an acronym; else empty."""
    name = [token.stem for token in subject]
    places = [place for place, token in enumerate(opening) if _is_named(token)]
    named = [opening[place].stem for place in places[: len(name) + _MOST_LETTERS]]
    for size in range(1, len(named) + 1):
        if _same_name(named[:size], name):
            return opening[places[size - 1] + 1 :]
    return ()


def _is_named(token: Token) -> bool:
    return not token.is_stop_word and token.stem not in WITHOUT_WEIGHT


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    if list(one) == list(other):
        return True
    short, long = sorted((one, other), key=len)
    letters = "".join(word[:1] for word in long)
    return (
        len(short) == 1
        and _FEWEST_LETTERS <= len(letters) <= _MOST_LETTERS
        and letters in (short[0], short[0] + "s")
    )


def around(hit: Hit) -> frozenset[str]:
    """The words of the title, if there is one, and of the headings above the passage."""
    title = hit.document.metadata.title
    return content(tokens(" ".join((title.value if title else "", *hit.passage.heading_path))))


def is_one_thing(subject: Sequence[Token], hit: Hit, other: Hit) -> bool:
    """Whether a subject by this name is the same in both: "the trust" is only in documents on one thing."""
    if len(subject) == 1 and subject[0].acronym is None:
        return not around(hit).isdisjoint(around(other))
    return bool(subject)
