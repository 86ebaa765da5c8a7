"""T19: no pattern of ours takes more than its share of time for a longer text."""

from __future__ import annotations

import random
import time
from itertools import pairwise
from pathlib import Path

from tests.proofs.patterns import Text, Used, patterns, texts
from tests.proofs.proof import Outcome, Proof

# Twice the text takes twice the time, and some more by chance; a quadratic pattern takes four times as long.
_MOST_RATIO = 3.0
# What takes less time than this for the longest text is noise.
_FLOOR_SECONDS = 0.004
_TRIES = 5
# Texts of each pattern in a small experiment.
_FEW = 10


def run(folder: Path, seed: int, size: int) -> Outcome:
    rng = random.Random(seed)
    failures: list[str] = []
    found = patterns()
    inputs, timed, most = 0, 0, 0.0
    for used in found:
        made = texts(used.pattern)
        for text in made if size == PROOF.full else rng.sample(made, min(_FEW, len(made))):
            inputs += 1
            longest = _seconds(used, text.of(4 * size))
            if longest < _FLOOR_SECONDS:
                continue
            timed += 1
            ratio = _ratio(used, text, size)
            most = max(most, ratio)
            if ratio > _MOST_RATIO:
                failures.append(
                    f"{used.name} {sorted(used.methods)}: {ratio:.1f} times for twice the text, "
                    f"{1000 * longest:.0f} ms for {4 * size:,} characters of {text.of(40)!a}"
                )
    if len(found) < 150:
        failures.append(f"only {len(found)} patterns were found")
    return Outcome(
        f"{len(found)} patterns on {inputs:,} texts of {size:,} to {4 * size:,} characters made of their own "
        f"pieces: {inputs - timed:,} took less than {1000 * _FLOOR_SECONDS:.0f} ms, {timed:,} at most "
        f"{most:.1f} times as long for twice the text",
        tuple(failures),
    )


def _ratio(used: Used, text: Text, size: int) -> float:
    """How many times as long twice the text takes, at worst, by the best of a few tries."""
    lengths = (size, 2 * size, 4 * size)
    times = [min(_seconds(used, text.of(length)) for _ in range(_TRIES)) for length in lengths]
    grown = [more / less for less, more in pairwise(times) if more >= _FLOOR_SECONDS / 2]
    return max(grown, default=0.0)  # nothing: the first time was chance


def _seconds(used: Used, text: str) -> float:
    began = time.thread_time()
    used.apply(text)
    return time.thread_time() - began


PROOF = Proof("T19", "every pattern's time grows as its text does", run, "characters", 1_000, 4_000)
