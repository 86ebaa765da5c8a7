"""How often one address may ask, and whom that does not concern."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from web import create_app
from web.rates import BURST, Rates, counted_as


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def asked(rates: Rates, client: str, times: int) -> int:
    """How many of so many requests are let through."""
    return sum(rates.wait(client) == 0 for _ in range(times))


def test_a_burst_is_let_through_and_then_so_many_a_second() -> None:
    clock = Clock()
    rates = Rates(rate=4, burst=10, clock=clock)
    assert asked(rates, "a", 50) == 10
    clock.now += 1
    assert asked(rates, "a", 50) == 4
    clock.now += 3_600
    assert asked(rates, "a", 50) == 10


def test_a_client_is_told_how_long_to_wait() -> None:
    clock = Clock()
    rates = Rates(rate=4, burst=1, clock=clock)
    assert rates.wait("a") == 0
    assert rates.wait("a") == pytest.approx(0.25)
    clock.now += 0.2
    assert rates.wait("a") == pytest.approx(0.05)
    clock.now += 0.05
    assert rates.wait("a") == 0


def test_each_client_has_a_bucket_of_its_own() -> None:
    rates = Rates(rate=1, burst=2, clock=Clock())
    assert [asked(rates, client, 5) for client in ("a", "b", "a")] == [2, 2, 0]


def test_the_client_silent_longest_is_forgotten_first() -> None:
    rates = Rates(rate=1, burst=1, most_clients=3, clock=Clock())
    for client in ("a", "b", "c", "a", "d"):
        rates.wait(client)
        assert len(rates) <= 3
    assert rates.wait("a") > 0
    assert rates.wait("b") == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_counted_as_itself_or_its_network_or_not_at_all(
    address: str | None, client: str | None
) -> None:
    assert counted_as(address) == client


def statuses(client: FlaskClient, path: str, times: int, address: str = "203.0.113.9") -> list[int]:
    found = []
    for _ in range(times):
        with client.get(path, environ_base={"REMOTE_ADDR": address}) as response:
            found.append(response.status_code)
    return found


@pytest.fixture
def limited(index: Path) -> FlaskClient:
    """A client of a service that lets one request a second through, after a burst."""
    return create_app({"INDEX": index, "RATE": 1}).test_client()


def test_too_many_requests_are_refused_with_the_time_to_wait(limited: FlaskClient) -> None:
    assert statuses(limited, "/api/glossary", BURST) == [200] * BURST
    response = limited.get("/search?q=canal", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert (response.status_code, response.content_type) == (429, "application/problem+json")
    assert (response.json["code"], response.headers["Retry-After"]) == ("too_many_requests", "1")
    page = limited.get("/", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert (page.status_code, page.content_type) == (429, "text/html; charset=utf-8")
    assert statuses(limited, "/api/glossary", 1, "203.0.113.10") == [200]


def test_what_watches_the_service_and_style_sheets_are_not_counted(limited: FlaskClient) -> None:
    statuses(limited, "/api/glossary", BURST)
    for path in ("/healthz", "/static/style.css"):
        assert statuses(limited, path, 2) == [200, 200]


def test_this_machine_is_not_limited(limited: FlaskClient) -> None:
    assert statuses(limited, "/api/glossary", BURST + 5, "127.0.0.1") == [200] * (BURST + 5)


def test_what_a_header_says_of_the_address_is_not_believed(limited: FlaskClient) -> None:
    statuses(limited, "/api/glossary", BURST)
    for number in range(3):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": "for=127.0.0.1"}
        reply = limited.get("/api/glossary", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"})
        assert reply.status_code == 429


def test_a_rate_of_none_limits_nobody(index: Path) -> None:
    client = create_app({"INDEX": index, "RATE": 0}).test_client()
    assert set(statuses(client, "/api/glossary", BURST + 50)) == {200}
