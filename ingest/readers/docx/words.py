"""The words that a paragraph of a Word file shows, each once, and what hangs on it: notes and text boxes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.readers.docx.parts import W
from ingest.readers.docx.styles import BODY, Format, Styles, is_on, value

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

# What is not shown: deleted or moved away, or no text but a setting.
_SKIPPED = frozenset(
    f"{W}{name}"
    for name in """
    del moveFrom delText delInstrText pPr rPr sectPr sdtPr sdtEndPr tblPr tblGrid tblPrEx trPr tcPr rt
    """.split()
)
# What stands for a character. The denominator of a fraction stands apart from its numerator.
_CHARACTERS = {
    f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}sym": " ",
    f"{W}noBreakHyphen": "-", f"{_M}den": " ",
}  # fmt: skip
_REFERENCES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}

_CONTENTS_FIELD = re.compile(r"\s*TOC\b")
# Fields that stand in each other, in Word; more are fields that a damaged document never ends.
_MAX_FIELDS = 20
_CONTENTS_GALLERY = "table of contents"
# Marks of where a line may break: soft hyphen, zero-width space, byte order mark.
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0xFEFF])
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")


@dataclass(slots=True)
class Words:
    """What one paragraph says."""

    format: Format
    shown: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)  # of a contents list in it
    notes: list[tuple[str, str]] = field(default_factory=list)  # references: "footnotes" or "endnotes", id
    boxes: list[etree._Element] = field(default_factory=list)  # contents of its text boxes
    bold: bool = True  # all of it; true of no words
    size: int = 0  # of its largest words, in half points; 0 for no words

    @property
    def text(self) -> str:
        return normal("".join(self.shown))


@dataclass(slots=True)
class _Field:
    """A field that is open: first its instruction stands there, then its result."""

    instruction: str = ""
    has_result: bool = False

    @property
    def is_contents(self) -> bool:
        return _CONTENTS_FIELD.match(self.instruction) is not None


class Story:
    """Paragraphs in order, as a field may begin in one and end in another."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[_Field] = []

    def words(self, paragraph: etree._Element) -> Words:
        """What a paragraph says; one call for each, in order."""
        words = Words(self._styles.of_paragraph(paragraph))
        # A contents list that is never closed ends at the first heading of the text.
        if words.format.outline < BODY and not words.format.is_contents:
            self._fields = [open_field for open_field in self._fields if not open_field.is_contents]
        self._take_children(paragraph, words, words.format)
        # An instruction that no result follows would swallow the rest of a damaged document.
        self._fields = [open_field for open_field in self._fields if open_field.has_result]
        return words

    def _take(self, element: etree._Element, words: Words, format: Format) -> None:
        """Adds what an element shows in the format of the run around it."""
        tag = element.tag
        if tag in (f"{W}t", f"{_M}t"):
            self._add(element.text or "", words, format)
        elif tag == f"{W}txbxContent":
            words.boxes.append(element)
        elif tag in _REFERENCES:
            words.notes.append((_REFERENCES[tag], element.get(f"{W}id", "")))
        elif tag == f"{W}instrText":
            if self._fields and not self._fields[-1].has_result:
                self._fields[-1].instruction += element.text or ""
        elif tag == f"{W}fldChar":
            self._mark_field(element.get(f"{W}fldCharType"))
        elif tag == f"{W}fldSimple":
            around = self._fields
            self._fields = [*around, _Field(element.get(f"{W}instr", ""), has_result=True)]
            self._take_children(element, words, format)
            self._fields = around
        elif tag == f"{W}r":
            self._take_run(element, words)
        else:
            self._add(_CHARACTERS.get(tag, ""), words, format)
            self._take_children(element, words, format)

    def _take_children(self, element: etree._Element, words: Words, format: Format) -> None:
        for child in shown_children(element):
            self._take(child, words, format)

    def _take_run(self, run: etree._Element, words: Words) -> None:
        format = self._styles.of_run(run, words.format)
        own_mark = any(reference.get(f"{W}customMarkFollows") for reference in _references(run))
        if format.hidden or format.is_note_mark or own_mark:
            format = _UNSEEN
        self._take_children(run, words, format)

    def _add(self, text: str, words: Words, format: Format) -> None:
        if format is _UNSEEN or not all(open_field.has_result for open_field in self._fields):
            return
        if any(open_field.is_contents for open_field in self._fields):
            words.contents.append(text)
            return
        words.shown.append(text)
        if not text.isspace() and text:
            words.bold = words.bold and format.bold
            words.size = max(words.size, format.size)

    def _mark_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields = [*self._fields[1 - _MAX_FIELDS :], _Field()]
        elif self._fields and kind == "separate":
            self._fields[-1].has_result = True
        elif self._fields and kind == "end":
            self._fields.pop()


_UNSEEN = Format(hidden=True)


def normal(text: str) -> str:
    """The text on one line of composed Unicode (NFC), without control characters and soft hyphens.

    >>> normal(" a\\u00a0 b\\tc\\u00add ")
    'a b cd'
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE).translate(_CONTROLS)).split())


def shown_children(element: etree._Element) -> Iterator[etree._Element]:
    """The children of an element that may show text; of alternatives, those of the first that does."""
    parent: etree._Element | None = element
    if element.tag == f"{_MC}AlternateContent":
        parent = next((child for child in element if _has_words(child)), None)
    yield from () if parent is None else (child for child in parent if _is_shown(child))


def _is_shown(element: etree._Element) -> bool:
    """False for comments and the like, for _SKIPPED, and for a form field that says what to type into it."""
    if not isinstance(element.tag, str) or element.tag in _SKIPPED:
        return False
    return element.tag != f"{W}sdt" or not is_on(element.find(f"{W}sdtPr"), "showingPlcHdr")


def is_contents_list(element: etree._Element) -> bool:
    """Whether the element is the frame that Word puts around a contents list."""
    gallery = element.find(f"{W}sdtPr/{W}docPartObj") if element.tag == f"{W}sdt" else None
    return gallery is not None and (value(gallery, "docPartGallery") or "").lower() == _CONTENTS_GALLERY


def _references(run: etree._Element) -> list[etree._Element]:
    return [child for child in run if child.tag in _REFERENCES]


def _has_words(element: etree._Element) -> bool:
    return any(True for _ in element.iter(f"{W}t", f"{_M}t"))
