"""A table row as text that stands on its own."""

from __future__ import annotations

from collections.abc import Sequence


def row_text(header: Sequence[str], cells: Sequence[str]) -> str:
    """The row as `header: value` pairs, so that a quoted row says what its numbers are.

    >>> row_text(["Tier", "People"], ["Place", "250,000"])
    'Tier: Place; People: 250,000'
    """
    names = [*header, *[""] * (len(cells) - len(header))]
    return "; ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell
    )
