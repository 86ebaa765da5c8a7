"""A declared value, as it may come out of front matter or JSON-LD, as text."""

from __future__ import annotations

from typing import Any


def one_line(value: Any) -> str | None:
    """The value on one line, half a character (a lone surrogate) replaced; None for no text or only space."""
    if not isinstance(value, str):
        return None
    return " ".join(value.encode("utf-8", "replace").decode().split()) or None
