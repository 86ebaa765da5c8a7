"""How sure: whether the first hit answers, or nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from search.analysis import tokens
from search.answers import Confidence, Excerpt, Hit, Reason
from search.queries import Query, Term

# Shares of the question's weight that the first hit has to carry. `python -m search.evaluate` counts, over
# the shared questions: from LIKELY on, 26 of 30 first hits are right; from POSSIBLE to there 20 of 37;
# below, 2 of 29, and 9 of the 16 questions that nothing answers are among those.
LIKELY = 0.75
POSSIBLE = 0.3

NO_WORDS = Reason(
    "no_words", "The question has only words that stand in every text. Name the subject you ask about."
)
NO_KNOWN_WORDS = Reason(
    "no_known_words",
    "No document here has any of the question's words. Try other words, or check the spelling.",
)
NO_ANSWER = Reason(
    "no_answer", "Nothing here answers this. The passages below share some of its words and may be near it."
)


def judge(
    query: Query, hits: Sequence[Hit], weights: Mapping[Term, float]
) -> tuple[Confidence, Reason | None]:
    """How sure the service is of the first hit, and why it does not answer (None: it does)."""
    if not query.terms:
        return Confidence("none", 0.0), NO_WORDS
    if not hits:
        return Confidence("none", 0.0), NO_KNOWN_WORDS
    first = hits[0]
    around = " ".join((first.document.label, *first.passage.heading_path))
    value = round(coverage(first.excerpt, around, query, weights), 2)
    if value < POSSIBLE:
        return Confidence("none", value), NO_ANSWER
    return Confidence("likely" if value >= LIKELY else "possible", value), None


def coverage(excerpt: Excerpt, around: str, query: Query, weights: Mapping[Term, float]) -> float:
    """The share, 0 to 1, of the query's weight that occurs in the passage or in the words around it.

    `around` is what a reader sees above the quotation: the title and the headings.
    """
    texts = (excerpt.text, around)
    seen = {token.stem for text in texts for token in tokens(text) if not token.is_stop_word}
    whole = sum(weights[term] for term in query.terms)
    return sum(weights[term] for term in query.terms if term.stem in seen) / whole if whole else 0.0
