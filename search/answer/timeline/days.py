"""Dates of documents: what had been published by a day, and which is later."""

from __future__ import annotations

from search.passages import Document, effective_date


def published_by(document: Document, as_of: str) -> bool:
    """Whether the version that is held had been published by the end of the day `as_of`, an ISO date.

    False for an undated document, and for one that was updated later: what it said before is not held.
    """
    held = effective_date(document)
    return held is not None and held <= as_of


def is_later(document: Document, than: Document) -> bool:
    """Whether both are dated and the first is of a later day."""
    one, other = effective_date(document), effective_date(than)
    return one is not None and other is not None and one > other


def told_before(year: str, date: str) -> bool:
    """Whether a sentence tells of a year (empty: of none) before the ISO date, when it was known already."""
    return bool(year) and year < date[:4]
