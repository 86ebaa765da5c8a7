"""Passage + query -> Excerpt: the sentence or list that answers and the words that match, as offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.answers import Excerpt
from search.forward import Forward, sequence_numbers, word_number
from search.marks import Mark
from search.passages import Passage, Span
from search.queries import Query

_LEAD_IN = int(Mark.LEAD_IN)  # operators of an enumeration cost ten times as much


@dataclass(frozen=True, slots=True)
class Sought:
    """What an excerpt marks; the same for every passage of a question."""

    sequences: Mapping[int, Sequence[Sequence[int]]]  # words in a row, as numbers, by the first of them
    whole_list: bool  # whether an item that answers goes with the whole of its list


def sought(query: Query) -> Sought:
    """The words of the query, and those that are looked for beside them."""
    typed = ((word_number(term.stem),) for term in query.terms)
    sequences: dict[int, list[list[int]]] = {}
    for sequence in {*typed, *(sequence_numbers(expansion.added) for expansion in query.expansions)}:
        sequences.setdefault(sequence[0], []).append(list(sequence))
    return Sought(sequences, query.kind == "list")


def excerpt(passage: Passage, words: Forward, sentence: int, look: Sought) -> Excerpt:
    """The passage with its answer marked, and each word that is sought.

    The answer is the sentence at this position; a sentence that a list hangs from goes with its list.
    """
    return Excerpt(passage.text, _answer(passage, words, sentence, look.whole_list), _highlights(words, look))


def _highlights(words: Forward, look: Sought) -> tuple[Span, ...]:
    numbers = np.frombuffer(words.words, "<u4").tolist()
    places: set[int] = set()
    for place in [place for place, number in enumerate(numbers) if number in look.sequences]:
        for sequence in look.sequences[numbers[place]]:
            end = place + len(sequence)
            if numbers[place:end] == sequence:
                places.update(range(place, end))
    starts = np.frombuffer(words.starts, "<u4")
    return tuple(Span(start := starts.item(place), start + words.lengths[place]) for place in sorted(places))


def _answer(passage: Passage, words: Forward, sentence: int, whole_list: bool) -> Span:
    depths, marks = words.depths, np.frombuffer(words.marks, "<u4").tolist()
    first = last = sentence
    if marks[sentence] & _LEAD_IN:
        last = _end_of_list(depths, sentence + 1, depths[sentence])
    elif whole_list and depths[sentence]:
        above = depths[sentence] - 1
        while first > 0 and depths[first - 1] > above:
            first -= 1
        if first > 0 and marks[first - 1] & _LEAD_IN:
            first -= 1
        last = _end_of_list(depths, sentence, above)
    return Span(passage.sentences[first].start, passage.sentences[last].end)


def _end_of_list(depths: bytes, item: int, above: int) -> int:
    """The last sentence of the list that an item belongs to, whose lead-in stands in `above` lists."""
    while item + 1 < len(depths) and depths[item + 1] > above:
        item += 1
    return item
