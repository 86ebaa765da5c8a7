"""Plain text, as people save and scrape it -> Draft.

The layout alone decides here: blank lines part blocks, bullets start items, `#` marks a heading.
Whether a bare line is a heading or furniture is for cleaning to say.
"""

from __future__ import annotations

import re

from ingest.drafts import Block, Draft, Kind, Line

_BULLET = re.compile(r"(\s*)(?:[-*•◦‣▪·–]|\d{1,2}[.)])\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_RULE = re.compile(r"\s*(?:[-=_*]\s*){3,}")

_ASTERISK = re.compile(r"\w\*(?!\*)")
_NOTE_DISTANCE = 5  # blocks between an asterisk and its note, which stands under the box or table

# A line this long was not wrapped by hand, so one that ends its sentence ends its paragraph.
_WRAPPED_CHARS = 120
_SENTENCE_END = re.compile(r"[.?!…>]['\"’”)\]]*$")


def read(text: str) -> Draft:
    """The blocks of a plain text: headings only where `#` marks them, the rest to be recognised."""
    blocks: list[Block] = []
    open_block: Block | None = None
    indents: list[int] = []  # of the lists that are open, outermost first

    def close() -> None:
        nonlocal open_block
        if open_block:
            blocks.append(open_block)
        open_block = None

    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        begin, start = start, start + len(raw) + 1
        stripped = raw.strip()
        if not stripped or _RULE.fullmatch(raw):
            close()
            continue
        bullet, hashes = _BULLET.match(raw), _HASHES.match(stripped)
        mark = bullet.end() if bullet else len(raw) - len(raw.lstrip()) + (hashes.end() if hashes else 0)
        words = raw[mark:].rstrip()
        line = Line(words, number, number, begin + mark, begin + mark + len(words))
        if hashes:
            close()
            blocks.append(Block(Kind.HEADING, (line,), level=len(hashes[1])))
        elif bullet:
            close()
            previous_is_item = bool(blocks) and blocks[-1].kind is Kind.ITEM
            indent = len(bullet[1])
            indents = [wider for wider in indents if wider < indent] + [indent]
            open_block = Block(Kind.ITEM, (line,), level=len(indents))
            if not previous_is_item and bullet[0].strip() == "*" and _has_asterisk(blocks):
                asterisk = bullet.start() + len(bullet[1])
                whole = Line(raw[asterisk:].rstrip(), number, number, begin + asterisk, line.end)
                open_block = Block(Kind.NOTE, (whole,))
        elif open_block and not _closes(open_block.lines[-1].text):
            open_block = Block(open_block.kind, (*open_block.lines, line), open_block.level)
        else:
            close()
            indents = []
            open_block = Block(Kind.PARAGRAPH, (line,))
    close()
    marked = any(block.kind is Kind.HEADING for block in blocks)
    return Draft(tuple(blocks), structured=marked, plain=True)


def _has_asterisk(blocks: list[Block]) -> bool:
    """Whether one of the last blocks points to a note by an asterisk on a word."""
    return any(_ASTERISK.search(block.text) for block in blocks[-_NOTE_DISTANCE:])


def _closes(line: str) -> bool:
    """Whether the line ends its paragraph although no blank line follows."""
    return len(line) > _WRAPPED_CHARS and _SENTENCE_END.search(line) is not None
