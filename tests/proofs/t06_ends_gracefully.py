"""A server that is told to end, or to load itself anew, under load from many clients.

Whoever is connected has to get a whole answer, whether or not the server had taken the connection up yet. Of
gunicorn that is more than it promises when it ends: there it holds for what a worker has begun to read, and
connections that none had read from are counted.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from ingest.pipeline import ingest
from tests.proofs.askers import PATIENCE_SECONDS, Clients, Request
from tests.proofs.proof import Outcome, Proof
from tests.proofs.signalled import Kind, begun_of, port_of, running
from web.serving import LONGEST_END_SECONDS

CLIENTS = 16
CONNECTS_SECONDS = 0.5
ARTICLE = "# The canal\n\nAnglers need a permit from the trust. Boats need none.\n"

KINDS = (
    Kind("one process"),
    Kind("two workers", 2),
    Kind("gunicorn", 2, is_gunicorn=True, sent=(signal.SIGHUP, signal.SIGTERM)),
)


@dataclass
class Tally:
    """What was seen of one kind of server."""

    answered: int = 0
    in_flight: int = 0  # of those: when the signal was sent
    dropped: int = 0
    unread: int = 0  # connections that gunicorn closed without having read from them


def run(folder: Path, seed: int, size: int) -> Outcome:
    """Ends each kind of server so many times while all clients ask it."""
    chance = random.Random(seed)
    (folder / "corpus").mkdir()
    (folder / "corpus" / "canal.md").write_text(ARTICLE, encoding="utf-8")
    ingest([folder / "corpus"], folder / "index")
    tallies = {(kind, sent): Tally() for kind in KINDS for sent in kind.sent}
    failures: list[str] = []
    for turn in range(size):
        with ExitStack() as started:
            servers = [started.enter_context(running(kind, folder)) for kind in KINDS]
            for kind, server in zip(KINDS, servers, strict=True):
                port = port_of(server, kind, folder)
                for sent in kind.sent:
                    tally, after = tallies[kind, sent], chance.uniform(0.1, 0.4)
                    wrong = _signalled(server, port, kind, sent, after, folder, tally)
                    failures += [f"{kind.name}, {sent.name}, turn {turn}: {what}" for what in wrong]
    for (kind, sent), tally in tallies.items():
        if not tally.in_flight:
            failures.append(f"{kind.name}: nothing was in flight when it got {sent.name}")
    seen = (f"{kind.name} {sent.name} {_figure(tally, kind)}" for (kind, sent), tally in tallies.items())
    return Outcome(f"{size * len(tallies)} signals: {'; '.join(seen)}", tuple(failures))


def _figure(tally: Tally, kind: Kind) -> str:
    unread = f", {tally.unread:,} turned away unread" if kind.is_gunicorn else ""
    requests = tally.answered + tally.dropped
    return f"{tally.dropped:,} dropped of {requests:,} ({tally.in_flight:,} in flight{unread})"


def _signalled(
    server: subprocess.Popen[str],
    port: int,
    kind: Kind,
    sent: signal.Signals,
    after: float,
    folder: Path,
    tally: Tally,
) -> list[str]:
    """What went wrong when the server got its signal under load; the requests are added to the tally."""
    begun = begun_of(kind, folder)
    begun.write_text("")
    workers = psutil.Process(server.pid).children()
    # A server that ends lets no one connect; who tries asks the system again after a second, to no avail.
    clients = Clients(port, CLIENTS, PATIENCE_SECONDS if sent == signal.SIGHUP else CONNECTS_SECONDS)
    time.sleep(after)
    sent_at = time.monotonic()
    server.send_signal(sent)
    wrong: list[str] = []
    if sent == signal.SIGHUP:
        psutil.wait_procs(workers, PATIENCE_SECONDS)
        if any(worker.is_running() for worker in workers):
            wrong.append("the workers of before are still there")
        clients.stop()
        wrong += [f"refused: {one}" for one in clients.requests if one.outcome == "refused"]
    else:
        status = server.wait(PATIENCE_SECONDS)
        took = time.monotonic() - sent_at
        if status != 0 or took > LONGEST_END_SECONDS + 1:
            wrong.append(f"it ended with {status} after {took:.1f} s")
        clients.wait()
    known = {int(line) for line in begun.read_text().split()}
    cut = [one for one in clients.requests if one.outcome == "cut"]
    may_be_unread = kind.is_gunicorn and sent == signal.SIGTERM
    dropped = [one for one in cut if one.number in known or not may_be_unread]
    answered = [one for one in clients.requests if one.outcome == "answered"]
    if kind.is_gunicorn and not known.issuperset(one.number for one in answered):
        wrong.append("its workers did not say what they had begun to read")
    tally.answered += len(answered)
    tally.in_flight += sum(one.began < sent_at < one.ended for one in answered)
    tally.dropped += len(dropped)
    tally.unread += len(cut) - len(dropped)
    return wrong + [_told(one, sent_at) for one in dropped]


def _told(request: Request, sent_at: float) -> str:
    return (
        f"dropped {request.detail}; it began {request.began - sent_at:+.3f} s from the signal and ended "
        f"{request.ended - sent_at:+.3f} s from it"
    )


PROOF = Proof(
    "T6",
    "A server that is told to end answers all that has reached it; one that reloads refuses nothing",
    run,
    "ends of each kind of server",
    quick=1,
    full=15,
)
