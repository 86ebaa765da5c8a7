"""Days as people and scripts give them: YYYY-MM-DD, and nothing that would have to be guessed at."""

from __future__ import annotations

import re
from datetime import date

# `date.fromisoformat` alone also takes 20210501 and 2021-W17-6, which no document's date is compared with.
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_day(text: str) -> str:
    """The day as given; raises ValueError, with what to give instead, unless it is a real one as YYYY-MM-DD.

    >>> iso_day("2021-05-01")
    '2021-05-01'
    """
    if _ISO_DAY.fullmatch(text) is None:
        raise ValueError("has to be a day as YYYY-MM-DD, like 2021-05-01")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is {text}, which is no day of the calendar: check its month and day") from None
    return text
