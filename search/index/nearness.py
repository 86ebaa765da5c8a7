"""What a generation's passages mean, beside their words: its vectors, and the encoder that made them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.answers import Candidate, Closeness
from search.errors import IndexDamaged
from search.index.embedding import TextEncoder, made_by
from search.index.engine import Vector
from search.index.vectors import Vectors, open_vectors

_log = logging.getLogger(__name__)

# What gives the encoder, or None for words alone.
EncoderSource = Callable[[], TextEncoder | None]


def words_alone() -> None:
    """No encoder."""


# Passages that are looked at for their meaning, beside as many for their words.
NEAREST = 50


class Nearness:
    """The vectors of a generation of so many passages, to be searched with what the encoder makes of texts.

    Safe to share between threads.
    """

    def __init__(self, vectors: Vectors, encoder: TextEncoder) -> None:
        self._vectors = vectors
        self._encoder = encoder

    def meaning(self, readings: Sequence[str]) -> Vector:
        """The vector between those of the readings, of unit length."""
        vector: Vector = self._encoder.encode(readings).mean(axis=0)
        return vector / np.linalg.norm(vector)

    def nearest(self, meaning: Vector, allowed: NDArray[np.bool_] | None) -> list[int]:
        """The numbers of the nearest passages that are allowed, the nearest first."""
        numbers, _ = self._vectors.nearest(meaning, NEAREST, allowed)
        found: list[int] = numbers.tolist()
        return found

    def compared(self, candidates: Sequence[Candidate], meaning: Vector) -> Iterator[Candidate]:
        """The candidates with how near they are."""
        if not candidates:
            return
        numbers = np.array([candidate.number for candidate in candidates], dtype=np.int64)
        found = self._vectors.closeness(meaning, numbers)
        sentences = np.split(found.sentences, found.offsets[1:-1])
        for candidate, passage, each in zip(candidates, found.passages.tolist(), sentences, strict=True):
            yield replace(candidate, closeness=Closeness(passage, each))


def open_nearness(
    folder: Path, passages: int, encoder_of: EncoderSource
) -> tuple[Vectors | None, Nearness | None]:
    """The vectors of the generation in the folder, and what compares with them; None where either is missing.

    `passages` is how many numbers there are; raises IndexDamaged unless there is a vector for each, and
    EncoderUnusable as `encoder_of` does, which is asked only where there are vectors.
    """
    vectors = open_vectors(folder)
    if vectors is None:
        return None, None
    if len(vectors) != passages:
        raise IndexDamaged(
            f"{folder} has vectors of {len(vectors)} passages and not of {passages}; "
            f"run: python -m ingest --full --index {folder.parent}"
        )
    encoder = encoder_of()
    if encoder is None:
        return vectors, None
    if made_by(encoder) != vectors.model:
        _log.warning(
            "%s was built with another model: words alone are compared; run python -m ingest", folder
        )
        return vectors, None
    return vectors, Nearness(vectors, encoder)
