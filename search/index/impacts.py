"""What a match counts: worked out for every posting when an index is published, so that a search only adds.

An impact is what a posting adds to the score of its passage: the weight of the field, times the idf of the
term there, times the saturation. Averages and idf are those of the whole index, so a generation has impacts
of its own beside the postings that it shares.

Impacts are whole numbers of a small unit. Sums of whole numbers are the same in any order, so a score does
not depend on how passages lie in segments, nor on the order in which a search adds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.index.arrays import written
from search.index.bm25 import IN_FORCE, K1, Constants, lucene_idf, saturation
from search.index.fields import FIELD_WEIGHTS
from search.index.postings import COLUMNS, PLACES, Ints, Postings, chunks
from search.index.withdrawn import Withdrawn

Impacts = NDArray[np.uint32]

IMPACTS = "impacts.npy"

# The words that a question may look for: those that were typed, and for each another that stands for it.
MOST_WORDS = 48
_BITS = 32


def unit(passages: int) -> float:
    """What one whole number counts in an index of so many passages: the least power of two that will do.

    32 bits hold what a question adds up to, all of whose words stand in no other passage, but in every field
    of that one over and over. It is 2^-22 up to 1,400 passages and 2^-21 up to a million: rounding moves an
    impact by .00000012 or .00000024 at most; float32 tells scores of 10 apart by .00000095.
    """
    a_word = lucene_idf(max(passages, 1), 1) * (K1 + 1) * sum(FIELD_WEIGHTS.values())
    return 2.0 ** (math.ceil(math.log2(MOST_WORDS * a_word)) - _BITS)


def write_impacts(folders: Sequence[Path], withdrawn: Withdrawn, by: Constants = IN_FORCE) -> None:
    """Writes into the folder of each segment of an index what its postings count.

    They are those of an index written anew without the passages that were withdrawn.
    """
    segments = [Postings(folder) for folder in folders]
    passages = sum(segment.passages for segment in segments) - withdrawn.passages
    averages = {
        field: (sum(segment.lengths[field] for segment in segments) - withdrawn.lengths.get(field, 0))
        / max(passages, 1)
        or 1.0
        for field in FIELD_WEIGHTS
    }
    for folder, segment, held in zip(folders, segments, _frequencies(segments, withdrawn), strict=True):
        saturations = _saturations(segment, averages, by) / unit(passages)
        _write(folder / IMPACTS, segment, _idf(passages, held), saturations)


def weighed(impacts: NDArray[np.uint32] | NDArray[np.float64], weight: float) -> Impacts:
    """These times the weight, in whole numbers; a match counts something, however little it is."""
    return np.maximum(np.rint(impacts * weight), 1).astype(np.uint32)


def _frequencies(segments: Sequence[Postings], withdrawn: Withdrawn) -> list[Ints]:
    """For each list of each segment how many passages of the whole index hold its term, by column."""
    own = [segment.sizes() for segment in segments]
    held = [counts.copy() for counts in own]
    for one in range(len(segments)):
        for other in range(one):
            less, more = sorted((one, other), key=lambda place: len(own[place]))
            for number, (kind, term) in enumerate(segments[less].lists()):
                same = segments[more].find(kind, term)
                if same is not None:
                    held[less][number] += own[more][same]
                    held[more][same] += own[less][number]
    for field, terms in withdrawn.frequencies.items():
        kind, column = PLACES[field]
        for term, count in terms.items():
            for segment, counts in zip(segments, held, strict=True):
                same = segment.find(kind, term)
                if same is not None:
                    counts[same, column] -= count
    return held


def _idf(passages: int, held: Ints) -> NDArray[np.float64]:
    """The idf of each of these terms, by how many of so many passages hold it."""
    frequencies, places = np.unique(held, return_inverse=True)
    found: NDArray[np.float64] = np.array([lucene_idf(passages, each) for each in frequencies.tolist()])[
        places
    ]
    return found


def _saturations(segment: Postings, averages: Mapping[str, float], by: Constants) -> NDArray[np.float64]:
    """For each shape what a term counts that stands so in a passage, times its idf."""
    fields, times, lengths = segment.kinds.T
    average = np.array([averages[field] for field in FIELD_WEIGHTS])[fields]
    weights = np.array([by.weights[field] for field in FIELD_WEIGHTS])[fields]
    found: NDArray[np.float64] = weights * saturation(
        times.astype(np.float64), lengths.astype(np.float64), average, by
    )
    return found


def _write(path: Path, segment: Postings, idf: NDArray[np.float64], saturations: NDArray[np.float64]) -> None:
    """The impacts of a segment, from the idf of each list by column and what each shape counts, in units."""
    sizes = segment.sizes()
    with written(path, np.uint32, len(segment.numbers)) as file:
        for first, last in chunks(segment.bounds[::COLUMNS]):
            shapes = segment.shapes[segment.bounds[COLUMNS * first] : segment.bounds[COLUMNS * last]]
            weights = np.repeat(idf[first:last].ravel(), sizes[first:last].ravel())
            file.write(weighed(weights * saturations[shapes], 1).data)
