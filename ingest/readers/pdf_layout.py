"""The words of a page -> its rows, and the rows -> columns and tables in the order of reading.

Geometry decides, never the order in which the file draws: a gutter is an upright strip that no word
crosses over several rows. Rows of prose on both its sides are columns, short ones the cells of a table.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from ingest.readers.pdf_words import Word

# Heights of type over the base line that count for "on the same row", as a share of the size: x-height
# and a bit more, so that rows set without any leading between them stay apart.
_HEIGHT = 0.7
_SAME_ROW_OVERLAP = 0.5

# In shares of the size. Word spaces of justified lines reach about 0.8; narrow gutters begin at 1.
MIN_GUTTER = 0.9
# Two columns whose base lines differ count as beside each other within this.
_BESIDE = 0.95
# Over a gap of this many sizes columns are not read on: a picture stands across them.
_INTERRUPTED = 4.5
# Fewer rows with words on both sides of a gutter are chance: a name and a date on one line.
_MIN_ROWS = 3

# Prose fills its columns: in narrow newspaper columns the mean line has 4 to 5 words, in cells 1 to 3.
_PROSE_WORDS = 3.2
_FILLED = 0.6
_FILLED_SHARE = 0.5
# A column of prose has a line on nearly every row from its first to its last; a cell that stands
# beside a wrapped one has gaps.
_DENSE = 0.7

# Rows of a table are further apart than the lines of a wrapped cell by at least this factor.
_ROW_GAP = 1.15
# So many wrapped rows that begin level with each other are a table; paragraphs in columns do so by
# chance only.
_TABLE_STARTS = 2
_LEVEL_SHARE = 0.7

# What a list's items begin with.
BULLETS = "•◦‣▪▫●○■□–—-*·➢➤✓✔"
LIST_MARK = re.compile(
    rf"[{re.escape(BULLETS)}o]|\d{{1,2}}[.)]|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,5}})\)|[a-z]\."
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


@dataclass(frozen=True, slots=True)
class Region:
    """Rows to be read from top to bottom: a column, a piece of the full width, or a table."""

    rows: tuple[Row, ...]
    left: float  # where its lines begin and end when they are full
    right: float
    gutters: tuple[float, ...] = ()  # of a table: the middles of the strips between its columns


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
        if all(_is_prose(side) for side in sides) and not _starts_together(*sides):
            begin = position - _rows_beside(plain, gutter)
            sides = _sides(rows[begin:end], gutter)
            plain = plain[: len(plain) - (position - begin)]
            if plain:
                yield Region(tuple(plain), left, right)
            plain = []
            for side in sides:
                yield from find_regions(side, min(r.x0 for r in side), max(r.x1 for r in side))
        else:
            end = _table_end(rows, position, end, gutter)
            table = tuple(rows[position:end])
            gutters = _table_gutters(table)
            if len(table) < _MIN_ROWS or not gutters or _is_list(table, gutters[0]):
                plain.append(rows[position])
                position += 1
                continue
            if plain:
                yield Region(tuple(plain), left, right)
            plain = []
            yield Region(table, left, right, gutters)
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
        if both[strip] >= _MIN_ROWS:
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


def _is_prose(rows: Sequence[Row]) -> bool:
    """Whether one side of a gutter is a column (or columns) of running text."""
    if len(rows) < _MIN_ROWS:
        return False
    pieces = [piece for row in rows for piece in _pieces(row)]
    if mean(len(piece) for piece in pieces) < _PROSE_WORDS:
        return False
    width = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    filled = sum(row.x1 - row.x0 >= _FILLED * width for row in rows)
    expected = 1 + (rows[-1].base - rows[0].base) / max(_low(_steps(rows)), 1.0)
    return filled >= _FILLED_SHARE * len(rows) and len(rows) >= _DENSE * min(expected, 2 * len(rows))


def _steps(rows: Sequence[Row]) -> list[float]:
    """How far each row stands below the one above it."""
    return [below.base - above.base for above, below in pairwise(rows)]


def _low(steps: Sequence[float]) -> float:
    """The usual step from line to line: the lower quartile, for the wider ones part paragraphs."""
    return sorted(steps)[len(steps) // 4]


def _starts_together(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether both sides stand in groups that begin side by side, as the wrapped rows of a table do."""
    usual = min(_low(_steps(left)), _low(_steps(right)))
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


def _table_end(rows: Sequence[Row], start: int, end: int, gutter: Strip) -> int:
    """The end of a table: rows with its first column alone, after the last with more, are no part of it."""
    while end > start and rows[end - 1].x1 <= gutter[1]:
        end -= 1
    return end


def _table_gutters(rows: Sequence[Row]) -> tuple[float, ...]:
    """The middles of the strips that run through all rows with words on both sides, from the left."""
    if not rows:
        return ()
    strips: list[Strip] = [(min(row.x0 for row in rows), max(row.x1 for row in rows))]
    for row in rows:
        free = [part for strip in strips for part in _free(row, strip)]
        strips = [part for part in free if part[1] - part[0] >= MIN_GUTTER * row.size]
    middles: list[float] = []
    for begin, end in strips:
        insort(middles, (begin + end) / 2)
    return tuple(middles)


def _is_list(rows: Sequence[Row], gutter: float) -> bool:
    """Whether left of the gutter stand bullets and numbers for the most part."""
    first_cells = [[word.text for word in row.words if word.x0 < gutter] for row in rows]
    filled = [cell for cell in first_cells if cell]
    return 2 * sum(len(cell) == 1 and bool(LIST_MARK.fullmatch(cell[0])) for cell in filled) >= len(filled)
