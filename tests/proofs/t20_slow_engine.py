"""T20: where looking for a word takes long, a question is cut off, and nobody else waits for it."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from waitress.server import create_server

from search.deadline import DEADLINE_SECONDS
from search.index.embedded import EmbeddedEngine
from tests.proofs.asking import engine_of, shipped
from tests.proofs.proof import Outcome, Proof

# To open a posting list of one of these words takes so long.
_SLOW_WORDS = frozenset(("health", "care", "system", "board", "local"))
_SLOW_SECONDS = 0.5
_SLOW = "Which health and care boards of a local system plan, fund and join services?"
# Beyond the deadline: the list that was begun, and the rest of the answer on a busy machine.
_MOST_SECONDS = DEADLINE_SECONDS + _SLOW_SECONDS + 1.0
# Those who ask something else wait for nobody's list.
_MOST_OF_OTHERS = _SLOW_SECONDS
_PATIENCE = 30
_OTHERS = 3


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    engine = engine_of(client)
    others = sorted(word for word in engine.vocabulary() if word.isalpha() and not _is_slow(word))
    opened = _slow_down(engine)
    server = create_server(client.application, host="127.0.0.1", port=0, threads=_OTHERS + 1)

    def serve() -> None:
        with suppress(OSError):  # its sockets are closed under it in the end
            server.run()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    address = f"http://127.0.0.1:{server.effective_port}/search?expand=false&q="
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
    server.close()
    serving.join(_PATIENCE)
    quick.sort()
    if not quick or not opened or len(slow) < size:
        failures.append(f"{len(quick)} quick questions, {len(slow)} slow ones, {len(opened)} slow lists")
    p99 = quick[len(quick) * 99 // 100] if quick else 0.0
    if p99 > _MOST_OF_OTHERS:
        failures.append(f"99 % of the others within {p99:.2f} s only")
    return Outcome(
        f"{size} questions whose posting lists take {_SLOW_SECONDS} s each, cut off after "
        f"{min(slow, default=0):.2f} to {max(slow, default=0):.2f} s, each said to be partial; meanwhile "
        f"{len(quick):,} questions of {_OTHERS} others, 99 % within {1000 * p99:.0f} ms; "
        f"{len(failures)} went wrong",
        tuple(failures),
    )


def _is_slow(term: str) -> bool:
    return any(term.startswith(word[:4]) for word in _SLOW_WORDS)


def _slow_down(engine: EmbeddedEngine) -> list[str]:
    """Has some posting lists take long to open; gives those that were opened, as they are."""
    opened: list[str] = []
    for segment in engine._frozen._segments:
        find = segment.postings.range

        def slowly(kind: str, term: str, find=find) -> tuple[int, int]:  # type: ignore[no-untyped-def]
            if kind == "stem" and _is_slow(term):
                opened.append(term)
                time.sleep(_SLOW_SECONDS)
            return find(kind, term)  # type: ignore[no-any-return]

        segment.postings.range = slowly  # type: ignore[method-assign]  # a disk that answers slowly
    return opened


def _asked(address: str, question: str) -> tuple[float, int, dict[str, object]]:
    began = time.perf_counter()
    with urlopen(address + quote(question), timeout=_PATIENCE) as response:
        reply = json.load(response)
    return time.perf_counter() - began, response.status, reply


PROOF = Proof("T20", "a slow question is cut off and keeps nobody else waiting", run, "slow questions", 2, 30)
