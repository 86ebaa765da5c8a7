"""Document -> Passages, cut on section, paragraph and sentence borders; each a slice of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ingest.sentences import sentence_spans
from search.passages import Document, Passage, Section, Span

# A shorter paragraph goes with the next one; a longer one is cut. Over the shared questions success@1
# and answer@1 are .600 and .537; .588 and .512 with at most 150 words, .575 and .512 with 80 and 250.
MIN_WORDS = 40
MAX_WORDS = 200

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\n))*")
_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"\s*- ")


def split(document: Document) -> tuple[Passage, ...]:
    """The passages of a document, in order; empty for a document without text.

    A passage never crosses a section border, and a list stays with its lead-in as far as `MAX_WORDS`
    allows. No word of a section is in two passages or in none.
    """
    passages: list[Passage] = []
    for section in document.sections:
        for span in _cut(document.text, section):
            passages.append(_passage(document, section, span, len(passages) + 1))
    return tuple(passages)


def _passage(document: Document, section: Section, span: Span, number: int) -> Passage:
    text = span.of(document.text)
    first, last = document.place(span.start, span.end) or (None, None)
    return Passage(
        id=f"{document.id}#p-{number}",
        document_id=document.id,
        text=text,
        start=span.start,
        end=span.end,
        heading_path=section.path,
        sentences=tuple(sentences(text)),
        first=first,
        last=last,
    )


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a text in our layout: a list item starts a new one, its bullet is not part of it."""
    for line in _LINE.finditer(text):
        bullet = _BULLET.match(line[0])
        skipped = line.start() + (bullet.end() if bullet else 0)
        for span in sentence_spans(text[skipped : line.end()]):
            yield Span(skipped + span.start, skipped + span.end)


def _cut(text: str, section: Section) -> Iterator[Span]:
    """Spans of at most `MAX_WORDS` words, or of one longer sentence; paragraphs stay whole if they fit.

    A paragraph shorter than `MIN_WORDS` goes with the next one.
    """
    open_span: Span | None = None
    for piece in _pieces(text, section):
        if open_span is None:
            open_span = piece
        elif (
            _words(text, open_span) < MIN_WORDS
            and _words(text, Span(open_span.start, piece.end)) <= MAX_WORDS
        ):
            open_span = Span(open_span.start, piece.end)
        else:
            yield open_span
            open_span = piece
    if open_span:
        yield open_span


def _pieces(text: str, section: Section) -> Iterator[Span]:
    """The section's paragraphs, each cut at sentence borders into parts that are not too long."""
    for paragraph in _PARAGRAPH.finditer(text, section.start, section.end):
        whole = Span(paragraph.start(), paragraph.start() + len(paragraph[0].rstrip()))
        yield from [whole] if _words(text, whole) <= MAX_WORDS else _parts(text, whole)


def _parts(text: str, paragraph: Span) -> Iterator[Span]:
    """The paragraph in parts of even length, cut before a sentence, with a list item's bullet kept."""
    starts = [paragraph.start + span.start for span in sentences(paragraph.of(text))]
    starts = [_with_bullet(text, start, paragraph.start) for start in starts]
    count = -(-_words(text, paragraph) // MAX_WORDS)
    share = _words(text, paragraph) / count
    begin = paragraph.start
    for start, end in pairwise([*starts[1:], paragraph.end]):
        if _words(text, Span(begin, start)) >= share or _words(text, Span(begin, end)) > MAX_WORDS:
            yield _trim(text, Span(begin, start))
            begin = start
    yield Span(begin, paragraph.end)


def _with_bullet(text: str, start: int, floor: int) -> int:
    """Where the line of a list item starts, when a sentence is its first; else the sentence's own start."""
    line = text.rfind("\n", floor, start) + 1 or floor
    return line if _BULLET.fullmatch(text, line, start) else start


def _trim(text: str, span: Span) -> Span:
    return Span(span.start, span.start + len(span.of(text).rstrip()))


def _words(text: str, span: Span) -> int:
    return len(span.of(text).split())
