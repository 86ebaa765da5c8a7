"""Rows of words as lines of text: words torn at a line's end made whole, marks of footnotes left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.drafts import Line
from ingest.readers.pdf.rows import LIST_MARK, Row
from ingest.readers.pdf.words import Word

# Type of at most this share of the line's is a mark or an index, glued to its word if so near.
_SMALL = 0.85
_GLUED = 0.12
# A word that is spaced out has at least this many letters, and word spaces this much wider.
_SPACED_LETTERS = 4
_WIDER = 1.5

# Between an entry of a contents list and its page there are at least so many dots.
_LEADER_DOTS = 4
_PAGE = re.compile(r"(?:\d{1,4}|[ivxlc]{1,7})?")

# A word that a line break tore is looked for in this many characters; the longest words have 45.
_TORN_CHARS = 80

_SOFT = "\xad"
_HYPHENS = "-‐‑" + _SOFT
_ENDS_IN_WORD = re.compile(r"[^\W\d_]{3}\W*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HYPHENATED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-‐‑][^\W_]+)+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that stand inside the document's lines, in lower case."""

    words: frozenset[str]
    hyphenated: frozenset[str]


def vocabulary(rows: Iterable[Row]) -> Vocabulary:
    """The vocabulary of the rows; what a line's end may have torn is not counted."""
    words: set[str] = set()
    hyphenated: set[str] = set()
    torn = False
    for row in rows:
        text = row.text.lower().replace("‐", "-").replace("‑", "-")
        if torn:
            text = text.partition(" ")[2]
        torn = row.text[-1] in _HYPHENS
        if torn:
            text = text.rpartition(" ")[0]
        words.update(_WORD.findall(text))
        for word in text.split():
            if "-" in word[1:-1]:
                hyphenated.update(_HYPHENATED.findall(word[:_TORN_CHARS]))
    return Vocabulary(frozenset(words), frozenset(hyphenated))


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of the notes of a document, which are left out of the words that they are glued to."""

    by_page: Mapping[int, AbstractSet[str]]
    anywhere: AbstractSet[str]  # notes may all stand at the end

    def points(self, mark: str, page: int, bare: str) -> bool:
        """Whether a raised mark behind `bare` on a page points to a note; "m²" and "CO₂" never do so afar."""
        if mark in self.by_page.get(page, frozenset()):
            return True
        return mark in self.anywhere and _ENDS_IN_WORD.search(bare) is not None


NO_MARKS = Marks({}, frozenset())


def lines(
    rows: Sequence[Row], known: Vocabulary, marks: Marks = NO_MARKS, *, bullet: bool = False
) -> tuple[Line, ...]:
    """The rows as lines on their pages; a word that a line break tore stands whole on the first line.

    The raised marks that point to notes are left out. So is the bullet or
    number in front of the first row, where there is a `bullet`.
    """
    made: list[Line] = []
    for number, row in enumerate(rows):
        text = row_text(row, marks)
        text = without_leader(text) or text
        if bullet and number == 0:
            text = LIST_MARK.sub("", text, count=1).lstrip()
        if not text:
            continue
        if made and (torn := _mend(made[-1].text, text, known)):
            made[-1] = replace(made[-1], text=torn[0])
            text = torn[1]
        if text:
            made.append(Line(text, row.page, row.page))
    return tuple(replace(line, text=line.text.replace(_SOFT, "")) for line in made)


def row_text(row: Row, marks: Marks = NO_MARKS) -> str:
    """The words of a row, one space apart, without the raised marks that point to notes."""
    parts: list[str] = []
    previous: Word | None = None
    for word in _whole(row.words):
        text = word.text
        if word.mark and marks.points(word.mark, row.page, word.bare):
            text = word.bare
        raised = previous is not None and word.size <= _SMALL * row.size and word.base < row.base
        if raised and previous is not None and marks.points(text, row.page, previous.text):
            previous = replace(previous, x1=word.x1)  # what follows the mark follows its word
            continue
        if previous is not None and not _is_glued(previous, word):
            parts.append(" ")
        parts.append(text)
        previous = word
    return " ".join("".join(parts).split())


def without_leader(text: str) -> str | None:
    """An entry of a contents list and its page without the dots between them; None when there are none.

    >>> without_leader("The gates . . . . . 12")
    'The gates 12'
    """
    entry = text.rstrip("0123456789ivxlc ")
    page = text[len(entry) :].strip()
    name = entry.rstrip(" .·…_")
    if sum(not mark.isspace() for mark in entry[len(name) :]) < _LEADER_DOTS or not _PAGE.fullmatch(page):
        return None
    return f"{name} {page}".strip()


def _is_glued(first: Word, second: Word) -> bool:
    """Whether a mark or an index follows its word without a space ("CO₂" drawn in two sizes)."""
    small, large = sorted((first.size, second.size))
    near = -_GLUED * 3 < (second.x0 - first.x1) / large < _GLUED
    return near and (small <= _SMALL * large or second.text[0] in ".,;:!?)")


def _whole(words: Sequence[Word]) -> Iterator[Word]:
    """The words, those whose letters are spaced out put together."""
    if sum(len(word.text) == 1 for word in words) < _SPACED_LETTERS:
        yield from words
        return
    run: list[Word] = []
    for word in words:
        if len(word.text) == 1 and word.text.isalpha():
            run.append(word)
            continue
        yield from _unspaced(run)
        run = []
        yield word
    yield from _unspaced(run)


def _unspaced(letters: Sequence[Word]) -> Iterator[Word]:
    if len(letters) < _SPACED_LETTERS:
        yield from letters
        return
    gaps = [right.x0 - left.x1 for left, right in pairwise(letters)]
    usual = max(median(gaps), 0.1)
    word = letters[0]
    for letter, gap in zip(letters[1:], gaps, strict=True):
        if gap > _WIDER * usual:
            yield word
            word = letter
        else:
            word = replace(word, text=word.text + letter.text, x1=letter.x1)
    yield word


def _mend(first: str, second: str, known: Vocabulary) -> tuple[str, str] | None:
    """Both lines with the word whole that the break between them tore; None where it tore none.

    The hyphen goes unless the document shows that it belongs to the word.
    """
    head = re.search(rf"([^\W_]+(?:[-‐‑][^\W_]+)*)([{_HYPHENS}])$", first[-_TORN_CHARS:])
    tail = re.match(r"[^\W_]+(?:['’-][^\W_]+)*", second)
    if head is None or tail is None:
        return None
    start, hyphen, rest = head[1], head[2], tail[0]
    glue = "" if hyphen == _SOFT or not _keeps_hyphen(start, rest, known) else "-"
    word, _, after = second.partition(" ")
    return f"{first[:-1]}{glue}{word}", after


def _keeps_hyphen(start: str, rest: str, known: Vocabulary) -> bool:
    if not (start[-1].isalpha() and rest[0].islower()):
        return True  # 2019-20, NHS-England
    start, rest = start.lower(), rest.lower()
    if "-" in start or f"{start}-{rest}" in known.hyphenated:
        return f"{start}{rest}" not in known.hyphenated or f"{start}-{rest}" in known.hyphenated
    return start in known.words and rest in known.words and start + rest not in known.words
