"""Headings that carry no mark, recognised by what follows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ingest.drafts import Block, Kind
from ingest.furniture import MAX_HEADING_WORDS

# More bare lines than this in a row are a list whose bullets were lost.
MAX_STACKED = 3

# Every entry is compared with every heading; a longer list is an index, not a contents list.
MAX_CONTENTS = 100

# A contents entry and its heading may differ by a slip or a rewording; unrelated pairs in the
# documents looked at stay under .55, reworded ones reach .6.
_SAME_HEADING = 0.6

_CAPTION = re.compile(
    r"(?:map|figure|fig\.?|table|chart|box|exhibit|image|photo(?:graph)?|picture|plate|diagram|graph|illustration)"
    r"\s*\d+\b.*",
    re.IGNORECASE,
)


def mark_headings(blocks: Sequence[Block], contents: Sequence[str]) -> tuple[Block, ...]:
    """The blocks with bare heading lines made headings, and captions made notes.

    Level 2 for all, or, where the document has a contents list, for those it names and 3 for the rest.
    """
    noted = [
        replace(block, kind=Kind.NOTE)
        if block.kind is Kind.PARAGRAPH
        and block.words <= MAX_HEADING_WORDS
        and _CAPTION.fullmatch(block.text)
        else block
        for block in blocks
    ]
    marked = [
        replace(block, kind=Kind.HEADING, level=2) if _heads(noted, position) else block
        for position, block in enumerate(noted)
    ]
    if not 0 < len(contents) <= MAX_CONTENTS:
        return tuple(marked)
    headings = [block.text for block in marked if block.kind is Kind.HEADING]
    named = {_nearest(entry, headings) for entry in contents}
    return tuple(
        replace(block, level=2 if block.text in named else 3) if block.kind is Kind.HEADING else block
        for block in marked
    )


def _heads(blocks: Sequence[Block], position: int) -> bool:
    """Whether the block is a bare line over a text, with at most two other such lines between."""
    for block in blocks[position : position + MAX_STACKED + 1]:
        if not _is_bare_line(block):
            return block is not blocks[position] and block.kind is not Kind.NOTE
    return False


def _is_bare_line(block: Block) -> bool:
    text = block.text
    return (
        block.kind is Kind.PARAGRAPH
        and len(block.lines) == 1
        and block.words <= MAX_HEADING_WORDS
        and (text[0].isupper() or text[0].isdigit() or text[0] in "'\"‘“")
        and text[-1] not in ".,;:!…>"
    )


def _nearest(entry: str, headings: Sequence[str]) -> str | None:
    """The heading that a contents entry means; None when none is like it."""
    likeness = {
        heading: SequenceMatcher(None, entry.lower(), heading.lower()).ratio() for heading in headings
    }
    best = max(likeness, key=likeness.__getitem__, default=None)
    return best if best is not None and likeness[best] >= _SAME_HEADING else None
