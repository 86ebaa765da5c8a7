"""Requests as no ordinary client writes them, byte by byte, and what may come back."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from urllib.parse import quote

from search.question.understanding import MAX_QUESTION_CHARS

PATIENCE_SECONDS = 30
SEARCH = "/search?q=canal"
BROWSER = {
    "Host": "library.example",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Cookie": "session=" + "0123456789abcdef" * 64,
    "Sec-Fetch-Mode": "navigate",
}


@dataclass(frozen=True, slots=True)
class RawCase:
    """Bytes that are sent, and the statuses that may come back."""

    name: str
    sent: bytes
    statuses: frozenset[int]


def request(target: str, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    """A request that asks for the connection to be closed; `headers` have `_` in place of `-`."""
    lines = {"Host": "localhost", "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def _case(name: str, sent: bytes, *statuses: int) -> RawCase:
    return RawCase(name, sent, frozenset(statuses))


def _chunked(size: int) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)


def raw_cases() -> tuple[RawCase, ...]:
    """All of them."""
    widest = quote("\U0001f6b2" * MAX_QUESTION_CHARS)
    browser = "".join(f"{name}: {value}\r\n" for name, value in BROWSER.items())
    both = {"Content_Length": "4", "Transfer_Encoding": "chunked"}
    line = request(SEARCH)
    targets = {
        "no question": ("/search", 400),
        "a question twice": ("/search?q=canal&q=boat", 400),
        "an unknown parameter": ("/search?q=canal&colour=red", 400),
        "a huge limit": ("/search?q=canal&limit=" + "9" * 200, 400),
        "a negative offset": ("/search?q=canal&offset=-1", 400),
        "an empty limit": ("/search?q=canal&limit=", 400),
        "another kind of digit": ("/search?q=canal&limit=%D9%A1", 400),
        "a day that is none": ("/search?q=canal&as_of=2021-02-30", 400),
        "NUL in the question": ("/search?q=canal%00", 200),
        "NUL in a parameter's name": ("/search?q=canal&%00=1", 400),
        "bytes that are no text": ("/search?q=%FF%FE%C0canal", 200),
        "half an escape": ("/search?q=canal%", 200),
        "a surrogate": ("/search?q=canal%ED%A0%80", 200),
        "a thousand parameters": ("/search?q=canal" + "&x=1" * 1000, 400),
        "a path upwards": ("/documents/..%2f..%2fetc%2fpasswd", 404),
        "an address of another host": (f"http://elsewhere.example{SEARCH}", 200),
        "a fragment": (f"{SEARCH}#boat", 200),
    }
    methods = "POST PUT DELETE PATCH TRACE PROPFIND CONNECT canal".split()
    return (
        *(_case(name, request(target), status) for name, (target, status) in targets.items()),
        *(_case(f"method {method}", request(SEARCH, method), 405, 400) for method in methods),
        *(
            _case(f"Content-Length {length}", request(SEARCH, Content_Length=length), 400)
            for length in ("-1", "+1", "five", "1.5", "5, 6", "0x5", "")
        ),
        _case(
            "two lengths",
            line.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n"),
            400,
        ),
        _case("length and chunks", request(SEARCH, body=b"0\r\n\r\n", **both), 400),
        _case(
            "length and chunks, old",
            request(SEARCH, body=b"0\r\n\r\n", **both).replace(b"1.1", b"1.0"),
            400,
            200,
        ),
        _case("chunks that are none", request(SEARCH, body=b"zz\r\n\r\n", Transfer_Encoding="chunked"), 400),
        _case("a small body", request(SEARCH, body=b"x" * 9, Content_Length="9"), 200),
        _case("a body of 64 KiB", request(SEARCH, "POST", b"x" * 65_536, Content_Length="65536"), 413),
        _case("a body said to be huge", request(SEARCH, Content_Length="9" * 30), 413, 400),
        _case("chunks of 64 KiB", request(SEARCH, body=_chunked(65_536), Transfer_Encoding="chunked"), 413),
        _case("a header of 64 KiB", request(SEARCH, X_Long="x" * 65_536), 431),
        _case("10,000 headers", line.replace(b"\r\n\r\n", b"\r\n" + b"X: 1\r\n" * 10_000 + b"\r\n"), 431),
        _case("a question of 64 KiB", request("/search?q=" + "x" * 65_536), 431),
        _case(
            "the longest question, of the widest letters, from a browser",
            f"GET /search?q={widest} HTTP/1.1\r\n{browser}Connection: close\r\n\r\n".encode(),
            200,
        ),
        _case("a question too long by one", request("/search?q=" + "x" * (MAX_QUESTION_CHARS + 1)), 400),
        _case("no host", f"GET {SEARCH} HTTP/1.1\r\nConnection: close\r\n\r\n".encode(), 200, 400),
        _case("NUL in the address", line.replace(b"canal", b"ca\0nal"), 200, 400),
        _case("NUL in a header", request(SEARCH, X_Odd="a\0b"), 400),
        _case("a bare line feed in a header", request(SEARCH, X_Odd="a\nX-Other: b"), 400),
        _case("a space before a colon", line.replace(b"Host:", b"Host :"), 400),
        _case("a folded header", line.replace(b"localhost\r\n", b"localhost\r\n folded\r\n"), 200, 400),
        _case("another version", line.replace(b"HTTP/1.1", b"HTTP/9.9"), 200, 400, 505),
        _case("no version", f"GET {SEARCH}\r\n\r\n".encode(), 200, 400),
        _case("the greeting of TLS", bytes.fromhex("16030100050100000100") + b"\r\n\r\n", 400),
        _case("nothing but noise", bytes(range(256)) + b"\r\n\r\n", 400),
        _case(
            "a forged address",
            request(SEARCH, X_Forwarded_For="203.0.113.9", Forwarded="for=203.0.113.9"),
            200,
        ),
    )


def tried(port: int, case: RawCase) -> str | None:
    """What is wrong with what comes back for it; None: nothing."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        try:
            connection.sendall(case.sent)
        except OSError:
            pass  # refused before all of it was sent: what it says is there to be read
        reply = b""
        try:
            while part := connection.recv(65_536):
                reply += part
        except ConnectionError:
            pass
        except TimeoutError:
            return (
                f"{case.name}: still connected after {time.monotonic() - began:.0f} s, and got {reply[:80]!r}"
            )
    status = reply[9:12]
    if not reply.startswith(b"HTTP/1.") or not status.isdigit() or int(status) not in case.statuses:
        return f"{case.name}: {reply[:200]!r} and not {sorted(case.statuses)}"
    if reply.count(b"HTTP/1.") > 1:
        return f"{case.name}: it was taken for more than one request"
    return None


def trickled(port: int, silence: float) -> str | None:
    """What is wrong when a client sends a byte of a request now and then and never ends it; None: nothing.

    It has to be cut off, at the latest twice as late as a silent one may be and five seconds.
    """
    began = time.monotonic()
    latest = began + 2 * silence + 5
    with socket.create_connection(("127.0.0.1", port), timeout=silence / 10) as connection:
        connection.sendall(f"GET {SEARCH} HTTP/1.1\r\nX-Slow: ".encode())
        while time.monotonic() < latest:
            try:
                connection.sendall(b"x")
                if connection.recv(1) == b"":
                    return None
            except TimeoutError:
                continue
            except ConnectionError:
                return None
    return f"a client that sends a byte now and then is still connected after {latest - began:.0f} s"
