"""Query parameters, checked: an unknown or damaged one is refused, never ignored in silence."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from flask import request

from search.days import iso_day


class BadParameter(Exception):
    """A parameter that cannot be used; `name` is its name, `str()` says what to send instead."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


def check_names(known: Collection[str]) -> None:
    """Raises BadParameter for a parameter that is not known, or is given twice."""
    for name, values in request.args.lists():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known) or 'none'}"
            raise BadParameter(name, f"there is no parameter {name[:40]!r}: {hint}")
        if len(values) > 1:
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


def day(name: str) -> str | None:
    """The parameter as an ISO date, None where it is not given; raises BadParameter for what is no day."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return iso_day(text)
    except ValueError as error:
        raise BadParameter(name, f"{name} {error}") from None
