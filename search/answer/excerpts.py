"""Passage + query -> Excerpt: the sentence or list that answers and the words that match, as offsets."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from search.answers import Excerpt
from search.forward import Forward
from search.marks import Mark
from search.passages import Passage, Span


def excerpt(
    passage: Passage,
    words: Forward,
    sentence: int,
    sought: Iterable[tuple[int, ...]],
    whole_list: bool,
) -> Excerpt:
    """The passage with its answer marked, and each of the sought words and sequences of words.

    The answer is the sentence at this position; a sentence that a list hangs from goes with its list, and
    with `whole_list` an item goes with the whole of it.
    """
    return Excerpt(passage.text, _answer(passage, words, sentence, whole_list), _highlights(words, sought))


def _highlights(words: Forward, sought: Iterable[tuple[int, ...]]) -> tuple[Span, ...]:
    by_first: dict[int, list[tuple[int, ...]]] = {}
    for sequence in sought:
        by_first.setdefault(sequence[0], []).append(sequence)
    numbers = np.frombuffer(words.words, "<u4").tolist()
    places = {
        place + offset
        for place, number in enumerate(numbers)
        if number in by_first
        for sequence in by_first[number]
        if tuple(numbers[place : place + len(sequence)]) == sequence
        for offset in range(len(sequence))
    }
    starts = np.frombuffer(words.starts, "<u4")
    return tuple(Span(start := int(starts[place]), start + words.lengths[place]) for place in sorted(places))


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
