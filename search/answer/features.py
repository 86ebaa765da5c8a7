"""Candidates + query -> what the second look weighs, for every sentence and every passage at once.

All of a pool's words stand in one array (`search.forward`), so that a feature costs a few array
operations, whether it is of ten passages or of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search.analysis import tokens
from search.answers import Candidate
from search.forward import word_number
from search.queries import Query, Term

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]

# What a stop word weighs in a pair of words ("head of"), beside the idf of the others.
_STOP_WORD_WEIGHT = 0.5

# Offsets within a passage stay below this; with the passage's number above it they sort as one array.
_STRIDE = 1 << 24

_NUMBER = np.dtype("<u4")  # as `Forward` packs numbers


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as numbers: each term of the query is a column of the coverage matrices."""

    idf: Floats  # one a column
    named: Floats  # one a column: 1 for a name, a number or an acronym
    numbers: Words  # distinct: every word that may match, those that count least first
    columns: Ints  # of each number
    weights: Floats  # of each number: 1 for a typed word, less for an added one
    sequences: tuple[tuple[tuple[int, ...], tuple[int, ...], float], ...]  # words, columns, weight
    firsts: Words  # of each two words of the question that follow each other, distinct
    seconds: Words  # the same pairs' second words
    pair_weights: Floats  # of each pair
    defining: bool  # whether it matters what a sentence defines


def wanted(query: Query, idf: Mapping[Term, float]) -> Wanted:
    """The query's terms and expansions as numbers."""
    column = {term.stem: index for index, term in enumerate(query.terms)}
    single = {word_number(term.stem): (index, 1.0) for index, term in enumerate(query.terms)}
    sequences = []
    for expansion in query.expansions:
        columns = tuple(column[stem] for stem in expansion.instead_of if stem in column)
        words = tuple(word_number(token.stem, token.is_stop_word) for token in tokens(expansion.added))
        if len(words) == 1 and len(columns) == 1:
            single.setdefault(words[0], (columns[0], expansion.weight))
        elif columns:
            sequences.append((words, columns, expansion.weight))
    numbers = sorted(single, key=lambda number: single[number][1])
    pairs = _question_pairs(query, {term.stem: weight for term, weight in idf.items()})
    return Wanted(
        idf=np.array([idf[term] for term in query.terms], dtype=np.float64),
        named=np.array([term.stem in query.names for term in query.terms], dtype=np.float64),
        numbers=np.array(numbers, dtype=np.uint32),
        columns=np.array([single[number][0] for number in numbers], dtype=np.int64),
        weights=np.array([single[number][1] for number in numbers], dtype=np.float64),
        sequences=tuple(sequences),
        firsts=np.array([first for first, _ in pairs], dtype=np.uint32),
        seconds=np.array([second for _, second in pairs], dtype=np.uint32),
        pair_weights=np.array(list(pairs.values()), dtype=np.float64),
        defining=bool(query.subject),
    )


def _question_pairs(query: Query, idf: Mapping[str, float]) -> dict[tuple[int, int], float]:
    """Each two words of the question that follow each other, unless both are stop words; their weight."""
    return {
        (word_number(one, stops), word_number(other, stops_too)): (
            idf.get(one, _STOP_WORD_WEIGHT) + idf.get(other, _STOP_WORD_WEIGHT)
        )
        / 2
        for (one, stops), (other, stops_too) in pairwise(query.words)
        if not (stops and stops_too)
    }


@dataclass(frozen=True, slots=True)
class Pool:
    """What of the query stands in each sentence and passage of a pool; arrays of a kind run in step."""

    passage: Ints  # of each sentence: the number of its passage
    first: Ints  # of each passage: the number of its first sentence
    sentences: Floats  # sentences x terms: 1 where a term stands, an expansion's weight where that does
    above: Floats  # passages x terms: 1 where the term stands in the heading path
    titled: Floats  # passages x terms: 1 where the term stands in the document's title
    pairs: Floats  # sentences x pairs: 1 where two words that follow each other in the question do so
    defined: Floats  # sentences x terms: 1 where the term stands in the name of what the sentence defines
    marks: Ints  # of each sentence: `Mark`
    words: Ints  # of each passage: how many words it has
    damaged: Floats  # of each passage: 1 where its document is run together or has text missing
    looked_at: int  # how many passages are ranked anew; the rest keep their order behind these
    engine: Floats  # of each passage: the engine's score
    is_compared: bool  # whether it is known how near passages are in meaning
    near: Floats  # of each passage: how near it is to the question in meaning; 0 where that is not known
    near_sentences: Floats  # of each sentence: the same


