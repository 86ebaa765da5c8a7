"""What the address of an answer asks for, and the addresses that ask for it a little differently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for

from search.answering import DEFAULT_LIMIT, MAX_OFFSET
from web.parameters import check_names, day, flag, number

MAX_PAGE = MAX_OFFSET // DEFAULT_LIMIT + 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page is asked it."""

    question: str
    page: int = 1
    as_of: str | None = None  # ISO date
    expand: bool = True
    explain: bool = False

    @property
    def offset(self) -> int:
        """How many passages stand on the pages before this one."""
        return (self.page - 1) * DEFAULT_LIMIT

    def address(self, **changes: Any) -> str:
        """The address that asks the same with these changes, from its first page unless `page` is given."""
        asked = replace(self, **{"page": 1, **changes})
        said: dict[str, Any] = {
            "q": asked.question,
            "page": asked.page if asked.page > 1 else None,
            "as_of": asked.as_of,
            "expand": None if asked.expand else "false",
            "explain": "true" if asked.explain else None,
        }
        return url_for("pages.home", **{name: value for name, value in said.items() if value is not None})


def asked() -> Asked:
    """What this request asks for; raises BadParameter for what cannot be used."""
    check_names(("q", "page", "as_of", "expand", "explain"))
    return Asked(
        request.args.get("q", ""),
        number("page", 1, 1, MAX_PAGE),
        day("as_of"),
        flag("expand", True),
        flag("explain", False),
    )
