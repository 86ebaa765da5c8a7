"""The rows of a Word table, and which of them names the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingest.readers.docx.parts import W
from ingest.readers.docx.styles import Styles, is_on, number, value
from ingest.readers.docx.words import Words, shown_children

# Cells with more paragraphs than this in a table of one row are columns of running text.
_MAX_CELL_PARAGRAPHS = 2

# With more rows than this that are marked as repeated, the mark means something else.
_MAX_HEADER_ROWS = 3

# A grid is at most 63 columns wide in Word.
_MAX_SPAN = 63


@dataclass(slots=True)
class Cell:
    """A cell; what it says is read into it."""

    element: etree._Element
    column: int  # from 0
    span: int  # columns that it covers, at least 1
    words: list[Words] = field(default_factory=list)  # of its paragraphs
    tables: list[etree._Element] = field(default_factory=list)  # in it

    @property
    def text(self) -> str:
        return " ".join(words.text for words in self.words if words.text)

    @property
    def is_bold(self) -> bool:
        return all(words.bold for words in self.words)


@dataclass(slots=True, eq=False)
class Row:
    """A row with its cells, from the left."""

    element: etree._Element
    cells: list[Cell]
    place: int = 0  # in the document's body, once it is read

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.text]

    @property
    def width(self) -> int:
        """The column behind its last cell."""
        return self.cells[-1].column + self.cells[-1].span if self.cells else 0


def table_rows(table: etree._Element) -> list[Row]:
    """The rows of a table, those of tables inside it and deleted ones apart, each with one cell at least."""
    rows = [
        Row(row, list(_cells(row)))
        for row in _inside(table, f"{W}tr")
        if not is_on(row.find(f"{W}trPr"), "del")
    ]
    return [row for row in rows if row.cells]


def is_box(rows: Sequence[Row]) -> bool:
    """Whether the table is a frame around text: it has one column."""
    return all(len(row.cells) == 1 for row in rows) and len({row.width for row in rows}) <= 1


def is_layout(rows: Sequence[Row]) -> bool:
    """Whether the table only puts running text side by side: one row, with many paragraphs in a cell."""
    return len(rows) == 1 and any(
        sum(1 for _ in _inside(cell.element, f"{W}p")) > _MAX_CELL_PARAGRAPHS for cell in rows[0].cells
    )


def column_names(
    table: etree._Element, rows: Sequence[Row], styles: Styles
) -> tuple[Sequence[Row], Mapping[int, str]]:
    """The rows that name the columns, and those names by the columns' numbers; both empty where none does.

    A first row names them if it is marked as one that is repeated on every page, has a look of its own
    in the table's style, or alone is bold. A line over them that fills the whole width is no name.
    """
    width = max((row.width for row in rows), default=0)
    count = next((n for n, row in enumerate(rows) if not _is_repeated(row)), len(rows))
    if count == 0:
        count = 1 if _has_styled_header(table, styles) or _is_bold_header(rows) else 0
    elif count > _MAX_HEADER_ROWS or count == len(rows):
        count = 1
    heads = [row for row in rows[:count] if len(row.filled) > 1 or width == 1]
    names = {cell.column: "" for row in heads for cell in row.cells}
    for cell in (cell for row in heads for cell in row.filled):
        for column in range(cell.column, cell.column + cell.span):
            if column in names:
                names[column] = f"{names[column]} {cell.text.rstrip(': ')}".strip()
    named = any(any(names_of(names, row)) for row in rows[count:])
    return (heads, names) if named else ((), {})


def names_of(names: Mapping[int, str], row: Row) -> list[str]:
    """The name of each cell's column, all empty in a row that does not stand in the named columns.

    Such is a line over the whole width, and a form whose lines are divided each in its own way.
    """
    is_line = len(row.cells) == 1 and row.cells[0].span >= max(len(names), 2)
    fits = not is_line and all(cell.column in names for cell in row.cells)
    return [names[cell.column] if fits else "" for cell in row.cells]


def _is_repeated(row: Row) -> bool:
    return is_on(row.element.find(f"{W}trPr"), "tblHeader")


def _has_styled_header(table: etree._Element, styles: Styles) -> bool:
    properties = table.find(f"{W}tblPr")
    look = properties.find(f"{W}tblLook") if properties is not None else None
    if properties is None or look is None:
        return False
    bits = look.get(f"{W}val", "0")  # older than the attributes of their own; 0x0020 is the first row
    first = look.get(f"{W}firstRow", "1" if bits[-2:-1] in tuple("2367abefABEF") else "0")
    return first in ("1", "true", "on") and styles.has_header_row(value(properties, "tblStyle") or "")


def _is_bold_header(rows: Sequence[Row]) -> bool:
    below = [cell for row in rows[1:] for cell in row.filled]
    return (
        bool(rows and rows[0].filled)
        and all(cell.is_bold for cell in rows[0].filled)
        and any(not cell.is_bold for cell in below)
    )


def _cells(row: etree._Element) -> Iterator[Cell]:
    """The cells of a row, but not those that only continue the cell above."""
    properties = row.find(f"{W}trPr")
    column = _span(properties, "gridBefore", 0)
    for element in _inside(row, f"{W}tc"):
        own = element.find(f"{W}tcPr")
        span = _span(own, "gridSpan", 1)
        merged = own.find(f"{W}vMerge") if own is not None else None
        continues = merged is not None and merged.get(f"{W}val", "continue") == "continue"
        if not (continues and not any(text.strip() for text in element.itertext(f"{W}t"))):
            yield Cell(element, column, span)
        column += span


def _span(properties: etree._Element | None, name: str, otherwise: int) -> int:
    given = number(value(properties, name)) if properties is not None else None
    return otherwise if given is None else min(max(given, otherwise), _MAX_SPAN)


def _inside(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The nearest descendants of a name, through what Word may put around rows, cells and paragraphs."""
    for child in shown_children(element):
        if child.tag == tag:
            yield child
        elif child.tag not in (f"{W}tbl", f"{W}p"):
            yield from _inside(child, tag)