def read_pool(candidates: Sequence[Candidate], look: Wanted, looked_at: int) -> Pool:
    """The pool's sentences and passages; there is a candidate, and each passage has a sentence."""
    pool = [candidate.forward for candidate in candidates]
    closeness = [candidate.closeness for candidate in candidates if candidate.closeness]
    words, counts = _joined([item.words for item in pool])
    starts = np.frombuffer(b"".join([item.starts for item in pool]), _NUMBER)
    sentence_starts, sentence_counts = _joined([item.sentences for item in pool])
    marks = np.frombuffer(b"".join([item.marks for item in pool]), _NUMBER)
    numbers = np.arange(len(pool))
    passage, passage_of = np.repeat(numbers, sentence_counts), np.repeat(numbers, counts)

    starts_of_all = passage * _STRIDE + sentence_starts

    def sentence_of(places: Ints) -> Ints:
        at = passage_of[places] * _STRIDE + starts[places]
        return np.searchsorted(starts_of_all, at, "right") - 1

    found, places = _true(look.numbers[:, None] == words)
    sentence = sentence_of(places)
    coverage = np.zeros((len(passage), len(look.idf)))
    # What is written last stays: the typed word goes over the added one.
    coverage[sentence, look.columns[found]] = look.weights[found]
    for sequence, columns, weight in look.sequences:
        run = _runs(words, passage_of, sequence)
        where = sentence_of(run)
        for column in columns:
            coverage[where, column] = np.maximum(coverage[where, column], weight)
    defined = np.zeros_like(coverage)
    if look.defining:
        subjects = np.frombuffer(b"".join([item.defined for item in pool]), "u1")
        first_word = np.searchsorted(passage_of * _STRIDE + starts, starts_of_all)
        named = places - first_word[sentence] < subjects[sentence]
        at = sentence[named], look.columns[found[named]]
        defined[at] = coverage[at]
    headings_and_titles = [*(item.headings for item in pool), *(item.title for item in pool)]
    above, titled = _stand_in(headings_and_titles, look).reshape(2, len(pool), len(look.idf))

    return Pool(
        passage=passage,
        first=np.cumsum(sentence_counts) - sentence_counts,
        sentences=coverage,
        above=above,
        titled=titled,
        pairs=_pairs(words, passage_of, sentence_of, look, len(passage)),
        defined=defined,
        marks=marks.astype(np.int64),
        words=counts,
        damaged=np.array([item.damaged for item in pool], dtype=np.float64),
        looked_at=looked_at,
        engine=np.array([candidate.score for candidate in candidates], dtype=np.float64),
        is_compared=bool(closeness),
        near=np.array([each.passage for each in closeness] or [0.0] * len(pool)),
        near_sentences=np.concatenate([each.sentences for each in closeness], dtype=np.float64)
        if closeness
        else np.zeros(len(passage)),
    )


def _joined(parts: Sequence[bytes]) -> tuple[Words, Ints]:
    """The numbers in all the parts, and how many there are in each."""
    counts = np.array([*map(len, parts)]) // _NUMBER.itemsize
    return np.frombuffer(b"".join(parts), _NUMBER), counts


def _true(matrix: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The rows and the columns of what is true, row by row.

    Comparing each word with each one that is looked for and this take .03 ms for 50 passages, bisection .1:
    it guesses wrong at every step. `np.nonzero` of a matrix takes .04 alone.
    """
    return np.divmod(np.flatnonzero(matrix), matrix.shape[1])


def _stand_in(parts: Sequence[bytes], look: Wanted) -> Floats:
    """Parts x terms: 1 where a term stands in a part, an expansion's weight where that does."""
    words, counts = _joined(parts)
    places, found = _true(words[:, None] == look.numbers)
    stand = np.zeros((len(parts), len(look.idf)))
    stand[np.repeat(np.arange(len(parts)), counts)[places], look.columns[found]] = look.weights[found]
    return stand


def _runs(words: NDArray[np.integer], passage_of: Ints, sequence: Sequence[int]) -> Ints:
    """The places where the words stand one after the other in one passage."""
    length = max(len(words) - len(sequence) + 1, 0)
    same = passage_of[:length] == passage_of[len(words) - length :]
    for offset, word in enumerate(sequence):
        same &= words[offset : offset + length] == word
    return np.nonzero(same)[0]


def _pairs(
    words: NDArray[np.integer],
    passage_of: Ints,
    sentence_of: Callable[[Ints], Ints],
    look: Wanted,
    sentences: int,
) -> Floats:
    stand = np.zeros((sentences, len(look.pair_weights)))
    found, places = _true((look.firsts[:, None] == words[:-1]) & (look.seconds[:, None] == words[1:]))
    together = passage_of[places] == passage_of[places + 1]
    stand[sentence_of(places[together]), found[together]] = 1.0
    return stand
