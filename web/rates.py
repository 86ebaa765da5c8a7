"""How often one client may ask: a bucket of tokens for each address, in each process.

Of N workers each counts by itself, so a client that all of them serve may ask N times as often. What a proxy
says of where a request comes from is never believed: anybody can write such a header. A proxy on this machine
is not limited here, since it speaks for all its clients; it has to limit them itself.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

# A process answers some 400 questions a second, so one client alone leaves nine tenths of that to the others.
# A person never comes near it: a page and what belongs to it are three requests.
REQUESTS_A_SECOND = 40
# So many may come at once after a pause: a script that asks a set of questions.
BURST = 80

# Clients that are remembered, of which each takes 200 bytes; the one that was silent longest is
# forgotten, and so has a full bucket when it returns.
MOST_CLIENTS = 10_000

# An IPv6 customer has a network of so many bits at least, and may write any address of it into its packets.
_IPV6_NETWORK_BITS = 64

# What costs next to nothing is not counted, nor are those who watch whether the service is well.
_UNCOUNTED = ("static", "health.healthz")


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float  # by the clock


class Rates:
    """Buckets of `burst` tokens, filled by `rate` a second; safe to share between threads."""

    def __init__(
        self,
        rate: float = REQUESTS_A_SECOND,
        burst: int = BURST,
        most_clients: int = MOST_CLIENTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._burst, self._most_clients, self._clock = rate, burst, most_clients, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()  # the one used last comes last
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._buckets)

    def wait(self, client: str) -> float:
        """0 where the client may ask now, which takes a token; else the seconds until it may."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(client)
            if bucket is None:
                if len(self._buckets) >= self._most_clients:
                    self._buckets.popitem(last=False)
                bucket = self._buckets[client] = _Bucket(self._burst, now)
            self._buckets.move_to_end(client)
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._rate)
            bucket.filled_at = now
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / self._rate
            bucket.tokens -= 1
            return 0.0


def counted_as(address: str | None) -> str | None:
    """What a client with that address is counted as; None for one on this machine, which is not counted."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:  # a socket of this machine has no address
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            if found.is_loopback:
                return None
            return str(ipaddress.ip_network((int(found), _IPV6_NETWORK_BITS), strict=False))
        found = found.ipv4_mapped
    return None if found.is_loopback else str(found)


def register(app: Flask) -> None:
    """Refuses what a client asks beyond `config["RATE"]` requests a second; 0 refuses nothing."""
    rate = int(app.config["RATE"])
    if not rate:
        return
    rates = Rates(rate, max(BURST, rate))

    @app.before_request
    def limit() -> None:
        client = counted_as(request.remote_addr)
        if client is None or request.endpoint in _UNCOUNTED:
            return
        seconds = rates.wait(client)
        if seconds:
            raise TooManyRequests(
                f"More than {rate:,} requests a second came from your address. Ask again a little later.",
                retry_after=math.ceil(seconds),
            )
