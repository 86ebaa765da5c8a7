"""The words of a page -> its rows: what stands on one line, over all columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.pdf.words import Word

# Heights of type over the base line that count for "on the same row", as a share of the size: x-height
# and a bit more, so that rows set without any leading between them stay apart.
_HEIGHT = 0.7
_SAME_ROW_OVERLAP = 0.5

# What a list's items begin with.
BULLETS = "•◦‣▪▫●○■□–—-*·➢➤✓✔"
LIST_MARK = re.compile(
    rf"[{re.escape(BULLETS)}o]|\d{{1,2}}[.)]|\(?(?:\d{{1,2}}|[a-z]|[ivx]{{1,5}})\)|[a-z]\."
)


@dataclass(frozen=True, slots=True)
class Row:
    """Words that stand on one line, from left to right."""

    words: tuple[Word, ...]  # never empty
    page: int
    x0: float
    x1: float
    base: float
    size: float  # of most of its letters
    bold: bool  # whether every word is, marks and numbers apart
    text: str  # its words as they stand, one space apart


def find_rows(words: Sequence[Word], page: int) -> tuple[Row, ...]:
    """The rows of a page from top to bottom; every word is in exactly one."""
    open_rows: list[_OpenRow] = []  # that a word further down can still belong to
    rows: list[_OpenRow] = []
    for word in sorted(words, key=lambda word: (word.base, -word.size)):
        top = word.base - _HEIGHT * word.size
        open_rows = [row for row in open_rows if row.base > top]
        best = max(open_rows, key=lambda row: row.shared(top, word.base), default=None)
        if best is None or best.shared(top, word.base) < _SAME_ROW_OVERLAP * best.lower(top, word.base):
            best = _OpenRow(top, word.base, [])
            open_rows.append(best)
            rows.append(best)
        elif word.base - top > best.base - best.top:
            best.top, best.base = top, word.base
        best.words.append(word)
    made = (make_row(row.words, page) for row in rows)
    return tuple(sorted(made, key=lambda row: (row.base, row.x0)))


@dataclass(slots=True)
class _OpenRow:
    """A row while its words are gathered; it is as high as its largest word."""

    top: float
    base: float
    words: list[Word]

    def shared(self, top: float, base: float) -> float:
        """The height in common with a word."""
        return min(self.base, base) - max(self.top, top)

    def lower(self, top: float, base: float) -> float:
        return min(self.base - self.top, base - top)


def make_row(words: Sequence[Word], page: int) -> Row:
    """The row of these words, of which there is at least one."""
    ordered = tuple(sorted(words, key=lambda word: word.x0))
    letters: dict[float, int] = {}
    for word in ordered:
        letters[word.size] = letters.get(word.size, 0) + len(word.text)
    size = max(letters, key=lambda size: (letters[size], size))
    bases = sorted(word.base for word in ordered if word.size == size)
    spelled = [word for word in ordered if not word.bold and any(map(str.isalpha, word.text))]
    return Row(
        words=ordered,
        page=page,
        x0=ordered[0].x0,
        x1=max(word.x1 for word in ordered),
        base=bases[len(bases) // 2],
        size=size,
        bold=not spelled and any(word.bold for word in ordered),
        text=" ".join(word.text for word in ordered),
    )
