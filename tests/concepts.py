"""An encoder that one can keep in the head: texts are near each other as far as their words mean the same."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.passages import Span

Floats = NDArray[np.float32]

# Words that mean the same; any other word means itself.
_SAME = (
    "boats vessels barges",
    "moor stay berth",
    "bread loaves loaf baguettes",
    "fare price charge fees",
    "canal waterway",
    "closed shut barred",
)
_CONCEPTS = {word: words.split()[0] for words in _SAME for word in words.split()}

# Shorter words mean nothing: of, the, may.
_LEAST = 4


@dataclass
class ConceptEncoder:
    """Each concept is a dimension, more or less. Remembers the passages that it read."""

    model: str = "concepts"
    dimensions: int = 256
    read: list[str] = field(default_factory=list)  # with what they stand under before them

    def encode(self, texts: Sequence[str]) -> Floats:
        return np.array([self._vector(text) for text in texts]).reshape(-1, self.dimensions)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Floats]:
        self.read += texts
        return [
            self.encode([text, *(span.of(text) for span in spans)])
            for text, spans in zip(texts, parts, strict=True)
        ]

    def _vector(self, text: str) -> Floats:
        vector = np.zeros(self.dimensions, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            if len(word) >= _LEAST:
                vector[zlib.crc32(_CONCEPTS.get(word, word).encode()) % self.dimensions] += 1
        if not vector.any():
            vector[0] = 1
        return vector / np.float32(np.linalg.norm(vector))
