"""The load benchmark: what it reads off wrk, and what it says of what is not installed."""

from __future__ import annotations

import shutil
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bench.load import WHOOSH, Row, Server, measured, table
from tests.bench.wrk import Load, parsed, run_wrk, write_script

PRINTED = """Running 1s test @ http://127.0.0.1:8000
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.00ms    1.00ms   9.00ms   90.00%
    Req/Sec     2.00k     0.00     2.00k   100.00%
  3000 requests in 1.50s, 1.00MB read
Requests/sec:   2000.00
Transfer/sec:      0.67MB
counted requests=3000 microseconds=1500000 p50=3900 p99=8100 errors=2
"""


def test_what_wrk_counted_is_read_in_seconds_and_milliseconds() -> None:
    assert parsed(PRINTED, 8) == Load(8, 2000.0, 3.9, 8.1, 2)


@pytest.mark.parametrize("printed", ["", "unable to connect", PRINTED.replace("counted", "")])
def test_a_run_that_counted_nothing_is_no_result(printed: str) -> None:
    with pytest.raises(ValueError, match="did not say"):
        parsed(printed, 8)


def test_requests_are_compared_with_whooshs_under_as_many_clients() -> None:
    rows = [
        Row(WHOOSH, (Load(1, 10.0, 1, 2, 0), Load(8, 20.0, 1, 2, 0))),
        Row("fast", (Load(8, 50.0, 3.25, 4.5, 1),), 9.5, 150.4, 80.2),
    ]
    assert table(rows).splitlines()[-1] == "| fast | 8 | 50 | 2.5 | 3.2 | 4.5 | 1 | 9.5 | 150, 80 |"


def test_a_peer_that_is_not_installed_is_a_line() -> None:
    absent = Server("absent", ("no-such-command",), "/", None, needs=("no_such_module",))
    assert measured(absent, [], [1], 1) == Row("absent")
    assert table([Row("absent")]).splitlines()[-1] == "| absent | not installed |" + " |" * 7


class Asked(BaseHTTPRequestHandler):
    """Remembers what was asked; answers 500 to what ends in "wrong"."""

    protocol_version = "HTTP/1.1"
    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(500 if self.path.endswith("wrong") else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        pass


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed: apt install wrk")
def test_wrk_asks_in_turn_and_counts_what_is_answered_wrongly(tmp_path: Path) -> None:
    asked: list[str] = []
    handler = type("Handler", (Asked,), {"paths": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        assert isinstance(server, socketserver.ThreadingMixIn)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        script = tmp_path / "ask.lua"
        write_script(script, ["/?q=one", "/?q=%22two%22", "/wrong"])
        load = run_wrk(f"http://127.0.0.1:{server.server_port}", script, 1, 1, 1)
        server.shutdown()
    turn = asked.index("/?q=%22two%22")  # wrk tries its script once before it begins
    assert asked[turn : turn + 4] == ["/?q=%22two%22", "/wrong", "/?q=one", "/?q=%22two%22"]
    assert load.clients == 1
    assert abs(load.errors - asked.count("/wrong")) <= 1
    assert 0 < load.p50 <= load.p99
