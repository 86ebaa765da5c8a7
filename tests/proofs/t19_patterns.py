"""T19: no pattern of ours explodes, whatever the text."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.proofs.patterns import Text, Used, patterns, texts
from tests.proofs.proof import Outcome, Proof

# Of twice the text: 2 is linear, 4 the square, 8 the cube. Some is chance: what is more is measured again.
_MOST_RATIO = 2.5
_AGAIN = 4
# For a text as long as a question may be.
_MOST_CHARS, _MOST_SECONDS = 1_000, 0.05
# What takes less time than this for the longest text is noise.
_FLOOR_SECONDS = 0.004
_TRIES = 3
# Texts of each pattern in a small experiment: the first, which repeat what the pattern does, and some others.
_FIRST, _OTHERS = 16, 6


def run(folder: Path, seed: int, size: int) -> Outcome:
    rng = random.Random(seed)
    failures: list[str] = []
    found = patterns()
    inputs = 0
    slowest, steepest = 0.0, 0.0
    for used in found:
        made = texts(used)
        if size < PROOF.full:
            others = made[_FIRST:]
            made = made[:_FIRST] + rng.sample(others, min(_OTHERS, len(others)))
        for text in made:
            inputs += 1
            whole = 0.0
            for part in (4, 2, 1):  # what explodes is seen before it takes hours
                whole = max(whole, _seconds(used, text.of(_MOST_CHARS // part)))
                if whole > _MOST_SECONDS:
                    break
            slowest = max(slowest, whole)
            ratio = _least_ratio(used, text, size) if whole < _MOST_SECONDS else float("inf")
            steepest = max(steepest, ratio)
            if ratio > _MOST_RATIO:
                failures.append(
                    f"{used.name} {sorted(used.methods)}: {ratio:.1f} times for twice the text, "
                    f"{1000 * whole:.0f} ms for {_MOST_CHARS:,} characters of {text.of(40)!a}"
                )
    if len(found) < 150:
        failures.append(f"only {len(found)} patterns were found")
    return Outcome(
        f"{len(found)} patterns on {inputs:,} texts made of their own pieces: slowest {1000 * slowest:.0f} "
        f"ms for {_MOST_CHARS:,} characters; none takes more than {max(steepest, 2):.1f} times as long for "
        f"{4 * size:,} characters as for {2 * size:,}, or all take under {1000 * _FLOOR_SECONDS:.0f} ms",
        tuple(failures),
    )


def _least_ratio(used: Used, text: Text, size: int) -> float:
    """The ratio, measured again while it is too large: what is linear is found to be so in the end."""
    ratio = 0.0
    for _ in range(_AGAIN):
        ratio = _ratio(used, text, size)
        if ratio <= _MOST_RATIO:
            break
    return ratio


def _ratio(used: Used, text: Text, size: int) -> float:
    """How many times as long twice the text takes, by the best of a few tries; 0 where that is noise."""
    if _seconds(used, text.of(4 * size)) < _FLOOR_SECONDS:
        return 0.0
    half, whole = (min(_seconds(used, text.of(n * size)) for _ in range(_TRIES)) for n in (2, 4))
    return whole / half if whole >= _FLOOR_SECONDS else 0.0


def _seconds(used: Used, text: str) -> float:
    """Of processor time."""
    began = time.thread_time()
    used.apply(text)
    return time.thread_time() - began


PROOF = Proof("T19", "no pattern's time explodes with its text", run, "characters", 1_000, 4_000)
