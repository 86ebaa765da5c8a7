"""Running headers, footers and page numbers, told by where and how often they stand on the pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.pdf.rows import Row

# A header has at most this many rows, and so has a footer.
_EDGE_ROWS = 4
# Headers of two pages stand at the same height within this share of the page.
_SAME_PLACE = 0.012
# A page number stands in this share of the page's height, at the top or at the foot, and apart from the
# text by this many sizes of its type; lines of text follow each other at 1.1 to 1.5.
_MARGIN = 0.14
_APART = 1.6
# Larger type than the text's by this factor is a heading: it may stand at one place on several pages.
_HEADING_SIZE = 1.1
# A header that names the chapter differs from page to page; it stands at one height on this many.
_PAGES = 3
_NEAR_PAGES = 6  # it is looked for on so many pages before and after
_SMALL = 0.95

_ROMAN = r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_PAGE_NUMBER = re.compile(
    rf"(?:page|p\.|pg\.?)? ?[-–—|·\[(]* ?(?:\d{{1,4}}|{_ROMAN}) ?[-–—|·\])]*(?: ?(?:of|/) ?\d{{1,4}})?",
    re.IGNORECASE,
)
_ROMAN_NUMBER = re.compile(r"\b[ivxlc]{1,7}\b")
_NUMBER_AT_END = re.compile(r"^\D{0,8}(\d{1,4})\b|\b(\d{1,4})\D{0,3}$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one page from top to bottom, and the page's height."""

    rows: tuple[Row, ...]
    height: float


def find_running(sheets: Sequence[Sheet], body: float) -> tuple[frozenset[int], ...]:
    """For each page the positions of its rows that are a running header or footer, or a page number.

    `body` is the size of the text's type. A page's own rows count from its edges inwards up to the
    first that belongs to the article, so nothing in the middle of a page is ever taken.
    """
    found: list[set[int]] = [set() for _ in sheets]
    for edge in (_from_top, _from_foot):
        edges = [edge(sheet) for sheet in sheets]
        repeats = _Repeats(sheets, edges, body, at_top=edge is _from_top)
        for page, positions in enumerate(edges):
            for depth, position in enumerate(positions[:_EDGE_ROWS]):
                inward = positions[depth + 1] if depth + 1 < len(positions) else None
                if not repeats.runs(page, position, inward):
                    break
                found[page].add(position)
    return tuple(frozenset(positions) for positions in found)


def _from_top(sheet: Sheet) -> list[int]:
    return list(range(len(sheet.rows)))


def _from_foot(sheet: Sheet) -> list[int]:
    return list(reversed(range(len(sheet.rows))))


class _Repeats:
    """What stands at one edge of the pages, by its words and by its place."""

    def __init__(
        self, sheets: Sequence[Sheet], edges: Sequence[list[int]], body: float, *, at_top: bool
    ) -> None:
        self._sheets = sheets
        self._body = body
        self._at_top = at_top
        self._by_words: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._outermost: dict[int, tuple[float, Row]] = {}
        for page, positions in enumerate(edges):
            for position in positions[:_EDGE_ROWS]:
                row = sheets[page].rows[position]
                self._by_words[_masked(row.text)].append((page, self._place(page, row)))
            for position in positions[:1]:
                row = sheets[page].rows[position]
                self._outermost[page] = self._place(page, row), row

    def runs(self, page: int, position: int, inward: int | None) -> bool:
        """Whether the row is a running line, all rows nearer to the edge being so."""
        rows = self._sheets[page].rows
        row = rows[position]
        apart = inward is None or abs(row.base - rows[inward].base) > _APART * row.size
        return (
            (apart and self._is_page_number(page, row))
            or self._is_repeated(page, row)
            or (apart and self._names_a_chapter(page, row))
        )

    def _place(self, page: int, row: Row) -> float:
        """How far down the page the row stands, as a share of the page's height."""
        return row.base / max(self._sheets[page].height, 1.0)

    def _is_page_number(self, page: int, row: Row) -> bool:
        place = self._place(page, row)
        in_margin = place <= _MARGIN if self._at_top else place >= 1 - _MARGIN
        return (
            in_margin
            and row.size <= _HEADING_SIZE * self._body
            and _PAGE_NUMBER.fullmatch(row.text) is not None
        )

    def _is_repeated(self, page: int, row: Row) -> bool:
        words = _masked(row.text)
        place = self._place(page, row)
        pages = {other for other, at in self._by_words[words] if abs(at - place) <= _SAME_PLACE} - {page}
        small = row.size <= _HEADING_SIZE * self._body
        enough = 1 if small else max(_PAGES - 1, len(self._sheets) // 2)
        return len(pages) >= enough and re.search(r"[^\W\d_]|#", words) is not None

    def _names_a_chapter(self, page: int, row: Row) -> bool:
        """Whether the row stands where other pages have such a row: small above the text, or numbered on."""
        place = self._place(page, row)
        near = range(page - _NEAR_PAGES, page + _NEAR_PAGES + 1)
        outermost = [(other - page, *self._outermost[other]) for other in near if other in self._outermost]
        alike = [
            (step, other)
            for step, at, other in outermost
            if abs(at - place) <= _SAME_PLACE and abs(other.size - row.size) < 0.1
        ]
        if len(alike) < _PAGES:
            return False
        numbers = _numbers(row.text)
        counted = sum(bool({n + step for n in numbers} & _numbers(other.text)) for step, other in alike)
        small = self._at_top and row.size <= _SMALL * self._body
        return counted >= _PAGES or small


def _masked(text: str) -> str:
    """The text without what differs from page to page: numbers, and Roman ones."""
    return _ROMAN_NUMBER.sub("#", re.sub(r"\d+", "#", " ".join(text.casefold().split())))


def _numbers(text: str) -> set[int]:
    """The numbers at the ends of a row."""
    return {int(match[1] or match[2]) for match in _NUMBER_AT_END.finditer(text)}
