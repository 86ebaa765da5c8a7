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
from difflib import SequenceMatcher

import trafilatura

from ingest.drafts import Kind
from ingest.readers.html_blocks import Placed, is_linked

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

_WORD = re.compile(r"\w+")


def choose(page: Sequence[Placed], text: str) -> list[Placed]:
    """The blocks of a page that are its article; empty when trafilatura finds none.

    Restored are what it is known to lose between blocks that it keeps: paragraphs that repeat
    others, headings over kept text, the rest of a list or table that it keeps the most of.
    """
    chosen = _chosen_words(text)
    if not chosen:
        return []
    kept = matched([placed.block.text for placed in page], chosen)
    _restore_rows(page, kept)
    _restore_paragraphs(page, kept)
    _restore_headings(page, kept)
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


def _chosen_words(text: str) -> list[str]:
    """The words that trafilatura takes for the article's, in its order.

    Precision before recall, and no comments: on 53 saved pages whose text is known its own outcome
    is nearer to it so, and what it misses is restored here.
    """
    found = trafilatura.bare_extraction(
        text, favor_precision=True, include_comments=False, include_tables=True
    )
    body = None if found is None else getattr(found, "body", None)
    return [] if body is None else words_of(" ".join(body.itertext()))


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
    """Keeps paragraphs that stand between kept ones in the same element, unless they are links."""
    span: dict[int, tuple[int, int]] = {}
    for number, placed in enumerate(page):
        if kept[number] and placed.element.name in ("p", "div"):
            first, _ = span.get(id(placed.element.parent), (number, number))
            span[id(placed.element.parent)] = first, number
    for number, placed in enumerate(page):
        first, last = span.get(id(placed.element.parent), (number, number))
        if first < number < last and placed.element.name == "p" and not is_linked(placed):
            kept[number] = True


def _restore_headings(page: Sequence[Placed], kept: list[bool]) -> None:
    """Keeps headings that stand directly over kept text in the same part of the page.

    Not over the first kept block: there stand the title, which is metadata, and the site.
    """
    first = kept.index(True) if True in kept else len(kept)
    for number in range(len(page) - 2, first, -1):
        placed, below = page[number], page[number + 1]
        if placed.block.kind is Kind.HEADING and kept[number + 1] and not is_linked(placed):
            part = placed.element.parent
            kept[number] = kept[number] or any(outer is part for outer in below.element.parents)
