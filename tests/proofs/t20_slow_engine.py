"""T20: where looking for a word takes long, a question is cut off, and nobody else waits for it."""

from __future__ import annotations

import json
import random
import threading
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from search.deadline import DEADLINE_SECONDS
from tests.proofs.asking import engine_of, shipped
from tests.proofs.proof import Outcome, Proof
from tests.proofs.slow_service import SLOW_SECONDS, is_slow, slow_service

_SLOW = "Which health and care boards of a local system plan, fund and join services?"
# Beyond the deadline: the list that was begun, and the rest of the answer on a busy machine.
_MOST_SECONDS = DEADLINE_SECONDS + SLOW_SECONDS + 1.0
# Those who ask something else wait for nobody's list.
_MOST_OF_OTHERS = SLOW_SECONDS
_PATIENCE = 30
_OTHERS = 3


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    others = sorted(word for word in engine_of(client).vocabulary() if word.isalpha() and not is_slow(word))
    with slow_service(folder / "index") as service:
        return _asked_at_once(f"{service}search?expand=false&q=", others, rng, size)


def _asked_at_once(address: str, others: list[str], rng: random.Random, size: int) -> Outcome:
    failures: list[str] = []
    slow: list[float] = []
    quick: list[float] = []
    ended = threading.Event()

    def ask_slowly() -> None:
        for _ in range(size):
            took, status, reply = _asked(address, _SLOW)
            slow.append(took)
            told = (status, reply["partial"], reply["answered"], reply["total_relation"])
            if told != (200, True, False, "gte") or took > _MOST_SECONDS:
                failures.append(f"{told} after {took:.1f} s: {_SLOW!a}")
        ended.set()

    def ask_on(questions: list[str]) -> None:
        for question in questions:
            if ended.is_set():
                return
            took, status, reply = _asked(address, question)
            quick.append(took)
            if (status, reply["partial"]) != (200, False):
                failures.append(f"{status}, partial: {reply['partial']}: {question!a}")

    drawn = [[" ".join(rng.sample(others, 3)) for _ in range(100_000)] for _ in range(_OTHERS)]
    for question in ("canal", _SLOW.split()[-1]):
        _asked(address, question)
    clients = [threading.Thread(target=ask_slowly)]
    clients += [threading.Thread(target=ask_on, args=(questions,)) for questions in drawn]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    quick.sort()
    if not quick or len(slow) < size or min(slow, default=0) < DEADLINE_SECONDS:
        failures.append(
            f"{len(quick)} quick questions, {len(slow)} slow ones of {min(slow, default=0):.2f} s"
        )
    p99 = quick[len(quick) * 99 // 100] if quick else 0.0
    if p99 > _MOST_OF_OTHERS:
        failures.append(f"99 % of the others within {p99:.2f} s only")
    return Outcome(
        f"{size} questions whose posting lists take {SLOW_SECONDS} s each, cut off after "
        f"{min(slow, default=0):.2f} to {max(slow, default=0):.2f} s, each said to be partial; meanwhile "
        f"{len(quick):,} questions of {_OTHERS} others, 99 % within {1000 * p99:.0f} ms; "
        f"{len(failures)} went wrong",
        tuple(failures),
    )


def _asked(address: str, question: str) -> tuple[float, int, dict[str, object]]:
    began = time.perf_counter()
    with urlopen(address + quote(question), timeout=_PATIENCE) as response:
        reply = json.load(response)
    return time.perf_counter() - began, response.status, reply


PROOF = Proof("T20", "a slow question is cut off and keeps nobody else waiting", run, "slow questions", 2, 30)
