"""The rows of a region -> groups: paragraphs, headings, list items and notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.drafts import Kind
from ingest.readers.pdf.layout import Region
from ingest.readers.pdf.rows import BULLETS, LIST_MARK, Row
from ingest.readers.pdf.text import without_leader

# In shares of the text's size of type: larger is a heading, smaller is a note's.
LARGER = 1.08
_SMALLER = 0.93
# A wider step from line to line than the usual one by this factor parts paragraphs.
_WIDE_STEP = 1.22
# From line to line in sizes: usual without evidence; and in text with double spacing, beyond which the
# few lines of a page are all paragraphs.
_STEP = 1.2
_WIDEST_STEP = 2.4
# A heading's own lines follow each other within this many sizes of its type.
_HEADING_STEP = 1.6
# An indent of this many sizes starts a paragraph or another level of a list.
_INDENT = 0.8
# A line that ends short of this share of its column, with room for the next word, was ended on purpose.
_SHORT = 0.66
# A gap of this many sizes is no word space, however the line is justified.
_SPREAD = 2.5
_NOTE_MARK = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3})(?:[.)]?\s|$)")

_ENDED = re.compile(r"[.?!:…]['\"’”)\]]*$")
_CAPTION = re.compile(
    r"(?i:figure|fig\.?|table|tab\.|box|chart|map|exhibit|image|photo|plate)\s*\d+(?:\.\d+)*"
    r"(?:\s*[:.|–—-]\s|\s+[^a-z\s]|\s*$)"
)
_STRONG_BULLETS = frozenset(BULLETS) - frozenset("-–—*·")


@dataclass(slots=True)
class Group:
    """Rows that belong together, before they are put into words."""

    kind: Kind
    rows: list[Row]
    level: int = 0
    right: float = 0.0  # where a full line of its column ends
    left: float = 0.0  # and where it begins
    opens_region: bool = False
    table_text: str = ""  # of a table's row
    mark: str = ""  # of a footnote
    indent: float = 0.0  # of an item: where its bullet stands
    bullet: bool = False  # whether it begins with a bullet or a number


@dataclass(frozen=True, slots=True)
class Type:
    """What the type of a document's running text is like."""

    size: float
    bold: bool
    step: float  # from line to line, in sizes


