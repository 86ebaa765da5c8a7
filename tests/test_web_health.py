"""`/healthz` and `/openapi.yaml`: what a service says of itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from ingest.pipeline import ingest
from search.index.embedded import EmbeddedEngine
from tests.services import comes_true
from tests.test_search_verbatim import spoil
from web import create_app
from web.current import engine
from web.parameters import MOST_LETTERS, MOST_VALUES


@pytest.fixture
def own(corpus: Path, tmp_path: Path) -> Path:
    """An index of the three articles, to be spoilt."""
    ingest([corpus], tmp_path / "index")
    return tmp_path / "index"


def test_a_service_that_answers_is_well(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.json == {
        "status": "ok",
        "generation": "g000001",
        "problem": None,
        "quotations_dropped": 0,
        "searches_turned_away": 0,
    }


def test_nobody_keeps_what_a_service_said_of_its_health(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"
    ill = create_app({"INDEX": tmp_path}).test_client().get("/healthz")
    assert (ill.status_code, ill.headers["Cache-Control"]) == (503, "no-store")


def test_a_service_without_an_index_is_unavailable_and_names_no_place(tmp_path: Path) -> None:
    response = create_app({"INDEX": tmp_path / "none"}).test_client().get("/healthz")
    assert (response.status_code, response.json["status"]) == (503, "unavailable")
    assert (response.json["generation"], bool(response.json["problem"])) == (None, True)
    assert str(tmp_path) not in response.text


def test_a_service_on_an_older_index_is_degraded_and_answers(own: Path, corpus: Path) -> None:
    client = create_app({"INDEX": own}).test_client()
    assert client.get("/healthz").json["status"] == "ok"
    (own / "CURRENT").write_text("{", encoding="utf-8")
    response = client.get("/healthz")
    assert (response.status_code, response.json["status"], response.json["generation"]) == (
        200,
        "degraded",
        "g000001",
    )
    assert response.json["problem"]
    assert client.get("/search?q=canal").json["answered"] is True


def test_a_parameter_is_refused(client: FlaskClient) -> None:
    response = client.get("/healthz?verbose=1")
    assert (response.status_code, response.json["code"]) == (400, "parameter_invalid")


@pytest.mark.parametrize("path", ["/search", "/"])
def test_what_is_not_quoted_is_counted_and_an_intact_index_takes_over(
    own: Path, corpus: Path, path: str
) -> None:
    ingest([corpus], own, full=True)
    client = create_app({"INDEX": own}).test_client()
    assert client.get("/healthz").json["generation"] == "g000002"
    spoil(own / "g000002", "documents.bin", b"for 22 miles", b"for 32 miles")
    asked = {"q": "What is the Ashby Canal?"}
    response = client.get(path, query_string=asked)
    assert response.status_code == 200
    assert "32 miles" not in response.text
    assert "22 miles" not in response.text
    assert comes_true(lambda: client.get("/healthz").json["generation"] == "g000001")
    health = client.get("/healthz").json
    assert (health["status"], health["quotations_dropped"] >= 1) == ("degraded", True)
    assert "22 miles" in client.get(path, query_string=asked).text


def test_a_document_that_is_damaged_is_not_shown_and_an_intact_index_takes_over(
    own: Path, corpus: Path
) -> None:
    ingest([corpus], own, full=True)
    client = create_app({"INDEX": own}).test_client()
    page = "/documents/canal-md-2184a9"
    assert client.get("/healthz").json["generation"] == "g000002"
    spoil(own / "g000002", "documents.bin", b"for 22 miles", b"for 32 miles")
    assert client.get(page).status_code == 500
    assert comes_true(lambda: client.get("/healthz").json["generation"] == "g000001")
    assert "22 miles" in client.get(page).text


def test_a_passage_of_a_document_that_is_not_what_it_says_is_not_shown(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app({"INDEX": own})
    client = app.test_client()
    with app.test_request_context("/"):
        passages = engine().passages("canal-md-2184a9")
    wrong = replace(passages[0], text="X" + passages[0].text[1:])
    monkeypatch.setattr(EmbeddedEngine, "passages", lambda *_: [wrong, *passages[1:]])
    page = client.get("/documents/canal-md-2184a9")
    assert page.status_code == 200
    assert "Volunteers clear weed" in page.text
    assert "miles without" not in page.text
    assert client.get("/healthz").json["quotations_dropped"] == 1


def test_a_request_is_answered_from_one_generation(own: Path, corpus: Path, tmp_path: Path) -> None:
    app = create_app({"INDEX": own})
    with app.test_request_context("/"):
        before = engine()
        shutil.copytree(corpus, tmp_path / "corpus")
        (tmp_path / "corpus" / "ferry.md").write_text("# Ferry\n\nThe ferry crosses at noon.\n")
        ingest([tmp_path / "corpus"], own)
        assert engine() is before
    with app.test_request_context("/"):
        assert engine().info.generation == "g000002"


def test_the_description_is_served_as_it_is_written(client: FlaskClient) -> None:
    response = client.get("/openapi.yaml")
    assert (response.status_code, response.content_type) == (200, "application/yaml")
    described = yaml.safe_load(response.data)
    assert list(described["paths"]) == ["/search", "/api/glossary", "/healthz"]


def test_the_description_has_the_parameters_and_limits_in_force(client: FlaskClient) -> None:
    described = yaml.safe_load(client.get("/openapi.yaml").data)
    parameters = described["paths"]["/search"]["get"]["parameters"]
    refused = client.get("/search?zzz=1").json["detail"]
    known = refused.rpartition("known are ")[2].split(", ")
    assert sorted(parameter["name"] for parameter in parameters) == sorted(known)
    names = described["components"]["schemas"]["Names"]
    assert (names["maxItems"], names["items"]["maxLength"]) == (MOST_VALUES, MOST_LETTERS)


def test_the_description_names_every_key_of_a_reply(client: FlaskClient) -> None:
    described = yaml.safe_load(client.get("/openapi.yaml").data)["components"]["schemas"]
    reply = client.get("/search?q=canal&explain=true").json
    assert set(reply) <= set(described["Answer"]["properties"])
    assert set(reply["results"][0]) == set(described["Result"]["properties"])
    assert set(client.get("/healthz").json) == set(described["Health"]["properties"])


def test_each_application_counts_for_itself(index: Path) -> None:
    def counter(app: Flask) -> object:
        return app.extensions["citewell_dropped"]

    assert counter(create_app({"INDEX": index})) is not counter(create_app({"INDEX": index}))
