"""Bullets that a PDF draws as small shapes instead of writing them, as web browsers do when they print."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice

import pypdfium2.raw as pdfium

from ingest.readers.pdf.words import Word

# A page with more shapes is a drawing or a chart, whose dots are no bullets.
_MAX_SHAPES = 3_000
_MAX_DOTS = 200

# Of a bullet, in sizes of the type behind it: its height, how far it may be from the word, and where
# its middle is above the base line. Browsers draw it 0.35 high, 0.4 to 0.6 before the word, at 0.3.
_HEIGHTS = (0.1, 0.6)
_NEAR = 2.5
_MIDDLES = (0.1, 0.6)
_SQUARE = 1.4  # its longer side over its shorter one at most


def drawn_bullets(page: pdfium.FPDF_PAGE, words: Sequence[Word], box: pdfium.FS_RECTF) -> tuple[Word, ...]:
    """A word "•" for every small shape that stands right before the first word of a line."""
    dots = list(islice(_dots(page), _MAX_DOTS + 1))
    if len(dots) > _MAX_DOTS:
        return ()
    found = (
        _bullet(words, left - box.left, right - box.left, box.top - y, high) for left, right, y, high in dots
    )
    return tuple(bullet for bullet in found if bullet is not None)


def _dots(page: pdfium.FPDF_PAGE) -> Iterator[tuple[float, float, float, float]]:
    """The left, right, middle and height of the shapes that are as high as wide, and small."""
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MAX_SHAPES:
        return
    sides = [ctypes.c_float() for _ in range(4)]
    at = [ctypes.byref(side) for side in sides]
    for number in range(count):
        shape = pdfium.FPDFPage_GetObject(page, number)
        if pdfium.FPDFPageObj_GetType(shape) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if not pdfium.FPDFPageObj_GetBounds(shape, *at):
            continue
        left, bottom, right, top = (side.value for side in sides)
        short, long = sorted((right - left, top - bottom))
        if 0 < long <= _SQUARE * short:
            yield left, right, (top + bottom) / 2, top - bottom


def _bullet(words: Sequence[Word], left: float, right: float, middle: float, high: float) -> Word | None:
    """The shape as a bullet before the nearest word to its right; None where it is none."""
    beside = [word for word in words if _MIDDLES[0] < (word.base - middle) / word.size < _MIDDLES[1]]
    after = min((word for word in beside if word.x0 >= right), key=lambda word: word.x0, default=None)
    if after is None or after.x0 - right > _NEAR * after.size:
        return None
    if not _HEIGHTS[0] * after.size <= high <= _HEIGHTS[1] * after.size:
        return None
    if any(left - _NEAR * after.size < word.x1 <= after.x0 for word in beside if word is not after):
        return None
    return Word("•", left, right, after.base, after.size, bold=False)
