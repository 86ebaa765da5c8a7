"""The second look's judgement: a weighted sum of a few features, for each sentence and each passage.

The weights are learned by `python tests/bench/learning.py` on SQuAD: for sentences the likelihood of one that
holds the answer among those of its passage, for passages that of the right one among the pool (a softmax
over each, Newton's method).
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
)
SENTENCE_WEIGHTS = (4.11, 2.35, 0.71, 2.4, 0.25, 1.24, 1.81, 4.0)

# A sentence defines the thing that is asked for when nearly all of the question's weight is in its subject.
WHOLE_SUBJECT = 0.9

PASSAGE_FEATURES = (
    "engine_share",
    "sentence",
    "covered",
    "rare_covered",
    "title",
    "pairs",
    "length",
    "expected",
    "defined",
)
PASSAGE_WEIGHTS = (5.53, 0.81, 1.89, 2.01, 1.67, 2.72, -1.13, 2.0, 6.0)


# Beyond these the last bits depend on how many passages are summed at once; what is equal has to stay equal.
DIGITS = 6


EVEN_WORDS = 140


@dataclass(frozen=True, slots=True)
class Scores:
    """What the second look makes of a pool."""

    passages: Floats  # one a passage; only their differences mean something
    features: Floats  # passages x PASSAGE_FEATURES
    sentences: Floats  # one a sentence
    best: Ints  # of each passage: the position in it of the sentence that answers best


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
        ]
    )


def _shares(weights: Floats) -> Floats:
    """The weights, adding up to 1; there may be none."""
    return weights / weights.sum() if len(weights) else weights


def _neighbours(pool: Pool) -> tuple[Floats, Floats]:
    """The coverage of the sentence before and of the one after each, within their passage."""
    before, after = np.zeros_like(pool.sentences), np.zeros_like(pool.sentences)
    before[1:], after[:-1] = pool.sentences[:-1], pool.sentences[1:]
    before[pool.first] = 0.0
    after[pool.first[1:] - 1] = 0.0
    return before, after


def passage_features(pool: Pool, look: Wanted, query: Query, engine: Floats, sentences: Floats) -> Floats:
    """Passages x PASSAGE_FEATURES, from the engine's scores and those of the sentences."""
    share, rare, pair_share = _shares(look.idf), _shares(look.idf**2), _shares(look.pair_weights)
    best = np.maximum.reduceat(sentences, pool.first)
    text = np.maximum.reduceat(pool.sentences, pool.first, axis=0)
    seen = np.maximum(np.maximum(text, pool.above), pool.titled)
    return np.column_stack(
        [
            engine / engine.max(),
            best,
            seen @ share,
            seen @ rare,
            pool.titled @ share,
            np.maximum.reduceat(pool.pairs, pool.first, axis=0) @ pair_share,
            np.log(np.maximum(pool.words, EVEN_WORDS) / EVEN_WORDS),
            np.maximum.reduceat(
                (pool.marks & int(query.expects) > 0) & (sentences >= best[pool.passage]), pool.first
            ),
            np.maximum.reduceat(pool.defined @ share, pool.first) > WHOLE_SUBJECT
            if query.subject
            else np.zeros(len(engine)),
        ]
    )


def score(pool: Pool, look: Wanted, query: Query, engine: Floats) -> Scores:
    """The scores of a pool whose passages the engine scored so."""
    sentences = (sentence_features(pool, look, query) @ np.array(SENTENCE_WEIGHTS)).round(DIGITS)
    features = passage_features(pool, look, query, engine, sentences)
    passages = (features @ np.array(PASSAGE_WEIGHTS)).round(DIGITS)
    best = np.lexsort((-sentences, pool.passage))[pool.first] - pool.first
    return Scores(passages, features, sentences, best)
