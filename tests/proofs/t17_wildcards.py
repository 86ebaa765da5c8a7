"""T17: wildcards and ranges are text, and no word is looked for that was not typed."""

from __future__ import annotations

import random
import time
from pathlib import Path
from string import ascii_lowercase

from search.analysis import tokens
from search.answering import answer
from search.errors import QuestionEmpty
from tests.proofs.asking import engine_of, opened, shipped
from tests.proofs.plain import interpreted, plain_words
from tests.proofs.proof import Outcome, Proof

# Processor time: many times what a question of as many words takes.
_MOST_SECONDS = 0.5
_FIXED = ("*", "?*?*?*", "[a TO z]", "{a TO *}", "*:*", " ".join(f"{letter}*" for letter in ascii_lowercase),
          " ".join(f"*{letter}*" for letter in ascii_lowercase), "/.*.*.*/", "????", "* " * 400)  # fmt: skip


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    engine = engine_of(client)
    known = [word for word in plain_words(engine) if word.isalpha() and len(word) > 3]
    texts = [*_FIXED, *(_with_wildcards(rng, known) for _ in range(size))]
    failures: list[str] = []
    slowest, lists = 0.0, 0
    answer("What is read at first use?", engine)
    for text in texts:
        typed = {form for token in tokens(text) for form in (token.stem, token.exact, token.acronym)}
        with opened(engine) as found:
            began = time.process_time()
            try:
                answer(text, engine, expand=False)
            except QuestionEmpty:
                continue
            took = time.process_time() - began
        slowest, lists = max(slowest, took), lists + len(found)
        others = {term for _, term in found} - typed
        if others or took > _MOST_SECONDS:
            failures.append(f"{took:.2f} s, opened {sorted(others)[:5]} too: {text!a}")
        if wrong := interpreted(client, text):
            failures.append(wrong)
    if not lists:
        failures.append("no posting list was opened at all")
    return Outcome(
        f"{len(texts):,} texts with wildcards or ranges opened {lists:,} posting lists: {len(failures)} "
        f"times one of a word that was not typed; slowest {1000 * slowest:.0f} ms of processor time",
        tuple(failures),
    )


def _with_wildcards(rng: random.Random, known: list[str]) -> str:
    """Beginnings, ends and middles of known words, with what would stand for the rest."""

    def part() -> str:
        word = rng.choice(known)
        cut = rng.randint(1, len(word) - 1)
        return rng.choice(
            (f"{word[:cut]}*", f"*{word[cut:]}", f"{word[:cut]}?{word[cut:]}", f"*{word[:cut]}*", f"{word}~2",
             f"[{word[:cut]} TO {word}]", "?" * len(word), f"/{word[:cut]}.*/")
        )  # fmt: skip

    # A question in other words at either end would be told by them, whatever the marks between them mean.
    return " ".join(["lately", *(part() for _ in range(rng.randint(1, 30))), "everywhere"])


PROOF = Proof("T17", "wildcards and ranges stand for nothing", run, "texts", 40, 5_000)
