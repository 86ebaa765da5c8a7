"""The text of a PDF's page -> its words with their places, in the direction in which they are read."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pypdfium2.raw as pdfium

# Smaller type cannot be read by anybody: it is there for machines.
_MIN_SIZE = 1.0
# A raised mark is set in at most this share of the type beside it (62-75 % in the files looked at).
_RAISED_SIZE = 0.85
# Marks are raised by a third of the size or so; a letter that is further off stands on another line.
_OTHER_LINE = 0.55
# The same word drawn again this near, in points, is drawn twice to look bold.
_TWICE_WITHIN = 1.0
_BOLD_WEIGHT = 600  # of fonts that say how heavy they are; 400 is regular, 700 bold
_BOLD_NAME = re.compile(
    r"bold|black|heavy|semibold|demi(?!-?light)|^(?:[A-Z]{6}\+)?(?:CM|SF)BX", re.IGNORECASE
)

# pdfium's mark for a hyphen at the end of a line; it swallows the line break behind it.
_LINE_END_HYPHEN = "￾"
_TOKEN = re.compile(rf"[^\s\0{_LINE_END_HYPHEN}]+{_LINE_END_HYPHEN}?|{_LINE_END_HYPHEN}")
# Where a raised mark may be glued to a word: "systems3", "systems,3", "3The".
_GLUED_MARK = re.compile(
    r"^[\W\d]*[^\W\d].*?[\d*†‡§¶]|^[\d*†‡§¶]+[^\W\d]"
    r"|(?<=[^\w\s*†‡§¶])[\d*†‡§¶]+$|(?<![\d*†‡§¶])\d*[*†‡§¶][\d*†‡§¶]+$"
)
_MARK = re.compile(r"\d{1,3}|[*†‡§¶]{1,3}")
_MAX_MARKED = 60  # characters; a longer "word" is no word, and searching it for a mark takes seconds

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
# The codes at which Symbol and Wingdings keep their bullets.
_BULLETS = dict.fromkeys(
    (0xF0B7, 0xF0A7, 0xF0A8, 0xF0D8, 0xF076, 0xF0FC, 0xF06E, 0xF071, 0xF0E8, 0xF02D), "•"
)
_UNSEEN = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFD))
_CHANGED = {**_LIGATURES, **_BULLETS, **_UNSEEN}


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands, in points; x grows along the line, y downwards."""

    text: str
    x0: float
    x1: float
    base: float  # y of the line that it stands on
    size: float  # of its type
    bold: bool
    mark: str = ""  # a raised mark glued to it, which is a part of `text`
    bare: str = ""  # `text` without the mark; empty when there is no mark


