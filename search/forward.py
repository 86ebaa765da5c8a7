"""A passage's words as numbers, kept beside it in the index.

The second look weighs a hundred passages for each question; this lets it do so without their texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from search.analysis import tokens
from search.definitions import defined_words
from search.marks import NO_MARK, Mark, marks
from search.passages import Document, Passage

_BULLET = re.compile(r"( *)- ")


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


def word_number(stem: str, is_stop_word: bool = False) -> int:
    """The number that stands for a stem; a stop word has another than the acronym that looks like it."""
    return crc32(f" {stem}".encode() if is_stop_word else stem.encode())


def sequence_numbers(text: str) -> tuple[int, ...]:
    """The numbers of the words of a short text, in order, as they follow each other in a passage."""
    return tuple(word_number(token.stem, token.is_stop_word) for token in tokens(text))


def forward(passage: Passage, document: Document) -> Forward:
    """The words of a passage and of what a reader sees above it."""
    words = list(tokens(passage.text))
    in_lists = depths(passage)
    title = document.metadata.title
    return Forward(
        words=_pack("<u4", (word_number(token.stem, token.is_stop_word) for token in words)),
        starts=_pack("<u4", (token.start for token in words)),
        lengths=_pack("u1", (token.end - token.start for token in words)),
        sentences=_pack("<u4", (sentence.start for sentence in passage.sentences)),
        marks=_pack("<u4", _sentence_marks(passage, in_lists)),
        depths=_pack("u1", in_lists),
        defined=_pack("u1", (defined_words(sentence.of(passage.text)) for sentence in passage.sentences)),
        headings=_stems(" ".join(passage.heading_path)),
        title=_stems(title.value if title else ""),
        damaged=bool(document.notes),
    )


def depths(passage: Passage) -> list[int]:
    """How many lists each sentence stands in; in our layout a list item begins with "- ", a nested one after
    two more spaces."""
    lines = (passage.text[passage.text.rfind("\n", 0, span.start) + 1 :] for span in passage.sentences)
    return [1 + len(bullet[1]) // 2 if (bullet := _BULLET.match(line)) else 0 for line in lines]


def _sentence_marks(passage: Passage, depths: Sequence[int]) -> Iterator[Mark]:
    for span, depth, next_depth in zip(passage.sentences, depths, [*depths[1:], 0], strict=True):
        sentence = span.of(passage.text)
        mark = marks(sentence) | (Mark.ITEM if depth else NO_MARK)
        leads = next_depth > depth and (mark & Mark.LEAD_IN or not sentence.endswith((".", "!", "?")))
        yield mark | Mark.LEAD_IN if leads else mark & ~Mark.LEAD_IN


def _stems(text: str) -> bytes:
    return _pack("<u4", (word_number(token.stem) for token in tokens(text) if not token.is_stop_word))


def _pack(kind: str, values: Iterable[int]) -> bytes:
    return np.fromiter(values, dtype=kind).tobytes()
