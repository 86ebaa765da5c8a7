"""Quoted phrases: of passages that hold the words, those that hold them one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from search.forward import Forward, sequence_numbers
from search.index.engine import Matches
from search.queries import Query

# Passages that hold all words of a phrase, and are then looked at one by one: 6 microseconds each.
MOST_PASSAGES = 1_000


def with_phrases(found: Matches, query: Query) -> Matches:
    """The candidates that hold every phrase of the query, in their order, and how many they are."""
    phrases = list(map(sequence_numbers, query.phrases))
    kept, near = (
        tuple(c for c in candidates if all(_holds(c.forward, phrase) for phrase in phrases))
        for candidates in (found.candidates, found.near)
    )
    least = found.total > len(found.candidates)
    return replace(found, candidates=kept, near=near, total=len(kept), is_least=least)


def _holds(passage: Forward, phrase: tuple[int, ...]) -> bool:
    words = np.frombuffer(passage.words, "<u4")
    places = np.arange(max(len(words) - len(phrase) + 1, 0))
    for offset, word in enumerate(phrase):
        places = places[words[places + offset] == word]
    return len(places) > 0
