"""One process that serves: waitress within limits, and an end at which nobody's request is dropped."""

from __future__ import annotations

import ctypes
import logging
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer

_log = logging.getLogger(__name__)

# One thread answers, and another for each request that has taken this many seconds by now, up to so many.
# Scoring holds the interpreter: on two cores, over 20,963 passages on words alone, two workers of one thread
# answer 8 clients 780 questions a second with 99 of 100 within 26 ms, of two threads 600 within 30, of eight
# 590 within 40. The others are there for what comes while something is slow; there a search waits its turn
# (SEARCHES_AT_ONCE), and what does not search need not.
LATE_SECONDS = 0.1
MOST_THREADS = 8

# Request line and headers. A question of 1,000 characters is 12,000 bytes in an address where each takes four
# in UTF-8, so 8 KiB would refuse questions that may be asked; browsers send 1 to 2 KB beside it.
MOST_HEADER_BYTES = 16 * 1024
# Nothing that is asked of this service has a body; a small one is read and ignored.
MOST_BODY_BYTES = 16 * 1024
# A request has to be there in full, and a connection that is kept to be asked something, within so long.
LONGEST_SILENCE_SECONDS = 20
_LOOK_EVERY_SECONDS = 5  # for connections that were silent longer
# Each costs a file handle, of which a process may have 1,024 by custom; further clients wait to be accepted.
MOST_CONNECTIONS = 500

# After the word to end, so long are connections accepted that were on their way by then: a round trip to the
# other side of the world.
SETTLE_SECONDS = 0.3
# What is in flight then gets so long: a turn comes within two seconds, a search takes one. What runs services
# waits ten by custom, and then kills.
LONGEST_END_SECONDS = 8.0

_SO_ATTACH_FILTER = 26  # of Linux; Python does not name it
# Its program, a classic BPF: load the flags of the TCP header, drop what has SYN set, pass all else.
_DROP_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


class _Parser(HTTPRequestParser):
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            # A proxy in front may go by the other of the two, and so see other requests than are answered.
            raise ParsingError("Content-Length and Transfer-Encoding are both given")


class _Channel(HTTPChannel):
    """A connection whose silence counts from its last whole request, and that closes when the server ends."""

    parser_class = _Parser
    server: Any  # a `_Server`
    requests: Any  # those that are there in full, of which the first is being answered

    def handle_read(self) -> None:
        since = self.last_activity
        super().handle_read()
        if self.request is not None:  # a part of one: bytes that trickle in keep no connection open
            self.last_activity = since

    def service(self) -> None:
        if self.server.is_ending:
            for request in self.requests:
                request.headers["CONNECTION"] = "close"  # so the answer says that no other will follow
        self.server.begun[self] = time.monotonic()
        try:
            super().service()
        finally:
            del self.server.begun[self]

    @property
    def is_served(self) -> bool:
        """Whether a request is being read, answered or sent."""
        return bool(self.requests or self.total_outbufs_len or self.request)


class _Server(TcpWSGIServer):
    channel_class = _Channel
    is_ending = False
    task_dispatcher: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.begun: dict[_Channel, float] = {}  # what is being answered, and since when
        self._threads = 1
        super().__init__(*arguments, **named)

    @property
    def patience(self) -> float:
        """How many seconds may pass before `relieve` is to look again."""
        return LATE_SECONDS if self.begun else 1.0

    def relieve(self) -> None:
        """Has as many threads as the requests that are late need, and one for all others."""
        now = time.monotonic()
        late = sum(now - since > LATE_SECONDS for since in list(self.begun.values()))
        wanted = min(1 + late, MOST_THREADS)
        if wanted != self._threads:
            self._threads = wanted
            self.task_dispatcher.set_thread_count(wanted)

    def end(self, number: int, frame: FrameType | None) -> None:
        """Has it end, as a signal handler; the next signal interrupts at once."""
        self.is_ending = True
        self.pull_trigger()
        _on_interrupt(signal.default_int_handler)


def serve(app: Flask, listener: socket.socket, others_accept: Callable[[], bool] = lambda: False) -> None:
    """Serves in this process until SIGTERM or an interrupt, then answers what was asked and returns.

    By then nothing is accepted any more, and all who were connected have their answers; that takes no longer
    than LONGEST_END_SECONDS. A second interrupt ends it at once, by KeyboardInterrupt. `others_accept` tells
    whether other processes go on accepting from the listener, to whom newcomers are then left.
    """
    # That requests wait for their turn is how a queue works: not worth a warning for each of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    limits = Adjustments(
        threads=1,
        max_request_header_size=MOST_HEADER_BYTES + 1,  # the least that is refused, as for the body
        max_request_body_size=MOST_BODY_BYTES + 1,
        channel_timeout=LONGEST_SILENCE_SECONDS,
        cleanup_interval=_LOOK_EVERY_SECONDS,
        connection_limit=MOST_CONNECTIONS,
        ident="Citewell",
    )
    here = (listener.family, listener.type, listener.proto, listener.getsockname())
    channels: dict[int, Any] = {}
    server = _Server(app, map=channels, _sock=listener, bind_socket=False, sockinfo=here, adj=limits)
    _on_interrupt(server.end)
    while not server.is_ending:
        wasyncore.loop(timeout=server.patience, use_poll=True, map=channels, count=1)
        server.relieve()
    if others_accept():
        server.del_channel(channels)
        _answer_the_last(server, channels, lambda: False)
    else:
        take_no_more(listener)
        _answer_the_last(server, channels, lambda: _someone_waits(listener))


def _on_interrupt(handler: Callable[[int, FrameType | None], Any]) -> None:
    for sent in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(sent) != signal.SIG_IGN:  # as a worker does with Ctrl+C: its parent decides
            signal.signal(sent, handler)


def _answer_the_last(server: _Server, channels: dict[int, Any], someone_waits: Callable[[], bool]) -> None:
    """Answers what is in flight, and who waits to be accepted, and closes everything."""
    began = time.monotonic()
    settled, latest = began + SETTLE_SECONDS, began + LONGEST_END_SECONDS
    while (now := time.monotonic()) < latest:
        wasyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)
        server.relieve()
        is_served = any(isinstance(one, _Channel) and one.is_served for one in list(channels.values()))
        if now > settled and not is_served and not someone_waits():
            break
    else:
        _log.warning("ended with requests unanswered: they took longer than %g seconds", LONGEST_END_SECONDS)
    wasyncore.close_all(channels)


def take_no_more(listener: socket.socket) -> None:
    """Has the system answer no further client of the socket, in whichever process it is open.

    Those it has answered already can still be accepted. Closing the socket would cut them off, and whoever
    came between the last look for them and its closing. Without Linux there is no such thing: then those few
    are cut off.
    """
    if sys.platform != "linux":
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _DROP_SYN))
    program = struct.pack("HL", len(_DROP_SYN), ctypes.addressof(code))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _someone_waits(listener: socket.socket) -> bool:
    """Whether a connection is there to be accepted."""
    return bool(select.select([listener], [], [], 0)[0])
