"""A page of an open PDF -> its words by the direction in which they run."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from ingest.readers.pdf.dots import drawn_bullets
from ingest.readers.pdf.words import Word, read_words


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page by the direction they run in, most words first."""

    number: int  # from 1
    width: float  # along the lines of the first direction; 0 for a page that cannot be loaded
    height: float
    directions: tuple[tuple[Word, ...], ...]  # empty for a page without text
    drawn: bool  # whether there is anything on it, text or not


def read_page(document: pdfium.FPDF_DOCUMENT, number: int) -> Page:
    """The page of an open document; one that cannot be loaded counts as drawn and has no words."""
    handle = pdfium.FPDF_LoadPage(document, number - 1)
    text = pdfium.FPDFText_LoadPage(handle) if handle else None
    try:
        return _page(handle, text, number) if text else Page(number, 0.0, 0.0, (), drawn=True)
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)
        if handle:
            pdfium.FPDF_ClosePage(handle)


def _page(handle: pdfium.FPDF_PAGE, text: pdfium.FPDF_TEXTPAGE, number: int) -> Page:
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(handle, ctypes.byref(box))
    words = list(read_words(text, box))
    if sum(style.seen for _, style in words) * 2 >= len(words):
        # Else it is the text of a scan, which lies unseen over its image.
        words = [(word, style) for word, style in words if style.seen]
    turns = [turn for turn, _ in Counter(style.turn for _, style in words).most_common()]
    directions = [tuple(word for word, style in words if style.turn == turn) for turn in turns]
    if turns and turns[0] == 0:
        directions[0] += drawn_bullets(handle, directions[0], box)
    sides = abs(box.right - box.left), abs(box.top - box.bottom)
    width, height = sides[::-1] if turns and turns[0] % 180 else sides
    return Page(number, width, height, tuple(directions), drawn=pdfium.FPDFPage_CountObjects(handle) > 0)
