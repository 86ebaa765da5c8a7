"""Markdown (CommonMark with tables and front matter) -> Draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.dates import to_iso
from ingest.drafts import Block, Draft, Kind, Line
from ingest.readers import text as plain
from ingest.readers.tables import row_text
from search.passages import Found, Metadata

_FRONT_MATTER = "front matter"


def read(text: str) -> Draft:
    """The blocks that the marks name, and the metadata of the front matter.

    A file without a single heading mark or front matter was not written as Markdown, whatever its
    name says: it is read as plain text.
    """
    parsed = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).parse(text)
    metadata = next(
        (_metadata(token.content) for token in parsed if token.type == "front_matter"), Metadata()
    )
    blocks = tuple(_blocks(parsed))
    if metadata == Metadata() and not any(block.kind is Kind.HEADING for block in blocks):
        return plain.read(text)
    return Draft(blocks, metadata)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    depth = 0  # of lists
    header: list[str] = []  # of the table that is open
    row: list[str] = []
    first_of_item = False
    for position, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                first_of_item = True
            case "table_open":
                header = []
            case "tr_open":
                row = []
            case "tr_close":
                if not header:
                    header = row
                elif any(row):
                    yield Block(Kind.ITEM, (_line(token, row_text(header, row), tokens, position),), 1)
            case "inline":
                opener = tokens[position - 1]
                words = _visible(token)
                if opener.type in ("th_open", "td_open"):
                    row.append(words)
                elif not words:
                    continue
                elif opener.type == "heading_open":
                    yield Block(Kind.HEADING, (_line(token, words),), int(opener.tag[1]))
                elif depth and first_of_item:
                    yield Block(Kind.ITEM, (_line(token, words),), depth)
                    first_of_item = False
                else:
                    yield Block(Kind.PARAGRAPH, (_line(token, words),))
            case "fence" | "code_block":
                yield Block(Kind.PARAGRAPH, (_line(token, " ".join(token.content.split())),))


def _line(token: Token, words: str, tokens: Sequence[Token] = (), position: int = 0) -> Line:
    """The words with the token's lines; a closing token has none, so its opener's are looked up."""
    span = token.map or next((t.map for t in reversed(tokens[:position]) if t.map), [0, 1])
    return Line(words, span[0] + 1, max(span[0] + 1, span[1]))


def _visible(inline: Token) -> str:
    """The text that a reader sees: link words without their targets, no images, no HTML tags."""
    seen = {"text": "{}", "code_inline": "{}", "softbreak": " ", "hardbreak": " ", "text_special": "{}"}
    parts = [seen.get(child.type, "").format(child.content) for child in inline.children or ()]
    return " ".join("".join(parts).split())


def _metadata(front_matter: str) -> Metadata:
    """The values of the front matter that Citewell knows; one that is not of its form counts as absent."""
    try:
        values = yaml.safe_load(front_matter)
    except yaml.YAMLError:
        return Metadata()
    if not isinstance(values, dict):
        return Metadata()
    known = {str(key).lower(): value for key, value in values.items()}
    authors = known.get("authors", known.get("author"))
    url = _text(known.get("url"))
    return Metadata(
        title=_found(_text(known.get("title"))),
        publisher=_found(_text(known.get("publisher"))),
        authors=tuple(
            Found(name, _FRONT_MATTER)
            for name in map(_text, authors if isinstance(authors, list) else [authors])
            if name
        ),
        published=_found(_date(known.get("published", known.get("date")))),
        updated=_found(_date(known.get("updated"))),
        url=_found(url if url and url.startswith(("http://", "https://")) else None),
    )


def _found(value: str | None) -> Found | None:
    return Found(value, _FRONT_MATTER) if value else None


def _text(value: Any) -> str | None:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else None


def _date(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else to_iso(value) if isinstance(value, str) else None
