"""Whether a parser has kept the text of a page: its letters against those between the page's tags."""

from __future__ import annotations

import re

# Parsers lost from a tenth of a page to all that followed a certain depth. Of 301 saved pages none keeps
# less than two thirds.
MIN_COVERAGE = 0.6

# Elements whose content is no text of the page.
_SILENT = ("script", "style", "template", "svg", "math", "select", "noscript")
_LONGEST_NAME = 12  # of an element that matters here, with its slash and the sign behind it
_NAME = re.compile(r"(?s)(/?\w*).*")
_ENTITY = re.compile(r"&#?\w+;")
_LETTER = re.compile(r"[^\W_]")


def covers(text: str, markup: str) -> bool:
    """Whether `text`, which a parser made of `markup`, has most of the letters that stand there.

    >>> covers("Rye is dark", "<p>Rye is <b>dark</b>"), covers("Rye", "<p>Rye <i>is dark and needs time")
    (True, False)
    """
    return letters(text) >= MIN_COVERAGE * letters(_between_tags(markup))


def letters(text: str) -> int:
    """How many letters and digits a text has."""
    return len(_LETTER.findall(text))


def _between_tags(markup: str) -> str:
    """What stands outside tags, comments, scripts and styles; crude, but in one pass whatever comes."""
    parts: list[str] = []
    silent = ""  # the element whose content is no text, while it is open
    first, *pieces = _without_comments(markup).split("<")
    for piece in pieces:
        name = _NAME.sub(r"\1", piece[:_LONGEST_NAME]).lower()
        if silent:
            if name == f"/{silent}":
                silent = ""
            continue
        if name in _SILENT:
            silent = name
        elif not piece.startswith("!"):
            parts.append(piece.partition(">")[2])
    return _ENTITY.sub("", "".join([first, *parts]))


def _without_comments(markup: str) -> str:
    parts: list[str] = []
    end = 0
    while (start := markup.find("<!--", end)) >= 0 and (close := markup.find("-->", start)) >= 0:
        parts.append(markup[end:start])
        end = close + len("-->")
    return "".join([*parts, markup[end:]])
