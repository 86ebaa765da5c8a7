"""Dates as articles print them -> ISO. Numeric dates are day first unless the page proves otherwise."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
# The pattern of a month's name, short or long, for use inside other patterns.
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)

# The pattern of one whole date, for use inside other patterns; matched without regard to case.
DATE = (
    rf"(?:(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTH},?\s+\d{{4}}|{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d{{2}})"
    rf"|(?<![\d-])\d{{1,2}}-\d{{1,2}}-(?:\d{{4}}|\d{{2}})(?![\d-]))"
)

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMERIC = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?!\d)")
# With hyphens too, but those prove no order of day and month: other numbers are written like that as well.
_DASHED = re.compile(r"(?<![\d-])(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})(?![\d-])")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+({MONTH}),?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"({MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)

# Two-digit years up to this one are of this century: no source is dated decades ahead.
_LAST_SHORT_YEAR = 68


def to_iso(text: str, *, month_first: bool = False) -> str | None:
    """The first date in the text as YYYY-MM-DD; None when there is none or it is not in the calendar.

    >>> to_iso("09.05.19"), to_iso("Tuesday 11 May 2021"), to_iso("May 11, 2021"), to_iso("31/02/2020")
    ('2019-05-09', '2021-05-11', '2021-05-11', None)
    >>> to_iso("7-3-18")
    '2018-03-07'
    """
    if match := _ISO.search(text):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.search(text):
        return _iso(int(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_DAY.search(text):
        return _iso(int(match[3]), _month(match[1]), int(match[2]))
    if match := _NUMERIC.search(text) or _DASHED.search(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if year < 100:
            year += 2000 if year <= _LAST_SHORT_YEAR else 1900
        return _iso(year, first, second) if month_first else _iso(year, second, first)
    return None


def writes_month_first(text: str) -> bool:
    """Whether the page's numeric dates prove that it puts the month first: 05/24/2019, and none 24/05.

    >>> writes_month_first("posted 05/24/2019"), writes_month_first("09.05.19 and 24/05/2019")
    (True, False)
    """
    pairs = [(int(match[1]), int(match[2])) for match in _NUMERIC.finditer(text)]
    return any(second > 12 for _, second in pairs) and not any(first > 12 for first, _ in pairs)


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower().rstrip(".")[:3]))


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
