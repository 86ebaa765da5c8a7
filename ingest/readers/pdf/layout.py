"""The rows of a page -> its columns and tables in the order of reading.

Geometry decides, never the order in which the file draws: a gutter is an upright strip that no word
crosses over several rows. Rows of prose on both its sides are columns, short ones the cells of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from ingest.readers.pdf.rows import LIST_MARK, Row, make_row
from ingest.readers.pdf.words import Word

# In shares of the size. Word spaces of justified lines reach about 0.8; narrow gutters begin at 1.
MIN_GUTTER = 0.9
# A strip that runs through this many rows of a table needs to be no wider than this: word spaces, of 0.3
# or so, do not fall on one another so often.
_NARROW_GUTTER = 0.5
_MANY_ROWS = 6
# Two columns whose base lines differ count as beside each other within this.
_BESIDE = 0.95
# Over a gap of this many sizes columns are not read on: a picture stands across them.
_INTERRUPTED = 4.5
# Fewer rows with words on both sides of a gutter are chance: a name and a date on one line. A column has
# more of them, and a table rows and gutters together: two rows make one of three columns only.
_MIN_LEVEL = 2
_MIN_ROWS = 3
_MIN_TABLE = 4

# Prose fills its columns: in narrow newspaper columns the mean line has 4 to 5 words, in cells 1 to 3.
_PROSE_WORDS = 3.2
# Most lines of prose go on with a sentence in lower case; cells mostly begin with a capital or a number.
_FLOWING = 0.3
# A column of prose has a line on nearly every row from its first to its last; a cell that stands
# beside a wrapped one has gaps.
_DENSE = 0.7

# Rows of a table are further apart than the lines of a wrapped cell by at least this factor.
_ROW_GAP = 1.15
# So many wrapped rows that begin level with each other are a table; paragraphs in columns do so by
# chance only.
_TABLE_STARTS = 2
_LEVEL_SHARE = 0.7

_SECTION_OR_LIST_MARK = re.compile(rf"{LIST_MARK.pattern}|\d+(?:\.\d+)+\.?")


@dataclass(frozen=True, slots=True)
class Region:
    """Rows to be read from top to bottom: a column, a piece of the full width, or a table."""

    rows: tuple[Row, ...]
    left: float  # where its lines begin and end when they are full
    right: float
    gutters: tuple[float, ...] = ()  # of a table: the middles of the strips between its columns


def find_regions(rows: Sequence[Row], left: float, right: float) -> Iterator[Region]:
    """The rows as regions in the order of reading; `left` and `right` are where full lines begin and end."""
    plain: list[Row] = []
    position = 0
    while position < len(rows):
        found = _shared_gutter(rows, position)
        if found is None:
            plain.append(rows[position])
            position += 1
            continue
        end, gutter = found
        sides = _sides(rows[position:end], gutter)
        if _are_columns(*sides):
            begin = position - _rows_beside(plain, gutter)
            sides = _sides(rows[begin:end], gutter)
            plain = plain[: len(plain) - (position - begin)]
            if plain:
                yield Region(tuple(plain), left, right)
            plain = []
            for side in sides:
                yield from find_regions(side, min(r.x0 for r in side), max(r.x1 for r in side))
        else:
            table, gutters = _table(rows[position:end])
            if len(table) + len(gutters) < _MIN_TABLE or not gutters or _is_list(table, gutters):
                plain.append(rows[position])
                position += 1
                continue
            if plain:
                yield Region(tuple(plain), left, right)
            plain = []
            yield Region(table, left, right, gutters)
            end = position + len(table)
        position = end
    if plain:
        yield Region(tuple(plain), left, right)


Strip = tuple[float, float]


def _shared_gutter(rows: Sequence[Row], start: int) -> tuple[int, Strip] | None:
    """The end of the longest run of rows from `start` that one strip runs through, and that strip.

    None when words stand on both sides of it in too few of them.
    """
    alive = list(_gaps(rows[start]))
    if not alive and start + 1 < len(rows):
        alive = _gap_between(rows[start], rows[start + 1])
    best: tuple[int, Strip] | None = None
    both = dict.fromkeys(alive, 1)
    end = start + 1
    while alive and end < len(rows):
        row, above = rows[end], rows[end - 1]
        if row.base - above.base > _INTERRUPTED * max(row.size, above.size):
            break
        width = MIN_GUTTER * min(row.size, above.size)
        next_both: dict[Strip, int] = {}
        for strip in alive:
            for free in _free(row, strip):
                if free[1] - free[0] < width:
                    continue
                beside = free[0] >= row.x0 and free[1] <= row.x1
                beside = beside or any(_touches(gap, free) for gap in _gap_between(above, row))
                next_both[free] = max(next_both.get(free, 0), both[strip] + beside)
        if not next_both:
            break
        both, alive = next_both, list(next_both)
        end += 1
        strip = max(both, key=lambda s: (both[s], s[1] - s[0]))
        if both[strip] >= _MIN_LEVEL:
            best = end, strip
    return best


def _touches(a: Strip, b: Strip) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _gaps(row: Row) -> Iterator[Strip]:
    """The strips between neighbouring words of a row that are too wide for a word space."""
    reach = row.x0
    for word in row.words:
        if word.x0 - reach >= MIN_GUTTER * row.size:
            yield reach, word.x0
        reach = max(reach, word.x1)


def _gap_between(above: Row, row: Row) -> list[Strip]:
    """The strip between two rows that stand side by side on base lines of their own; else nothing."""
    first, second = sorted((above, row), key=lambda r: r.x0)
    if abs(row.base - above.base) > _BESIDE * row.size or second.x0 - first.x1 < MIN_GUTTER * row.size:
        return []
    return [(first.x1, second.x0)]


def _free(row: Row, strip: Strip) -> Iterator[Strip]:
    """The parts of the strip in which the row has no word."""
    begin, end = strip
    for word in row.words:
        if word.x0 >= end:
            break
        if word.x1 > begin:
            if word.x0 > begin:
                yield begin, word.x0
            begin = word.x1
    if begin < end:
        yield begin, end


def _sides(rows: Sequence[Row], gutter: Strip) -> tuple[list[Row], list[Row]]:
    """The rows' parts to the left and to the right of a gutter."""
    middle = (gutter[0] + gutter[1]) / 2
    left: list[Row] = []
    right: list[Row] = []
    for row in rows:
        for side, words in (
            (left, [word for word in row.words if word.x0 < middle]),
            (right, [word for word in row.words if word.x0 >= middle]),
        ):
            if words:
                side.append(row if len(words) == len(row.words) else make_row(words, row.page))
    return left, right


