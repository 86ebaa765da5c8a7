"""Which documents a question asks of, by their dates and all else, and which of two is later."""

from __future__ import annotations

from search.passages import Document, effective_date
from search.queries import Query, Scope


def is_looked_in(document: Document, query: Query) -> bool:
    """Whether a question asks of this document: it is in the scope, and of the day `as_of` or before.

    What counts is the version that is held: one that was updated later is of that later day.
    """
    scope, publisher = query.scope, document.metadata.publisher
    held = effective_date(document) or ""
    last = min(filter(None, (query.as_of, scope.last_day)), default=None)
    return (
        (not scope.documents or document.id in scope.documents)
        and (not scope.publishers or (publisher is not None and publisher.value.casefold() in _folded(scope)))
        and (scope.first_day is None or held >= scope.first_day)
        and (last is None or "" < held <= last)
    )


def _folded(scope: Scope) -> frozenset[str]:
    return frozenset(name.casefold() for name in scope.publishers)


def is_later(document: Document, than: Document) -> bool:
    """Whether both are dated and the first is of a later day."""
    one, other = effective_date(document), effective_date(than)
    return one is not None and other is not None and one > other


def told_before(year: str, date: str) -> bool:
    """Whether a sentence tells of a year (empty: of none) before the ISO date, when it was known already."""
    return bool(year) and year < date[:4]
