"""The rows of a table on a page -> one text a row of the table, with the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_layout import Region, Row, make_row
from ingest.readers.pdf_text import Vocabulary, lines
from ingest.readers.tables import row_text

# Lines of a wrapped cell follow each other at most at this many sizes of their type, and nearer than
# whole rows do by at least this factor.
_WRAPPED = 1.5
_NEARER = 0.93
# A column of which this share of cells is numbers has a header without digits, if it has one.
_NUMBERS = 0.5


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table as text, and the pieces of lines that it was read from."""

    text: str
    rows: tuple[Row, ...]


Cells = list[list[Row]]  # a row of the table: for each column the lines of its cell


def read_table(table: Region, known: Vocabulary, marks: AbstractSet[str] = frozenset()) -> Iterator[TableRow]:
    """The rows of a table in order, each as `header: value` pairs when it has a header.

    Where the header cannot be told for sure, the cells stand alone; no word is left out.
    """
    grid = list(_grid(table))
    texts = [[_text(cell, known, marks) for cell in row] for row in grid]
    header = texts[0] if len(texts) > 1 and _is_header(grid, texts) else None
    for cells, words in zip(grid, texts, strict=True):
        if words is not header:
            rows = tuple(row for cell in cells for row in cell)
            if header and cells is grid[1]:
                rows = (*(row for cell in grid[0] for row in cell), *rows)
            yield TableRow(row_text(header or [], words), rows)


def _grid(table: Region) -> Iterator[Cells]:
    """The rows of the table, lines of wrapped cells put together."""
    lines_of_cells = [_cells(row, table.gutters) for row in table.rows]
    steps = [b.base - a.base for a, b in pairwise(table.rows)]
    full = [step for step, below in zip(steps, lines_of_cells[1:], strict=True) if all(below)]
    whole = min(full, default=max(steps, default=0.0))
    current = lines_of_cells[0]
    for row, cells, step in zip(table.rows[1:], lines_of_cells[1:], steps, strict=True):
        near = step <= _WRAPPED * row.size
        wrapped = near and not all(cells) and (not cells[0] or step < _NEARER * whole)
        if wrapped:
            current = [[*above, *below] for above, below in zip(current, cells, strict=True)]
        else:
            yield current
            current = cells
    yield current


def _cells(row: Row, gutters: Sequence[float]) -> Cells:
    words = [
        [word for word in row.words if begin <= word.x0 < end]
        for begin, end in zip((float("-inf"), *gutters), (*gutters, float("inf")), strict=True)
    ]
    return [[make_row(cell, row.page)] if cell else [] for cell in words]


def _text(cell: Sequence[Row], known: Vocabulary, marks: AbstractSet[str]) -> str:
    return " ".join(line.text for line in lines(cell, known, {row.page: marks for row in cell}))


def _is_header(grid: Sequence[Cells], texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it is bold and no other is, or it stands over numbers."""
    first = texts[0]
    if sum(map(bool, first)) < len(first) - 1:
        return False
    bold = [all(row.bold for cell in cells for row in cell) for cells in grid]
    if bold[0] and not any(bold[1:]):
        return True
    if any(_is_number(name) for name in first):
        return False
    columns = list(zip(*texts[1:], strict=True))
    return any(
        name and sum(map(_is_number, column)) >= _NUMBERS * len(column)
        for name, column in zip(first, columns, strict=True)
    )


def _is_number(text: str) -> bool:
    return re.search(r"\d", text) is not None and len(re.findall(r"[^\W\d_]", text)) <= 3
