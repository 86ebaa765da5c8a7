"""Counts that a sentence claims: exact numbers of things, read by shape and strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.analysis import Token
from search.answer.timeline.clauses import FUTURE, PAST, Claim, Sentence, word_class
from search.answer.timeline.dates import DATE
from search.passages import Span

_UNITS = {
    word: number
    for number, word in enumerate(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split(),
        start=2,
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
NUMBER_WORDS = frozenset((*_UNITS, *_TENS))
_PLURALS = frozenset("people men women children staff police".split())

# Words of a counted noun phrase with its noun: "integrated care systems", and two more.
_MAX_NOUN_PHRASE = 5

# "The two boards" are those just spoken of; "the 42 boards" are all there are.
_POINTED_AT_BELOW = 10

# Rounded, bounded, one of a range or a list, said of a part, or a label and no count at all.
_BEFORE = re.compile(
    r"""(?:\b(?:around|about|approximately|roughly|some|nearly|almost|over|under|than|least|most|from|to|and|or
    |between|another|other|further|additional|extra|more|new|first|last|next|remaining|these|those|of|circa
    |page|pages|section|chapter|figure|table|step|level|phase|stage|band|room|bus|line|route|number|no\.)
    |[-–£$€#.,/])\s?$""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""\s?(?:%|per\ ?cent|percent|million|billion|thousand|hundred|dozen|or\ (?:more|so|fewer|less)|plus|\+
    |out\ of|of\b|in\ (?:\d|ten|every)|to\ \d|[-–/]|times\b|[.)])""",
    re.IGNORECASE | re.VERBOSE,
)
_THERE_ARE = re.compile(r"\bthere\b", re.IGNORECASE)
# As much of the text before a number as `_BEFORE` looks at.
_LOOK_BACK = 20


def counts(sentence: Sentence) -> Iterator[Claim]:
    """The exact counts that the sentence gives of what is, or was, so without a date of its own."""
    text, found = sentence.text, sentence.tokens
    if FUTURE.search(text) or text.rstrip().endswith(":"):
        return  # nothing, a plan, or a count of what the text itself lists next
    for position in range(len(found)):
        number, after = _number(sentence, position)
        if number is None:
            continue
        value = Span(found[position].start, found[after - 1].end)
        before = text[max(0, value.start - _LOOK_BACK) : value.start]
        pointed_at = before.lower().endswith("the ") and number < _POINTED_AT_BELOW
        if pointed_at or _BEFORE.search(before) or _AFTER.match(text, value.end):
            continue
        noun = _noun_phrase(sentence, after)
        clause = sentence.clause(value)
        if not noun or DATE.search(clause.text) or clause.points_elsewhere:
            continue
        words = sentence.words(clause.own, clause.lead, without=[value])
        if len(words) < 2 and not _THERE_ARE.search(clause.text):
            continue  # "(12 seats)": of what, the sentence around it says
        yield Claim(
            "count",
            value,
            (number,),
            word_class(noun[-1].stem),
            Span(noun[0].start, noun[-1].end),
            frozenset(),
            words,
            PAST.search(clause.text) is not None,
        )


def _number(sentence: Sentence, position: int) -> tuple[int | None, int]:
    """The whole number at a token, None for another word, and the token after it."""
    found = sentence.tokens
    word = found[position].exact
    if word.isdecimal():
        return int(word), position + 1
    if word in _TENS and position + 1 < len(found):
        unit = _UNITS.get(found[position + 1].exact)
        hyphen = sentence.text[found[position].end : found[position + 1].start] == "-"
        if hyphen and unit is not None and unit < 10:
            return _TENS[word] + unit, position + 2
    return _TENS.get(word) or _UNITS.get(word), position + 1


def _noun_phrase(sentence: Sentence, start: int) -> Sequence[Token]:
    """The tokens from `start` to the last of the first plurals; empty when there is none."""
    found, text = sentence.tokens, sentence.text
    end = start
    for position in range(start, min(start + _MAX_NOUN_PHRASE, len(found))):
        token = found[position]
        gap = text[found[position - 1].end : token.start]
        plural = _is_plural(text[token.start : token.end])
        if gap not in (" ", "-") or token.is_stop_word or (end > start and not plural):
            break
        if plural:
            end = position + 1
    return found[start:end]


def _is_plural(word: str) -> bool:
    return word.lower() in _PLURALS or (len(word) > 2 and word.endswith("s") and word[-2] not in "sui")
