"""Vectors at the throw of dice, so that the files of vectors are there without the model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Dice:
    """An encoder whose vectors say nothing, and are the same for the same text."""

    model, dimensions = "dice", 64

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A unit vector for each text."""
        digests = [hashlib.sha512(text.encode()).digest() for text in texts]
        thrown = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, self.dimensions) - np.float32(127.5)
        return thrown / np.linalg.norm(thrown, axis=1, keepdims=True)

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[object]]
    ) -> list[NDArray[np.float32]]:
        """The same for each part as for the whole."""
        return [
            np.repeat(self.encode([text]), 1 + len(own), axis=0)
            for text, own in zip(texts, parts, strict=True)
        ]