def _pieces(row: Row) -> Iterator[list[Word]]:
    """The words of a row, parted at its wide gaps."""
    piece: list[Word] = []
    reach = row.x0
    for word in row.words:
        if piece and word.x0 - reach >= MIN_GUTTER * row.size:
            yield piece
            piece = []
        piece.append(word)
        reach = max(reach, word.x1)
    yield piece


def _are_columns(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether the two sides of a gutter are columns of running text, and no cells of a table."""
    if min(len(left), len(right)) < _MIN_ROWS:
        return False
    step = min(_low(_steps(left)), _low(_steps(right)))
    return _is_prose(left, step) and _is_prose(right, step) and not _starts_together(left, right, step)


def _is_prose(rows: Sequence[Row], step: float) -> bool:
    """Whether the rows are running text; `step` is how far its lines stand apart."""
    pieces = [piece for row in rows for piece in _pieces(row)]
    if mean(len(piece) for piece in pieces) < _PROSE_WORDS:
        return False
    flowing = sum(row.text[0].islower() for row in rows)
    expected = 1 + (rows[-1].base - rows[0].base) / max(step, 1.0)
    return flowing >= _FLOWING * len(rows) and len(rows) >= _DENSE * expected


def _steps(rows: Sequence[Row]) -> list[float]:
    """How far each row stands below the one above it."""
    return [below.base - above.base for above, below in pairwise(rows)]


def _low(steps: Sequence[float]) -> float:
    """The usual step from line to line: the lower quartile, for the wider ones part paragraphs."""
    return sorted(steps)[len(steps) // 4]


def _starts_together(left: Sequence[Row], right: Sequence[Row], usual: float) -> bool:
    """Whether both sides stand in groups that begin side by side, as the wrapped rows of a table do."""
    starts = [
        [below.base for below, step in zip(side[1:], _steps(side), strict=True) if step > _ROW_GAP * usual]
        for side in (left, right)
    ]
    fewer, more = sorted(starts, key=len)
    level = [base for base in fewer if any(abs(base - other) < 1 for other in more)]
    return len(level) >= _TABLE_STARTS and len(level) >= _LEVEL_SHARE * len(more)


def _rows_beside(plain: Sequence[Row], gutter: Strip) -> int:
    """How many of the last rows already passed stand wholly on one side, right above the columns."""
    count = 0
    for row in reversed(plain):
        if row.x0 < gutter[1] and row.x1 > gutter[0]:
            break
        if count and plain[len(plain) - count].base - row.base > 2 * row.size:
            break
        count += 1
    return count


def _table(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[float, ...]]:
    """The rows that are a table, and its gutters: last rows with its first column alone are no part."""
    gutters = _table_gutters(rows)
    end = len(rows)
    while gutters and end and rows[end - 1].x1 < gutters[0]:
        end -= 1
    return (tuple(rows), gutters) if end == len(rows) else _table(rows[:end])


def _table_gutters(rows: Sequence[Row]) -> tuple[float, ...]:
    """The middles of the strips that run through all rows with words on both sides, from the left."""
    if not rows:
        return ()
    least = _NARROW_GUTTER if len(rows) >= _MANY_ROWS else MIN_GUTTER
    strips: list[Strip] = [(min(row.x0 for row in rows), max(row.x1 for row in rows))]
    for row in rows:
        free = [part for strip in strips for part in _free(row, strip)]
        strips = [part for part in free if part[1] - part[0] >= least * row.size]
    return tuple(sorted((begin + end) / 2 for begin, end in strips))


def _is_list(rows: Sequence[Row], gutters: Sequence[float]) -> bool:
    """Whether left of the first gutter stand bullets and numbers for the most part; of sections, too."""
    first_cells = [[word.text for word in row.words if word.x0 < gutters[0]] for row in rows]
    filled = [cell for cell in first_cells if cell]
    is_mark = LIST_MARK.fullmatch if len(gutters) > 1 else _SECTION_OR_LIST_MARK.fullmatch
    return 2 * sum(len(cell) == 1 and is_mark(cell[0]) is not None for cell in filled) >= len(filled)
