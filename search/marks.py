"""What a sentence holds that a right answer may have to hold: a number, a date, a reason, ...

Marks are set once, when a passage is indexed, so that a question can ask for them without reading a text.
"""

from __future__ import annotations

import re
from enum import IntFlag


class Mark(IntFlag):
    """What stands in a sentence; several may."""

    NUMBER = 1  # a quantity, in digits or words; neither a year nor a date nor a list's own number
    DATE = 2  # a year, a month with a year, a day
    PERCENTAGE = 4  # a share: 40%, 40 per cent, two thirds, half of
    MONEY = 8  # an amount with its currency
    NAME = 16  # a person, or a role that a person holds
    REASON = 32  # because, since, so that, in order to, due to, as a result, ...
    MEANS = 64  # by doing, through, using, ...
    ITEM = 128  # an item of a list
    LEAD_IN = 256  # the sentence that a list hangs from
    ENUMERATION = 512  # names three things or more in a row
    DEFINES = 1024  # says what something is
    CONTRAST = 2048  # whereas, unlike, rather than, instead of, compared with, ...
    NEGATION = 4096  # not, no, never, without, ...
    PLACE = 8192  # where: a named place, or in, at with a name


NO_MARK = Mark(0)

_PATTERNS: tuple[tuple[Mark, re.Pattern[str]], ...] = (
    (Mark.NUMBER, re.compile(r"\b\d[\d,.]*\b|\b(?:two|three|four|five|six|seven|eight|nine|ten)\b", re.I)),
    (Mark.DATE, re.compile(r"\b(?:1[5-9]|20)\d\d\b")),
    (Mark.PERCENTAGE, re.compile(r"\d\s?%|\bper ?cent\b|\bhalf\b|\b(?:thirds?|quarters?)\b", re.I)),
    (Mark.MONEY, re.compile(r"[£$€]\s?\d|\b(?:pounds|dollars|euros)\b", re.I)),
    (Mark.NAME, re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")),
    (Mark.REASON, re.compile(r"\b(?:because|so that|in order to|due to|as a result|therefore)\b", re.I)),
    (Mark.MEANS, re.compile(r"\b(?:by \w+ing|through|using|via)\b", re.I)),
    (Mark.ITEM, re.compile(r"^(?:-|\d+[.)]) ")),
    (Mark.LEAD_IN, re.compile(r":\s*$")),
    (Mark.ENUMERATION, re.compile(r"\w, [^,]+,? (?:and|or) \w")),
    (Mark.DEFINES, re.compile(r"\b(?:is|are|was|were) (?:an?|the)\b|\bmeans\b|\brefers to\b")),
    (Mark.CONTRAST, re.compile(r"\b(?:whereas|unlike|rather than|instead of|compared)\b", re.I)),
    (Mark.NEGATION, re.compile(r"\b(?:not|no|never|without|cannot)\b|n't\b", re.I)),
    (Mark.PLACE, re.compile(r"\b(?:in|at|near|from) (?:the )?[A-Z]")),
)


def marks(sentence: str) -> Mark:
    """Everything of `Mark` that stands in the sentence; no mark at all for an empty one."""
    found = NO_MARK
    for mark, pattern in _PATTERNS:
        if pattern.search(sentence):
            found |= mark
    return found
