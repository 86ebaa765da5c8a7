"""An encoder small enough to keep in the head: a dimension a word, and a few words that mean the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.analysis import tokens
from search.passages import Span

Floats = NDArray[np.float32]

# Words that mean the same to it, whatever they look like.
TWINS = [{"waterwai", "canal"}, {"loaf", "bread"}, {"fee", "fare", "price"}, {"dawn", "six", "midnight"}]
DIMENSIONS = 64


class SmallEncoder:
    """Counts the texts that it is given; `model` says which one it is."""

    def __init__(self, model: str = "small") -> None:
        self.model = model
        self.dimensions = DIMENSIONS
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.texts += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Floats]:
        return [
            np.array([self._vector(text), *(self._vector(part.of(text)) for part in own)])
            for text, own in zip(texts, parts, strict=True)
        ]

    def _vector(self, text: str) -> Floats:
        vector = np.zeros(DIMENSIONS, dtype=np.float32)
        vector[0] = 0.1  # no text means nothing at all
        for token in tokens(text):
            if not token.is_stop_word:
                vector[_place(token.stem)] += 1
        return vector / np.float32(np.linalg.norm(vector))


def _place(stem: str) -> int:
    for number, twins in enumerate(TWINS, 1):
        if stem in twins:
            return number
    first = len(TWINS) + 1
    return first + sum(map(ord, stem)) % (DIMENSIONS - first)
