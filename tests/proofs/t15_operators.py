"""T15: boolean words, brackets and other operators are text; nothing that parses them is even loaded."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from flask.testing import FlaskClient

from tests.proofs.asking import ROOT, ask, engine_of, shipped
from tests.proofs.killers import KILLERS
from tests.proofs.plain import interpreted, plain_words
from tests.proofs.proof import Outcome, Proof

_OPERATORS = (
    "AND OR NOT ANDNOT ANDMAYBE REQUIRE TO NEAR XOR && || ! + ~2 ^2 * ? ( ) [ ] { } : /.*/ >= <".split()
)
_MOST_SECONDS = 1.0
_NAMED = ("not not", "ANDNOT", "ANDMAYBE", "REQUIRE", "nested", "bare brackets", "AND", "ranges", "boosts")

_LOADED = """
import sys
from pathlib import Path
from web import create_app
client = create_app({"INDEX": Path(sys.argv[1])}, lambda: None).test_client()
for question in ("NOT NOT word", "a ANDNOT b ANDNOT c", "((((("):
    for path in ("/", "/search"):
        assert client.get(path, query_string={"q": question}).status_code == 200
print(*sorted(name for name in sys.modules if name.split(".")[0] == "whoosh"))
"""


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    known = [word for word in plain_words(engine_of(client)) if word.isalpha()]
    killers = [text for name, text in KILLERS.items() if any(part in name for part in _NAMED)]
    texts = [*killers, *(_with_operators(rng, known) for _ in range(size))]
    failures = [found for found in (_failure(client, text) for text in texts) if found]
    loaded = subprocess.run(
        [sys.executable, "-c", _LOADED, str(folder / "index")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    modules = loaded.stdout.split()
    if loaded.returncode or "whoosh.qparser" in modules:
        failures.append(f"a process that answers: {loaded.stderr[-300:]} {modules}")
    return Outcome(
        f"{len(texts):,} texts with operators: {len(failures)} interpreted; a process that answers has "
        f"loaded {len(modules)} modules of Whoosh, its query parser "
        f"{'not ' * ('whoosh.qparser' not in modules)}among them",
        tuple(failures),
    )


def _failure(client: FlaskClient, text: str) -> str | None:
    reply = ask(client, text)
    return f"{reply.seconds:.1f} s: {text!a}" if reply.seconds > _MOST_SECONDS else interpreted(client, text)


def _with_operators(rng: random.Random, known: list[str]) -> str:
    parts: list[str] = []
    for _ in range(rng.randint(1, 12)):
        parts += [rng.choice(_OPERATORS)] * rng.randint(0, 2) + [rng.choice(known)]
    return rng.choice((" ", " ", "")).join([*parts, rng.choice(_OPERATORS)])


PROOF = Proof("T15", "operators are plain words", run, "texts", 50, 5_000)
