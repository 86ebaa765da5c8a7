"""Passage + query -> Excerpt: the sentence that answers and the words that match, as offsets."""

from __future__ import annotations

import math
from collections.abc import Mapping

from search.analysis import tokens
from search.answer.definitions import defines
from search.answers import Excerpt
from search.passages import Passage, Span
from search.queries import Query, Term


def excerpt(passage: Passage, query: Query, weights: Mapping[Term, float]) -> Excerpt:
    """The passage with its answering sentence and the query's words marked.

    The sentence is the one whose words carry most of the query's weight, the earliest of equals; the
    first sentence where no word of the query occurs in the text (a match in title or headings). When
    the question is what something is, a sentence that defines it goes first.
    """
    wanted = {term.stem: weights[term] for term in query.terms}
    subject = query.subject
    matches = [
        (Span(token.start, token.end), token.stem)
        for token in tokens(passage.text)
        if token.stem in wanted and not token.is_stop_word
    ]

    def weight(sentence: Span) -> tuple[float, float]:
        stems = {stem for span, stem in matches if sentence.start <= span.start < sentence.end}
        definition = defines(sentence.of(passage.text), subject) if subject & stems else 0.0
        # fsum, because a set has another order in every process, and a plain sum another last digit then.
        return definition, math.fsum(wanted[stem] for stem in stems)

    answer = max(passage.sentences, key=weight)  # max() keeps the first of equals
    return Excerpt(passage.text, answer, tuple(span for span, _ in matches))


def coverage(excerpt: Excerpt, around: str, query: Query, weights: Mapping[Term, float]) -> float:
    """The share, 0 to 1, of the query's weight that occurs in the passage or in the words around it.

    `around` is what a reader sees above the quotation: the title and the headings.
    """
    texts = (excerpt.text, around)
    seen = {token.stem for text in texts for token in tokens(text) if not token.is_stop_word}
    whole = sum(weights[term] for term in query.terms)
    return sum(weights[term] for term in query.terms if term.stem in seen) / whole if whole else 0.0
