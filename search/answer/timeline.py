"""Dates of documents: which one counts, and what had been published by a day."""

from __future__ import annotations

import re
from datetime import date

from search.errors import QuestionError
from search.passages import Document


class DateInvalid(QuestionError):
    """What was given as a date is none."""

    code = "date_invalid"


_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(text: str) -> date:
    """The day that `text` gives as YYYY-MM-DD, white space around it ignored.

    Raises DateInvalid for anything else: a date that is misread answers from the wrong documents.

    >>> parse_date(" 2021-05-11 ")
    datetime.date(2021, 5, 11)
    """
    given = text.strip()
    if _ISO_DAY.fullmatch(given) is None:
        raise DateInvalid(f"{_shown(given)} is not a date: give year, month and day as in 2021-05-11")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise DateInvalid(f"{_shown(given)} is no day of the calendar: check its month and day") from None


# Of what was typed, as much as tells a person what was wrong with it.
_MOST_SHOWN = 40


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…")


def effective_date(document: Document) -> str | None:
    """The ISO date of the version that is held: the update, else the publication; None for neither."""
    found = document.metadata.updated or document.metadata.published
    return found.value if found else None


def published_by(document: Document, as_of: date) -> bool:
    """Whether the version that is held had been published by the end of the day `as_of`.

    False for an undated document, and for one that was updated later: what it said before is not held.
    """
    held = effective_date(document)
    return held is not None and held <= as_of.isoformat()


def is_later(document: Document, than: Document) -> bool:
    """Whether both are dated and the first is of a later day."""
    one, other = effective_date(document), effective_date(than)
    return one is not None and other is not None and one > other


def told_before(year: str, date: str) -> bool:
    """Whether a sentence tells of a year (empty: of none) before the ISO date, when it was known already."""
    return bool(year) and year < date[:4]
