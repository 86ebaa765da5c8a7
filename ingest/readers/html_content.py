"""Which blocks of a page are its article: trafilatura chooses, matched to our own blocks in order.

trafilatura knows what sites put around their articles; it neither keeps the lines of the source nor
lays out tables, nested lists and headings as we do. So its text is only a list of words here, and a
block of ours is the article's when its words stand in that list, in the order of the page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import trafilatura

# Its remarks on damaged pages are of no use to a maintainer, who sees what was dropped and why.
for _name in ("trafilatura", "htmldate"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# Words in a row that are compared as one: single words stand everywhere, three in a row hardly ever
# stand in a menu and in the article alike.
_SHINGLE = 3
# Between two matched runs single words are compared too, while the comparison is this small.
_MOST_PAIRS = 1_000_000
# A run of this many words that stands elsewhere than trafilatura has it is a piece that it moved.
_MOVED = 8
# A block is the article's when this share of its words is: trafilatura leaves out pieces of
# paragraphs (a share link, a reference mark), and a teaser shares some words with its article.
_SHARE = 0.5
# Blocks of fewer words match as a whole or not at all.
_SHORT = 4

_WORD = re.compile(r"\w+")


def chosen_words(text: str) -> list[str]:
    """The words of a page that trafilatura takes for the article's, in its order; empty for none."""
    found = trafilatura.bare_extraction(
        text, favor_precision=True, include_comments=False, include_tables=True
    )
    if found is None or found.body is None:
        return []
    return words_of(" ".join(found.body.itertext()))


def words_of(text: str) -> list[str]:
    """The words of a text, without punctuation and case.

    >>> words_of("Rye-bread, £2!")
    ['rye', 'bread', '2']
    """
    return _WORD.findall(text.lower())


def matched(texts: Sequence[str], chosen: Sequence[str]) -> list[bool]:
    """For each of the texts, in the order of the page, whether it is among the chosen words."""
    each = [words_of(text) for text in texts]
    page = [word for words in each for word in words]
    covered = bytearray(len(page))
    used = bytearray(len(chosen))
    for a, b, size in _common_runs(chosen, page):
        used[a : a + size] = covered[b : b + size] = b"\1" * size
    # What trafilatura found late it puts in front or behind, wherever it stood.
    left = [word if not seen else "" for word, seen in zip(chosen, used, strict=True)]
    for _, b, size in _longest_runs(left, page, least=_MOVED):
        covered[b : b + size] = b"\1" * size
    result = []
    start = 0
    for words in each:
        share = sum(covered[start : start + len(words)]) / len(words) if words else 0
        result.append(share >= (_SHARE if len(words) >= _SHORT else 1))
        start += len(words)
    return result


def _common_runs(chosen: Sequence[str], page: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Runs of words that stand in both, in the same order: where in each they begin, and their length."""
    i = j = 0
    for a, b, size in [*_longest_runs(chosen, page), (len(chosen), len(page), 0)]:
        if a > i and b > j and (a - i) * (b - j) <= _MOST_PAIRS:
            between = SequenceMatcher(None, chosen[i:a], page[j:b], autojunk=False)
            for a2, b2, size2 in between.get_matching_blocks():
                yield i + a2, j + b2, size2
        yield a, b, size
        i, j = a + size, b + size


def _longest_runs(
    chosen: Sequence[str], page: Sequence[str], least: int = _SHINGLE
) -> Iterator[tuple[int, int, int]]:
    """The runs of at least so many words."""
    matcher = SequenceMatcher(None, _shingles(chosen), _shingles(page))
    for a, b, size in matcher.get_matching_blocks():
        if size and size + _SHINGLE - 1 >= least:
            yield a, b, size + _SHINGLE - 1


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[n:] for n in range(_SHINGLE)), strict=False))
