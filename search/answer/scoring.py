"""The second look's judgement: a weighted sum of a few features, for each sentence and each passage.

The weights are learned by `python tests/bench/learning.py` on SQuAD: for sentences the likelihood of one that
holds the answer among those of its passage, for passages that of the right one among the pool.
tests/bench/RESULTS.md says what each feature is worth. SQuAD neither asks for definitions nor has damaged
documents: those weights are chosen on the shared questions and those of tests/data, where success@1 of
definitions is the same from 3 to 9, and of all .650 and .662 without and with the one of damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts; the features of meaning stand last and may be left out."""

    sentences: tuple[float, ...]
    passages: tuple[float, ...]


# SQuAD's questions share more words with their passages than what people type: it teaches .44 and 1.05 for
# the two features of meaning, with which success@1 of the shared questions and those of tests/data was .738
# and .729. It was .775 and .754 with 1.2 and 1.6, .750 and .734 with three times SQuAD's, where recall@1 on
# SQuAD falls to .805. All the other weights are SQuAD's.
BY_WORDS = Weights(
    sentences=(4.03, 2.2, 0.8, 2.3, 0.29, 1.34, 2.36, 4.0),
    passages=(6.1, 0.8, 2.2, 1.45, 2.7, -1.06, 1.7, 6.0, -1.0),
)
BY_MEANING_TOO = Weights(
    sentences=(3.3, 2.57, 0.29, 2.78, 0.12, 1.27, 1.84, 4.0, 3.2),
    passages=(1.53, 0.92, 2.82, 0.32, 2.28, -0.74, 0.84, 6.0, -1.0, 1.2, 1.6),
)

# Beyond these the last bits depend on how many passages are summed at once; what is equal has to stay equal.
DIGITS = 6

# How near a passage is counts as how far it is behind the nearest, beside how far the passages of the pool
# are spread: in a narrow collection all are near. Fitted so, recall@1 on SQuAD is .833, with cosines as they
# are .828. The spread of a pool in which all are equally near is this, not nothing.
LEAST_SPREAD = 0.01

# A passage of up to so many words is as good as a shorter one. SQuAD's passages have about as many, so what
# it teaches of shorter ones does not hold: MRR of the shared questions is .687 so, .675 with 100 and .670
# with 60; on SQuAD all three are within .001.
EVEN_WORDS = 140


@dataclass(frozen=True, slots=True)
class Scores:
    """What the second look makes of a pool."""

    weights: Weights  # what they are made with
    passages: Floats  # one a passage; only their differences mean something
    features: Floats  # passages x PASSAGE_FEATURES
    sentences: Floats  # one a sentence
    best: Ints  # of each passage: the position in it of the sentence that answers best
    covered: Floats  # of each sentence: the share of the question's weight that stands in it
    around: Floats  # of each sentence: what the one before it or the one after adds to that, the better one


def weights_of(pool: Pool) -> Weights:
    """What the features of this pool count."""
    return BY_MEANING_TOO if pool.is_compared else BY_WORDS


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
    has_names = bool(look.named.any())
    return np.column_stack(
        [
            pool.engine / max(pool.engine.max(), _TINY),
            best,
            seen @ share,
            pool.titled @ share,
            np.maximum.reduceat(pool.pairs, pool.first, axis=0) @ pair_share,
            np.log(np.maximum(pool.words, EVEN_WORDS) / EVEN_WORDS),
            seen @ named if has_names else nothing,
            np.maximum.reduceat(pool.defined @ share, pool.first) > WHOLE_SUBJECT
            if query.subject
            else nothing,
            pool.damaged,
            _behind(pool, look, seen) if pool.is_compared else np.zeros((len(best), 2)),
        ]
    )


def _behind(pool: Pool, look: Wanted, seen: Floats) -> Floats:
    """How far each passage, and its nearest sentence, is behind the nearest of the pool in meaning."""
    near = np.column_stack([pool.near, np.maximum.reduceat(pool.near_sentences, pool.first)])
    if look.named.any():
        near = _behind_names(near, seen > 0, look)
    others = near[: pool.looked_at]
    behind: Floats = (near - others.max(axis=0)) / (others.std(axis=0) + LEAST_SPREAD)
    return behind


def _behind_names(near: Floats, seen: NDArray[np.bool_], look: Wanted) -> Floats:
    """How near the passages count, where the question has names, numbers or acronyms.

    One that holds fewer of them than another, and weighs no more in the question's other words, counts as
    no nearer than that one: what is merely similar does not come before what was named.
    """
    named = look.named > 0
    held = seen[:, named].sum(axis=1)
    others = (seen[:, ~named] @ look.idf[~named]).round(DIGITS)
    comes_first = (held[:, None] > held) & (others[:, None] >= others)
    bound = np.where(comes_first[:, :, None], near[:, None, :], -np.inf).max(axis=0)
    return np.where(np.isfinite(bound), np.minimum(near, bound), near)


def score(pool: Pool, look: Wanted, query: Query) -> Scores:
    """The scores of a pool."""
    weights = weights_of(pool)
    each = sentence_features(pool, look, query)
    sentences = _weighed(each, weights.sentences)
    features = passage_features(pool, look, query, sentences)
    best = np.lexsort((-sentences, pool.passage))[pool.first] - pool.first
    around = np.maximum(each[:, _BEFORE], each[:, _AFTER])
    return Scores(
        weights, _weighed(features, weights.passages), features, sentences, best, each[:, _COVERED], around
    )


def _weighed(features: Floats, weights: Sequence[float]) -> Floats:
    """The sums of features times weights; the last features count nothing where they have no weight."""
    summed: Floats = (features[:, : len(weights)] @ np.array(weights)).round(DIGITS)
    return summed
