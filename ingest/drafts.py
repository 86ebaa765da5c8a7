"""What a reader makes of a file, before cleaning: blocks of lines, each line knowing where it stood."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ingest.links import unlink
from search.passages import Metadata, Unit


class Kind(enum.Enum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list
    NOTE = "note"  # caption of a figure, footnote: kept, but neither a heading nor part of a paragraph


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text with its place in the source."""

    text: str
    first: int  # place in the source, from 1, in the draft's unit: a line, a page, a paragraph
    last: int  # included
    start: int | None = None  # code points into the decoded source; None where the format has none
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines that belong together."""

    kind: Kind
    lines: tuple[Line, ...]  # never empty
    level: int = 0  # of a heading: 1 is the document's title; of an item: 1 is the outermost list

    @property
    def text(self) -> str:
        """The block on one line."""
        return " ".join(line.text for line in self.lines)

    @property
    def words(self) -> int:
        return len(self.text.split())


# Notes on the quality of a document (Document.notes).
RUN_TOGETHER = "run_together"  # all on one line: its paragraphs, perhaps their order, are lost
TEXT_MISSING = "text_missing"  # part of the file could not be read as text

NO_METADATA = Metadata()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of a file that is no part of the article, and why."""

    text: str
    reason: str  # "running header or footer", "outside the article"
    first: int  # place in the source, as a Line has it
    last: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as its reader understood it."""

    blocks: tuple[Block, ...]
    metadata: Metadata = NO_METADATA  # what the format itself declares: front matter, meta elements
    structured: bool = True  # False: headings carry no mark and have to be recognised
    plain: bool = False  # True: links and emphasis still stand there as they were typed
    unit: Unit = "line"  # what the places of lines count in
    chosen: bool = False  # True: the blocks were chosen as the article's, labels over prose are headings
    dropped: tuple[Dropped, ...] = ()  # what the reader itself has left out
    notes: tuple[str, ...] = ()  # see Document.notes

    def visible(self, text: str) -> str:
        """What a reader sees of a piece of the draft's text, on one line."""
        return unlink(text) if self.plain else " ".join(text.split())
