"""Query parameters, checked: an unknown or damaged one is refused, never ignored in silence."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from flask import request

from search.days import iso_day
from search.queries import Scope

# Values of a parameter that may be repeated, and characters of each. More are a mistake: a publisher's name
# and a document's id are short, and an address of a request is no place for a list of documents.
MOST_VALUES = 20
MOST_LETTERS = 300


class BadParameter(Exception):
    """A parameter that cannot be used; `name` is its name, `str()` says what to send instead."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


def check_names(known: Collection[str], repeatable: Collection[str] = ()) -> None:
    """Raises BadParameter for a parameter that is not known, or is given twice and not `repeatable`."""
    for name, values in request.args.lists():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known) or 'none'}"
            raise BadParameter(name, f"there is no parameter {name[:40]!r}: {hint}")
        if len(values) > 1 and name not in repeatable:
            raise BadParameter(name, f"{name} is given {len(values)} times: give it once")


def number(name: str, default: int, low: int, high: int) -> int:
    """The parameter as a whole number; raises BadParameter outside `low` to `high`."""
    text = request.args.get(name)
    if text is None:
        return default
    if len(text) <= 9 and text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise BadParameter(name, f"{name} has to be a whole number from {low} to {high}")


def flag(name: str, default: bool) -> bool:
    """The parameter as `true` or `false`; raises BadParameter for anything else."""
    text = request.args.get(name)
    if text is None:
        return default
    if text in ("true", "false"):
        return text == "true"
    raise BadParameter(name, f"{name} has to be true or false")


def several(name: str) -> frozenset[str]:
    """All values of the parameter; raises BadParameter for too many of them, and for an empty or long one."""
    values = request.args.getlist(name)
    if len(values) > MOST_VALUES:
        raise BadParameter(name, f"{name} is given {len(values)} times: give it {MOST_VALUES} times at most")
    if not all(0 < len(value) <= MOST_LETTERS for value in values):
        raise BadParameter(name, f"{name} has to have 1 to {MOST_LETTERS} characters")
    return frozenset(values)


def day(name: str) -> str | None:
    """The parameter as an ISO date, None where it is not given; raises BadParameter for what is no day."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return iso_day(text)
    except ValueError as error:
        raise BadParameter(name, f"{name} {error}") from None


def scope() -> Scope:
    """Which documents are to be looked in: `publisher`, `document`, `from` and `to`; raises BadParameter."""
    found = Scope(several("publisher"), several("document"), day("from"), day("to"))
    if found.first_day and found.last_day and found.first_day > found.last_day:
        raise BadParameter("from", f"from ({found.first_day}) is after to ({found.last_day})")
    return found
