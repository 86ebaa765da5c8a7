"""So many searches at a time: the others wait for their turn, and what does not search never does."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from search.answering import answer
from web import create_app
from web.admission import LONGEST_WAIT_SECONDS, SEARCHES_AT_ONCE, Admission, Busy
from web.serving import MOST_THREADS

SEARCHES = ("/search?q=canal", "/?q=canal")
OTHERS = ("/", "/healthz", "/api/glossary", "/glossary", "/static/style.css", "/openapi.yaml")


@pytest.fixture
def crowded(index: object) -> tuple[FlaskClient, Admission]:
    """A client of a service that has one turn, and waits next to no time for it."""
    app = create_app({"INDEX": index})
    admission = app.extensions["citewell_admission"] = Admission(1, 0.05)
    return app.test_client(), admission


def test_more_threads_than_searches_leave_some_for_what_does_not_search() -> None:
    assert MOST_THREADS > SEARCHES_AT_ONCE


def test_one_more_search_than_there_are_turns_is_turned_away_until_one_ends() -> None:
    admission = Admission(2, 0.01)
    admission.take()
    admission.take()
    with pytest.raises(Busy):
        admission.take()
    assert admission.turned_away == 1
    admission.give_back()
    admission.take()


@pytest.mark.parametrize("address", SEARCHES)
def test_a_search_whose_turn_does_not_come_is_told_when_to_ask_again(
    crowded: tuple[FlaskClient, Admission], address: str
) -> None:
    client, admission = crowded
    admission.take()
    response = client.get(address)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    if address.startswith("/search"):
        assert (response.content_type, response.json["code"]) == ("application/problem+json", "busy")
    else:
        assert "The service is busy" in response.text
    assert client.get("/healthz").json["searches_turned_away"] == 1
    admission.give_back()
    assert client.get(address).status_code == 200


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    admission, got = Admission(1, 60), []
    admission.take()

    def search(number: int) -> None:
        admission.take()
        got.append(number)

    threads = [threading.Thread(target=search, args=(number,)) for number in range(3)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(admission._waiting) <= number:
            time.sleep(0.001)
    admission.give_back()
    threads[0].join(60)
    late = threading.Thread(target=search, args=(3,))
    late.start()
    while len(admission._waiting) < 3:
        time.sleep(0.001)
    for thread in (*threads[1:], late):
        admission.give_back()
        thread.join(60)
    assert got == [0, 1, 2, 3]


def test_who_gives_up_waiting_does_not_keep_a_turn_from_the_next() -> None:
    admission = Admission(1, 0.01)
    admission.take()
    with pytest.raises(Busy):
        admission.take()
    admission.give_back()
    admission.take()
    with pytest.raises(Busy):
        admission.take()


def test_a_person_who_is_turned_away_is_told_to_come_back_after_the_longest_wait() -> None:
    admission = Admission(1, 0.01)
    admission.take()
    with pytest.raises(Busy) as told:
        admission.take()
    assert str(told.value) == "too much is being searched for: ask again in 1 seconds"
    assert Busy(round(LONGEST_WAIT_SECONDS)).retry_after == 2


@pytest.mark.parametrize("address", OTHERS)
def test_what_does_not_search_needs_no_turn(crowded: tuple[FlaskClient, Admission], address: str) -> None:
    client, admission = crowded
    admission.take()
    with client.get(address) as response:
        assert response.status_code == 200


def test_a_document_needs_no_turn(crowded: tuple[FlaskClient, Admission]) -> None:
    client, admission = crowded
    admission.take()
    assert client.get("/documents/canal-md-2184a9").status_code == 200


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "address", [*SEARCHES, "/search?q=canal&limit=0", "/search?q=%20", "/?q=%20", "/?q=x&page=0"]
)
def test_a_turn_comes_back_however_the_request_ends(
    crowded: tuple[FlaskClient, Admission], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, admission = crowded
    for _ in range(2):
        assert client.get(address).status_code in (200, 400)
    monkeypatch.setattr("web.api.answer", _fail)
    monkeypatch.setattr("web.pages.answer", _fail)
    for _ in range(2):
        assert client.get(address).status_code in (200, 400, 500)
    assert admission.turned_away == 0


def test_a_search_that_waits_is_answered_when_the_one_before_ends(
    index: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app({"INDEX": index})
    app.extensions["citewell_admission"] = Admission(1, 60)
    began, end, running = threading.Event(), threading.Event(), []

    def slow(*arguments: Any, **options: Any) -> Any:
        running.append(len(running) + 1)
        began.set()
        assert end.wait(60)
        running.append(-1)
        return answer(*arguments, **options)

    monkeypatch.setattr("web.api.answer", slow)
    got: list[bool] = []

    def ask() -> None:
        got.append(json.loads(app.test_client().get(SEARCHES[0]).data)["answered"])

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert began.wait(60)
    threads[1].start()
    assert running == [1]
    end.set()
    for thread in threads:
        thread.join(60)
    assert got == [True, True]
    assert running[1] == -1  # the second did not begin before the first had ended


def _turns_in_a_child(of: Callable[[], object]) -> int:
    """The exit status of a process forked from this one in which `of` is called."""
    child = os.fork()
    if child == 0:
        try:
            of()
            os._exit(0)
        except Busy:
            os._exit(1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_worker_has_all_turns_free_whatever_its_parent_was_doing() -> None:
    admission = Admission(1, 0.01)
    admission.take()
    assert _turns_in_a_child(admission.take) == 0
