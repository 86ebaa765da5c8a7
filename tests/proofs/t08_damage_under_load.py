"""Files of the generation that is served, cut off, or a bit of them flipped, while they are open and needed.

Cut off to nothing: what is then read ends the process or is missing. Bytes that change under a server within
a page of a file, it reads as they are; what would be quoted has a hash of its own, what only ranks is found
when the generation is next opened or examined.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from tests.proofs import warm, yard
from tests.proofs.flipped import flipped
from tests.proofs.forks import apart
from tests.proofs.proof import Outcome, Proof
from tests.proofs.servers import Server, installed_servers, serving
from tests.services import PATIENCE

# Promised: so long after the damage every request has its answer again. On a machine so busy that it takes
# longer to start the server, so many times what the start took.
_RECOVERED_SECONDS = 5.0
_STARTS = 2
# Asked on for so long after the last failure, by which time both processes have been asked often.
_QUIET_SECONDS = 2.0
_GIVEN_UP_SECONDS = 40.0
_ANSWERED_SECONDS = 10.0  # a request without an answer by then has none

_FLIPS = 50  # for each damage to a whole file

_REQUESTS_A_SECOND = 30  # at the most: one client may ask only so often
_BARGE = 3


@dataclass
class Tally:
    """What came of the damages to the files under one server."""

    requests: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # from a damage to the last failure after it
    ended: int = 0  # processes that the damage killed
    failures: list[str] = field(default_factory=list)


def run(folder: Path, seed: int, size: int) -> Outcome:
    """Damages the files under each server so often."""
    return apart(_run, folder, seed, size)


def _run(folder: Path, seed: int, size: int) -> Outcome:
    os.environ["CITEWELL_MODEL"] = "off"
    chance, figures, failures = random.Random(seed), [], []
    servers = installed_servers() if size > 1 else ["web"]  # gunicorn takes seconds to start
    for name in servers:
        tally = _under(name, folder / name, chance, size)
        slowest = max(tally.seconds, default=0.0)
        requests = ", ".join(f"{count} {end}" for end, count in sorted(tally.requests.items()))
        figures.append(
            f"{name}: {size} times, {requests}, {tally.ended} processes ended by SIGBUS, all answered again "
            f"after {slowest:.1f} s at the most"
        )
        failures += [f"{name}, {failure}; seed {seed}" for failure in tally.failures]
    figure, wrong = flipped(folder, chance, _FLIPS * size)
    failures += [f"{each}; seed {seed}" for each in wrong]
    return Outcome("files cut off under " + "; ".join([*figures, figure]), tuple(failures))


def _under(name: str, folder: Path, chance: random.Random, size: int) -> Tally:
    index, articles, tally = folder / "index", folder / "articles", Tally()
    folder.mkdir()
    tons: dict[str, str] = {}  # what is to be answered from each generation

    def publish(revision: int) -> str:
        yard.put_articles(articles, revision * yard.BARGES + _BARGE)
        ran = warm.forked(partial(warm.ingest, articles, index, "--full"))
        assert ran == warm.Run(0, ()), ran
        generation = str(json.loads((index / "CURRENT").read_bytes())["generation"])
        tons[generation] = f"carries {100 + revision * yard.BARGES + _BARGE} tons"
        return generation

    publish(0)
    generation = publish(1)  # also open in the process that starts the others
    began = time.monotonic()
    with serving(name, folder, index) as server:
        server.each_alone(partial(_wait_for, server.address, generation, tons, tally))
        allowed = max(_RECOVERED_SECONDS, _STARTS * (time.monotonic() - began))
        for number in range(size):
            if number:
                generation = publish(number + 1)
            server.each_alone(partial(_wait_for, server.address, generation, tons, tally))
            what = f"damage {number} to {_cut(index / generation, chance, whole=number % 2 == 0)}"
            _recover(server, tons, tally, what, allowed)
        tally.ended = len(re.findall(r"signal 7\)|SIGBUS", server.log.read_text()))
    if tally.ended < size:
        tally.failures.append(f"{size} damages ended only {tally.ended} processes")
    return tally


def _cut(folder: Path, chance: random.Random, *, whole: bool) -> str:
    """Cuts all files off, or one of those that questions look into; says which."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    needed = [path for path in files if path.parent.name == "first" and path.suffix in (".npy", ".bin")]
    cut = files if whole else [chance.choice(needed)]
    for path in cut:
        os.truncate(path, 0)
    return "all files" if whole else cut[0].name


def _wait_for(address: str, generation: str, tons: dict[str, str], tally: Tally) -> None:
    """Waits until whoever is asked answers from the generation."""
    until = time.monotonic() + PATIENCE
    while _ask(address, tons, tally) != generation:
        if time.monotonic() > until:
            raise TimeoutError(f"{generation} was published and is not served")


def _recover(server: Server, tons: dict[str, str], tally: Tally, what: str, allowed: float) -> None:
    """Asks each process and then on until all requests have an answer again, and notes how long that took."""
    began = recovered = time.monotonic()
    server.each_alone(partial(_ask, server.address, tons, tally))
    is_well = False
    while not is_well or time.monotonic() - recovered < _QUIET_SECONDS:
        if time.monotonic() - began > _GIVEN_UP_SECONDS:
            tally.failures.append(f"{what}: requests still fail after {_GIVEN_UP_SECONDS:.0f} s")
            return
        was_well, is_well = is_well, _ask(server.address, tons, tally) is not None
        if is_well and not was_well:
            recovered = time.monotonic()
    tally.seconds.append(recovered - began)
    if recovered - began > allowed:
        tally.failures.append(f"{what}: requests failed for {recovered - began:.1f} s")


def _ask(address: str, tons: dict[str, str], tally: Tally) -> str | None:
    """The generation that answered, None where none did; a wrong answer is a failure."""
    time.sleep(1 / _REQUESTS_A_SECOND)
    question = quote(f"How many tons does barge {_BARGE} carry?")
    try:
        with urlopen(f"{address}/search?q={question}", timeout=_ANSWERED_SECONDS) as reply:
            said = json.loads(reply.read())
    except HTTPError as error:
        tally.requests[f"with status {error.code}"] += 1
        return None
    except OSError:
        tally.requests["without a reply"] += 1
        return None
    generation = str(said["index"]["generation"])
    is_right = tons[generation] in json.dumps(said["results"][:1])
    tally.requests["answered rightly" if is_right else "answered wrongly"] += 1
    if not is_right:
        tally.failures.append(f"a wrong answer from {generation}: {said['results'][:1]}")
    return generation


PROOF = Proof(
    row="T8",
    promise=(
        "Where a file is cut off under a server that has it open, no answer is wrong; a process that ends of "
        "it is replaced by one that serves an intact generation, and 5 s later all is answered again; no "
        "passage, title, date or place is quoted of which a bit has flipped"
    ),
    run=run,
    unit="damages under each server",
    quick=1,
    full=20,
)
