"""Which blocks of a page are its article: trafilatura chooses, matched to our own blocks in order.

trafilatura knows what sites put around their articles; it neither keeps the lines of the source nor
lays out tables, nested lists and headings as we do. So its outcome is only a list of words here, and
a block of ours is the article's when its words stand in that list, in the order of the page.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import htmldate
import trafilatura
from bs4 import Tag
from trafilatura.settings import Document

from ingest.dates import DATE, to_iso, writes_month_first
from ingest.drafts import Block, Kind
from ingest.readers.html.blocks import Placed, is_linked
from ingest.readers.html.printed import UPDATED
from search.passages import Found

# Its remarks on damaged pages would reach stderr; a maintainer sees what was dropped, and why.
for _name in ("trafilatura", "htmldate"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# Words in a row that are compared as one: single words stand everywhere, three in a row hardly ever
# stand in a menu and in the article alike.
_SHINGLE = 3
# Between two matched runs single words are compared too, while there are no more pairs than these.
_MOST_PAIRS = 1_000_000
# A run of this many words that stands elsewhere than trafilatura has it is a piece that it moved, as
# it does with lists that it finds late.
_MOVED = 8
# A block is the article's when this share of its words is: trafilatura leaves out pieces of
# paragraphs (a share link, a reference mark), and a teaser shares some words with its article.
_SHARE = 0.5
# Blocks of fewer words match as a whole or not at all.
_SHORT = 4

_RESTORED = ("p", "ul", "ol", "table")
# trafilatura takes a list of links for a menu; under these words it is part of the article.
_REFERENCES = re.compile(r"(?:sources|references|bibliography|notes|footnotes|works cited)\W*", re.IGNORECASE)
# A longer line is a sentence or a menu.
_DATE_LINE_WORDS = 12

_WORD = re.compile(r"\w+")
_DATE = re.compile(DATE, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What trafilatura makes of a page."""

    words: Sequence[str] = ()  # those that it takes for the article's, in its order
    title: str | None = None
    author: str | None = None
    date: str | None = None  # ISO


def outcome(text: str) -> Outcome:
    """What trafilatura makes of a page; empty when it finds no article.

    Precision before recall, and no comments: on 53 saved pages whose text is known its own outcome
    is nearer to it so, and what it misses is restored here. Of dates only those that the markup
    gives: where none is declared, of 95 saved pages with a date known its search through the text added
    4 right dates and 7 wrong ones to 71 right and 13 wrong.
    """
    found = trafilatura.bare_extraction(
        text,
        favor_precision=True,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(found, Document) or found.body is None:
        return Outcome()
    words = words_of(" ".join(map(str, found.body.itertext())))
    return Outcome(words, found.title, found.author, found.date)


def lone_date(page: Sequence[Placed], text: str) -> Found | None:
    """The one date that a page prints outside its sentences, if htmldate takes it for the article's too.

    Each alone is wrong too often: where nothing else was found on 171 saved pages whose date is known,
    htmldate's search through the text gave 16 right dates and 10 wrong ones, the two together 4 right
    and none wrong.
    """
    month_first = writes_month_first(text)
    printed: dict[str, Block] = {}
    for placed in page:
        if placed.block.words <= _DATE_LINE_WORDS and not UPDATED.search(placed.block.text):
            for match in _DATE.finditer(placed.block.text):
                if value := to_iso(match[0], month_first=month_first):
                    printed.setdefault(value, placed.block)
    if len(printed) != 1:
        return None
    ((value, block),) = printed.items()
    taken = htmldate.find_date(text, extensive_search=True, original_date=True)
    return Found(value, f"line {block.lines[0].first}") if taken == value else None


def choose(page: Sequence[Placed], chosen: Sequence[str]) -> list[Placed]:
    """The blocks of a page that are its article, by the words that are; empty for none.

    Restored are what trafilatura is known to lose between blocks that it keeps: paragraphs that
    repeat others, headings over kept text, the rest of a list or table that it keeps the most of.
    """
    if not chosen:
        return []
    kept = matched([placed.told for placed in page], chosen)
    _restore_rows(page, kept)
    _restore_paragraphs(page, kept)
    _restore_headings(page, kept)
    _restore_references(page, kept)
    return [placed for placed, keep in zip(page, kept, strict=True) if keep]


def matched(texts: Sequence[str], chosen: Sequence[str]) -> list[bool]:
    """For each of the texts, in the order of the page, whether it is among the chosen words.

    >>> matched(["Rye again", "Menu", "Rye is dark and needs time."], words_of("Rye is dark, needs time"))
    [False, False, True]
    """
    each = [words_of(text) for text in texts]
    page = [word for words in each for word in words]
    covered = bytearray(len(page))
    used = bytearray(len(chosen))
    for a, b, size in _common_runs(chosen, page):
        used[a : a + size] = covered[b : b + size] = b"\1" * size
    left = ["" if seen else word for word, seen in zip(chosen, used, strict=True)]
    for _, b, size in _long_runs(left, page):
        if size >= _MOVED:
            covered[b : b + size] = b"\1" * size
    kept = []
    start = 0
    for words in each:
        share = sum(covered[start : start + len(words)]) / len(words) if words else 0
        kept.append(share >= (_SHARE if len(words) >= _SHORT else 1))
        start += len(words)
    return kept


def words_of(text: str) -> list[str]:
    """The words of a text, without punctuation and case.

    >>> words_of("Rye-bread, £2!")
    ['rye', 'bread', '2']
    """
    return _WORD.findall(text.lower())


def _common_runs(chosen: Sequence[str], page: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Runs of words that stand in both, in the same order: where in each they begin, and their length."""
    i = j = 0
    for a, b, size in [*_long_runs(chosen, page), (len(chosen), len(page), 0)]:
        if a > i and b > j and (a - i) * (b - j) <= _MOST_PAIRS:
            between = SequenceMatcher(None, chosen[i:a], page[j:b], autojunk=False)
            for a2, b2, size2 in between.get_matching_blocks():
                yield i + a2, j + b2, size2
        yield a, b, size
        i, j = a + size, b + size


def _long_runs(chosen: Sequence[str], page: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The common runs of at least a shingle's length."""
    matcher = SequenceMatcher(None, _shingles(chosen), _shingles(page))
    for a, b, size in matcher.get_matching_blocks():
        if size:
            yield a, b, size + _SHINGLE - 1


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[n:] for n in range(_SHINGLE)), strict=False))


