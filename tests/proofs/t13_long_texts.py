"""T13: a text that is far too long is refused at once, by the running service."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from ingest.pipeline import ingest
from tests.proofs.asking import ROOT
from tests.proofs.proof import Outcome, Proof
from tests.services import serving

_MOST_SECONDS = 0.05
_PATIENCE = 20.0
_LENGTHS = (10_000, 100_000, 1_000_000)
_MADE: dict[str, Callable[[random.Random, int], str]] = {
    "one word": lambda rng, length: rng.choice("abcxyz") * length,
    "words": lambda rng, length: ("".join(rng.choice("aeiou rst") for _ in range(1000)) * length)[:length],
    "letters of four bytes": lambda rng, length: "𝒶" * length,
    "white space": lambda rng, length: " " * length,
    "quotations": lambda rng, length: '"a ' * (length // 3),
}
# 400: too long to be asked; 414 and 431: more than a server reads, as is a connection that ends.
_REFUSED = {"400", "414", "431", "closed"}


def run(folder: Path, seed: int, size: int) -> Outcome:
    rng = random.Random(seed)
    ingest([ROOT / "corpus"], folder / "index")
    failures: list[str] = []
    slowest = dict.fromkeys(_LENGTHS, 0.0)
    told: Counter[str] = Counter()
    with serving("--index", str(folder / "index"), folder=folder, CITEWELL_MODEL="off") as service:
        address = urlsplit(service.address)
        for length in _LENGTHS:
            for name, make in _MADE.items():
                for path in ("/search", "/"):
                    line = f"GET {path}?q={quote(make(rng, length), safe='')} HTTP/1.0\r\nHost: here\r\n\r\n"
                    tries = [_asked(address.hostname, address.port, line.encode()) for _ in range(size)]
                    statuses = [status for status, _ in tries]
                    # The best of as many tries: how long it takes, and not what else the machine does.
                    best = min(seconds for _, seconds in tries)
                    told.update(statuses)
                    slowest[length] = max(slowest[length], best)
                    if not _REFUSED.issuperset(statuses):
                        failures.append(f"{path}, {length:,} of {name}: {statuses}")
                    if best > _MOST_SECONDS:
                        failures.append(f"{path}, {length:,} of {name}: {1000 * best:.0f} ms")
        if not 200 <= int(_asked(address.hostname, address.port, b"GET /?q=care HTTP/1.0\r\n\r\n")[0]) < 300:
            failures.append("the service no longer answers")
    if not told["400"]:
        failures.append("no text reached the application")
    times = ", ".join(f"{1000 * best:.0f} ms at {length:,}" for length, best in slowest.items())
    kinds = ", ".join(f"{count} {status}" for status, count in sorted(told.items()))
    return Outcome(
        f"{told.total()} texts of 10,000 to 1,000,000 characters: {kinds}; slowest kind, best of {size}: "
        f"{times}",
        tuple(failures),
    )


def _asked(host: str | None, port: int | None, request: bytes) -> tuple[str, float]:
    """The status of the reply, or that the connection was closed without one, and the seconds to it."""
    began = time.perf_counter()
    with socket.create_connection((host or "", port or 0), timeout=_PATIENCE) as connection:
        # A service that has read enough replies and hangs up while there is more to send.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        try:
            reply = connection.recv(65_536)
        except ConnectionResetError:
            reply = b""
    status = reply.split(b" ")[1].decode() if reply.startswith(b"HTTP/") else "closed"
    return status, time.perf_counter() - began


PROOF = Proof("T13", "a text that is far too long is refused within 50 ms", run, "tries", 3, 20)
