"""The rows of a table on a page -> one text a row of the table, with the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf.layout import Region
from ingest.readers.pdf.rows import Row, make_row
from ingest.readers.pdf.text import Vocabulary, lines
from ingest.readers.tables import row_text

# Lines of a wrapped cell follow each other as the nearest lines of the table do, within this factor,
# and nearer than whole rows do by at least the other.
_NEAR = 1.2
_NEARER = 0.93
# So many wider steps and this share of lines in lower case are rows of wrapped prose.
_GROUPS = 2
_FLOWING = 0.6
# Columns of a table that goes on over a page stand where they stood within this, in sizes of its type.
_SAME_GUTTER = 1.0
# A column of which this share of cells is numbers has a header without digits, if it has one.
_NUMBERS = 0.5


Cells = list[list[Row]]  # a row of the table: for each column the lines of its cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table as texts, one a row, each with the pieces of lines that it was read from."""

    region: Region
    header: tuple[str, ...]  # names of the columns; empty where they cannot be told
    rows: tuple[tuple[str, tuple[Row, ...]], ...]


def read_table(region: Region, known: Vocabulary, above: Table | None = None) -> Table:
    """The rows of a table in order, each as `header: value` pairs when it has a header.

    `above` is the table right before it on the page before: with the same columns it goes on here. Where
    the header cannot be told for sure the cells stand alone; no word is left out.
    """
    grid = list(_grid(region))
    texts = [[_text(cell, known) for cell in row] for row in grid]
    own = len(texts) > 1 and _is_header(grid, texts)
    header = tuple(texts[0]) if own else above.header if above and _goes_on(above.region, region) else ()
    named = grid[0] if own else []
    rows = []
    for cells, words in zip(grid[own:], texts[own:], strict=True):
        rows.append((row_text(header, words), tuple(row for cell in (*named, *cells) for row in cell)))
        named = []
    return Table(region, header, tuple(rows))


def _goes_on(above: Region, region: Region) -> bool:
    """Whether two tables have the same columns."""
    reach = _SAME_GUTTER * region.rows[0].size
    return len(above.gutters) == len(region.gutters) and all(
        abs(one - other) < reach for one, other in zip(above.gutters, region.gutters, strict=True)
    )


def _grid(table: Region) -> Iterator[Cells]:
    """The rows of the table, lines of wrapped cells put together."""
    lines_of_cells = [_cells(row, table.gutters) for row in table.rows]
    steps = [below.base - above.base for above, below in pairwise(table.rows)]
    full = [step for step, cells in zip(steps, lines_of_cells[1:], strict=True) if all(cells)]
    whole = max(full, default=max(steps))
    flowing = _flows(lines_of_cells[1:], steps)
    current = lines_of_cells[0]
    for cells, step in zip(lines_of_cells[1:], steps, strict=True):
        near = step <= _NEAR * min(steps)
        if near and (flowing or (not all(cells) and (not cells[0] or step < _NEARER * whole))):
            current = [[*above, *below] for above, below in zip(current, cells, strict=True)]
        else:
            yield current
            current = cells
    yield current


def _flows(rows: Sequence[Cells], steps: Sequence[float]) -> bool:
    """Whether rows stand in groups, and go on within them in lower case: each group is one row, wrapped."""
    near = [cells for cells, step in zip(rows, steps, strict=True) if step <= _NEAR * min(steps)]
    pieces = [cell[0] for cells in near for cell in cells if cell]
    in_lower_case = sum(piece.text[0].islower() for piece in pieces)
    return len(rows) - len(near) >= _GROUPS and in_lower_case >= _FLOWING * len(pieces)


def _cells(row: Row, gutters: Sequence[float]) -> Cells:
    words = [
        [word for word in row.words if begin <= word.x0 < end]
        for begin, end in zip((float("-inf"), *gutters), (*gutters, float("inf")), strict=True)
    ]
    return [[make_row(cell, row.page)] if cell else [] for cell in words]


def _text(cell: Sequence[Row], known: Vocabulary) -> str:
    return " ".join(line.text for line in lines(cell, known))


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
