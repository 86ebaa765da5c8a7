"""A PDF -> Draft: what its pages say, in the order of reading, each line with its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError

from ingest.drafts import TEXT_MISSING, Block, Draft, Dropped, Kind, Line
from ingest.readers.notes import behind_lists
from ingest.readers.pdf.blocks import Group, Type, body_type, group_rows
from ingest.readers.pdf.layout import Region, find_regions
from ingest.readers.pdf.outline import finish
from ingest.readers.pdf.page import Page, read_page
from ingest.readers.pdf.properties import read_properties
from ingest.readers.pdf.rows import Row, find_rows
from ingest.readers.pdf.running import Sheet, find_running
from ingest.readers.pdf.tables import Table, read_table
from ingest.readers.pdf.text import NO_MARKS, Marks, Vocabulary, lines, row_text, vocabulary
from ingest.sources import Unreadable

# A longer file is an archive, not an article.
MAX_PAGES = 2_000

_RUNNING = "running header or footer"
_DAMAGED = "not a PDF, or a damaged one: save it again from where it came"


def read(data: bytes) -> Draft:
    """The article that a PDF holds; places count its pages from 1.

    Raises Unreadable for what is no PDF, is damaged or locked, has more than `MAX_PAGES` pages, or has
    no text. Never raises anything else.
    """
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        raise Unreadable(_why_closed(error)) from None
    with document:
        count = len(document)
        if count > MAX_PAGES:
            raise Unreadable(f"has {count:,} pages, more than {MAX_PAGES:,}: split it")
        pages = [read_page(document.raw, number) for number in range(1, count + 1)]
        title, author = (document.get_metadata_value(key) for key in ("Title", "Author"))
    if not any(page.directions for page in pages):
        raise Unreadable(_why_empty(pages))
    layout = _lay_out(pages)
    blocks = _Blocks(layout).made(middle=pages[0].height / 2)
    return Draft(
        blocks,
        read_properties(title, author, titled=any(b.level == 1 and b.kind is Kind.HEADING for b in blocks)),
        structured=any(b.kind is Kind.HEADING and b.level > 1 for b in blocks),
        unit="page",
        dropped=layout.dropped,
        notes=(TEXT_MISSING,) if any(page.drawn and not page.directions for page in pages) else (),
    )


def _why_closed(error: PdfiumError) -> str:
    if error.err_code == pdfium.FPDF_ERR_PASSWORD:
        return "locked with a password: save a copy without one"
    if error.err_code == pdfium.FPDF_ERR_SECURITY:
        return "locked in a way that cannot be opened: save a copy without protection"
    return _DAMAGED


def _why_empty(pages: Sequence[Page]) -> str:
    if not any(page.width for page in pages):
        return _DAMAGED
    if any(page.drawn for page in pages):
        return "no text in it, its pages are images: run text recognition (OCR) on it and save that"
    return "no text in it, its pages are blank"


@dataclass(frozen=True, slots=True)
class _Layout:
    """The regions of all pages, in the order of reading, without running lines."""

    pages: tuple[tuple[Region, ...], ...]
    dropped: tuple[Dropped, ...]


def _lay_out(pages: Sequence[Page]) -> _Layout:
    sheets = [
        Sheet(find_rows(page.directions[0] if page.directions else (), page.number), page.height)
        for page in pages
    ]
    running = find_running(sheets, body_type([sheet.rows for sheet in sheets]).size)
    if all(len(sheet.rows) == len(positions) for sheet, positions in zip(sheets, running, strict=True)):
        running = tuple(frozenset() for _ in sheets)  # a document of running lines alone would say nothing
    dropped = [
        Dropped(row_text(sheet.rows[n]), _RUNNING, sheet.rows[n].page, sheet.rows[n].page)
        for sheet, positions in zip(sheets, running, strict=True)
        for n in sorted(positions)
    ]
    kept = [
        [row for n, row in enumerate(sheet.rows) if n not in positions]
        for sheet, positions in zip(sheets, running, strict=True)
    ]
    regions = []
    for page, rows, edges in zip(pages, kept, _edges(pages, kept), strict=True):
        found = list(find_regions(rows, *edges))
        for words in page.directions[1:]:  # what stands sideways in a margin or a figure
            aside = find_rows(words, page.number)
            found.append(Region(aside, min(r.x0 for r in aside), max(r.x1 for r in aside)))
        regions.append(tuple(found))
    return _Layout(tuple(regions), tuple(dropped))


def _edges(pages: Sequence[Page], rows: Sequence[Sequence[Row]]) -> Iterator[tuple[float, float]]:
    """Where full lines begin and end on each page: as far as on any page of that size."""
    by_size: dict[tuple[int, int], tuple[float, float]] = {}
    for page, on_page in zip(pages, rows, strict=True):
        size = round(page.width), round(page.height)
        left, right = by_size.get(size, (page.width, 0.0))
        by_size[size] = (
            min([left, *(row.x0 for row in on_page)]),
            max([right, *(row.x1 for row in on_page)]),
        )
    for page in pages:
        yield by_size[round(page.width), round(page.height)]


class _Blocks:
    """Makes the blocks of a layout."""

    def __init__(self, layout: _Layout) -> None:
        self._layout = layout
        prose = [region.rows for page in layout.pages for region in page if not region.gutters]
        every = [region.rows for page in layout.pages for region in page]
        self._body: Type = body_type(prose if any(prose) else every)
        self._known: Vocabulary = vocabulary(row for rows in every for row in rows)

    def made(self, middle: float) -> tuple[Block, ...]:
        groups = finish(self._groups(), self._body, middle)
        marks = _marks(groups)
        blocks = (self._block(group, marks) for group in groups)
        return behind_lists((block for block in blocks if block is not None), _goes_over_page)

    def _groups(self) -> Iterator[Group]:
        above: Table | None = None
        for regions in self._layout.pages:
            for region in regions:
                if region.gutters:
                    above = read_table(region, self._known, above)
                    for text, rows in above.rows:
                        yield Group(Kind.ITEM, list(rows), 1, region.right, table_text=text)
                else:
                    above = None
                    yield from group_rows(region, self._body)

    def _block(self, group: Group, marks: Marks) -> Block | None:
        if group.table_text:
            page = group.rows[0].page
            return Block(Kind.ITEM, (Line(group.table_text, page, page),), 1)
        in_text = NO_MARKS if group.kind is Kind.NOTE else marks
        made = lines(group.rows, self._known, in_text, bullet=group.bullet)
        return Block(group.kind, made, group.level) if made else None


def _goes_over_page(_: Block, note: Block, item: Block) -> bool:
    """Whether a list goes on behind a note because that stands at the foot of a page."""
    return item.lines[0].first > note.lines[0].first


def _marks(groups: Sequence[Group]) -> Marks:
    by_page: dict[int, set[str]] = {}
    for group in groups:
        if group.mark:
            by_page.setdefault(group.rows[0].page, set()).add(group.mark)
    return Marks(by_page, frozenset().union(*by_page.values()))
