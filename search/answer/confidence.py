"""How sure: whether the first hit answers, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from search.answer.ranking import Ranked
from search.answers import Confidence, Reason
from search.queries import Query

LIKELY = 0.7
POSSIBLE = 0.32

NO_WORDS = Reason(
    "no_words", "The question has only words that stand in every text. Name the subject you ask about."
)
NO_KNOWN_WORDS = Reason(
    "no_known_words",
    "No document here has any of the question's words. Try other words, or check the spelling.",
)
NO_PHRASE = Reason(
    "no_phrase",
    "No passage here has the words in quotation marks one after the other. Take the marks off to look for "
    "them apart.",
)
NO_ANSWER = Reason(
    "no_answer", "Nothing here answers this. The passages below share some of its words and may be near it."
)

FEATURES = ("covered", "around", "pairs", "names", "fits", "unknown", "terms")
WEIGHTS = (3.50, 1.89, 0.52, 1.41, 1.41, -0.49, 1.10)
BIAS = -4.69


def judge(query: Query, ranked: Sequence[Ranked], unknown: float) -> tuple[Confidence, Reason | None]:
    """How sure the service is of the first candidate, and why it does not answer (None: it does).

    `unknown` is the share of the question's weight that no passage can match.
    """
    if not query.terms:
        return Confidence("none", 0.0), NO_WORDS
    if not ranked:
        return Confidence("none", 0.0), NO_PHRASE if query.phrases else NO_KNOWN_WORDS
    value = round(chance(features(query, ranked, unknown)), 2)
    if value < POSSIBLE:
        return Confidence("none", value), NO_ANSWER
    return Confidence("likely" if value >= LIKELY else "possible", value), None


def features(query: Query, ranked: Sequence[Ranked], unknown: float) -> tuple[float, ...]:
    """What the confidence in the first of the candidates hangs on, in the order of `FEATURES`."""
    first = ranked[0]
    weighed = {feature.name: feature.value for feature in first.features}
    return (
        first.covered,
        first.around,
        weighed["pairs"],
        weighed["names"] if query.names else 1.0,
        weighed.get("fits", 0.0),
        unknown,
        log(len(query.terms)),
    )


def chance(values: Sequence[float]) -> float:
    """The chance, 0 to 1, that the first candidate answers, by logistic regression."""
    return 1 / (1 + exp(-BIAS - sum(w * value for w, value in zip(WEIGHTS, values, strict=True))))
