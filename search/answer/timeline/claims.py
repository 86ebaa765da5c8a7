"""A sentence -> what it claims that a later document may claim otherwise: counts, dates, statuses.

Reading is by shape and strict: what is rounded, bounded, hedged, hoped for, quoted or said of a part is no
claim here. A claim that is missed costs a remark; one that is misread says that two documents disagree
which do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.analysis import tokens
from search.answer.timeline.clauses import EVENTS, Claim, Sentence, content, is_hedged, word_set
from search.answer.timeline.counts import NUMBER_WORDS, counts
from search.answer.timeline.dates import DATE, date_meaning
from search.answer.timeline.statuses import STATUS_KEYS, statuses
from search.passages import Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence claims."""

    claims: tuple[Claim, ...]
    words: frozenset[str]  # of the whole sentence, see `content`
    order: tuple[str, ...]  # its stems without stop words
    names: frozenset[str]  # of `words`, the acronyms, and those with a capital that are not the first


_NOTHING = Reading((), frozenset(), (), frozenset())

# What has to stand in a sentence that claims anything; looked for before its words are.
_DIGIT = re.compile(r"\d")
_KEYS = NUMBER_WORDS | STATUS_KEYS

_POINT_IN_TIME = re.compile(r"\b(?P<word>on|in|from|since)\s+$", re.IGNORECASE)
# As much of the text before a date as `_POINT_IN_TIME` looks at.
_LOOK_BACK = 10


def may_claim(sentence: str) -> bool:
    """Whether reading the sentence may give a claim; false only where it gives none."""
    words = word_set(sentence)
    return bool(_DIGIT.search(sentence) or not _KEYS.isdisjoint(words)) and not is_hedged(sentence, words)


def read(text: str) -> Reading:
    """What the sentence says; nothing for one that claims nothing."""
    if not may_claim(text):
        return _NOTHING
    sentence = Sentence(text, tuple(tokens(text)))
    claims = (*counts(sentence), *_dates(sentence), *statuses(sentence))
    if not claims:
        return _NOTHING
    order = tuple(token.stem for token in sentence.tokens if not token.is_stop_word)
    names = (
        token
        for place, token in enumerate(sentence.tokens)
        if token.acronym is not None or (place and text[token.start].isupper())
    )
    return Reading(claims, content(sentence.tokens), order, content(names))


def _dates(sentence: Sentence) -> Iterator[Claim]:
    """The points in time that the sentence gives one event each."""
    text = sentence.text
    dates = list(DATE.finditer(text))
    for date in dates:
        when = _POINT_IN_TIME.search(text[max(0, date.start() - _LOOK_BACK) : date.start()])
        value = Span(*date.span())
        clause = sentence.clause(value)
        if when is None or len(DATE.findall(clause.text)) > 1 or clause.points_elsewhere:
            continue
        words = sentence.words(clause.own, clause.lead, without=[value])
        events = sorted(words & EVENTS)
        # Of which event of several, or of what at all: what is done on a day may be done again on another.
        if len(events) > 1 or (not events and when["word"].lower() in ("on", "in")):
            continue
        own = clause.own
        ends = value.start - len(when.group())
        about = Span(own.start, ends) if own.start < ends else Span(value.end, max(value.end, own.end))
        event = events[0] if events else ""
        yield Claim("date", value, date_meaning(date), event, about, frozenset(), words)
