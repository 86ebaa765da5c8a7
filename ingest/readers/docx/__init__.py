"""A Word file -> Draft: its headings, paragraphs, list items, table rows and notes, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from lxml import etree

from ingest.drafts import TEXT_MISSING, Block, Draft, Dropped, Kind, Line
from ingest.metadata import CONTENTS_LABEL
from ingest.readers.docx.headings import MAX_STYLED_WORDS, Piece, with_levels
from ingest.readers.docx.package import open_document, parts_of
from ingest.readers.docx.parts import W
from ingest.readers.docx.properties import people, with_properties
from ingest.readers.docx.styles import BODY, Format, Styles, is_on
from ingest.readers.docx.tables import Cell, column_names, is_box, is_layout, names_of, table_rows
from ingest.readers.docx.words import Story, Words, is_contents_list, normal, shown_children
from ingest.readers.notes import behind_lists
from ingest.readers.tables import row_text
from ingest.sources import Unreadable
from search.passages import Found

_BULLET = re.compile(r"[•◦‣▪●○■·–*\uf0b7\uf0a7-]\s+(?=\S)")
# Typed spaces and tabs before a bullet, as the indent that they make: a space is about 3 points wide.
_SPACE = 60


def read(data: bytes) -> Draft:
    """The blocks of a Word file; a line's place is the number of its paragraph or table row in the body.

    Headings are those that the styles or outline levels mark, else short bold lines over text. Title
    and authors come from the file's properties where none is printed; dates never do. Raises Unreadable.
    """
    document = open_document(data)
    try:
        return _Reading(document).draft()
    except RecursionError:
        raise Unreadable("nested too deep: open it in Word and save its text as a new document") from None


class _Reading:
    """One pass over a document, gathering what its draft consists of."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._styles = Styles(document.styles.element)
        self._story = Story(self._styles)
        self._notes = {
            (kind, note.get(f"{W}id", "")): note
            for kind, relation in (("footnotes", RELATION.FOOTNOTES), ("endnotes", RELATION.ENDNOTES))
            for part in parts_of(document, relation)
            for note in part
        }
        self._pieces: list[Piece] = []
        self._dropped: list[Dropped] = []
        self._authors: list[Found] = []
        self._place = 0  # of the paragraph or row that was read last
        self._item: Piece | None = None  # the list item that stands right above, its notes apart
        self._text_indent = 0  # of the last paragraph that is in no list
        self._bullet_indents: list[int] = []  # of the typed lists that are open, outermost first
        self._torn: Piece | None = None  # whose last paragraph goes on in the next: the mark was deleted
        self._imports = False  # text stands in another file inside the file

    def draft(self) -> Draft:
        """The draft of the whole document; called once."""
        body = self._document.element.find(f"{W}body")
        assert body is not None  # open_document has seen it
        self._take_blocks(body)
        for relation in (RELATION.HEADER, RELATION.FOOTER):
            for part in parts_of(self._document, relation):
                self._drop(" ".join(self._lines(part)), "running header or footer", 1)
        blocks, structured = with_levels(self._pieces)
        draft = Draft(
            behind_lists(blocks, _is_footnote),
            structured=structured,
            unit="paragraph",
            dropped=tuple(self._dropped),
            notes=(TEXT_MISSING,) if self._imports else (),
        )
        return with_properties(draft, self._document.core_properties, tuple(self._authors))

    def _take_blocks(
        self, container: etree._Element, place: int | None = None, in_contents: bool = False
    ) -> None:
        """Reads paragraphs and tables in order; each counts its place on, unless all stand at `place`."""
        for element in shown_children(container):
            tag = element.tag
            if tag == f"{W}p":
                self._take_paragraph(element, place or self._next_place(), in_contents)
            elif tag == f"{W}tbl":
                self._take_table(element, place)
            elif tag == f"{W}altChunk":
                self._imports = True
            else:
                self._take_blocks(element, place, in_contents or is_contents_list(element))

    def _next_place(self) -> int:
        self._place += 1
        return self._place

    def _take_paragraph(self, paragraph: etree._Element, place: int, in_contents: bool) -> None:
        words = self._story.words(paragraph)
        if in_contents or words.format.is_contents:
            words.contents, words.shown = [*words.shown, *words.contents], []
        self._drop_contents("".join(words.contents), place)
        if words.text:
            piece = self._add(words, place)
            self._torn = piece if is_on(paragraph.find(f"{W}pPr/{W}rPr"), "del") else None
        self._take_attached(words, place)

    def _drop_contents(self, listed: str, place: int) -> None:
        """Puts a contents list aside, and the line over it that says what it is."""
        if listed.strip() and self._pieces and CONTENTS_LABEL.fullmatch(self._pieces[-1].text.rstrip(":")):
            label = self._pieces.pop()
            self._drop(label.text, "contents list", label.lines[0].first)
        self._drop(listed, "contents list", place)

    def _drop(self, text: str, reason: str, place: int) -> None:
        if words := normal(text):
            self._dropped.append(Dropped(words, reason, place, place))

    def _take_attached(self, words: Words, place: int) -> None:
        """Reads the notes that a paragraph refers to, and its text boxes, which have no line of their own."""
        for reference in words.notes:
            note = self._notes.pop(reference, None)  # a second reference is to the note that was read
            lines = [] if note is None else list(self._lines(note))
            if lines:
                self._append(Piece(Kind.NOTE, [Line(line, place, place) for line in lines]))
        for box in words.boxes:
            self._take_blocks(box, place)

    def _lines(self, container: etree._Element) -> Iterator[str]:
        """The paragraphs of a note, a header or a footer, without their format."""
        story = Story(self._styles)
        for element in shown_children(container):
            if element.tag != f"{W}p":
                yield from self._lines(element)
                continue
            words = story.words(element)
            if words.text:
                yield words.text
            for box in words.boxes:
                yield from self._lines(box)

    def _add(self, words: Words, place: int) -> Piece | None:
        """Adds a paragraph with words to the piece that it makes or goes on with, and returns that."""
        format, text = words.format, words.text
        line = Line(text, place, place)
        bullet = _BULLET.match(text)
        piece = Piece(Kind.PARAGRAPH, [line], bold=words.bold, size=words.size)
        if self._torn:
            self._torn.lines.append(line)
            return self._torn
        if format.is_author and (names := people(text)):
            self._authors.extend(Found(name, "style Author") for name in names)
            return None
        if format.outline < BODY and len(text.split()) <= MAX_STYLED_WORDS:
            piece.kind, piece.outline = Kind.HEADING, format.outline
        elif format.is_caption:
            piece.kind = Kind.NOTE
        elif format.list_level:
            piece.kind, piece.level, piece.in_list = Kind.ITEM, format.list_level, True
        elif bullet:
            piece.kind, piece.level, piece.in_list = Kind.ITEM, self._typed_level(words), True
            piece.lines = [Line(text[bullet.end() :], place, place)]
        elif self._item and (format.continues_list or self._is_within_list(format)):
            self._item.lines.append(line)
            return self._item
        else:
            self._text_indent = format.indent
        self._append(piece)
        return piece

    def _append(self, piece: Piece) -> None:
        self._pieces.append(piece)
        if piece.kind is not Kind.NOTE:
            self._item = piece if piece.in_list else None

    def _is_within_list(self, format: Format) -> bool:
        """Whether a paragraph under an item stands in as its text does, and is no quotation."""
        return format.indent > self._text_indent and not format.hangs and not format.is_quote

    def _typed_level(self, words: Words) -> int:
        """The level of an item with a typed bullet, by how far it stands in under those above."""
        typed = "".join(words.shown)
        indent = words.format.indent + _SPACE * (len(typed) - len(typed.lstrip()))
        outer = [wider for wider in self._bullet_indents if wider < indent] if self._item else []
        self._bullet_indents = [*outer, indent]
        return len(self._bullet_indents)

    def _take_table(self, table: etree._Element, place: int | None, level: int = 1) -> None:
        """Reads a table row by row; a box, or columns of running text, as what stands in its cells."""
        rows = table_rows(table)
        if is_box(rows) or is_layout(rows):
            for row in rows:
                row_place = place or self._next_place()
                for element in row.cells:
                    self._take_blocks(element.element, row_place)
            return
        for row in rows:
            row.place = place or self._next_place()
            for cell in row.cells:
                self._read_cell(cell, cell.element)
        header, names = column_names(table, rows, self._styles)
        for row in rows:
            cells = [cell.text for cell in row.cells]
            text = row_text(names_of(names, row), cells)
            if text and row not in header:
                self._append(Piece(Kind.ITEM, [Line(text, row.place, row.place)], level=level))
            for cell in row.cells:
                for words in cell.words:
                    self._take_attached(words, row.place)
                for nested in cell.tables:
                    self._take_table(nested, row.place, level + 1)

    def _read_cell(self, cell: Cell, container: etree._Element) -> None:
        for element in shown_children(container):
            if element.tag == f"{W}p":
                cell.words.append(self._story.words(element))
            elif element.tag == f"{W}tbl":
                cell.tables.append(element)
            else:
                self._read_cell(cell, element)


def _is_footnote(above: Block, note: Block, _: Block) -> bool:
    """Whether a note is one of the paragraph above it, and no caption with a place of its own."""
    return note.lines[0].first == above.lines[-1].last
