"""Clients that ask a server without a pause, and what became of each of their requests."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass
from itertools import count
from typing import Literal

# Long after any answer: a request that has none by then is taken for dropped.
PATIENCE_SECONDS = 30

ADDRESS = "/search?q=Do+anglers+need+a+permit"

Outcome = Literal["answered", "refused", "cut"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and what the client saw of it."""

    number: int  # sent along as X-Number
    began: float  # monotonic seconds, before it connected
    ended: float
    outcome: Outcome  # answered whole; not connected at all; connected, and not answered whole
    detail: str = ""


class Clients:
    """So many clients that ask again as soon as they are answered, until they are refused or told to stop.

    Every other one keeps its connection for as long as the server does.
    """

    def __init__(self, port: int, clients: int, connects: float = PATIENCE_SECONDS) -> None:
        """Starts them; whoever is not connected within `connects` seconds counts as refused."""
        self.requests: list[Request] = []
        self._connects = connects
        self._port = port
        self._numbers = count(1)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(bool(client % 2),)) for client in range(clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Has them send nothing more, and waits for what they have sent."""
        self._stopped.set()
        self.wait()

    def wait(self) -> None:
        """Waits until all have been refused."""
        for thread in self._threads:
            thread.join(3 * PATIENCE_SECONDS)
        if any(thread.is_alive() for thread in self._threads):
            raise AssertionError("a client still waits for its answer")

    def _ask(self, keeps: bool) -> None:
        kept: http.client.HTTPConnection | None = None
        while not self._stopped.is_set():
            number, began = next(self._numbers), time.monotonic()
            outcome, detail, kept = self._once(number, kept, keeps)
            self.requests.append(Request(number, began, time.monotonic(), outcome, detail))
            if outcome == "refused":
                break
        if kept:
            kept.close()

    def _once(
        self, number: int, kept: http.client.HTTPConnection | None, keeps: bool
    ) -> tuple[Outcome, str, http.client.HTTPConnection | None]:
        connection = kept or http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._connects)
        if kept is None:
            try:
                connection.connect()
            except OSError as error:
                return "refused", repr(error), None
            connection.sock.settimeout(PATIENCE_SECONDS)
        headers = {"X-Number": str(number), **({} if keeps else {"Connection": "close"})}
        try:
            connection.request("GET", ADDRESS, headers=headers)
            reply = connection.getresponse()
            body = reply.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return "cut", f"{'kept' if kept else 'new'} connection: {error!r}", None
        left = connection if keeps and not reply.will_close else None
        if left is None:
            connection.close()
        if reply.status != 200 or json.loads(body)["answered"] is not True:
            return "cut", f"{reply.status}: {body[:200]!r}", left
        return "answered", "", left
