"""What one process serves, within which limits, and how it ends: nobody who was connected is dropped."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import psutil
import pytest

from search.question.understanding import MAX_QUESTION_CHARS
from tests.services import PATIENCE, comes_true, environment, heed_interrupts, serving
from web.serving import (
    LONGEST_END_SECONDS,
    LONGEST_SILENCE_SECONDS,
    MOST_BODY_BYTES,
    MOST_CONNECTIONS,
    MOST_HEADER_BYTES,
)

HEAD = b"GET /search?q=Do+anglers+need+a+permit HTTP/1.1\r\nHost: localhost\r\n"


def connected(address: str) -> socket.socket:
    """A connection to a service at that address, which has accepted it: it has answered once."""
    port = int(address.rstrip("/").rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(HEAD + b"\r\n")
    assert b'"answered":true' in reply(connection)
    return connection


def reply(connection: socket.socket) -> bytes:
    """One reply, whole; empty when the connection is closed without one."""
    got = b""
    while part := connection.recv(65_536):
        got += part
        head, end, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        if end and length and len(body) >= int(length[1]):
            return got
    return b""


@contextmanager
def serving_with(
    folder: Path, index: Path, **constants: float
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a service of one process with other numbers in place of its own, and that process."""
    patched = "; ".join(f"s.{name} = {value}" for name, value in constants.items())
    code = f"import sys, web.cli, web.serving as s; {patched}; sys.exit(web.cli.main(sys.argv[1:]))"
    with (
        (folder / "stderr").open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-c", code, "--port", "0", "--index", str(index)],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            preexec_fn=heed_interrupts,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found, (folder / "stderr").read_text()
            yield found[0], process
        finally:
            process.kill()


SLOW = """
import socket, time
from flask import Flask
from web.serving import serve
app = Flask("slow")
app.add_url_rule("/slow", "slow", lambda: time.sleep(3) or "slow")
app.add_url_rule("/quick", "quick", lambda: "quick")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
serve(app, listener)
"""


def test_while_requests_take_long_others_get_threads_of_their_own_and_then_one_answers_again() -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", SLOW], env=environment(), stdout=subprocess.PIPE, text=True
        ) as process,
        ThreadPoolExecutor(2) as clients,
    ):
        try:
            assert process.stdout is not None
            address = f"http://127.0.0.1:{int(process.stdout.readline())}/"

            def get(path: str) -> bytes:
                with urlopen(address + path, timeout=PATIENCE) as answer:
                    return bytes(answer.read())

            assert get("quick") == b"quick"
            threads = psutil.Process(process.pid).num_threads
            alone = threads()
            slow = [clients.submit(get, "slow") for _ in range(2)]
            assert comes_true(lambda: threads() > alone)
            assert get("quick") == b"quick"
            assert not any(one.done() for one in slow)
            assert [one.result(PATIENCE) for one in slow] == [b"slow"] * 2
            assert comes_true(lambda: get("quick") == b"quick" and threads() == alone)
        finally:
            process.kill()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_request_half_sent_when_the_service_is_told_to_end_is_answered(
    tmp_path: Path, index: Path, workers: int, sent: signal.Signals
) -> None:
    with (
        serving("--index", str(index), "--workers", str(workers), folder=tmp_path) as service,
        connected(service.address) as connection,
    ):
        connection.sendall(HEAD)
        time.sleep(0.1)
        processes = [psutil.Process(service.process.pid)]
        if sent == signal.SIGINT:  # as a terminal sends it, to all of them
            processes = [*processes[0].children(), *processes]
        for process in processes:
            process.send_signal(sent)
        time.sleep(0.5)
        connection.sendall(b"\r\n")
        got = reply(connection)
        assert got.startswith(b"HTTP/1.1 200 OK")
        assert b"Connection: close" in got
        assert reply(connection) == b""
        assert service.process.wait(PATIENCE) == 0
    assert (tmp_path / "stderr").read_text() == ""


def test_a_kept_connection_is_told_that_no_further_answer_comes(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), folder=tmp_path) as service, connected(service.address) as connection:
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        connection.sendall(HEAD + b"\r\n")
        assert b"Connection: close" in reply(connection)
        assert service.process.wait(PATIENCE) == 0


def test_a_request_that_is_never_sent_in_full_holds_the_end_up_for_so_long_at_most(
    tmp_path: Path, index: Path
) -> None:
    assert LONGEST_END_SECONDS < 10
    with (
        serving_with(tmp_path, index, LONGEST_END_SECONDS=0.5) as (address, process),
        connected(address) as connection,
    ):
        connection.sendall(HEAD)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert "ended with requests unanswered" in (tmp_path / "stderr").read_text()


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path, index: Path) -> None:
    with (
        serving_with(tmp_path, index, LONGEST_END_SECONDS=10 * PATIENCE) as (address, process),
        connected(address) as connection,
    ):
        connection.sendall(HEAD)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_silent_connections_keep_others_out_for_so_long_at_most(tmp_path: Path, index: Path) -> None:
    assert MOST_CONNECTIONS * 2 <= 1_024  # file handles that a process may have by custom
    assert LONGEST_SILENCE_SECONDS <= 30
    numbers = {"MOST_CONNECTIONS": 8, "LONGEST_SILENCE_SECONDS": 1, "_LOOK_EVERY_SECONDS": 1}
    with serving_with(tmp_path, index, **numbers) as (address, _), ExitStack() as held:
        silent = [held.enter_context(connected(address)) for _ in range(4)]
        port = silent[0].getpeername()[1]
        silent += [
            held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(20)
        ]
        for connection in silent[:4]:
            connection.sendall(HEAD)
        with connected(address):
            pass
        assert [connection.recv(1) for connection in silent[:4]] == [b""] * 4


def test_a_request_may_have_so_many_bytes_and_not_one_more(tmp_path: Path, index: Path) -> None:
    def status(head: bytes, body: int = 0) -> int:
        port = int(service.address.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(head + b"x" * body)
            return int(reply(connection).split()[1])

    def head_of(size: int) -> bytes:
        head = HEAD + b"X-Filler: "
        return head + b"x" * (size - len(head) - 4) + b"\r\n\r\n"

    def with_body(size: int) -> tuple[bytes, int]:
        return HEAD + f"Content-Length: {size}\r\n\r\n".encode(), size

    with serving("--index", str(index), folder=tmp_path) as service:
        assert status(head_of(MOST_HEADER_BYTES)) == 200
        assert status(head_of(MOST_HEADER_BYTES + 1)) == 431
        assert status(*with_body(MOST_BODY_BYTES)) == 200
        assert status(*with_body(MOST_BODY_BYTES + 1)) == 413


def test_the_longest_question_of_the_widest_letters_fits_beside_what_a_browser_sends() -> None:
    assert len(quote("\U0001f6b2" * MAX_QUESTION_CHARS)) + 4_096 <= MOST_HEADER_BYTES


def test_a_server_header_names_no_version(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), folder=tmp_path) as service, connected(service.address) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert re.findall(rb"\r\nServer: ([^\r]*)", reply(connection)) == [b"Citewell"]
