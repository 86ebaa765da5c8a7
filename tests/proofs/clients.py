"""Clients that ask a server one question after the other, and what their answers say of it."""

from __future__ import annotations

import json
import random
import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from urllib.parse import urlencode

from tests.proofs.revisions import Published, revisions_in
from tests.services import PATIENCE

# A connection stays with the worker that took it, so a client turns to another one now and then.
_REQUESTS_A_CONNECTION = 50


# Without a pause clients and servers would leave those who publish hardly any of two cores.
_PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request came to."""

    sent: float  # seconds of the clock that all processes of a machine share
    connection: str
    question: str
    generation: str = ""
    revisions: Sequence[int] = ()  # of each marked sentence
    problem: str | None = None  # why it failed


@dataclass(slots=True)
class Client:
    """One after the other asks for what it wants to know, until it is told to stop."""

    name: str
    port: int
    asked: Sequence[str]
    replies: list[Reply] = field(default_factory=list)

    def go_on(self, end: threading.Event) -> None:
        """Asks until the end."""
        chance, number = random.Random(self.name), 0
        while not end.is_set():
            number += 1
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.connect()
            for _ in range(_REQUESTS_A_CONNECTION):
                if end.is_set() or connection.sock is None:  # the server closed it
                    break
                self.replies.append(_asked(connection, f"{self.name} {number}", chance.choice(self.asked)))
                time.sleep(_PAUSE_SECONDS)
            connection.close()

    def has_seen(self, generation: str) -> bool:
        return bool(self.replies) and self.replies[-1].generation == generation


def _asked(connection: HTTPConnection, name: str, question: str) -> Reply:
    sent = time.monotonic()
    try:
        connection.request("GET", f"/search?{urlencode({'q': question})}")
        response = connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            return Reply(sent, name, question, problem=f"{response.status} {text[:200]}")
        generation = json.loads(text)["index"]["generation"]
        revisions = revisions_in(text)
        return Reply(sent, name, question, generation, revisions, None if revisions else "nothing was found")
    except (OSError, HTTPException, ValueError, LookupError) as error:
        connection.close()
        return Reply(sent, name, question, problem=repr(error))


@contextmanager
def asking(clients: Sequence[Client]) -> Iterator[None]:
    """All of them ask until the end of the block."""
    end = threading.Event()
    threads = [threading.Thread(target=client.go_on, args=(end,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def failed(replies: Iterable[Reply]) -> list[str]:
    """Requests that were not answered."""
    return [f"{reply.connection}, {reply.question!r}: {reply.problem}" for reply in replies if reply.problem]


def mixed(replies: Iterable[Reply], acknowledged: Iterable[Published]) -> list[str]:
    """Answers from several revisions, and generations that are of several."""
    revisions: dict[str, set[int]] = defaultdict(set)
    for each in acknowledged:
        revisions[each.generation].add(each.revision)
    wrong = []
    for reply in replies:
        if len(said := set(reply.revisions)) > 1:
            wrong.append(f"{reply.question!r} of {reply.generation}: revisions {sorted(said)}")
        revisions[reply.generation].update(reply.revisions)
    wrong += [f"{name} has revisions {sorted(held)}" for name, held in revisions.items() if len(held) > 1]
    return wrong


def gone_back(replies: Iterable[Reply]) -> list[str]:
    """Answers of an earlier generation than the one before them over the same connection."""
    over: dict[str, list[str]] = defaultdict(list)
    for reply in replies:
        if not reply.problem:
            over[reply.connection].append(reply.generation)
    return [
        f"{connection}: {other} after {one}"
        for connection, generations in over.items()
        for one, other in pairwise(generations)
        if other < one
    ]


def staleness(replies: Iterable[Reply], acknowledged: Sequence[Published]) -> float:
    """The most seconds after a generation was acknowledged that an earlier one still answered."""
    names = [each.generation for each in acknowledged]
    late = 0.0
    for reply in replies:
        newer = bisect_right(names, reply.generation)
        if not reply.problem and newer < len(names):
            late = max(late, reply.sent - acknowledged[newer].at)
    return late
