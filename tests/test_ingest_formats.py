"""What a file is: its first bytes decide, and the ending of its name only among texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import HEAD_BYTES, MAX_BYTES, Format, NotAnArticle, format_of

PAGE = b"<!DOCTYPE html><html><body><p>Locks"
ENDING = "is no ending of an article: HTML, PDF, Word, .md and .txt files are read"
OFFICE = "an old or password-protected Office file: save it as .docx without a password"
ARCHIVE = "a web archive: save the page as HTML"


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("a.html", b"words", Format.HTML),
        ("a.HTM", b"", Format.HTML),
        ("a.xhtml", b"<?xml version='1.0'?>", Format.HTML),
        ("a.md", b"# Locks", Format.MARKDOWN),
        ("a.Markdown", b"", Format.MARKDOWN),
        ("a.mdown", b"", Format.MARKDOWN),
        ("a.txt", b"Locks", Format.TEXT),
        ("a.text", b"", Format.TEXT),
        ("a", b"Locks", Format.TEXT),
        ("README", b"", Format.TEXT),
        # What it is goes before what it is called.
        ("a.pdf", b"%PDF-1.7\n", Format.PDF),
        ("a.txt", b"%PDF-1.4", Format.PDF),
        ("a.html", b"%PDF-1.4", Format.PDF),
        ("a.bin", b"junk before it %PDF-1.4", Format.PDF),
        ("a.pdf", b"\0" * 1019 + b"%PDF-", Format.PDF),
        ("a.docx", b"PK\x03\x04", Format.DOCX),
        ("a.txt", b"PK\x03\x04", Format.DOCX),
        ("a.aspx", PAGE, Format.HTML),
        ("a.txt", PAGE, Format.HTML),
        ("a.md", PAGE, Format.HTML),
        ("a", b"  \n<HTML lang='en'>", Format.HTML),
        ("a.php", b"<!-- saved from elsewhere -->\n<!doctype   html>", Format.HTML),
        ("a.php", b"<?xml version='1.0' encoding='utf-8'?>\n<html xmlns='x'>", Format.HTML),
        ("a.php", b"\xef\xbb\xbf<html>", Format.HTML),
        ("a.php", "\ufeff<html><body>".encode("utf-16-le"), Format.HTML),
        ("a.php", "\ufeff<html><body>".encode("utf-16-be"), Format.HTML),
        ("a.txt", b"<body>", Format.HTML),
        # A text that is called a PDF or a Word file was saved as text.
        ("a.pdf", b"Locks and weirs", Format.TEXT),
        ("a.docx", b"Locks and weirs", Format.TEXT),
        # Words that only look like a page's or another file's.
        ("a.txt", b"The <html> element", Format.TEXT),
        ("a.txt", b"<htmlish>", Format.TEXT),
        ("a.txt", b"PK is short for a road", Format.TEXT),
        ("a.txt", b"From: the lock keeper", Format.TEXT),
        ("a.txt", b"GIF is a format", Format.TEXT),
        ("a.txt", b"\0" * 1020 + b"%PDF-", Format.TEXT),
    ],
)
def test_a_file_has_the_format_of_its_content(name: str, head: bytes, format: Format) -> None:
    assert format_of(name, head) is format


@pytest.mark.parametrize(
    ("name", "head", "complaint"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", OFFICE),
        ("a.docx", b"\xd0\xcf\x11\xe0", OFFICE),
        ("a.txt", b"{\\rtf1\\ansi", "rich text: save it as .docx"),
        ("a.txt", b"\x89PNG\r\n", "a picture"),
        ("a.html", b"\xff\xd8\xff\xe0", "a picture"),
        ("a.md", b"GIF89a", "a picture"),
        ("a.mht", b"MIME-Version: 1.0", ARCHIVE),
        ("a.html", b"From: <Saved by a browser>", ARCHIVE),
        ("a.css", b"main {}", f".css {ENDING}"),
        ("a.JSON", b"{}", f".json {ENDING}"),
        ("a.php", b"<?php echo 1;", f".php {ENDING}"),
    ],
)
def test_what_no_reader_takes_says_what_to_do(name: str, head: bytes, complaint: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        format_of(name, head)
    assert str(caught.value) == complaint


@given(
    name=st.sampled_from(["a.txt", "a.html", "a.md", "a.pdf", "a.docx", "a", "a.css", "a.tar.gz", ".md"]),
    head=st.binary(max_size=60) | st.binary(max_size=8).map(lambda tail: b"\xff\xfe" + tail),
)
def test_any_first_bytes_are_of_a_format_or_refused_with_a_reason(name: str, head: bytes) -> None:
    try:
        verdict: object = format_of(name, head)
    except NotAnArticle as error:
        verdict = str(error)
    assert verdict in MAX_BYTES or (isinstance(verdict, str) and verdict)


def test_a_page_is_known_within_the_bytes_that_are_looked_at() -> None:
    """As many comments and spaces as a page may begin with, and no more time than a moment for more."""
    comments = b"<!-- saved -->\n" * 5
    assert format_of("a.php", comments + b"<html>") is Format.HTML
    assert format_of("a.txt", (b"<!--" * HEAD_BYTES)[:HEAD_BYTES]) is Format.TEXT
    assert format_of("a.txt", (b"<!---->" * HEAD_BYTES)[:HEAD_BYTES]) is Format.TEXT
