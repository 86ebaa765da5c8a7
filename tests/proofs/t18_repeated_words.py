"""T18: a quotation of the same words over and over costs no more than another, and finds what it says."""

from __future__ import annotations

import random
from pathlib import Path

from search.analysis import tokens
from search.answering import answer
from search.passages import Passage
from search.question.understanding import MAX_QUESTION_CHARS, MOST_PHRASE_WORDS, MOST_PHRASES, understand
from tests.proofs.asking import ask, engine_of, shipped
from tests.proofs.proof import Outcome, Proof

_MOST_SECONDS = 1.0


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    engine = engine_of(client)
    passages = [passage for id in engine.document_ids() for passage in engine.passages(id)]
    stems = {passage.id: _row(passage.text) for passage in passages}
    known = sorted(engine.vocabulary())
    failures: list[str] = []
    slowest, held = 0.0, 0
    ask(client, "What is read at first use?")
    for _ in range(size):
        question = _quoted(rng, known, passages)
        reply = ask(client, question)
        slowest = max(slowest, reply.seconds)
        query = understand(question)
        total = answer(question, engine, expand=False).total
        words = {token.stem for phrase in query.phrases for token in tokens(phrase)}
        right = sum(all(_row(phrase) in row for phrase in query.phrases) for row in stems.values())
        held += right
        if reply.status != 200 or reply.seconds > _MOST_SECONDS:
            failures.append(f"status {reply.status}, {reply.seconds:.1f} s: {question!a}")
        if query.phrases and total != right:
            failures.append(f"{total} passages and not {right}: {question!a}")
        if len(query.phrases) > MOST_PHRASES or len(words) > MOST_PHRASES * MOST_PHRASE_WORDS:
            failures.append(f"{len(query.phrases)} quotations of {len(words)} words: {question!a}")
    if not held:
        failures.append("no passage held any of the quotations")
    return Outcome(
        f"{size:,} questions of quotations, most of repeated words: {held:,} passages found, as a look "
        f"through all texts finds them; {len(failures)} went wrong; slowest {1000 * slowest:.0f} ms",
        tuple(failures),
    )


def _row(text: str) -> str:
    """The words of a text as they are compared, each between spaces; stop words are others than stems."""
    return "".join([" ", *(f"{'.' * token.is_stop_word}{token.stem} " for token in tokens(text))])


def _quoted(rng: random.Random, known: list[str], passages: list[Passage]) -> str:
    """Words said over and over, runs of a passage's words, and both, as long as a question may be."""
    word, other = rng.choice(known), rng.choice(known)
    text = " ".join(rng.choice(passages).text.replace('"', "").split())
    start, length = rng.randrange(len(text)), rng.choice((20, 60, 200, 900))
    run_of_words = text[start : start + length].partition(" ")[2].rpartition(" ")[0] or word
    text = rng.choice(
        (
            f'"{" ".join([word] * rng.randint(2, 200))}"',
            f'"{" ".join([word, other] * rng.randint(2, 100))}"',
            " ".join(f'"{each} {word}"' for each in rng.choices(known, k=rng.randint(2, 60))),
            f'"{run_of_words}"',
            f'"{word}"',
            f'"{run_of_words}" "{word}"',
        )
    )[: MAX_QUESTION_CHARS - 1]
    return text + '"' * (text.count('"') % 2)


PROOF = Proof("T18", "a quotation of repeated words costs no more than another", run, "questions", 80, 5_000)
