"""What a sentence speaks of: the words before its verb, compared as they stand or as an acronym."""

from __future__ import annotations

import re
from collections.abc import Sequence

from search.analysis import Token, tokens
from search.answer.clauses import content
from search.answers import Hit

# What stands beside the subject and says nothing of which it is: "(ICS)", "In 2018,".
_ASIDE = re.compile(r"\s*\([^)]*\)")
_LEAD = re.compile(r"(?:in|on|since|from|by|after|at|under|until|as)\b[^,]*,(?!\d)\s*", re.IGNORECASE)

# Letters of an acronym that is taken for the name it is made of.
_FEWEST_LETTERS, _MOST_LETTERS = 3, 5


def without_asides(text: str) -> str:
    """The sentence without what stands in brackets and what leads into it."""
    return _LEAD.sub("", _ASIDE.sub("", text), count=1) if _LEAD.match(text) else _ASIDE.sub("", text)


def subject_of(before_verb: str) -> tuple[str, ...]:
    """The stems of what a sentence speaks of, in order: all that stands before the verb."""
    return tuple(token.stem for token in tokens(without_asides(before_verb)) if not token.is_stop_word)


def after_subject(opening: Sequence[Token], subject: Sequence[str]) -> Sequence[Token]:
    """What follows the subject when a sentence opens with it, as it stands or as an acronym; else empty."""
    places = [place for place, token in enumerate(opening) if not token.is_stop_word]
    named = [opening[place].stem for place in places]
    for size in range(1, len(named) + 1):
        if _same_name(named[:size], subject):
            return opening[places[size - 1] + 1 :]
        if size > len(subject) + _MOST_LETTERS:
            break
    return ()


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


def is_one_thing(subject: Sequence[str], hit: Hit, other: Hit) -> bool:
    """Whether a subject by this name is the same in both: "the trust" is only in documents on one thing."""
    return len(subject) > 1 or (bool(subject) and not around(hit).isdisjoint(around(other)))
