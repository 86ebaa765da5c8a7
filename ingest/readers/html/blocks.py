"""The blocks of a page's tree in its order: strings go together that have the same block around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from bs4 import Tag
from bs4.element import NavigableString

from ingest.drafts import Block, Kind, Line
from ingest.furniture import MAX_HEADING_WORDS
from ingest.readers.tables import row_text

_BLOCKS = frozenset(
    """
    address article blockquote body caption center dd details div dl dt fieldset figcaption figure h1 h2
    h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()
)
# What a cell of a table that lays the page out may hold, and no cell of data does.
_PAGE_PARTS = ["table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section"]
_BREAK = "\x0b"  # stands for <br>; white space in every other respect
# Two in a row part paragraphs.
_BREAKS = re.compile(rf"{_BREAK}\s*{_BREAK}\s*")
# Invisible marks of where a word may be broken; with them no word would be found.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Placed:
    """A block with the element that it was made of."""

    block: Block
    element: Tag
    row_of: Tag | None = None  # the outermost list or table that it is an item or a row of
    cells: str = ""  # of a row: its text without the names of its columns

    @property
    def told(self) -> str:
        """The block's own words, as the page has them."""
        return self.cells or self.block.text


def blocks_of(content: Tag) -> Iterator[Placed]:
    """The blocks of an element; of a table its rows, without the row of names."""
    strings = [node for node in content.descendants if isinstance(node, NavigableString | Tag)]
    texts = [
        (_block_around(node), _BREAK if isinstance(node, Tag) else str(node))
        for node in strings
        if (isinstance(node, Tag) and node.name == "br") or (type(node) is NavigableString)
    ]
    rows: set[int] = set()
    layout: dict[int, bool] = {}  # whether a row, by its id, only lays the page out
    open_item: Tag | None = None  # the list item that the block before belongs to
    last: Placed | None = None
    for _, group in groupby(texts, key=lambda pair: id(pair[0])):
        members = list(group)
        element = members[0][0]
        row = _data_row(element, layout)
        if row is not None:
            if id(row) not in rows:
                rows.add(id(row))
                if last:
                    yield last
                    last = open_item = None
                yield from _row(row)
            continue
        item = _around(element, ("li",))
        parts = _BREAKS.split("".join(text for _, text in members))
        for part in parts:
            words = one_line(part)
            if not words or (len(parts) == 1 and _is_link_row(element, words)):
                continue
            if last and item is not None and item is open_item:  # its second paragraph
                lines = (*last.block.lines, _line(element, words))
                last = replace(last, block=replace(last.block, lines=lines))
                continue
            if last:
                yield last
            last, open_item = _placed(element, item, words), item
    if last:
        yield last


def one_line(text: str) -> str:
    """The text as a page shows it: on one line, without invisible marks."""
    return " ".join(text.translate(_INVISIBLE).split())


def _data_row(element: Tag, layout: dict[int, bool]) -> Tag | None:
    """The outermost row around the element that holds data; a row that lays the page out is a mere box."""
    found = None
    for row in [element, *element.parents]:
        if row.name != "tr":
            continue
        if id(row) not in layout:
            layout[id(row)] = _lays_out(row)
        if layout[id(row)]:
            break
        found = row
    return found


def _lays_out(row: Tag) -> bool:
    """Whether the cells of a row hold parts of a page: headings, lists, tables, several paragraphs."""
    if row.find(_PAGE_PARTS) is not None:
        return True
    cells = row.find_all(["td", "th"])
    return any(len(cell.find_all("p", limit=2)) > 1 for cell in cells)


def _block_around(node: NavigableString | Tag) -> Tag:
    parent = node.parent
    while parent is not None and parent.name not in _BLOCKS and parent.parent is not None:
        parent = parent.parent
    assert parent is not None  # every node walked over is below the content element
    return parent


def _placed(element: Tag, item: Tag | None, words: str) -> Placed:
    line = _line(element, words)
    if re.fullmatch("h[1-6]", element.name) and (
        element.name == "h1" or len(words.split()) <= MAX_HEADING_WORDS
    ):
        return Placed(Block(Kind.HEADING, (line,), int(element.name[1])), element)
    if _around(element, ("figcaption", "caption")) is not None:
        return Placed(Block(Kind.NOTE, (line,)), element)
    if item is not None:
        lists = item.find_parents(["ul", "ol"])
        return Placed(Block(Kind.ITEM, (line,), len(lists) or 1), element, lists[-1] if lists else None)
    return Placed(Block(Kind.PARAGRAPH, (line,)), element)


def _around(element: Tag, names: Collection[str]) -> Tag | None:
    """The element itself or the nearest around it of one of these names."""
    outer: Tag | None = element
    while outer is not None and outer.name not in names:
        outer = outer.parent
    return outer


def is_linked(placed: Placed) -> bool:
    """Whether most of a block's words are a link's, as on a card."""
    links = placed.element.find_all("a")
    linked = sum(len(one_line(link.get_text())) for link in links)
    return 2 * linked > len(placed.block.text) or placed.element.find_parent("a") is not None


def _is_link_row(element: Tag, words: str) -> bool:
    """Whether a paragraph is nothing but links: share buttons, "All articles"."""
    links = element.find_all("a") if element.name in ("p", "div") else []
    linked = "".join("".join(link.get_text().split()) for link in links)
    return bool(links) and len(linked) == len("".join(words.split())) and words[-1] not in ".?!"


def _line(element: Tag, words: str) -> Line:
    """The words with the first and last line of their element."""
    first = element.sourceline or 1
    return Line(words, first, max(first, element.sourcepos or first))


def _row(row: Tag) -> Iterator[Placed]:
    """A table row with the names of its columns; nothing for the row of names itself."""
    table = row.find_parent("table")
    first = (table.find("tr") if table else None) or row
    header = first.find_all(["th", "td"])
    has_names = bool(header) and all(cell.name == "th" for cell in header)
    if has_names and row is first:
        return
    names = [_words(cell) for cell in header] if has_names else []
    cells = [_words(cell) for cell in row.find_all(["th", "td"])]
    if words := row_text(names, cells):
        yield Placed(Block(Kind.ITEM, (_line(row, words),), 1), row, table, " ".join(cells))


def _words(cell: Tag) -> str:
    return one_line(cell.get_text(" "))
