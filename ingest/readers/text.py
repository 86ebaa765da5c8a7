"""Plain text, as people save and scrape it -> Draft.

Front matter is read as in Markdown. Else the layout alone decides here: blank lines part blocks, bullets
start items, `#` marks a heading. Whether a bare line is a heading or furniture is for cleaning to say.
"""

from __future__ import annotations

import re

from ingest.drafts import NO_METADATA, Block, Draft, Kind, Line
from ingest.supplied import read_front_matter

_FRONT_MATTER = re.compile(r"---\n((?:[^\n]*\n){1,50}?)---(?:\n|$)")
_BULLET = re.compile(r"(\s*)(?:[-*•◦‣▪▫·–●○■□◆◇►▶➤✓✔❖]|\d{1,2}[.)])\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_RULE = re.compile(r"\s*(?:[-=_*]\s*){3,}")

_ASTERISK = re.compile(r"\w\*(?!\*)")
_NOTE_DISTANCE = 5  # blocks between an asterisk and its note, which stands under the box or table

# A line this long was not wrapped by hand, so one that ends its sentence ends its paragraph.
_WRAPPED_CHARS = 120
_SENTENCE_END = re.compile(r"[.?!…>]['\"’”)\]]*$")


def read(text: str) -> Draft:
    """The blocks of a plain text: headings only where `#` marks them, the rest to be recognised."""
    front = _FRONT_MATTER.match(text)
    metadata = read_front_matter(front[1]) if front else NO_METADATA
    if front and metadata != NO_METADATA:  # blanked, so that every line keeps its place
        text = re.sub(r"[^\n]", " ", front[0]) + text[front.end() :]
    blocks: list[Block] = []
    open_block: tuple[Kind, int, list[Line]] | None = None  # kind, level and lines so far
    indents: list[int] = []  # of the lists that are open, outermost first

    def close() -> None:
        nonlocal open_block
        if open_block:
            kind, level, lines = open_block
            blocks.append(Block(kind, tuple(lines), level))
        open_block = None

    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        begin, start = start, start + len(raw) + 1
        stripped = raw.strip()
        if not stripped or _RULE.fullmatch(raw):
            close()
            continue
        bullet, hashes = _BULLET.match(raw), _HASHES.match(stripped)
        indent = len(raw) - len(raw.lstrip())
        mark = bullet.end() if bullet else indent + (hashes.end() if hashes else 0)
        line = _line(raw, mark, number, begin)
        if hashes:
            close()
            blocks.append(Block(Kind.HEADING, (line,), level=len(hashes[1])))
        elif bullet:
            close()
            follows_item = bool(blocks) and blocks[-1].kind is Kind.ITEM
            indents = [wider for wider in indents if wider < indent] + [indent]
            if stripped[0] == "*" and not follows_item and _has_asterisk(blocks):
                open_block = Kind.NOTE, 0, [_line(raw, indent, number, begin)]
            else:
                open_block = Kind.ITEM, len(indents), [line]
        elif open_block and not _closes(open_block[2][-1].text):
            open_block[2].append(line)
        else:
            close()
            indents = []
            open_block = Kind.PARAGRAPH, 0, [line]
    close()
    marked = any(block.kind is Kind.HEADING for block in blocks)
    return Draft(tuple(blocks), metadata, structured=marked, plain=True)


def _line(raw: str, mark: int, number: int, begin: int) -> Line:
    """The words of a raw line behind its mark; `begin` is where the line begins in the source."""
    words = raw[mark:].rstrip()
    return Line(words, number, number, begin + mark, begin + mark + len(words))


def _has_asterisk(blocks: list[Block]) -> bool:
    """Whether one of the last blocks points to a note by an asterisk on a word."""
    return any(_ASTERISK.search(block.text) for block in blocks[-_NOTE_DISTANCE:])


def _closes(line: str) -> bool:
    """Whether the line ends its paragraph although no blank line follows."""
    return len(line) > _WRAPPED_CHARS and _SENTENCE_END.search(line) is not None
