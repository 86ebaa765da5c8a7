"""Passage + query -> Excerpt: the sentence or list that answers and the words that match, as offsets."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from search.answers import Excerpt
from search.forward import Forward
from search.marks import Mark
from search.passages import Passage, Span


def excerpt(
    passage: Passage, words: Forward, sentence: int, numbers: Collection[int], whole_list: bool
) -> Excerpt:
    """The passage with its answer and the words with these numbers marked.

    The answer is the sentence at this position; a sentence that a list hangs from goes with its list, and
    with `whole_list` an item goes with the whole of it.
    """
    return Excerpt(passage.text, _answer(passage, words, sentence, whole_list), _highlights(words, numbers))


def _highlights(words: Forward, numbers: Collection[int]) -> tuple[Span, ...]:
    (places,) = np.nonzero(np.isin(np.frombuffer(words.words, "<u4"), list(numbers)))
    starts = np.frombuffer(words.starts, "<u4")[places].tolist()
    lengths = np.frombuffer(words.lengths, "u1")[places].tolist()
    return tuple(Span(start, start + length) for start, length in zip(starts, lengths, strict=True))


def _answer(passage: Passage, words: Forward, sentence: int, whole_list: bool) -> Span:
    depths, marks = words.depths, np.frombuffer(words.marks, "<u4")
    first = last = sentence
    if marks[sentence] & Mark.LEAD_IN:
        last = _end_of_list(depths, sentence + 1, depths[sentence])
    elif whole_list and depths[sentence]:
        above = depths[sentence] - 1
        while first > 0 and depths[first - 1] > above:
            first -= 1
        if first > 0 and marks[first - 1] & Mark.LEAD_IN:
            first -= 1
        last = _end_of_list(depths, sentence, above)
    return Span(passage.sentences[first].start, passage.sentences[last].end)


def _end_of_list(depths: bytes, item: int, above: int) -> int:
    """The last sentence of the list that an item belongs to, whose lead-in stands in `above` lists."""
    while item + 1 < len(depths) and depths[item + 1] > above:
        item += 1
    return item
