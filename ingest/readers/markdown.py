"""Markdown (CommonMark with tables and front matter) -> Draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.drafts import NO_METADATA, Block, Draft, Kind, Line
from ingest.readers import text as plain
from ingest.readers.tables import row_text
from ingest.supplied import read_front_matter

# Beyond it markdown-it drops text without a word; its own limit is 20. Deeper files exceed Python's stack
# first, which is an error and seen.
_MOST_NESTED = 100_000


def read(text: str) -> Draft:
    """The blocks that the marks name, and the metadata of the front matter.

    A file without a single heading mark or front matter was not written as Markdown, whatever its
    name says: it is read as plain text.
    """
    parsed = (
        MarkdownIt("commonmark", {"maxNesting": _MOST_NESTED})
        .enable("table")
        .use(front_matter_plugin)
        .parse(text)
    )
    metadata = next(
        (read_front_matter(token.content) for token in parsed if token.type == "front_matter"), NO_METADATA
    )
    blocks = tuple(_blocks(parsed))
    if metadata == NO_METADATA and not any(block.kind is Kind.HEADING for block in blocks):
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
