"""Draft -> Document: furniture dropped, torn lines joined, links to their text, lists kept whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.drafts import RUN_TOGETHER, Block, Draft, Dropped, Kind, Line
from ingest.furniture import drop_furniture, is_furniture, is_scrap
from ingest.headings import mark_headings
from ingest.metadata import read_header
from ingest.sentences import sentence_spans
from ingest.sources import Source
from search.passages import Document, Origin, Section, Span

# A line of more words than this is a whole page run together, in which scraps of others hide.
_RUN_TOGETHER_WORDS = 300

# Such a page, when it is nearly all of the file, has lost its paragraphs, and perhaps their order.
_RUN_TOGETHER_SHARE = 0.8

_ENDED = re.compile(r"[.?!:]['\"’”)\]]*$|['\"’”)\]]$")
_NOTE_JUMP = re.compile(r"\(\[#")
_ASTERISK = re.compile(r"\w\*")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document, and what of its file is not in it."""

    document: Document
    dropped: tuple[Dropped, ...]


def clean(source: Source, text: str, draft: Draft) -> Cleaned:
    """The document that a draft makes; `text` is the decoded source that it was read from.

    The document's text may be empty when nothing of the draft is an article's.
    """
    header = read_header(draft, text)
    own = drop_furniture(header.body, chosen=draft.chosen)
    visible = tuple(_visible(block, draft) for block in own)
    pieces = tuple(_drop_scraps(block) for block in visible)
    blocks = _join_torn(block for block in pieces if block.text)
    if not draft.structured:
        blocks = mark_headings(blocks, header.contents)
    headed = _without_trailing_headings(blocks)
    content, sections, origins = _assemble(headed, boxed=not draft.structured)
    document = Document(
        id=document_id(source.name),
        source=source.name,
        sha256=source.sha256,
        metadata=header.metadata,
        text=content,
        sections=sections,
        origins=origins,
        unit=draft.unit,
        notes=(*draft.notes, *([RUN_TOGETHER] if draft.plain and _is_run_together(visible) else [])),
    )
    dropped = (
        *draft.dropped,
        *_left_out(draft.blocks, header.body, lambda _: "above the article"),
        *_left_out(header.body, own, lambda b: "site furniture" if is_furniture(b) else "related items"),
        *_scraps(visible, pieces),
        *_left_out(blocks, headed, lambda _: "a heading without text"),
    )
    return Cleaned(document, dropped)


def _left_out(
    before: Iterable[Block], after: Iterable[Block], reason: Callable[[Block], str]
) -> Iterator[Dropped]:
    """Those blocks of `before` that are not in `after`."""
    kept = set(map(id, after))
    for block in before:
        if id(block) not in kept and block.text:
            yield Dropped(block.text, reason(block), block.lines[0].first, block.lines[-1].last)


def _scraps(before: Iterable[Block], after: Iterable[Block]) -> Iterator[Dropped]:
    """The sentences that were taken out of blocks."""
    for whole, rest in zip(before, after, strict=True):
        if rest is not whole:
            line = whole.lines[0]
            for span in sentence_spans(line.text):
                if is_scrap(span.of(line.text)):
                    yield Dropped(span.of(line.text), "scrap of another page", line.first, line.last)


def _is_run_together(blocks: Sequence[Block]) -> bool:
    """Whether nearly all words of the file stand on one line."""
    longest = max((len(line.text.split()) for block in blocks for line in block.lines), default=0)
    words = sum(block.words for block in blocks)
    return longest > _RUN_TOGETHER_WORDS and longest >= _RUN_TOGETHER_SHARE * words


def document_id(name: str) -> str:
    """An id for the file `name` that is stable across runs, unique, and readable in an address.

    >>> document_id("guides/What is an ICS?.md")
    'guides-what-is-an-ics-md-45a740'
    """
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _visible(block: Block, draft: Draft) -> Block:
    """The block as a reader sees it: links as their words. A numbered footnote is a note, not an item."""
    kind = block.kind
    if kind is Kind.ITEM and _NOTE_JUMP.match(block.text):
        kind = Kind.NOTE
    lines = [replace(line, text=draft.visible(line.text)) for line in block.lines]
    return replace(
        block, kind=kind, lines=tuple(line for line in lines if line.text) or (replace(lines[0], text=""),)
    )


def _drop_scraps(block: Block) -> Block:
    """The block without scraps of other pages, looked for only where a page was run together."""
    line = block.lines[0]
    if len(block.lines) > 1 or block.words <= _RUN_TOGETHER_WORDS:
        return block
    kept = [_piece(line, span) for span in sentence_spans(line.text) if not is_scrap(span.of(line.text))]
    return replace(block, lines=tuple(kept) or (replace(line, text=""),))


