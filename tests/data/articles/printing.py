"""What the PDF articles have in common: text with hyphens and notes, and bytes that never differ."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFInfo, PDFString
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, PageTemplate, Paragraph

from tests.data.articles.manuscript import runs

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
# The words that may be torn, each with its hyphens; a list needs no dictionary to be installed.
_HYPHENATED = {
    word.replace("-", ""): word.replace("-", SOFT_HYPHEN)
    for word in (Path(__file__).parent / "hyphens.txt").read_text(encoding="utf-8").split()
}

OnPage = Callable[[Canvas, int], None]  # draws what stands around the text of a page, by its number


class _Info(PDFInfo):
    """The title and nothing else: reportlab's own would name an author and a day."""

    def format(self, document: object) -> bytes:
        return PDFDictionary({"Title": PDFString(self.title)}).format(document)


class _Canvas(Canvas):
    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self._doc.info = _Info()


class Mark(Flowable):
    """Takes no room, and leaves on its page that the footnote of this number belongs there."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        noted(self.canv).append(self.number)


def noted(canvas: Canvas) -> list[int]:
    """The numbers of the footnotes on the page that the canvas is at, kept on the canvas itself."""
    page = canvas.__dict__.setdefault("_noted", {})
    return page.setdefault(canvas.getPageNumber(), [])


def style(name: str, font: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=leading, allowWidows=0, allowOrphans=0, **more
    )


def justified(name: str, font: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    """The style of text that fills its lines and may be torn at the hyphens of `hyphens.txt`."""
    return style(name, font, size, leading, alignment=TA_JUSTIFY, embeddedHyphenation=1, **more)


def paragraph(text: str, look: ParagraphStyle, bullet: str | None = None) -> Paragraph:
    marked = []
    for run in runs(text):
        words = escape(hyphenated(run.text) if look.embeddedHyphenation else run.text)
        if run.kind == "emphasis":
            words = f"<i>{words}</i>"
        elif run.kind == "mark":
            words = f'<super size="{0.65 * look.fontSize:.1f}">{words}</super>'
        marked.append(words)
    return Paragraph("".join(marked), look, bulletText=bullet)


def hyphenated(text: str) -> str:
    """The text with a soft hyphen wherever one of its words may be torn."""

    def torn(match: re.Match[str]) -> str:
        places = _HYPHENATED.get(match[0].lower(), match[0])
        letters = iter(match[0])
        return "".join(sign if sign == SOFT_HYPHEN else next(letters) for sign in places)

    return re.sub(r"[A-Za-z]+", torn, text)


def drawn_width(text: str, font: str, size: float) -> float:
    return float(stringWidth(text, font, size))


def set_pages(
    title: str, size: tuple[float, float], templates: list[PageTemplate], story: list[Flowable]
) -> bytes:
    """The file, uncompressed: the same bytes whatever library the machine packs with."""
    file = io.BytesIO()
    document = BaseDocTemplate(
        file,
        title=title,
        pagesize=size,
        pageTemplates=templates,
        pageCompression=0,
        invariant=1,
        lang="en-GB",
    )
    document.build(story, canvasmaker=_Canvas)
    return file.getvalue()
