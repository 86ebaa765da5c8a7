"""How sure: whether the first hit answers, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from search.answer.ranking import READ, Ranked
from search.answers import Confidence, Reason
from search.queries import EVERYWHERE, Query

NO_WORDS = Reason(
    "no_words", "The question has only words that stand in every text. Name the subject you ask about."
)
NO_KNOWN_WORDS = Reason(
    "no_known_words",
    "No document here has any of the question's words. Try other words, or check the spelling.",
)
NOTHING_BY_THEN = Reason(
    "nothing_by_then",
    "No document of that day or before has any of the question's words. Take the day off to look at all.",
)
NOTHING_IN_SCOPE = Reason(
    "nothing_in_scope",
    "No document that was to be looked in has any of the question's words. Take a filter off for more.",
)
NO_PHRASE = Reason(
    "no_phrase",
    "No passage here has the words in quotation marks one after the other. Take the marks off to look for "
    "them apart.",
)
NO_ANSWER = Reason(
    "no_answer", "Nothing here answers this. The passages below share some of its words and may be near it."
)
NOT_IN_TIME = Reason(
    "not_in_time",
    "There was no time to look through everything, so none of this is said to be the answer. Ask again, or "
    "with fewer words.",
)

# What the confidence hangs on, and its weights, learned by `python tests/bench/learning.py`: a logistic
# regression on whether anything answers, scaled to the chance that the first hit does.
# What meaning adds is how near the first passage and its sentence are, and how much nearer another is.
# Among many passages the right one stands out, and much stands near it that does not answer: the last two
# count only there. Among few, near-copies of the right one may well come second.
FEATURES = (
    "covered",
    "around",
    "pairs",
    "names",
    "fits",
    "unknown",
    "terms",
    "defined",
    "near",
    "near_sentence",
    "nearer_elsewhere",
    "many",
    "margin_of_many",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What each feature counts, and from which chance on the service answers."""

    weights: tuple[float, ...]
    bias: float
    possible: float  # below it nothing is answered
    likely: float


# Of the first hits of the shared questions and of those of tests/data (`python -m search.evaluate`), by words
# 92 of 110 are right from `likely` on, 83 of 157 from `possible` to there, 15 of 76 below; 43 of the 56
# questions that nothing answers are among those, or find nothing at all. By meaning too it is 136 of 157, 79
# of 139 and 5 of 47, with 37 of the 56.
BY_WORDS = Judgement(
    weights=(3.68, 1.99, 0.36, 1.20, 1.42, -0.53, 1.24, 3.97, 0.0, 0.0, 0.0, -0.90, 0.17),
    bias=-4.81,
    possible=0.31,
    likely=0.7,
)
BY_MEANING_TOO = Judgement(
    weights=(0.90, 0.69, 0.39, 1.21, 1.04, -0.25, 0.68, 2.81, 2.14, 2.92, 1.45, -0.95, 0.16),
    bias=-4.82,
    possible=0.28,
    likely=0.7,
)

# A collection of fewer passages is small. That of the largest folder that the weights were learned on has
# 120, SQuAD 20,963.
MANY = 1_000


def judge(
    query: Query, ranked: Sequence[Ranked], unknown: float, passages: int
) -> tuple[Confidence, Reason | None]:
    """How sure the service is of the first candidate, and why it does not answer (None: it does).

    `unknown` is the share of the question's weight that no passage can match, `passages` how many there are.
    """
    if not query.terms:
        return Confidence("none", 0.0), NO_WORDS
    if not ranked:
        return Confidence("none", 0.0), _nothing(query)
    by = BY_MEANING_TOO if ranked[0].candidate.closeness else BY_WORDS
    value = round(chance(features(query, ranked, unknown, passages), by), 2)
    if value < by.possible:
        return Confidence("none", value), NO_ANSWER
    return Confidence("likely" if value >= by.likely else "possible", value), None


def _nothing(query: Query) -> Reason:
    """Why no passage at all was found."""
    if query.phrases:
        return NO_PHRASE
    if query.scope != EVERYWHERE:
        return NOTHING_IN_SCOPE
    return NOTHING_BY_THEN if query.as_of else NO_KNOWN_WORDS


def features(query: Query, ranked: Sequence[Ranked], unknown: float, passages: int) -> tuple[float, ...]:
    """What the confidence in the first of the candidates hangs on, in the order of `FEATURES`."""
    first = ranked[0]
    many = log(max(passages / MANY, 1.0))
    second = ranked[1].score if len(ranked) > 1 else 0.0
    return (
        first.covered,
        first.around,
        first.value_of("pairs"),
        first.value_of("names") if query.names else 1.0,
        first.fit or 0.0,
        unknown,
        log(len(query.terms)),
        first.value_of("defined"),
        *_nearness(ranked),
        many,
        many * (first.score - second),
    )


def _nearness(ranked: Sequence[Ranked]) -> tuple[float, float, float]:
    """How near the first passage and its sentence are in meaning, and how much nearer another sentence is."""
    found = [item.candidate.closeness for item in ranked[:READ] if item.candidate.closeness]
    if not found:
        return 0.0, 0.0, 0.0
    sentence = float(found[0].sentences[ranked[0].sentence])
    return found[0].passage, sentence, max(float(each.sentences.max()) for each in found) - sentence


def chance(values: Sequence[float], by: Judgement) -> float:
    """The chance, 0 to 1, that the first candidate answers, by logistic regression."""
    return 1 / (1 + exp(-by.bias - sum(w * value for w, value in zip(by.weights, values, strict=True))))
