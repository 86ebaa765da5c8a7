"""The second look's judgement: a weighted sum of a few features, for each sentence and each passage.

The weights are learned by `python tests/bench/learning.py` on SQuAD: for sentences the likelihood of one that
holds the answer among those of its passage, for passages that of the right one among the pool.
tests/bench/RESULTS.md says what each feature is worth. SQuAD neither asks for definitions nor has damaged
documents: those weights are chosen on the shared questions and those of tests/data, where success@1 of
definitions is the same from 3 to 9, and of all .650 and .662 without and with the one of damage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.answer.features import Floats, Ints, Pool, Wanted
from search.queries import Query

SENTENCE_FEATURES = (
    "covered",
    "covered_squared",
    "rare_covered",
    "before",
    "after",
    "pairs",
    "expected",
    "defined",
    "meaning",
)
SENTENCE_WEIGHTS = (4.03, 2.2, 0.8, 2.3, 0.29, 1.34, 2.36, 4.0, 0.0)

_COVERED, _BEFORE, _AFTER = map(SENTENCE_FEATURES.index, ("covered", "before", "after"))

# A sentence defines the thing that is asked for when nearly all of the question's weight is in its subject.
WHOLE_SUBJECT = 0.9

PASSAGE_FEATURES = (
    "engine_share",
    "sentence",
    "covered",
    "title",
    "pairs",
    "length",
    "names",
    "defined",
    "damaged",
    "meaning",
    "meaning_of_sentence",
)
PASSAGE_WEIGHTS = (6.1, 0.8, 2.2, 1.45, 2.7, -1.06, 1.7, 6.0, -1.0, 24.0, 24.0)

# Beyond these the last bits depend on how many passages are summed at once; what is equal has to stay equal.
DIGITS = 6

# A passage of up to so many words is as good as a shorter one. SQuAD's passages have about as many, so what
# it teaches of shorter ones does not hold: MRR of the shared questions is .687 so, .675 with 100 and .670
# with 60; on SQuAD all three are within .001.
EVEN_WORDS = 140


@dataclass(frozen=True, slots=True)
class Scores:
    """What the second look makes of a pool."""

    passages: Floats  # one a passage; only their differences mean something
    features: Floats  # passages x PASSAGE_FEATURES
    sentences: Floats  # one a sentence
    best: Ints  # of each passage: the position in it of the sentence that answers best
    covered: Floats  # of each sentence: the share of the question's weight that stands in it
    around: Floats  # of each sentence: what the one before it or the one after adds to that, the better one


def sentence_features(pool: Pool, look: Wanted, query: Query) -> Floats:
    """Sentences x SENTENCE_FEATURES; shares are of the question's weight."""
    share, rare = _shares(look.idf), _shares(look.idf**2)
    before, after = _neighbours(pool)
    covered = pool.sentences @ share
    return np.column_stack(
        [
            covered,
            covered**2,
            pool.sentences @ rare,
            np.maximum(pool.sentences, before) @ share - covered,
            np.maximum(pool.sentences, after) @ share - covered,
            pool.pairs @ _shares(look.pair_weights),
            (pool.marks & int(query.expects)) > 0,
            pool.defined @ share > WHOLE_SUBJECT if query.subject else np.zeros(len(covered)),
            pool.near_sentences,
        ]
    )


_TINY = 1e-9  # keeps what weighs nothing a share of nothing


def _shares(weights: Floats) -> Floats:
    """The weights, adding up to 1 unless all are 0."""
    shares: Floats = weights / max(float(weights.sum()), _TINY)
    return shares


def _neighbours(pool: Pool) -> tuple[Floats, Floats]:
    """The coverage of the sentence before and of the one after each, within their passage."""
    before, after = np.zeros_like(pool.sentences), np.zeros_like(pool.sentences)
    before[1:], after[:-1] = pool.sentences[:-1], pool.sentences[1:]
    before[pool.first] = 0.0
    after[pool.first[1:] - 1] = 0.0
    return before, after


def passage_features(pool: Pool, look: Wanted, query: Query, sentences: Floats) -> Floats:
    """Passages x PASSAGE_FEATURES, from the scores of their sentences among others."""
    share, pair_share, named = map(_shares, (look.idf, look.pair_weights, look.idf * look.named))
    best = np.maximum.reduceat(sentences, pool.first)
    text = np.maximum.reduceat(pool.sentences, pool.first, axis=0)
    seen = np.maximum(np.maximum(text, pool.above), pool.titled)
    nothing = np.zeros(len(best))
    return np.column_stack(
        [
            pool.engine / max(pool.engine.max(), _TINY),
            best,
            seen @ share,
            pool.titled @ share,
            np.maximum.reduceat(pool.pairs, pool.first, axis=0) @ pair_share,
            np.log(np.maximum(pool.words, EVEN_WORDS) / EVEN_WORDS),
            seen @ named if look.named.any() else nothing,
            np.maximum.reduceat(pool.defined @ share, pool.first) > WHOLE_SUBJECT
            if query.subject
            else nothing,
            pool.damaged,
            pool.near,
            np.maximum.reduceat(pool.near_sentences, pool.first),
        ]
    )


def score(pool: Pool, look: Wanted, query: Query) -> Scores:
    """The scores of a pool."""
    each = sentence_features(pool, look, query)
    sentences = (each @ np.array(SENTENCE_WEIGHTS)).round(DIGITS)
    features = passage_features(pool, look, query, sentences)
    passages = (features @ np.array(PASSAGE_WEIGHTS)).round(DIGITS)
    best = np.lexsort((-sentences, pool.passage))[pool.first] - pool.first
    around = each[:, [_BEFORE, _AFTER]].max(axis=1)
    return Scores(passages, features, sentences, best, each[:, _COVERED], around)
