"""The text of an article, read from the little Markdown that its manuscript is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# A block is told by how it begins; what begins in no such way is a paragraph.
_BEGINNINGS = {
    "title": r"# ",
    "heading": r"#{2,3} ",
    "item": r" *(?:-|\d+\.) ",
    "table": r"\|",
    "box": r"> ?",
    "figure": r"!\[",
    "note": r"\[\^\d+\]: ",
    "columns": r"::: \d",
    "caption": r"Table \d+: ",
    "date": r"Published \d",
    "standfirst": r"\*[^*]+\*$",
}
_INDENT = 4  # spaces for each level of a list
_INLINE = re.compile(
    r"\*(?P<emphasis>[^*]+)\*"
    r"|\[\^(?P<mark>\d+)\]"
    r"|\[(?P<link>[^\]]+)\]\((?P<address>[^)]+)\)"
    r"|\{--(?P<deleted>.*?)--\}"
    r"|\{\+\+(?P<inserted>.*?)\+\+\}"
    r"|\{>>(?P<comment>.*?)<<\}"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line that is of one kind."""

    kind: str  # text, emphasis, mark (of a note), link, deleted, inserted, comment
    text: str
    address: str = ""  # of a link


@dataclass(frozen=True, slots=True)
class Block:
    kind: str  # a key of _BEGINNINGS, or paragraph
    text: str
    level: int = 1  # of a heading or an item, from 1
    ordered: bool = False  # whether an item is numbered
    rows: tuple[tuple[str, ...], ...] = ()  # of a table, the header first
    name: str = ""  # of a figure's drawing


@dataclass(frozen=True, slots=True)
class Manuscript:
    title: str
    blocks: tuple[Block, ...]  # in reading order, the title and the notes apart
    notes: tuple[str, ...]  # the first is number 1


def read(path: Path) -> Manuscript:
    """The manuscript in a file, with curly quotes for straight ones."""
    text = _curl(path.read_text(encoding="utf-8"))
    blocks = [block for piece in re.split(r"\n{2,}", text.strip()) for block in _blocks(piece)]
    title = next(block.text for block in blocks if block.kind == "title")
    notes = tuple(block.text for block in blocks if block.kind == "note")
    return Manuscript(title, tuple(b for b in blocks if b.kind not in ("title", "note")), notes)


def runs(text: str) -> list[Run]:
    """The line cut into runs, in order.

    >>> [(run.kind, run.text) for run in runs("A *unitary* board.[^1]")]
    [('text', 'A '), ('emphasis', 'unitary'), ('text', ' board.'), ('mark', '1')]
    """
    found, end = [], 0
    for match in _INLINE.finditer(text):
        found.append(Run("text", text[end : match.start()]))
        kind = next(name for name, value in match.groupdict().items() if value is not None)
        found.append(Run(kind, match[kind], match["address"] or ""))
        end = match.end()
    found.append(Run("text", text[end:]))
    return [run for run in found if run.text]


def _blocks(piece: str) -> list[Block]:
    """The blocks of a piece between empty lines: an item or a note is one line, any other block the whole."""
    kind = next((kind for kind, begin in _BEGINNINGS.items() if re.match(begin, piece)), "paragraph")
    if kind in ("item", "note"):
        return [_line(kind, line) for line in piece.split("\n")]
    if kind == "table":
        rows = [tuple(cell.strip() for cell in row.strip("| ").split("|")) for row in piece.split("\n")]
        return [Block(kind, "", rows=(rows[0], *rows[2:]))]
    if kind == "box":
        return [Block(kind, re.sub(r"^> ?", "", piece, flags=re.MULTILINE))]
    if kind == "figure":
        caption, name = re.findall(r"!\[(.+)\]\((.+)\)", piece)[0]
        return [Block(kind, caption, name=name)]
    return [_line(kind, piece)]


def _line(kind: str, line: str) -> Block:
    if kind in ("title", "heading"):
        hashes, _, text = line.partition(" ")
        return Block(kind, text, level=len(hashes) - 1)
    if kind == "item":
        indent = len(line) - len(line.lstrip())
        mark, _, text = line.strip().partition(" ")
        return Block(kind, text, level=1 + indent // _INDENT, ordered=mark != "-")
    if kind == "note":
        return Block(kind, line.partition(": ")[2])
    if kind == "columns":  # how many there are from here on
        return Block(kind, line.partition(" ")[2])
    return Block(kind, line.strip("*") if kind == "standfirst" else line)


def _curl(text: str) -> str:
    opened = re.sub(r'(?<![^\s(\[])"', "“", text)
    return opened.replace('"', "”").replace("'", "’")
