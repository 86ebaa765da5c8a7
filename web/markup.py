"""The single place where text becomes HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from flask import Flask
from markupsafe import Markup, escape

from search.answers import Excerpt
from search.passages import Passage, Span
from search.wording import SOURCES, beside, corrected, feature_in_words
from web.rewriting import spelled_out, without_quotation_marks

# The first line of a list item, after blank lines that stand above it; two spaces a level.
_ITEM = re.compile(r"\n*(?P<indent> *)- ")
# One line break parts lines; further ones are blank lines, which stay with the line below them.
_LINE_BREAK = re.compile(r"(?<!\n)\n")


def register(app: Flask) -> None:
    """Gives the templates what they need to say in words and in HTML."""
    for words in (marked, quoted, plain_date, years, anchor):
        app.add_template_filter(words)
    for plain in (feature_in_words, corrected, beside, spelled_out, without_quotation_marks):
        app.add_template_filter(plain)
    app.jinja_env.globals["sources"] = SOURCES


def marked(excerpt: Excerpt, *, answered: bool = True) -> Markup:
    """The excerpt's text, escaped piece by piece: its answer in <mark>, its matched words in <b>.

    Without an answer to the question no sentence is marked, lest it be taken for one. In a list each line
    has a <mark> of its own.
    """
    answer = excerpt.answer if answered else Span(0, 0)
    return _laid_out(excerpt.text, lambda line: _marked(excerpt, line, answer))


def quoted(excerpt: Excerpt) -> Markup:
    """The answer alone, escaped."""
    text = excerpt.quotation
    return _laid_out(text, lambda line: escape(line.of(text)))


def _marked(excerpt: Excerpt, line: Span, answer: Span) -> Markup:
    start, end = max(line.start, answer.start), min(line.end, answer.end)
    borders = {line.start, line.end, *((start, end) if start < end else ())}
    borders.update(
        border
        for span in excerpt.highlights
        for border in (span.start, span.end)
        if line.start < border < line.end
    )
    parts: list[Markup] = []
    for one, other in pairwise(sorted(borders)):
        if start < end and one == start:
            parts.append(Markup("<mark>"))
        piece = escape(excerpt.text[one:other])
        matched = any(span.start <= one < span.end for span in excerpt.highlights)
        parts.append(Markup("<b>{}</b>").format(piece) if matched else piece)
        if start < end and other == end:
            parts.append(Markup("</mark>"))
    return Markup("").join(parts)


def _laid_out(text: str, render: Callable[[Span], Markup]) -> Markup:
    """The text with each list in it as a list; every character stays, so that what is copied is verbatim."""
    lines = list(_lines(text))
    if not any(_ITEM.match(line.of(text)) for line in lines[1:]):
        return render(Span(0, len(text)))
    parts: list[Markup] = []
    indents: list[int] = []  # of the items that are open, the outermost first
    for line in lines:
        item = _ITEM.match(line.of(text))
        indent = len(item["indent"]) if item else -1
        if line.start:
            parts.append(Markup("\n"))  # between elements: there in what is read, not in what is shown
        while indents and indents[-1] > indent:
            indents.pop()
            parts.append(Markup("</li></ul>"))
        if not item:
            parts.append(Markup('<div class="line">{}</div>').format(render(line)))
            continue
        if indents and indents[-1] == indent:
            parts.append(Markup("</li>"))
        else:
            indents.append(indent)
            # A list without bullets of its own is none to some screen readers unless it says so.
            parts.append(Markup('<ul role="list">'))
        hanging = "" if text[line.start] == "\n" else " hanging"  # would indent the blank line in its place
        parts.append(Markup('<li><span class="line{}">{}</span>').format(hanging, render(line)))
    parts.append(Markup("</li></ul>") * len(indents))
    return Markup('<div class="listed">{}</div>').format(Markup("").join(parts))


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for match in _LINE_BREAK.finditer(text):
        yield Span(start, match.start())
        start = match.end()
    yield Span(start, len(text))


def plain_date(iso: str) -> str:
    """An ISO date as it is written in a briefing: 11 May 2021."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def years(first: str | None, last: str | None) -> str:
    """The years from one ISO date to another: "2019 to 2021", "2019", "undated"."""
    between = dict.fromkeys(day[:4] for day in (first, last) if day)
    return " to ".join(between) or "undated"


def anchor(passage: Passage) -> str:
    """The passage's place within its document's page: `p-3`."""
    return passage.id.rpartition("#")[2]