def tidy(text: str) -> str:
    """The text composed (NFC), without control and unseen characters, ligatures as their letters.

    >>> tidy("e\\u0301ﬁ\\x07")
    'éfi'
    """
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text.translate(_CHANGED))
    return "".join(c for c in text if c == "\xad" or unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Cf"))


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of a piece of drawn text have in common."""

    size: float
    bold: bool
    seen: bool
    turn: int  # degrees counter-clockwise; a slanted text has 1 to 89 more


def read_words(text: pdfium.FPDF_TEXTPAGE, page: pdfium.FS_RECTF) -> Iterator[tuple[Word, Style]]:
    """The words inside the box of a page, in the file's order, as they stand when it is turned to be read.

    A word that is drawn again in the same place comes once.
    """
    styles: dict[int | None, Style] = {}
    places, drawn = _Places(text), _Drawn()
    characters = _characters(text)
    for token in _TOKEN.finditer(characters):
        first, last = token.start(), token.end() - 1
        style = _style_at(text, first, styles)
        if style.size < _MIN_SIZE:
            continue
        for begin, end, (x, y) in places.parts(first, last, style):
            if not (page.left <= x <= page.right and page.bottom <= y <= page.top):
                continue
            word = characters[begin : end + 1].replace(_LINE_END_HYPHEN, "-")
            mark = bare = ""
            if len(word) <= _MAX_MARKED and _GLUED_MARK.search(word):
                word, mark, bare = _with_mark(text, word, begin, styles)
            word = tidy(word)
            if word:
                x0, x1, base = _turned(x, y, places.box(end), style.turn, page)
                placed = Word(word, x0, max(x0, x1), base, style.size, style.bold, mark, bare)
                if not drawn.again(placed):
                    yield placed, style


class _Places:
    """Where the characters of a page stand; each question costs half a microsecond."""

    def __init__(self, text: pdfium.FPDF_TEXTPAGE) -> None:
        self._text = text
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._at_x, self._at_y = ctypes.byref(self._x), ctypes.byref(self._y)
        self._box = pdfium.FS_RECTF()
        self._at_box = ctypes.byref(self._box)

    def origin(self, number: int) -> tuple[float, float]:
        """Where a character begins on its base line."""
        pdfium.FPDFText_GetCharOrigin(self._text, number, self._at_x, self._at_y)
        return self._x.value, self._y.value

    def box(self, number: int) -> pdfium.FS_RECTF:
        """A character with the space that belongs to it; good until the next question."""
        pdfium.FPDFText_GetLooseCharBox(self._text, number, self._at_box)
        return self._box

    def parts(self, first: int, last: int, style: Style) -> Iterator[tuple[int, int, tuple[float, float]]]:
        """The token whole, or where it runs over base lines, which pdfium may overlook, the part on each.

        Each with its first and last character and the origin of its first.
        """
        origin = self.origin(first)
        if first == last or not _drops(origin, self.origin(last), style):
            yield first, last, origin
            return
        begin, previous = first, origin
        for number in range(first + 1, last + 1):
            place = self.origin(number)
            if _drops(previous, place, style):
                yield begin, number - 1, origin
                begin, origin = number, place
            previous = place
        yield begin, last, origin


def _drops(place: tuple[float, float], later: tuple[float, float], style: Style) -> bool:
    """Whether a later character stands on another base line; marks that are raised do not."""
    across = 1 if style.turn % 180 == 0 else 0
    return style.turn % 90 == 0 and abs(later[across] - place[across]) > _OTHER_LINE * style.size


def _characters(text: pdfium.FPDF_TEXTPAGE) -> str:
    """The characters of the page, each at the number that pdfium gives it."""
    count = pdfium.FPDFText_CountChars(text)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text, 0, count, buffer)
    characters = bytes(memoryview(buffer))[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
    if len(characters) == count:
        return characters
    # Characters without a meaning are left out of that text, so each has to be asked for.
    codes = (pdfium.FPDFText_GetUnicode(text, number) for number in range(count))
    return "".join(
        _LINE_END_HYPHEN if code == 2 else chr(code) if code <= 0x10FFFF else "�" for code in codes
    )


def _style_at(text: pdfium.FPDF_TEXTPAGE, number: int, known: dict[int | None, Style]) -> Style:
    drawn = pdfium.FPDFText_GetTextObject(text, number)
    address = ctypes.addressof(drawn.contents) if drawn else None
    if address not in known:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text, number, ctypes.byref(matrix))
        size = pdfium.FPDFText_GetFontSize(text, number) * math.hypot(matrix.c, matrix.d)
        turn = math.degrees(math.atan2(matrix.b, matrix.a))
        quarter = round(turn / 90) * 90
        slant = 0 if abs(turn - quarter) < 3 else 45
        font = pdfium.FPDFTextObj_GetFont(drawn) if address else None
        unseen = address is not None and (
            pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
        )
        bold = bool(font) and _is_bold(_font_name(font), pdfium.FPDFFont_GetWeight(font))
        known[address] = Style(abs(size), bold, not unseen, quarter % 360 + slant)
    return known[address]


def _font_name(font: pdfium.FPDF_FONT) -> str:
    buffer = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace")


@lru_cache(maxsize=256)
def _is_bold(name: str, weight: int) -> bool:
    return weight >= _BOLD_WEIGHT or _BOLD_NAME.search(name) is not None


def _with_mark(
    text: pdfium.FPDF_TEXTPAGE, word: str, first: int, styles: dict[int | None, Style]
) -> tuple[str, str, str]:
    """The word, the raised mark that is glued to it, and the word without it; empty when there is none.

    A mark in front of a word is parted from it: it starts a footnote.
    """
    sizes = [_style_at(text, first + number, styles).size for number in range(len(word))]
    small = "".join("s" if size <= _RAISED_SIZE * max(sizes) else "." for size in sizes)
    run = re.search(r"s+", small)
    if run is None or not _MARK.fullmatch(word, run.start(), run.end()):
        return word, "", ""
    mark = word[run.start() : run.end()]
    if run.start() == 0:
        return f"{mark} {word[run.end() :]}", "", ""
    return word, mark, tidy(word[: run.start()] + word[run.end() :])


def _turned(
    x: float, y: float, last: pdfium.FS_RECTF, turn: int, page: pdfium.FS_RECTF
) -> tuple[float, float, float]:
    """Begin, end and base line of a word on the turned page, from its origin and its last character's box."""
    match turn // 90:
        case 0:
            return x - page.left, last.right - page.left, page.top - y
        case 1:
            return y - page.bottom, last.top - page.bottom, x - page.left
        case 2:
            return page.right - x, page.right - last.left, y - page.bottom
        case _:
            return page.top - y, page.top - last.bottom, page.right - x


class _Drawn:
    """Which words were drawn where."""

    def __init__(self) -> None:
        self._cells: set[tuple[str, int, int]] = set()

    def again(self, word: Word) -> bool:
        """Whether the word was drawn in this place before; from now on it was."""
        # Places this near fall into one cell of at least one of two grids, in each direction.
        x, y = word.x0 / _TWICE_WITHIN / 2, word.base / _TWICE_WITHIN / 2
        cells = {
            (word.text, round(x), round(y)),
            (word.text, round(x), ~int(y)),
            (word.text, ~int(x), round(y)),
            (word.text, ~int(x), ~int(y)),
        }
        known = not self._cells.isdisjoint(cells)
        self._cells |= cells
        return known
