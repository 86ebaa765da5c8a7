"""Dates as sentences write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(),
        start=1,
    )
}
# A year from 1500 to 2099, with its month and day where they stand before it; no year of two ("2022-23").
DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{'|'.join(_MONTHS)}) (?P<year>(?:1[5-9]|20)\d\d)\b"
    r"|\b(?P<only>(?:1[5-9]|20)\d\d)\b(?![-–/]\d)",
    re.IGNORECASE,
)


def date_meaning(match: re.Match[str]) -> tuple[int, int, int]:
    """Year, month and day of a match of `DATE`; 0 for what it does not give."""
    month = _MONTHS[match["month"].lower()] if match["month"] else 0
    return int(match["year"] or match["only"]), month, int(match["day"] or 0)


def first_day(meaning: Sequence[int]) -> date:
    """The first day of a year, or of its month, or the day itself."""
    year, month, day = meaning
    try:
        return date(year, month or 1, day or 1)
    except ValueError:  # 31 June, as the sentence has it
        return date(year, month, 1)


def year_of(sentence: str) -> str:
    """The year of the first date in the sentence; empty for none."""
    found = DATE.search(sentence)
    return str(found["year"] or found["only"]) if found else ""