def _piece(line: Line, span: Span) -> Line:
    """A part of a line; its place in the source is exact where nothing was taken out of the line."""
    text = span.of(line.text)
    if line.start is None or line.end is None or line.end - line.start != len(line.text):
        return replace(line, text=text)
    return replace(line, text=text, start=line.start + span.start, end=line.start + span.end)


def _join_torn(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with those made one that a page break tore apart over a blank line."""
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and runs[-1][0].kind in (Kind.PARAGRAPH, Kind.ITEM) and _is_torn(runs[-1][-1], block):
            runs[-1].append(block)
        else:
            runs.append([block])
    return tuple(replace(run[0], lines=tuple(line for block in run for line in block.lines)) for run in runs)


def _is_torn(first: Block, second: Block) -> bool:
    """Whether a paragraph goes on with what the block before it left unfinished."""
    gap = second.lines[0].first - first.lines[-1].last
    if second.kind is not Kind.PARAGRAPH or gap > 2 or _ENDED.search(first.lines[-1].text):
        return False
    text = first.text
    inside_brackets = any(text.count(a) > text.count(b) for a, b in ("()", "[]"))
    return inside_brackets or second.lines[0].text[0].islower()


def _without_trailing_headings(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks up to the last that has text: what a last heading headed was the site's."""
    end = len(blocks)
    while end and blocks[end - 1].kind is Kind.HEADING:
        end -= 1
    return blocks[:end]


def _assemble(blocks: Sequence[Block], *, boxed: bool) -> tuple[str, tuple[Section, ...], tuple[Origin, ...]]:
    """The document's text with its sections, and where each of its lines stood in the source.

    `boxed`: headings were only recognised, so one may be a box's, whose end nothing but its note shows.
    """
    parts: list[str] = []
    length = 0
    origins: list[Origin] = []
    headings: list[_Heading] = []
    section_at = 0  # the part that the last section begins with
    previous: Block | None = None

    def add(text: str) -> None:
        nonlocal length
        parts.append(text)
        length += len(text)

    for block in blocks:
        if previous:
            add("\n" if _continues_list(previous, block) else "\n\n")
        if block.kind is Kind.ITEM:
            add("  " * (block.level - 1) + "- ")
        start = length
        for number, line in enumerate(block.lines):
            if number:
                add("" if _is_hyphenated(block.lines[number - 1].text, line.text) else " ")
            begin = length
            add(line.text)
            origins.append(Origin(begin, length, line.first, line.last, line.start, line.end))
        if block.kind is Kind.HEADING:
            headings.append(_Heading(block, start, length))
            section_at = len(parts)
        elif boxed and headings and _is_note(block) and _ASTERISK.search("".join(parts[section_at:])):
            headings.append(_Heading(None, length, length))  # the box, or the table, ends with its note
            section_at = len(parts)
        previous = block
    text = "".join(parts)
    return text, _sections(headings, text), tuple(origins)


def _continues_list(previous: Block, block: Block) -> bool:
    """Whether the block is an item that stands right under its lead-in or under another item."""
    leads_in = previous.kind is Kind.ITEM or (previous.kind is Kind.PARAGRAPH and previous.text.endswith(":"))
    return block.kind is Kind.ITEM and leads_in


def _is_hyphenated(first: str, second: str) -> bool:
    """Whether the line broke at a hyphen inside a word ("community-/based"); the hyphen stays."""
    return re.search(r"\w-$", first) is not None and second[:1].islower()


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line under which a section begins, or, without a block, the place where a box ends."""

    block: Block | None
    start: int
    end: int


def _is_note(block: Block) -> bool:
    """Whether the block explains an asterisk."""
    return block.kind is Kind.NOTE and block.text.startswith("*")


def _sections(headings: Sequence[_Heading], text: str) -> tuple[Section, ...]:
    """The text before the first heading, if any, and the text under each heading.

    What follows a box belongs to the section that the box stands in.
    """
    borders = [heading.start for heading in headings] + [len(text)]
    lead = _trimmed(text, 0, borders[0])
    sections = [Section(None, 0, *lead)] if lead[0] < lead[1] else []
    path: list[Block] = []
    for heading, border in zip(headings, borders[1:], strict=True):
        block = heading.block
        path = [outer for outer in path if outer.level < block.level] + [block] if block else path[:-1]
        span = _trimmed(text, heading.end, border)
        names = tuple(outer.text for outer in path)
        if block or span[0] < span[1]:
            sections.append(
                Section(block.text if block else None, path[-1].level if path else 0, *span, names)
            )
    return tuple(sections)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))
