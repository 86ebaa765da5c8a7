"""The three designs of the PDF articles; each has what a reader of PDF has to get right."""

from __future__ import annotations

import re

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color, black, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Table,
)

from tests.data.articles.manuscript import Block, Manuscript, runs
from tests.data.articles.printing import Mark, drawn_width, justified, noted, paragraph, set_pages, style

_SERIF, _SERIF_BOLD, _SERIF_ITALIC = "Times-Roman", "Times-Bold", "Times-Italic"
_SANS, _SANS_BOLD, _SANS_ITALIC = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique"
_GREY = Color(0.35, 0.35, 0.35)
_PALE = Color(0.93, 0.94, 0.9)
_BULLETS = ("•", "–")  # of the first level and the second


def two_columns(text: Manuscript, short: str) -> bytes:
    """A journal's page: two narrow columns with torn words, under a title of the full width."""
    size, margin, gap = (482.0, 680.0), 46.0, 18.0
    width = (size[0] - 2 * margin - gap) / 2
    body = justified("body", _SERIF, 10.5, 13.2, firstLineIndent=10)
    first = justified("first", _SERIF, 10.5, 13.2)
    looks = {
        "title": style("title", _SERIF_BOLD, 20, 23, spaceAfter=8),
        "date": style("date", _SANS, 8, 11, spaceAfter=8, textColor=_GREY),
        "standfirst": style("standfirst", _SERIF_ITALIC, 11.5, 15),
        "heading1": style("heading", _SERIF_BOLD, 12, 14, spaceBefore=10, spaceAfter=3),
        "item1": justified("item", _SERIF, 10.5, 13.2, leftIndent=12, spaceAfter=3),
    }

    def around(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(_SANS, 8)
        canvas.drawCentredString(size[0] / 2, size[1] - 32, short)
        canvas.drawString(margin, 28, "Citewell")
        canvas.drawRightString(size[0] - margin, 28, str(document.page))

    def column(number: int, top: float) -> Frame:
        left = margin + number * (width + gap)
        return Frame(left, 46, width, top - 46, 0, 0, 0, 0)

    top, under = size[1] - 50, size[1] - 200
    head = Frame(margin, under, size[0] - 2 * margin, top - under, 0, 0, 0, 0)
    templates = [
        PageTemplate("first", [head, column(0, under), column(1, under)], onPage=around),
        PageTemplate("later", [column(0, top), column(1, top)], onPage=around),
    ]
    story: list[Flowable] = [NextPageTemplate("later"), paragraph(text.title, looks["title"])]
    before = ""
    for block in text.blocks:
        if before == "standfirst":
            story.append(FrameBreak())
        if block.kind == "paragraph":
            story.append(paragraph(block.text, body if before == "paragraph" else first))
        else:
            story.extend(_plain(block, looks))
        before = block.kind
    return set_pages(text.title, size, templates, story)


def with_footnotes(text: Manuscript, short: str) -> bytes:
    """A book's page: one column, notes at its foot, and another header on the left than on the right."""
    size, margin, width = (441.0, 641.0), 60.0, 321.0
    note_room = 62.0  # kept free above the lower margin of every page for its notes
    note = style("note", _SERIF, 7.5, 9)
    looks = {
        "title": style("title", _SERIF_BOLD, 18, 21, spaceAfter=6),
        "date": style("date", _SERIF_ITALIC, 10, 13, spaceAfter=12),
        "heading1": style("heading", _SERIF_BOLD, 12.5, 15, spaceBefore=12, spaceAfter=4),
        "paragraph": justified("body", _SERIF, 10.5, 13.5, spaceBefore=4, spaceAfter=4),
        "item1": style("item", _SERIF, 10.5, 13.5, leftIndent=14, bulletIndent=3, spaceAfter=2),
        "item2": style("subitem", _SERIF, 10.5, 13.5, leftIndent=30, bulletIndent=18, spaceAfter=2),
        "caption": style("caption", _SERIF_ITALIC, 9, 11, spaceBefore=8, spaceAfter=4, keepWithNext=1),
        "cell": style("cell", _SERIF, 8.5, 10.5),
        "label": style("label", _SERIF_BOLD, 8.5, 10.5),
    }

    def around(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(_SERIF_ITALIC, 9)
        if document.page % 2:
            canvas.drawString(margin, size[1] - 36, short)
            canvas.drawRightString(margin + width, size[1] - 36, str(document.page))
        else:
            canvas.drawString(margin, size[1] - 36, str(document.page))
            canvas.drawRightString(
                margin + width, size[1] - 36, "Citewell: health and care policy, explained"
            )

    def foot(canvas: Canvas, document: BaseDocTemplate) -> None:
        notes = [paragraph(f"[^{n}] {text.notes[n - 1]}", note) for n in noted(canvas)]
        heights = [each.wrap(width, note_room)[1] + 2 for each in notes]
        if sum(heights) > note_room - 8:
            raise ValueError(f"the notes of page {document.page} do not fit: {noted(canvas)}")
        y = 40 + sum(heights)
        if notes:
            canvas.setLineWidth(0.4)
            canvas.line(margin, y + 3, margin + 70, y + 3)
        for each, height in zip(notes, heights, strict=True):
            y -= height
            each.drawOn(canvas, margin, y)

    frame = Frame(margin, 40 + note_room, width, size[1] - 50 - 40 - note_room, 0, 0, 0, 0)
    story: list[Flowable] = [paragraph(text.title, looks["title"])]
    for block in text.blocks:
        if block.kind == "table":
            cells = _cells(block, looks["label"], looks["cell"])
            ruled = Table(cells, [84, 72, 90, 75], repeatRows=1, spaceAfter=10)
            ruled.setStyle(
                [
                    ("GRID", (0, 0), (-1, -1), 0.5, black),
                    ("BACKGROUND", (0, 0), (-1, 0), _PALE),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("TOPPADDING", (0, 0), (-1, -1), 2),
                ]
            )
            story.append(ruled)
            continue
        marks = [Mark(int(run.text)) for run in runs(block.text) if run.kind == "mark"]
        # A paragraph that has notes stays whole, so that they are on its page.
        printed = _plain(block, looks)
        story.extend([KeepTogether([*printed, *marks])] if marks else printed)
    return set_pages(text.title, size, [PageTemplate("page", [frame], onPage=around, onPageEnd=foot)], story)


def report(text: Manuscript, short: str) -> bytes:
    """An office's paper: headings of two levels by their type, a figure, a box, and "Page 2 of 4"."""
    total = 0
    while True:  # the number of pages is printed on each, and is known once they are set
        printed, pages = _report(text, short, total)
        if pages == total:
            return printed
        total = pages


def _report(text: Manuscript, short: str, total: int) -> tuple[bytes, int]:
    size, margin = (499.0, 709.0), 64.0
    width = size[0] - 2 * margin
    pages = 0
    looks = {
        "title": style("title", _SANS_BOLD, 20, 24, spaceAfter=8),
        "date": style("date", _SANS, 9, 12, spaceAfter=14, textColor=_GREY),
        "heading1": style("heading", _SANS_BOLD, 13, 16, spaceBefore=14, spaceAfter=4),
        "heading2": style("under", _SANS_BOLD, 10.5, 13, spaceBefore=9, spaceAfter=3),
        "paragraph": justified("body", _SERIF, 10.7, 14, spaceBefore=4, spaceAfter=5),
        "item1": justified("item", _SERIF, 10.7, 14, leftIndent=16, bulletIndent=4, spaceAfter=2),
        "caption": style("caption", _SANS_ITALIC, 9, 11, spaceBefore=8, spaceAfter=4, keepWithNext=1),
        "under": style("figure", _SANS_ITALIC, 9, 11, spaceBefore=4, spaceAfter=10, alignment=TA_CENTER),
        "boxhead": style("boxhead", _SANS_BOLD, 9.5, 12, spaceAfter=3),
        "box": style("box", _SANS, 9.5, 12.5),
        "cell": style("cell", _SANS, 9, 12),
        "label": style("label", _SANS_BOLD, 9, 12),
    }

    def around(canvas: Canvas, document: BaseDocTemplate) -> None:
        nonlocal pages
        pages = document.page
        canvas.setFont(_SANS, 8)
        if document.page > 1:
            canvas.drawString(margin, size[1] - 36, short)
            canvas.drawRightString(size[0] - margin, size[1] - 36, "Citewell")
        canvas.drawCentredString(size[0] / 2, 32, f"Page {document.page} of {total}")

    frame = Frame(margin, 54, width, size[1] - 54 - 54, 0, 0, 0, 0)
    story: list[Flowable] = [paragraph(text.title, looks["title"])]
    for block in text.blocks:
        if block.kind == "table":
            story.append(
                Table(_cells(block, looks["label"], looks["cell"]), [130, width - 130], spaceAfter=8)
            )
        elif block.kind == "figure":
            caption = paragraph(block.text, looks["under"])
            story.append(KeepTogether([_levels(width), caption]))
        elif block.kind == "box":
            head, said = re.split(r"\n+", block.text, maxsplit=1)
            inside = [[paragraph(head, looks["boxhead"]), paragraph(said, looks["box"])]]
            box = Table([inside], [width - 24], spaceBefore=6, spaceAfter=10)
            edge = [("BOX", (0, 0), (-1, -1), 0.8, black), ("BACKGROUND", (0, 0), (-1, -1), _PALE)]
            box.setStyle(
                edge + [(f"{side}PADDING", (0, 0), (-1, -1), 8) for side in ("LEFT", "TOP", "BOTTOM")]
            )
            story.append(box)
        else:
            story.extend(_plain(block, looks))
    template = PageTemplate("page", [frame], onPage=around)
    return set_pages(text.title, size, [template], story), pages


def _plain(block: Block, looks: dict[str, ParagraphStyle]) -> list[Flowable]:
    """A block that is one paragraph; a heading with the demand that it has room for text below it."""
    if block.kind == "heading":
        look = looks[f"heading{block.level}"]
        return [CondPageBreak(4 * look.leading), paragraph(block.text, look)]
    if block.kind == "item":
        return [paragraph(block.text, looks[f"item{block.level}"], _BULLETS[block.level - 1])]
    return [paragraph(block.text, looks[block.kind])]


def _cells(block: Block, label: ParagraphStyle, cell: ParagraphStyle) -> list[list[Flowable]]:
    return [[paragraph(text, cell if n else label) for text in row] for n, row in enumerate(block.rows)]


def _levels(width: float) -> Drawing:
    """Three boxes, each inside the one before, with a label at the top of each."""
    drawing = Drawing(width, 118)
    labels = (
        ("System", "1 million to 3 million"),
        ("Place", "250,000 to 500,000"),
        ("Neighbourhood", "30,000 to 50,000"),
    )
    for n, (name, people) in enumerate(labels):
        left, height = 30 + 22 * n, 108 - 34 * n
        inner = width - 2 * left
        drawing.add(
            Rect(left, 5 + 4 * n, inner, height, fillColor=white if n % 2 else _PALE, strokeWidth=0.7)
        )
        y = 5 + 4 * n + height - 17
        drawing.add(String(left + 8, y, name, fontName=_SANS_BOLD, fontSize=9))
        right = left + inner - 8 - drawn_width(people, _SANS, 9)
        drawing.add(String(right, y, people, fontName=_SANS, fontSize=9))
    return drawing
