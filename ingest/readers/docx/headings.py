"""Which pieces of a Word file are headings, and of what level: by their styles, else by their looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.dates import DATE
from ingest.drafts import Block, Kind, Line
from ingest.furniture import MAX_HEADING_WORDS
from ingest.readers.docx.styles import TITLE

# Longer text in a heading's style is a paragraph that was made to look important.
MAX_STYLED_WORDS = 40

# The title of a file without a title style stands among its first lines, under a department's name or
# a date at most.
_TITLE_WITHIN = 3

# A line of this many words above a lone first heading means that the text has begun.
_PROSE_WORDS = 10

# Lines about the document, as ingest.metadata reads them.
_ABOUT = re.compile(
    rf"(?:(?:written\s)?by|authors?|published|(?:last\s)?updated)\b.*|.*{DATE}.*", re.IGNORECASE
)


@dataclass(slots=True)
class Piece:
    """A block in the making."""

    kind: Kind
    lines: list[Line]
    level: int = 0  # of an item
    outline: int | None = None  # of a heading by its style or outline level: TITLE, or from 0
    in_list: bool = False  # an item that later paragraphs may continue
    bold: bool = False  # all of it
    size: int = 0  # of its largest words, in half points; 0 where that says nothing

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def words(self) -> int:
        return len(self.text.split())


def with_levels(pieces: Sequence[Piece]) -> tuple[tuple[Block, ...], bool]:
    """The pieces as blocks, headings with their levels, and whether there are headings at all.

    Level 1 is the title: the first of a title's style, else a single "Heading 1" over everything, else a
    line at the top in the largest letters. Under it levels begin with 2.
    """
    levels = _marked_levels(pieces) or _bold_levels(pieces)
    blocks = tuple(
        Block(Kind.HEADING, tuple(piece.lines), levels[number])
        if number in levels
        else Block(piece.kind, tuple(piece.lines), piece.level)
        for number, piece in enumerate(pieces)
    )
    return _with_whole_title(blocks), bool(levels)


def _with_whole_title(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with a title of several paragraphs made one."""
    first = next((n for n, block in enumerate(blocks) if _is_title(block)), len(blocks))
    end = next((n for n in range(first, len(blocks)) if not _is_title(blocks[n])), len(blocks))
    lines = tuple(line for block in blocks[first:end] for line in block.lines)
    title = (Block(Kind.HEADING, lines, 1),) if lines else ()
    return (*blocks[:first], *title, *blocks[end:])


def _is_title(block: Block) -> bool:
    return block.kind is Kind.HEADING and block.level == 1


def _marked_levels(pieces: Sequence[Piece]) -> dict[int, int]:
    """The level of each heading that is marked, by its number; empty where none is."""
    marked = {n: piece.outline for n, piece in enumerate(pieces) if piece.outline is not None}
    if not marked:
        return {}
    titles = [n for n, outline in marked.items() if outline == TITLE]
    first_level = [n for n, outline in marked.items() if outline == 0]
    top = min(marked)
    if not titles and first_level == [top] and all(piece.words < _PROSE_WORDS for piece in pieces[:top]):
        return {n: outline + 1 for n, outline in marked.items()}
    levels = {n: max(outline, 0) + 2 for n, outline in marked.items()}
    if titles:
        # A title goes on in the paragraphs right below; one elsewhere is a chapter's.
        levels.update({n: 1 for nth, n in enumerate(titles) if n == titles[0] + nth})
    else:
        levels.update(_title_by_size(pieces))
    return levels


def _bold_levels(pieces: Sequence[Piece]) -> dict[int, int]:
    """The level of each short bold line that stands over text, by its number; empty where there is none."""
    heads: set[int] = set()
    for number in range(len(pieces) - 2, -1, -1):
        below = pieces[number + 1]
        if _is_bold_line(pieces[number]) and (
            number + 1 in heads or not below.bold or _ABOUT.fullmatch(below.text)
        ):
            heads.add(number)
    if not heads:
        return {}
    levels = dict.fromkeys(heads, 2)
    levels.update(_title_by_size(pieces))
    if 0 in heads and (1 in heads or _ABOUT.fullmatch(pieces[1].text)):
        levels[0] = 1
    return levels


def _is_bold_line(piece: Piece) -> bool:
    return piece.kind is Kind.PARAGRAPH and piece.bold and _may_head(piece)


def _may_head(piece: Piece) -> bool:
    return (
        piece.words <= MAX_HEADING_WORDS
        and piece.text[-1] not in ".,;!…"
        and _ABOUT.fullmatch(piece.text) is None
    )


def _title_by_size(pieces: Sequence[Piece]) -> dict[int, int]:
    """Level 1 for the line at the top whose letters are larger than all others; empty where none is."""
    sizes: Counter[int] = Counter()
    for piece in pieces:
        sizes[piece.size] += piece.words if piece.size else 0
    largest = max(sizes, default=0)
    if not sizes or sizes.most_common(1)[0][0] == largest:
        return {}
    top = [n for n, piece in enumerate(pieces) if piece.size == largest]
    paragraph = pieces[top[0]].kind is Kind.PARAGRAPH
    return (
        {top[0]: 1}
        if paragraph and top[0] < _TITLE_WITHIN and len(top) == 1 and _may_head(pieces[top[0]])
        else {}
    )
