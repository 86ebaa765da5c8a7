"""The groups of all regions -> the document's: joined where a column or page parted them, with levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.drafts import Kind
from ingest.readers.pdf.blocks import LARGER, Group, Type, ends_sentence, room_for, starts_lower

# Lines with names and dates under a title have no more words.
_HEADER_LINE_WORDS = 9
# Narrow columns have no fewer words on a full line; a line of fewer may be all that its page says.
_FULL_LINE_WORDS = 3
# A heading of more words is a paragraph in bold.
_MAX_HEADING_WORDS = 25
_TORN = re.compile(r"[\w,;(–—-]$|\xad$")
_CONTENTS = re.compile(r"(?:table of )?contents", re.IGNORECASE)


def finish(groups: Iterable[Group], body: Type, middle: float) -> list[Group]:
    """The groups joined over columns, pages and notes, with levels; "headings" that cannot be one as text.

    `middle` is how far down the middle of the first page is: a title stands above it.
    """
    joined: list[Group] = []
    last: Group | None = None  # the paragraph or item that may go on
    interrupted = False
    for group in groups:
        if group.kind is Kind.HEADING and not _can_head(group):
            group.kind = Kind.PARAGRAPH
        if group.kind is Kind.NOTE or group.table_text:
            joined.append(group)
            interrupted = True
            continue
        if last is not None and (group.opens_region or interrupted) and _goes_on(last, group):
            last.rows += group.rows
            last.right = group.right
            interrupted = False
            continue
        joined.append(group)
        interrupted = False
        last = group if group.kind in (Kind.PARAGRAPH, Kind.ITEM) else None
    _set_levels(joined, _title(joined, body, middle))
    return joined


def _can_head(group: Group) -> bool:
    text = " ".join(row.text for row in group.rows)
    if not re.search(r"[^\W\d_]", text) or len(text.split()) > _MAX_HEADING_WORDS:
        return False
    return re.search(r"[.,;]['\"’”)]*$", text) is None


def _goes_on(last: Group, group: Group) -> bool:
    """Whether a paragraph or item goes on in a group that follows it in another column or on another page."""
    above, row = last.rows[-1], group.rows[0]
    if group.kind is not Kind.PARAGRAPH or abs(above.size - row.size) > 0.05 * row.size:
        return False
    text = above.text
    if ends_sentence(text) or not _TORN.search(text):
        return text[-1] in "'\"’”)" and not ends_sentence(text) and starts_lower(row)
    full = room_for(above, row, last.right) < 1.5 * row.size and len(above.words) >= _FULL_LINE_WORDS
    return full or starts_lower(row)


def _set_levels(groups: Sequence[Group], title: Group | None) -> None:
    """Gives headings their level by the rank of their type, from 2, and items theirs by their indent."""
    if title is not None:
        _demote_bylines(groups, title)
    styles = sorted({_style(g) for g in groups if g.kind is Kind.HEADING and g is not title}, reverse=True)
    indents: list[float] = []
    for group in groups:
        if group is title:
            group.level = 1
        elif group.kind is Kind.HEADING:
            group.level = min(2 + styles.index(_style(group)), 6)
        elif group.kind is Kind.ITEM and not group.table_text:
            step, indent = 0.5 * group.rows[0].size, group.indent - group.left
            indents = [*[outer for outer in indents if outer < indent - step], indent]
            group.level = len(indents)
        if group.kind in (Kind.HEADING, Kind.PARAGRAPH):
            indents = []


def _style(group: Group) -> tuple[float, bool]:
    # To half a point: the same heading comes out at 13.9 and 14.1 in one file.
    return round(group.rows[0].size * 2) / 2, group.rows[0].bold


def _title(groups: Sequence[Group], body: Type, middle: float) -> Group | None:
    """The heading in the largest type in the upper half of the first page, if larger than the text's."""
    upper = [g for g in groups if g.kind is Kind.HEADING and g.rows[0].page == 1 and g.rows[0].base < middle]
    upper = [group for group in upper if not _CONTENTS.fullmatch(group.rows[0].text)]
    largest = max(upper, key=lambda group: _style(group)[0], default=None)
    return largest if largest is not None and largest.rows[0].size > LARGER * body.size else None


def _demote_bylines(groups: Sequence[Group], title: Group) -> None:
    """Makes paragraphs of the names and dates that stand under the title in large or bold type.

    Of several headings in a row only the last ones head a text, each in smaller type than the one before;
    a heading over a short line heads nothing.
    """
    begin = next(n for n, group in enumerate(groups) if group is title) + 1
    end = next((n for n in range(begin, len(groups)) if not _is_header_line(groups[n])), len(groups))
    below: Group | None = None
    for group in reversed(groups[begin:end]):
        if group.kind is not Kind.HEADING:
            below = group
        elif below is not None and (below.kind is not Kind.HEADING or _style(group) <= _style(below)):
            group.kind = Kind.PARAGRAPH
        else:
            below = group


def _is_header_line(group: Group) -> bool:
    """Whether the group is a heading or one short line that is no sentence."""
    row = group.rows[0]
    short = len(group.rows) == 1 and len(row.words) <= _HEADER_LINE_WORDS and not ends_sentence(row.text)
    return group.kind is Kind.HEADING or (group.kind is Kind.PARAGRAPH and short)
