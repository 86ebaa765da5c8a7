"""The format of paragraphs and runs in a Word file: their own, else their style's, else its base style's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.readers.docx.parts import W

# Outline levels: Word counts its headings from 0 and has 9 for body text; the title has none there.
TITLE = -1
BODY = 9

_HEADING = re.compile(r"heading ([1-9])")
_LIST = re.compile(r"list (?:bullet|number)(?: ([2-5]))?")
_CONTENTS = re.compile(r"toc .+|contents (?:heading|[1-9])|table of figures")
_NOTE_MARKS = ("footnote reference", "endnote reference")
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Format:
    """The format in force."""

    names: tuple[str, ...] = ()  # of the style and those it is based on, in lower case, its own first
    outline: int = BODY
    list_level: int = 0  # 1 is the outermost list; 0: in none
    indent: int = 0  # from the left, in twentieths of a point
    hangs: bool = False  # its first line begins further left than the others
    bold: bool = False
    hidden: bool = False
    size: int = 20  # in half points; Word's own default

    @property
    def is_contents(self) -> bool:
        """Whether it is a line of a contents list, or over one."""
        return any(_CONTENTS.fullmatch(name) for name in self.names)

    @property
    def is_caption(self) -> bool:
        return "caption" in self.names

    @property
    def is_quote(self) -> bool:
        return any("quote" in name for name in self.names)

    @property
    def is_author(self) -> bool:
        return self.names[:1] == ("author",)

    @property
    def continues_list(self) -> bool:
        return any(name.startswith("list continue") for name in self.names)

    @property
    def is_note_mark(self) -> bool:
        return any(name in _NOTE_MARKS for name in self.names)


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, part: etree._Element) -> None:
        self._elements = {style.get(f"{W}styleId", ""): style for style in part.iter(f"{W}style")}
        self._known: dict[str, Format] = {}
        self._plain = _with(Format(), "", None, part.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        paragraphs = (s for s in self._elements.values() if s.get(f"{W}type") == "paragraph")
        default = (s.get(f"{W}styleId", "") for s in paragraphs if _is_on(s.get(f"{W}default", "0")))
        self._default = next(default, "")

    def of_paragraph(self, paragraph: etree._Element) -> Format:
        """The format of a paragraph; for its runs, what they start from."""
        own = paragraph.find(f"{W}pPr")
        style = value(own, "pStyle") if own is not None else None
        base = self._style(self._default if style is None or style not in self._elements else style)
        return base if own is None else _with(base, "", own, None)

    def of_run(self, run: etree._Element, paragraph: Format) -> Format:
        """The format of a run within a paragraph."""
        own = run.find(f"{W}rPr")
        style = value(own, "rStyle") if own is not None else None
        base = paragraph
        for element in reversed(list(self._chain(style or ""))):
            base = _with(base, _name(element), None, element.find(f"{W}rPr"))
        return base if own is None else _with(base, "", None, own)

    def has_header_row(self, style: str) -> bool:
        """Whether a table style gives the first row a look of its own."""
        return any(
            part.get(f"{W}type") == "firstRow"
            for element in self._chain(style)
            for part in element.iter(f"{W}tblStylePr")
        )

    def _style(self, style: str) -> Format:
        if style not in self._known:
            format = self._plain
            for element in reversed(list(self._chain(style))):
                format = _with(format, _name(element), element.find(f"{W}pPr"), element.find(f"{W}rPr"))
            self._known[style] = format
        return self._known[style]

    def _chain(self, style: str) -> Iterator[etree._Element]:
        """The style and those it is based on; each once, also where they go in a circle."""
        seen: set[str] = set()
        while style in self._elements and style not in seen:
            seen.add(style)
            yield self._elements[style]
            style = value(self._elements[style], "basedOn") or ""


def value(element: etree._Element, child: str) -> str | None:
    """The w:val of a child element; None where there is no such child or value."""
    found = element.find(f"{W}{child}")
    return None if found is None else found.get(f"{W}val")


def is_on(element: etree._Element | None, child: str, otherwise: bool = False) -> bool:
    """Whether a child element switches something on: it stands there and does not say "0"."""
    found = None if element is None else element.find(f"{W}{child}")
    return otherwise if found is None else _is_on(found.get(f"{W}val", "1"))


def number(text: str | None) -> int | None:
    """The whole number that an attribute gives; None for any other text."""
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _is_on(text: str) -> bool:
    return text.lower() not in _OFF


def _name(style: etree._Element) -> str:
    return (value(style, "name") or "").lower()


def _with(base: Format, name: str, paragraph: etree._Element | None, run: etree._Element | None) -> Format:
    """The base with what a style, a paragraph or a run itself says; `name` is the style's."""
    size = number(value(run, "sz")) if run is not None else None
    ind = paragraph.find(f"{W}ind") if paragraph is not None else None
    left = number(ind.get(f"{W}left", ind.get(f"{W}start"))) if ind is not None else None
    return Format(
        names=(name, *base.names) if name else base.names,
        outline=_outline(base, name, paragraph),
        list_level=_list_level(base, name, paragraph),
        indent=base.indent if left is None else left,
        hangs=_hangs(base, ind),
        bold=is_on(run, "b", base.bold),
        hidden=is_on(run, "vanish", base.hidden),
        size=base.size if size is None else size,
    )


def _outline(base: Format, name: str, paragraph: etree._Element | None) -> int:
    if name == "title" or (base.outline == TITLE and not name):
        return TITLE
    given = number(value(paragraph, "outlineLvl")) if paragraph is not None else None
    if given is not None:
        return min(max(given, 0), BODY)
    heading = _HEADING.fullmatch(name)
    return int(heading[1]) - 1 if heading else base.outline


def _list_level(base: Format, name: str, paragraph: etree._Element | None) -> int:
    given = paragraph.find(f"{W}numPr") if paragraph is not None else None
    if given is None:
        named = _LIST.fullmatch(name)
        return int(named[1] or 1) if named else base.list_level
    if value(given, "numId") == "0":
        return 0
    # "List Bullet 2" is a list of its own to Word, and the first level of that.
    named = next((match for style in (name, *base.names) if (match := _LIST.fullmatch(style))), None)
    least = int(named[1] or 1) if named else 1
    return max(least, 1 + min(max(number(value(given, "ilvl")) or 0, 0), 8))


def _hangs(base: Format, ind: etree._Element | None) -> bool:
    if ind is None or not {f"{W}hanging", f"{W}firstLine"} & set(ind.attrib):
        return base.hangs
    return ind.get(f"{W}hanging", "0") != "0"