def _restore_rows(page: Sequence[Placed], kept: list[bool]) -> None:
    """Keeps a list or a table whole of which more than half is kept."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for number, placed in enumerate(page):
        if placed.row_of is not None:
            numbers[id(placed.row_of)].append(number)
    for rows in numbers.values():
        if sum(kept[number] for number in rows) * 2 > len(rows):
            for number in rows:
                kept[number] = True


def _restore_paragraphs(page: Sequence[Placed], kept: list[bool]) -> None:
    """Keeps paragraphs, lists and tables between kept blocks of the same element, unless they are links."""
    span: dict[int, tuple[int, int]] = {}
    for number, placed in enumerate(page):
        if kept[number]:
            first, _ = span.get(id(_box(placed).parent), (number, number))
            span[id(_box(placed).parent)] = first, number
    for number, placed in enumerate(page):
        first, last = span.get(id(_box(placed).parent), (number, number))
        if first < number < last and not kept[number] and _box(placed).name in _RESTORED:
            kept[number] = not is_linked(placed)


def _box(placed: Placed) -> Tag:
    """The list or table that a block belongs to, else its own element."""
    return placed.element if placed.row_of is None else placed.row_of


def _restore_headings(page: Sequence[Placed], kept: list[bool]) -> None:
    """Keeps headings that stand directly over kept text in the same part of the page.

    Not over the first kept block: there stand the title, which is metadata, and the site.
    """
    first = kept.index(True) if True in kept else len(kept)
    for number in range(len(page) - 2, first, -1):
        placed, below = page[number], page[number + 1]
        if placed.block.kind is Kind.HEADING and kept[number + 1] and not kept[number]:
            together = any(outer is placed.element.parent for outer in below.element.parents)
            kept[number] = together and not is_linked(placed)


def _restore_references(page: Sequence[Placed], kept: list[bool]) -> None:
    """Keeps a list of sources right behind kept text, in the same element or in the one beside it."""
    for number in range(1, len(page)):
        before, heading = page[number - 1], page[number]
        part = heading.element.parent
        if not kept[number - 1] or part is None or not _REFERENCES.fullmatch(heading.block.text):
            continue
        around = _box(before).parent
        if part is not around and (around is None or part.parent is not around.parent):
            continue
        kept[number] = True
        for follows in range(number + 1, len(page)):
            if page[follows].block.kind is Kind.HEADING or _box(page[follows]).parent is not part:
                break
            kept[follows] = True
