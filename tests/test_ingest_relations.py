"""Relations that are kept up are those that would be found anew."""

from __future__ import annotations

import random

import pytest

from ingest.copies import MAX_PLACES, near_copies, sketch
from ingest.relations import renew

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdklmnrst"]


def text(chance: random.Random) -> str:
    """Sixty words; of three starts, so that some of their runs stand in many passages."""
    start = random.Random(chance.randrange(3)).sample(WORDS, 25)
    return " ".join([*start, *chance.sample(WORDS, 35)])


@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_the_pairs_are_those_found_anew(seed: int) -> None:
    chance = random.Random(seed)
    texts: dict[str, str] = {}
    sketches: dict[str, tuple[int, ...]] = {}
    pairs: tuple[tuple[str, str], ...] = ()
    seen = set()
    for step in range(12):
        before = dict(sketches)
        for id in chance.sample(sorted(texts), min(len(texts), chance.randrange(6))):
            del texts[id], sketches[id]
        fresh = {f"d{step}-{n}#p-1" for n in range(chance.randrange(MAX_PLACES))}
        for id in fresh:
            copied = bool(texts) and chance.random() < 0.3
            texts[id] = texts[chance.choice(sorted(texts))] if copied else text(chance)
            sketches[id] = sketch(texts[id])
        pairs = renew(pairs, before, sketches, fresh, texts.__getitem__)
        assert pairs == near_copies(sketches, sketches, texts.__getitem__)
        seen.add(len(pairs))
    assert max(seen) > 5


def test_text_that_has_become_boilerplate_relates_nothing_any_more() -> None:
    words = text(random.Random(1))
    sketches = {f"d{n:02}#p-1": sketch(words) for n in range(MAX_PLACES)}
    pairs = near_copies(sketches, sketches, lambda _: words)
    assert len(pairs) == MAX_PLACES * (MAX_PLACES - 1) // 2
    after = {**sketches, "one-more#p-1": sketch(words)}
    assert renew(pairs, sketches, after, {"one-more#p-1"}, lambda _: words) == ()
    assert renew((), after, sketches, set(), lambda _: words) == pairs
