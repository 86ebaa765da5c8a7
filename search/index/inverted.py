"""The postings of one field of a segment, term by term: what Whoosh's files and the frozen arrays are written
from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Inverted:
    """Which passages hold each term of a field, how often, and how long the field is in each passage."""

    terms: Sequence[str]  # in the order of their UTF-8 bytes
    ends: NDArray[np.uint64]  # of each term's postings; those of the next begin there
    numbers: NDArray[np.uint32]  # of the passages, from 0, ascending within a term
    times: NDArray[np.uint16]  # how often the term stands in the field of that passage
    lengths: NDArray[np.uint32]  # of the field in every passage, in terms, rounded as Whoosh keeps them
    total_length: int  # of the field in all passages, not rounded
