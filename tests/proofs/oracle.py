"""BM25 over the fields of a passage written out in plain Python, to tell what an engine has to find."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from search.analysis import tokens
from search.index.bm25 import K1, B
from search.index.fields import FIELD_WEIGHTS, keys, looked_for, passage_terms
from search.passages import Document, Passage
from search.queries import Query

# A field's length is kept in a byte: the next of 256 that are 3 % apart.
_LENGTHS = [round((1.033**step - 1) * 27) for step in range(256)]

# An engine adds whole numbers of a unit (search/index/impacts.py), of 2^-22 up to 1,400 passages.
# Each word that is found in a field is rounded to one, which moves it by half of that; one that is looked for
# beside the words that were typed is rounded twice. A hundredth is for what float64 itself loses.
UNIT = 2.0**-22
_ROUNDING = 0.51 * UNIT
_ROUNDING_TWICE = 1.01 * UNIT


@dataclass(slots=True)
class Score:
    """What a passage scores, and how far an engine's may lie from it."""

    value: float = 0.0
    tolerance: float = 0.0


class Oracle:
    """The passages of a collection, each by its id."""

    def __init__(self, contents: Iterable[tuple[Document, Iterable[Passage]]]) -> None:
        self._lengths: dict[str, dict[str, int]] = defaultdict(dict)  # field -> passage -> terms
        self._held: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)  # and term
        self.passages: dict[str, Passage] = {}
        for document, passages in contents:
            for passage in passages:
                self.passages[passage.id] = passage
                for field, terms in passage_terms(passage, document).items():
                    self._lengths[field][passage.id] = len(terms)
                    for term, times in Counter(terms).items():
                        self._held[field, term][passage.id] = times

    def scores(self, query: Query) -> dict[str, Score]:
        """What each passage scores that holds a word of the query, by its id, and that it lets pass."""
        scores: dict[str, Score] = defaultdict(Score)
        for term, weight in looked_for(query):
            for field, key in keys(term):
                for id, counted in self._counted(field, key):
                    scores[id].value += weight * counted
                    scores[id].tolerance += _ROUNDING if weight == 1 else _ROUNDING_TWICE
        return {id: score for id, score in scores.items() if self._passes(id, query)}

    def _counted(self, field: str, term: str) -> Iterable[tuple[str, float]]:
        """What the term counts in the field of each passage that has it there."""
        held, lengths = self._held.get((field, term), {}), self._lengths[field]
        average = sum(lengths.values()) / len(lengths) or 1.0
        idf = math.log(1 + (len(self.passages) - len(held) + 0.5) / (len(held) + 0.5))
        for id, times in held.items():
            length = _LENGTHS[bisect_left(_LENGTHS, lengths[id])]
            saturation = times * (K1 + 1) / (times + K1 * (1 - B + B * length / average))
            yield id, FIELD_WEIGHTS[field] * idf * saturation

    def _passes(self, id: str, query: Query) -> bool:
        """Whether a passage holds every word in quotation marks and none that is excluded."""
        wanted = {
            token.stem for phrase in query.phrases for token in tokens(phrase) if not token.is_stop_word
        }
        return all(id in self._held.get(("body", stem), ()) for stem in wanted) and not any(
            id in self._held.get(("body", term.stem), ()) for term in query.excluded
        )
