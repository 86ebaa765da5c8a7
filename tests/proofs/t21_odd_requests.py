"""Requests of every kind, right and wrong, against the description in web/openapi.yaml."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from flask import Flask

from ingest.pipeline import ingest
from tests.proofs.proof import Outcome, Proof
from tests.proofs.raw_requests import PATIENCE_SECONDS, SEARCH, raw_cases, trickled, tried
from tests.services import environment
from web import create_app
from web.rates import BURST
from web.serving import LONGEST_SILENCE_SECONDS

ARTICLES = {
    "canal.md": "---\npublished: 2019-03-02\npublisher: Waterways Weekly\n---\n# The canal\n\n"
    "The Canal Trust (CT) keeps the banks. Anglers need a permit from the CT. There are 42 locks.\n",
    "locks.md": "---\npublished: 2022-07-01\n---\n# The locks of the canal\n\nThere are now 43 locks.\n",
}
FORGED = ("127.0.0.1", "::1", "203.0.113.1, 127.0.0.1")


def run(folder: Path, seed: int, size: int) -> Outcome:
    """So many examples of each operation inside the process, as many over the wire, and every raw case."""
    if find_spec("schemathesis") is None:
        return Outcome("", skipped="schemathesis is not installed")
    (folder / "corpus").mkdir()
    for name, text in ARTICLES.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    ingest([folder / "corpus"], folder / "index")
    app = create_app({"INDEX": folder / "index"})
    silence = min(LONGEST_SILENCE_SECONDS, max(1, size // 5))
    cases = raw_cases()
    inside, errors, violations = described(app, None, seed, size)
    failures = [*errors, *violations]
    with _running(folder, silence) as port:
        slow: list[str | None] = []
        trickling = threading.Thread(target=lambda: slow.append(trickled(port, silence)))
        trickling.start()
        wire, more_errors, more_violations = described(None, port, seed + 1, size)
        failures += [*more_errors, *more_violations]
        failures += [wrong for case in cases if (wrong := tried(port, case))]
        trickling.join()
        failures += [wrong for wrong in slow if wrong]
        urlopen(f"http://127.0.0.1:{port}{SEARCH}", timeout=PATIENCE_SECONDS).close()
    failures += _forged(folder)
    calls = inside + wire + len(cases)
    figure = (
        f"{calls:,} calls ({inside:,} inside, {wire:,} over the wire, {len(cases)} odd ones byte by byte), "
        f"{len(errors) + len(more_errors)} server errors, {len(violations) + len(more_violations)} schema "
        f"violations; a trickled request cut off, {len(FORGED)} forged addresses not believed"
    )
    return Outcome(figure, tuple(failures))


def described(app: Flask | None, port: int | None, seed: int, size: int) -> tuple[int, list[str], list[str]]:
    """How many calls were made of what the description names, the server errors, and what differed."""
    # Imported here, since every run of the tests reads this module and few of them run it.
    from schemathesis import openapi
    from schemathesis.config import SchemathesisConfig
    from schemathesis.core.failures import FailureGroup
    from schemathesis.engine import events, from_schema

    config = SchemathesisConfig(seed=seed)
    address = f"http://127.0.0.1:{port}"
    if app:
        schema = openapi.from_wsgi("/openapi.yaml", app, config=config)
    else:
        schema = openapi.from_url(f"{address}/openapi.yaml", config=config)
    schema.config.generation.update(max_examples=size, database="none", no_shrink=True)
    schema.config.update(continue_on_failure=True)
    schema.hook(map_query)
    calls, errors, violations = 0, [], []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            violations.append(f"schemathesis: {event}")
        if not isinstance(event, events.ScenarioFinished):
            continue
        calls += len(event.recorder.interactions)
        for check in (check for checks in event.recorder.checks.values() for check in checks):
            if check.failure_info:
                told = f"{check.name}: {check.failure_info.code_sample} {check.failure_info.failure.message}"
                (errors if check.name == "not_a_server_error" else violations).append(" ".join(told.split()))
    # Without parameters an operation has few examples of its own: it is asked as often with some made up.
    chance = random.Random(seed)
    for path in ("/api/glossary", "/healthz"):
        for _ in range(size):
            query = _made_up(chance)
            case = schema[path]["GET"].Case(query=query)
            response = case.call()
            calls += 1
            if response.status_code >= 500:
                errors.append(f"{path} with {query}: {response.status_code}")
            elif response.status_code != (400 if query else 200):
                violations.append(f"{path} with {query}: {response.status_code}")
            else:
                try:
                    case.operation.validate_response(response)
                except (AssertionError, FailureGroup) as differs:
                    violations.append(f"{path} with {query}: {differs}")
    return calls, errors, violations


def map_query(_: Any, query: Any) -> Any:
    """The parameters with `from` and `to` in their order: the one rule that OpenAPI has no words for."""
    if query and all(isinstance(query.get(name), str) for name in ("from", "to")):
        query["from"], query["to"] = sorted((query["from"], query["to"]))
    return query


def _made_up(chance: random.Random) -> dict[str, str]:
    letters = "q \0%&=é\U0001f6b2'\"<../"
    return {
        "".join(chance.choices(letters, k=chance.randint(1, 9))): "".join(chance.choices(letters, k=3))
        for _ in range(chance.randint(0, 3))
    }


def _forged(folder: Path) -> list[str]:
    """What is wrong with whom the limit of requests a second meets when addresses are forged."""
    wrong = []
    for forged in FORGED:
        client = create_app({"INDEX": folder / "index", "RATE": 1}).test_client()
        headers = {"X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": f"for={forged}"}
        there, here = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "127.0.0.1"}
        got = [client.get("/api/glossary", headers=headers, environ_base=there) for _ in range(BURST + 20)]
        if got[-1].status_code != 429 or "Retry-After" not in got[-1].headers:
            wrong.append(f"a client that says to be {forged} is not limited")
        headers["X-Forwarded-For"] = "203.0.113.9"
        if client.get("/api/glossary", headers=headers, environ_base=here).status_code != 200:
            wrong.append("a proxy on this machine is limited for what it says of its client")
    return wrong


# Its silence is a parameter, so that a small experiment need not wait as long as a service does.
_SERVE = (
    "import sys, web.cli, web.serving as s; s.LONGEST_SILENCE_SECONDS = s._LOOK_EVERY_SECONDS = {silence}; "
)


@contextmanager
def _running(folder: Path, silence: float) -> Iterator[int]:
    """The port of a service of its own process."""
    code = f"{_SERVE.format(silence=silence)}sys.exit(web.cli.main(['--port', '0', '--index', 'index']))"
    with (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folder,
            env=environment(CITEWELL_MODEL="off"),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+:(\d+)/", process.stdout.readline())
        assert found, (folder / "stderr").read_text()
        yield int(found[1])
    finally:
        process.kill()
        process.communicate()


PROOF = Proof(
    "T21",
    "Whatever is wrong with a request, it gets a reply that the description names, and no server error",
    run,
    "examples of each operation, twice",
    quick=5,
    full=100,
)
