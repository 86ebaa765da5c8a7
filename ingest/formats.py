"""What a file is. Its content decides; the ending of its name is only asked about texts."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from pathlib import PurePosixPath


class Format(enum.Enum):
    HTML = "HTML"
    MARKDOWN = "Markdown"
    TEXT = "text"
    PDF = "PDF"
    DOCX = "Word"


class NotAnArticle(Exception):
    """Why a file is of no format that is read; `str()` says what to do."""


# Larger files are refused before they are read. Beautiful Soup took 50 times a page's size in memory
# (20 MB flat HTML: 1 GB); the others are what a report of some hundred pages needs, many times over.
MAX_BYTES: Mapping[Format, int] = {
    Format.HTML: 10_000_000,
    Format.MARKDOWN: 20_000_000,
    Format.TEXT: 20_000_000,
    Format.PDF: 50_000_000,
    Format.DOCX: 20_000_000,
}

# Bytes at the start of a file that decide; PDF readers look for the mark in the first 1,024.
HEAD_BYTES = 4096
_PDF_WITHIN = 1024

_HTML_ENDINGS = frozenset([".html", ".htm", ".xhtml"])
_MARKDOWN_ENDINGS = frozenset([".md", ".markdown", ".mdown"])
_TEXT_ENDINGS = frozenset([".txt", ".text", ".pdf", ".docx", ""])

# What a page begins with, after a byte order mark, an XML declaration, comments and white space.
_PAGE = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)

# Other files that turn up beside articles, known by their first bytes, and what to do with each.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file: save it as .docx without a password"),
    (b"{\\rtf", "rich text: save it as .docx"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"MIME-Version:", "a web archive: save the page as HTML"),
    (b"From: <Saved by", "a web archive: save the page as HTML"),
)


def format_of(name: str, head: bytes) -> Format:
    """The format of a file with this name and these first bytes (`HEAD_BYTES` of them, or all).

    Raises NotAnArticle for pictures, archives, programs and other files that no reader takes.

    >>> format_of("report.txt", b"%PDF-1.7"), format_of("page.aspx", b"<!DOCTYPE html><p>Locks")
    (<Format.PDF: 'PDF'>, <Format.HTML: 'HTML'>)
    """
    ending = PurePosixPath(name).suffix.lower()
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return Format.PDF
    if head.startswith(b"PK\x03\x04"):
        return Format.DOCX  # or another archive: its reader looks inside
    for mark, what in _OTHERS:
        if head.startswith(mark):
            raise NotAnArticle(what)
    if ending in _HTML_ENDINGS or _PAGE.match(_start(head)):
        return Format.HTML
    if ending in _MARKDOWN_ENDINGS:
        return Format.MARKDOWN
    if ending in _TEXT_ENDINGS:
        return Format.TEXT
    raise NotAnArticle(f"{ending} is no ending of an article: HTML, PDF, Word, .md and .txt files are read")


def _start(head: bytes) -> str:
    """The first characters, as far as they matter here: those of a page's tags are ASCII."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return head.decode(encoding, "replace")