def body_type(regions: Iterable[Sequence[Row]]) -> Type:
    """The type that most letters are set in; with no rows, an ordinary one."""
    letters: Counter[tuple[float, bool]] = Counter()
    steps: list[float] = []
    for rows in regions:
        for row in rows:
            letters[round(row.size, 1), row.bold] += sum(len(word.text) for word in row.words)
        steps += [
            (below.base - above.base) / below.size
            for above, below in pairwise(rows)
            if abs(above.size - below.size) < 0.1 and below.base - above.base > 0.5 * below.size
        ]
    if not letters:
        return Type(10.0, False, _STEP)
    size, bold = max(letters, key=lambda style: (letters[style], style))
    # The lower third: wider steps part paragraphs.
    step = sorted(steps)[len(steps) // 3] if steps else _STEP
    return Type(size, bold, min(step, _WIDEST_STEP))


def group_rows(region: Region, body: Type) -> Iterator[Group]:
    """The groups of one region that is no table, in order."""
    rows = region.rows
    foot = _foot(rows, body)
    current: Group | None = None
    for number, row in enumerate(rows[:foot]):
        below = rows[number + 1] if number + 1 < foot else None
        previous = rows[number - 1] if number else None
        if current is None or previous is None or _starts(current, previous, row, below, region, body):
            if current is not None:
                yield current
            current = _open(current, row, region, body, opens=number == 0, previous=previous)
        else:
            current.rows.append(row)
    if current is not None:
        yield current
    yield from _notes(rows[foot:], region)


def is_heading_type(row: Row, body: Type) -> bool:
    """Whether the row is set larger than the text, or in bold where the text is not."""
    return row.size > LARGER * body.size or (row.bold and not body.bold and row.size > _SMALLER * body.size)


def ends_sentence(text: str) -> bool:
    """Whether the text ends as sentences do."""
    return _ENDED.search(text) is not None


def room_for(above: Row, below: Row, right: float) -> float:
    """The room that was left at the end of a line behind the first word of the next one; in points."""
    first = below.words[0]
    return right - above.x1 - (first.x1 - first.x0) - 0.3 * above.size


def _starts(group: Group, above: Row, row: Row, below: Row | None, region: Region, body: Type) -> bool:
    """Whether the row begins a group of its own instead of going on with the one above."""
    step = row.base - above.base
    if abs(row.size - above.size) > (LARGER - 1) * max(row.size, above.size):
        return True
    text = above.text
    ended = ends_sentence(text)
    if without_leader(text):
        return True
    if _is_spread(row) or _is_spread(above):
        return True
    heading = group.kind is Kind.HEADING
    room = room_for(above, row, region.right)
    if heading and is_heading_type(row, body):
        return step > _HEADING_STEP * row.size
    if step > _WIDE_STEP * body.step * max(row.size, above.size):
        return True
    if row.bold != above.bold and not body.bold and (ended or room > 0.5 * row.size):
        return True
    if _has_bullet(row) and _is_item(row, group, above, below, ended=ended, room=room):
        return True
    if _CAPTION.match(row.text) and (ended or room > 0):
        return True
    hangs = group.kind is Kind.ITEM and row.x0 > group.indent + 0.5 * row.size
    if ended and room > 0.5 * row.size:
        return not (hangs and room < 4 * row.size)
    if starts_lower(row):
        return False
    width = region.right - region.left
    if not hangs and room > row.size and above.x1 - region.left < _SHORT * width:
        return True
    indented = row.x0 - region.left > _INDENT * row.size and above.x0 - region.left < 0.5 * row.size
    returns = below is None or below.x0 < row.x0 - 0.5 * row.size
    return indented and returns and ended and group.kind is Kind.PARAGRAPH


def _is_spread(row: Row) -> bool:
    """Whether a wide gap parts the row, as it does a lone row of cells; the one behind a bullet apart."""
    words = row.words[1:] if _has_bullet(row) else row.words
    return any(right.x0 - left.x1 > _SPREAD * row.size for left, right in pairwise(words))


def starts_lower(row: Row) -> bool:
    """Whether the row begins in lower case, as a line that goes on with a sentence does."""
    return row.words[0].text[0].islower()


def _has_bullet(row: Row) -> bool:
    """Whether the row begins with a bullet or a number, and words follow."""
    first = row.words[0].text
    glued = len(first) > 1 and first[0] in _STRONG_BULLETS
    return glued or (len(row.words) > 1 and LIST_MARK.fullmatch(first) is not None)


def _is_item(row: Row, group: Group, above: Row, below: Row | None, *, ended: bool, room: float) -> bool:
    """Whether a row that begins like an item is one; "o", dashes and numbers also begin lines of prose."""
    if row.words[0].text[0] in _STRONG_BULLETS:
        return True
    if group.kind is Kind.ITEM:
        return (
            row.x0 < group.indent + 0.5 * row.size
            or ended
            or room > row.size
            or row.x0 > above.x0 + 0.5 * row.size
        )
    hangs = below is not None and below.x0 > row.x0 + 0.5 * row.size
    moved = abs(row.x0 - above.x0) > _INDENT * row.size
    return ended or moved or hangs or room > row.size


def _open(
    current: Group | None, row: Row, region: Region, body: Type, *, opens: bool, previous: Row | None
) -> Group:
    bullet = _has_bullet(row)
    if without_leader(row.text):
        kind = Kind.ITEM
    elif is_heading_type(row, body) and not (bullet and row.words[0].text[0] in BULLETS):
        kind = Kind.HEADING
    elif _CAPTION.match(row.text):
        kind = Kind.NOTE
    elif bullet and (opens or previous is None or row.words[0].text != "o" or row.x0 > region.left):
        kind = Kind.ITEM
    else:
        kind = Kind.PARAGRAPH
    return Group(
        kind,
        [row],
        right=region.right,
        left=region.left,
        opens_region=opens,
        indent=row.x0,
        bullet=bullet and kind is Kind.ITEM,
    )


def _foot(rows: Sequence[Row], body: Type) -> int:
    """Where the footnotes of a region begin: small type down to its end, from a mark on."""
    begin = len(rows)
    while begin and rows[begin - 1].size < _SMALLER * body.size:
        begin -= 1
    if begin == 0:
        return len(rows)  # a whole region in small type is no foot
    return next((n for n in range(begin, len(rows)) if _note_mark(rows[n])), len(rows))


def _note_mark(row: Row) -> str:
    match = _NOTE_MARK.match(row.text)
    return match[1] if match else ""


def _notes(rows: Sequence[Row], region: Region) -> Iterator[Group]:
    current: Group | None = None
    for row in rows:
        mark = _note_mark(row)
        if current is None or (mark and row.x0 < current.rows[0].x0 + 0.5 * row.size):
            if current is not None:
                yield current
            current = Group(Kind.NOTE, [row], right=region.right, mark=mark)
        else:
            current.rows.append(row)
    if current is not None:
        yield current
