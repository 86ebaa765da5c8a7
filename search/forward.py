"""A passage's words as numbers, kept beside it in the index.

The second look weighs a hundred passages for each question; this lets it do so without their texts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import pack

from search.analysis import Words, analysed
from search.analysis import word_number as word_number  # who reads a `Forward` looks for it here
from search.definitions import MAX_OPENING, words_of_definition
from search.marks import Mark, mark_bits
from search.passages import Document, Passage

_BULLET = re.compile(r"( *)- ")
_ITEM, _LEAD_IN = int(Mark.ITEM), int(Mark.LEAD_IN)


@dataclass(frozen=True, slots=True)
class Forward:
    """Little-endian arrays as bytes: the words of the text in order, stop words too, and its sentences.

    A word is the CRC-32 of its stem: of a question's ten stems one meets another word's number in a
    passage of a hundred once in four million passages, and a quotation is always cut from the text.
    """

    words: bytes  # uint32, one a word
    starts: bytes  # uint32, where each word starts in the text
    lengths: bytes  # uint8, its length in code points
    sentences: bytes  # uint32, where each sentence starts
    marks: bytes  # uint32, what stands in each sentence: `Mark`
    depths: bytes  # uint8, how many lists each sentence stands in
    defined: bytes  # uint8, how many words at the start of each sentence name what it defines
    headings: bytes  # uint32, words of the heading path, stop words left out
    title: bytes  # uint32, words of the document's title, stop words left out
    damaged: bool  # whether the document has notes: run together, or with text missing


def sequence_numbers(text: str) -> tuple[int, ...]:
    """The numbers of the words of a short text, in order, as they follow each other in a passage."""
    return tuple(word.number for word in analysed(text).words)


def forward(passage: Passage, document: Document) -> Forward:
    """The words of a passage and of what a reader sees above it."""
    found = analysed(passage.text)
    in_lists = depths(passage)
    title = document.metadata.title
    return Forward(
        words=_uint32([word.number for word in found.words]),
        starts=_uint32(found.starts),
        lengths=bytes(found.lengths),
        sentences=_uint32([sentence.start for sentence in passage.sentences]),
        marks=_uint32(list(_sentence_marks(passage, in_lists))),
        depths=bytes(in_lists),
        defined=bytes(_defined(passage, found)),
        headings=_subject(" ".join(passage.heading_path)),
        title=_subject(title.value if title else ""),
        damaged=bool(document.notes),
    )


def depths(passage: Passage) -> list[int]:
    """How many lists each sentence stands in; in our layout a list item begins with "- ", a nested one after
    two more spaces."""
    lines = (passage.text[passage.text.rfind("\n", 0, span.start) + 1 :] for span in passage.sentences)
    return [1 + len(bullet[1]) // 2 if (bullet := _BULLET.match(line)) else 0 for line in lines]


def _sentence_marks(passage: Passage, depths: Sequence[int]) -> Iterator[int]:
    for span, depth, next_depth in zip(passage.sentences, depths, [*depths[1:], 0], strict=True):
        sentence = span.of(passage.text)
        mark = mark_bits(sentence) | (_ITEM if depth else 0)
        leads = next_depth > depth and (mark & _LEAD_IN or not sentence.endswith((".", "!", "?")))
        yield mark | _LEAD_IN if leads else mark & ~_LEAD_IN


def _defined(passage: Passage, found: Words) -> Iterator[int]:
    for sentence in passage.sentences:
        first = bisect_left(found.starts, sentence.start)
        last = bisect_left(found.starts, sentence.end, first, min(first + MAX_OPENING, len(found.starts)))
        yield words_of_definition([word.exact for word in found.words[first:last]])


def _subject(text: str) -> bytes:
    return _uint32([word.number for word in analysed(text).words if not word.is_stop_word])


def _uint32(values: Sequence[int]) -> bytes:
    return pack(f"<{len(values)}I", *values)
