"""T14: of however many words only so many are looked for, and the reply says so."""

from __future__ import annotations

import random
from pathlib import Path

from search.answering import answer
from search.question.narrowing import MAX_TERMS
from search.question.understanding import MAX_QUESTION_CHARS, understand
from tests.proofs.asking import ask, engine_of, opened, shipped
from tests.proofs.proof import Outcome, Proof

# A word is looked up by its stem, as written, and as an acronym.
_LISTS_A_TERM = 3


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    engine = engine_of(client)
    known = [word for word in engine.vocabulary() if word.isalpha()]
    failures: list[str] = []
    seconds: list[float] = []
    terms: list[int] = []
    lists: list[int] = []
    ask(client, "What is read at first use?")
    for _ in range(size):
        question = _question(rng, known)
        asked = {term.stem for term in understand(question).terms}
        terms.append(len(asked))
        query = answer(question, engine, expand=False).query
        with opened(engine) as found:
            engine.search(query, 50)
        lists.append(len(found))
        reply = ask(client, question)
        seconds.append(reply.seconds)
        right = (reply.status, reply.json.get("truncated"), len(query.terms)) == (200, True, MAX_TERMS)
        if not right or len(found) > _LISTS_A_TERM * MAX_TERMS or len(asked) <= MAX_TERMS:
            failures.append(f"{len(query.terms)} terms, {len(found)} lists, {reply.status}: {question!a}")
    seconds.sort()
    return Outcome(
        f"{size:,} questions of {min(terms)} to {max(terms)} different words: {MAX_TERMS} looked for, at "
        f"most {max(lists)} posting lists opened, {size - len(failures)} say so; 99 % within "
        f"{1000 * seconds[len(seconds) * 99 // 100]:.0f} ms",
        tuple(failures),
    )


def _question(rng: random.Random, known: list[str]) -> str:
    """As many words as a question may have characters for: known ones, unknown ones, short and long ones."""
    longest, share = rng.choice([3, 5, 12]), rng.random()
    some = [word for word in known if len(word) <= longest]
    text = ""
    while True:
        made = "".join(rng.choice("abcdefghijklmnoprstuvwyz") for _ in range(rng.randint(2, longest)))
        longer = f"{text} {rng.choice(some) if rng.random() < share else made}".strip()
        if len(longer) > MAX_QUESTION_CHARS:
            return text
        text = longer


PROOF = Proof("T14", "of any number of words 24 are looked for, and it is said", run, "questions", 40, 1_000)
