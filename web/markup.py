"""The single place where text becomes HTML."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from flask import Flask
from markupsafe import Markup, escape

from search.answers import Excerpt
from search.passages import Passage


def register(app: Flask) -> None:
    """Gives the templates `marked`, `plain_date` and `anchor`."""
    app.add_template_filter(marked)
    app.add_template_filter(plain_date)
    app.add_template_filter(anchor)


def marked(excerpt: Excerpt, *, answered: bool = True) -> Markup:
    """The excerpt's text, escaped piece by piece: its answer in <mark>, its matched words in <b>.

    Without an answer to the question no sentence is marked, lest it be taken for one.
    """
    answered = answered and excerpt.answer.start < excerpt.answer.end
    borders = {0, len(excerpt.text), excerpt.answer.start, excerpt.answer.end}
    borders.update(border for span in excerpt.highlights for border in (span.start, span.end))
    cuts = sorted(borders)
    parts: list[Markup] = []
    for start, end in pairwise(cuts):
        if answered and start == excerpt.answer.start:
            parts.append(Markup("<mark>"))
        piece = escape(excerpt.text[start:end])
        matched = any(span.start <= start < span.end for span in excerpt.highlights)
        parts.append(Markup("<b>{}</b>").format(piece) if matched else piece)
        if answered and end == excerpt.answer.end:
            parts.append(Markup("</mark>"))
    return Markup("").join(parts)


def plain_date(iso: str) -> str:
    """An ISO date as it is written in a briefing: 11 May 2021."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def anchor(passage: Passage) -> str:
    """The passage's place within its document's page: `p-3`."""
    return passage.id.rpartition("#")[2]
