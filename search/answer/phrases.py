"""Quoted phrases: of passages that hold the words, those that hold them one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from struct import pack

from search.answers import Candidate
from search.deadline import NEVER, Deadline
from search.forward import sequence_numbers
from search.index.engine import Matches
from search.queries import Query

# Passages that hold all words of a phrase, and are then looked at one by one. Bytes are compared, so that
# takes half a microsecond each however long the phrase is; reading what is known of so many takes 10 ms, and
# the second look at them .1 s.
MOST_PASSAGES = 1_000

_WORD_BYTES = 4


def with_phrases(found: Matches, query: Query, deadline: Deadline = NEVER) -> Matches:
    """The candidates that hold every phrase of the query, in their order, and how many they are.

    After the deadline no more of them are looked at, and those that were are partial.
    """
    phrases = [pack(f"<{len(numbers)}I", *numbers) for numbers in map(sequence_numbers, query.phrases)]
    is_partial = found.is_partial

    def holding(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        nonlocal is_partial
        for candidate in candidates:
            if deadline.is_over:
                is_partial = True
                return
            if all(_holds(candidate.forward.words, phrase) for phrase in phrases):
                yield candidate

    kept, near = tuple(holding(found.candidates)), tuple(holding(found.near))
    least = found.total > len(found.candidates)
    return replace(found, candidates=kept, near=near, total=len(kept), is_least=least, is_partial=is_partial)


def _holds(words: bytes, phrase: bytes) -> bool:
    place = words.find(phrase)
    while place % _WORD_BYTES and place >= 0:  # the end of one word and the beginning of the next
        place = words.find(phrase, place + 1)
    return place >= 0
