"""Small PDFs for tests: words put on sheets at places that a test can see."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842  # A4
LEFT, RIGHT = 72, 523
BOLD, PLAIN = "Helvetica-Bold", "Helvetica"
UNICODE = "Vera"  # comes with reportlab; knows characters that the fonts of every PDF viewer do not
registerFont(TTFont(UNICODE, "Vera.ttf"))


@dataclass(frozen=True)
class Put:
    """A text drawn at a place: x from the left, y from the top to its base line, both in points."""

    text: str
    x: float
    y: float
    size: float = 10
    font: str = PLAIN
    mode: int = 0  # 3 is invisible
    spaced: float = 0  # points between letters
    word_space: float = 0  # points more between words
    turn: float = 0  # degrees counter-clockwise


@dataclass
class Sheet:
    """One page, written from the top down at a cursor."""

    left: float = LEFT
    right: float = RIGHT
    y: float = 90
    size: float = 10
    puts: list[Put] = field(default_factory=list)
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)

    def put(self, text: str, x: float, y: float, size: float = 10, font: str = PLAIN, **how: float) -> Sheet:
        """Puts a text at a place of its own; the cursor stays."""
        self.puts.append(Put(text, x, y, size, font, **how))  # type: ignore[arg-type]  # passed on as they came
        return self

    def line(self, text: str, *, indent: float = 0, size: float | None = None, font: str = PLAIN) -> Sheet:
        size = size or self.size
        self.puts.append(Put(text, self.left + indent, self.y, size, font))
        self.y += 1.2 * size
        return self

    def heading(self, text: str, size: float = 14, font: str = BOLD) -> Sheet:
        self.gap(0.6 * size)
        self.line(text, size=size, font=font)
        return self.gap(0.4 * size)

    def paragraph(
        self, text: str, *, indent: float = 0, first: float = 0, size: float | None = None, font: str = PLAIN
    ) -> Sheet:
        """A paragraph wrapped to the column; `first` is the indent of its first line."""
        size = size or self.size
        for number, row in enumerate(wrap(text, self.right - self.left - indent - max(first, 0), size, font)):
            self.line(row, indent=indent + (first if number == 0 else 0), size=size, font=font)
        return self

    def gap(self, points: float = 8) -> Sheet:
        self.y += points
        return self

    def item(self, text: str, bullet: str = "•", *, indent: float = 12, font: str = PLAIN) -> Sheet:
        """An item of a list, its wrapped lines hanging behind the bullet."""
        self.puts.append(Put(bullet, self.left + indent, self.y, self.size, font))
        return self.paragraph(text, indent=indent + 14)

    def dot(self, indent: float = 0) -> Sheet:
        """A bullet drawn as a shape before the next line."""
        self.dots.append((self.left + indent, self.y - 3))
        return self

    def picture(self, x: float, y: float, width: float, height: float) -> Sheet:
        self.pictures.append((x, y, width, height))
        return self


def wrap(text: str, width: float, size: float = 10, font: str = PLAIN) -> list[str]:
    """The text as lines of at most this width, broken at spaces as word processors do."""
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and stringWidth(longer, font, size) > width:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def pdf(
    *sheets: Sheet | Iterable[Put],
    rotate: int = 0,
    title: str | None = None,
    author: str | None = None,
    password: str | None = None,
    box: Sequence[float] | None = None,
) -> bytes:
    """The sheets as a PDF; `rotate` turns every page as viewers show it, `box` crops it."""
    out = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    # reportlab exchanges the sides of a page that it turns; exchanged before, they stay.
    size = (HEIGHT, WIDTH) if rotate in (90, 270) else (WIDTH, HEIGHT)
    canvas = Canvas(out, pagesize=size, encrypt=lock, invariant=True)
    canvas.setTitle(title or "")
    canvas.setAuthor(author or "")
    if box:
        canvas.setCropBox(box)
    for sheet in sheets:
        if rotate:
            canvas.setPageRotation(rotate)
        if isinstance(sheet, Sheet):
            for x, y, width, height in sheet.pictures:
                canvas.rect(x, HEIGHT - y - height, width, height, fill=1)
            for x, y in sheet.dots:
                canvas.circle(x, HEIGHT - y, 1.5, fill=1)
        for put in sheet.puts if isinstance(sheet, Sheet) else sheet:
            _draw(canvas, put)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, put: Put) -> None:
    canvas.saveState()
    canvas.translate(put.x, HEIGHT - put.y)
    canvas.rotate(put.turn)
    text = canvas.beginText(0, 0)
    text.setFont(put.font, put.size)
    text.setTextRenderMode(put.mode)
    text.setCharSpace(put.spaced)
    text.setWordSpace(put.word_space)
    text.textOut(put.text)
    canvas.drawText(text)
    canvas.restoreState()


def raw(pages: str, count: int = 0, extra: str = "") -> bytes:
    """A PDF written by hand: the entries of its page tree's root, and further objects from number 3 on."""
    body = f"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Count {count} {pages} >> endobj
{extra}
"""
    return f"{body}trailer << /Root 1 0 R /Size 9 >>\nstartxref\n0\n%%EOF\n".encode("latin-1")
