"""`GET /search` as a script sees it: the reply key by key, and every way of being refused."""

from __future__ import annotations

import json
import logging
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ingest.pipeline import ingest
from search.answer.confidence import BY_WORDS
from search.index.engine import Engine
from tests.damage import outdate
from web import create_app

ROOT = Path(__file__).resolve().parents[1]

# A slow machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

QUESTIONS = (
    "What is the Ashby Canal?",
    "When does the bakery start work?",
    "weed boats",
    "permit for anglers",
    "bus hospital fare canal bakery",
)


def ask(client: FlaskClient, q: str, **parameters: Any) -> Any:
    """The JSON of an answered request, which has to be one."""
    response = client.get("/search", query_string={"q": q, **parameters})
    assert (response.status_code, response.content_type) == (200, "application/json")
    return json.loads(response.data)


def problem(response: TestResponse, status: int) -> Any:
    """The JSON of a refused request, its fixed parts checked."""
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    body = json.loads(response.data)
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "code"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    return body


def passages_of(reply: Any) -> list[str]:
    return [result["passage_id"] for result in reply["results"]]


@pytest.fixture(scope="module")
def trams(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """70 passages on trams; the one that says what a tram is names it least, so it ranks last on words."""
    sections = [
        f"## Stop {number}\n\nThe tram {'tram ' * (number % 5)}waits here for the ferry number {number}.\n"
        for number in range(1, 70)
    ]
    filler = "It has been painted, polished, fitted and inspected by crews of the old depot. " * 6
    sections.append(f"## Carriages\n\nA tram is a carriage that runs on rails in the street. {filler}\n")
    folder = tmp_path_factory.mktemp("trams")
    (folder / "trams.md").write_text("# Town lines\n\n" + "\n".join(sections), encoding="utf-8")
    ingest([folder], folder / "index")
    return create_app({"INDEX": folder / "index"}).test_client()


# ---- the reply


def test_the_reply_has_these_keys_and_values(client: FlaskClient) -> None:
    reply = ask(client, "What is the Ashby Canal?", limit=1)
    assert type(reply.pop("took_ms")) is int
    assert type(reply["results"][0].pop("score")) is float
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", reply["index"].pop("built_at"))
    assert BY_WORDS.likely <= reply["answer"]["confidence"].pop("value") <= 1
    sentence = "The Ashby Canal is a waterway that runs for 22 miles without a single lock."
    assert reply == {
        "question": "What is the Ashby Canal?",
        "answered": True,
        "answer": {
            "text": sentence,
            "start": 0,
            "end": 75,
            "passage_id": "canal-md-2184a9#p-1",
            "confidence": {"band": "likely"},
        },
        "reason": None,
        "results": [
            {
                "rank": 1,
                "passage_id": "canal-md-2184a9#p-1",
                "text": f"{sentence} It was opened in 1804.",
                "answer": {"text": sentence, "start": 0, "end": 75},
                "highlights": [{"start": 4, "end": 9}, {"start": 10, "end": 15}],
                "document": {
                    "id": "canal-md-2184a9",
                    "title": "The Ashby Canal",
                    "label": "The Ashby Canal",
                    "publisher": "Waterways Weekly",
                    "authors": ["Mara Quill"],
                    "published": "2019-03-02",
                    "updated": "2021-08-30",
                    "url": "https://waterways.example/ashby-canal",
                    "source": "canal.md",
                },
                "heading_path": [],
                "start": 0,
                "end": 98,
                "lines": {"first": 9, "last": 9},
                "pages": None,
                "links": {
                    "view": "/documents/canal-md-2184a9#p-1",
                    "source": "https://waterways.example/ashby-canal#:~:text="
                    "The%20Ashby%20Canal%20is%20a%20waterway,22%20miles%20without%20a%20single%20lock.",
                },
                "also_in": [],
                "superseded_by": None,
                "warnings": [],
            }
        ],
        "expansions": [],
        "suggestions": [],
        "conflicts": [],
        "truncated": False,
        "partial": False,
        "total": 2,
        "total_relation": "eq",
        "limit": 1,
        "offset": 0,
        "index": {"generation": "g000001", "documents": 3, "passages": 6},
    }


def test_what_a_document_does_not_say_is_null_and_warned_of(client: FlaskClient) -> None:
    result = ask(client, "How much is a single fare?")["results"][0]
    assert result["document"] == {
        "id": "buses-html-c5ea70",
        "title": "Bus 42",
        "label": "Bus 42",
        "publisher": "Town Transport",
        "authors": [],
        "published": None,
        "updated": None,
        "url": None,
        "source": "buses.html",
    }
    assert result["heading_path"] == ["Fares"]
    assert result["links"] == {"view": "/documents/buses-html-c5ea70#p-2", "source": None}
    assert result["warnings"] == ["undated"]


def _keys(value: Any, path: str = "") -> set[str]:
    """Every key of nested JSON as a dotted path; a list counts as its members."""
    if isinstance(value, list):
        return set().union(*(_keys(member, path) for member in value))
    if not isinstance(value, dict):
        return set()
    return {f"{path}.{key}" for key in value}.union(*(_keys(v, f"{path}.{k}") for k, v in value.items()))


def test_the_readme_shows_every_key_of_the_reply(client: FlaskClient) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"### JSON.*?```json\n(.*?)```", readme, re.DOTALL)
    assert shown, "README.md has no JSON example under its heading JSON"
    beside = {f".expansions.{key}" for key in ("term", "added", "source")}
    assert _keys(json.loads(shown[1])) == _keys(ask(client, "What is the Ashby Canal?")) | beside


def test_the_question_comes_back_trimmed_and_composed(client: FlaskClient) -> None:
    assert ask(client, "  cafe\u0301 on the canal \n")["question"] == "caf\u00e9 on the canal"


def test_a_question_of_too_many_words_says_so(client: FlaskClient) -> None:
    many = " ".join(f"w{number}" for number in range(24))
    assert ask(client, many)["truncated"] is False
    assert ask(client, f"{many} canal")["truncated"] is True


# ---- offsets


@pytest.mark.parametrize("question", QUESTIONS)
def test_offsets_cut_out_what_they_name(client: FlaskClient, engine: Engine, question: str) -> None:
    reply = ask(client, question)
    first = reply["results"][0]
    assert reply["answer"]["text"] == first["text"][reply["answer"]["start"] : reply["answer"]["end"]]
    assert reply["answer"]["passage_id"] == first["passage_id"]
    for result in reply["results"]:
        text, answer, key = result["text"], result["answer"], result["document"]["id"]
        assert engine.documents([key])[key].text[result["start"] : result["end"]] == text
        assert text[answer["start"] : answer["end"]] == answer["text"]
        spans = [(span["start"], span["end"]) for span in result["highlights"]]
        assert all(re.fullmatch(r"\w+", text[start:end]) for start, end in spans)
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_offsets_count_code_points(tmp_path: Path) -> None:
    text = "The 🚲 café ❤️ opens at dawn. A 𝕭aker naps, then the 🧁 oven is lit at four."
    (tmp_path / "cafe.md").write_text(f"# Dawn\n\n{text}\n", encoding="utf-8")
    ingest([tmp_path], tmp_path / "index")
    reply = ask(create_app({"INDEX": tmp_path / "index"}).test_client(), "When is the oven lit?")
    sentence = "A 𝕭aker naps, then the 🧁 oven is lit at four."
    assert reply["answer"]["start"] == text.index(sentence)
    assert reply["answer"]["end"] == len(text)
    assert [text[span["start"] : span["end"]] for span in reply["results"][0]["highlights"]] == [
        "oven",
        "lit",
    ]


def test_highlights_are_the_words_of_the_question(client: FlaskClient) -> None:
    result = ask(client, "Does weed stop a boat?")["results"][0]
    marked = [result["text"][span["start"] : span["end"]] for span in result["highlights"]]
    assert marked == ["weed", "weed", "stops", "boats", "Boats"]


# ---- limit, offset and pages


def test_limit_and_offset_cut_a_window_out_of_the_list(trams: FlaskClient) -> None:
    whole = ask(trams, "ferry", limit=50)
    window = ask(trams, "ferry", limit=3, offset=4)
    assert (window["limit"], window["offset"], window["total"]) == (3, 4, 69)
    assert window["results"] == whole["results"][4:7]
    assert [result["rank"] for result in window["results"]] == [5, 6, 7]


def test_without_limit_ten_are_listed(trams: FlaskClient) -> None:
    reply = ask(trams, "ferry")
    assert (len(reply["results"]), reply["limit"], reply["offset"]) == (10, 10, 0)


def test_after_the_last_passage_there_are_none(trams: FlaskClient) -> None:
    reply = ask(trams, "ferry", offset=69)
    assert (reply["results"], reply["total"], reply["answered"]) == ([], 69, True)


@pytest.mark.parametrize("question", ["ferry", "tram ferry", "What is a tram?"])
def test_small_pages_give_the_order_of_one_big_page(trams: FlaskClient, question: str) -> None:
    whole = passages_of(ask(trams, question, limit=50))
    parts = [passages_of(ask(trams, question, limit=10, offset=offset)) for offset in range(0, 50, 10)]
    assert [passage for part in parts for passage in part] == whole


@pytest.mark.parametrize("question", ["ferry", "tram ferry", "What is a tram?"])
def test_the_pages_together_list_every_passage_once(trams: FlaskClient, question: str) -> None:
    total = ask(trams, question)["total"]
    pages = [passages_of(ask(trams, question, limit=10, offset=offset)) for offset in range(0, 80, 10)]
    listed = [passage for page in pages for passage in page]
    assert len(listed) == total
    assert len(set(listed)) == total


@pytest.mark.parametrize("question", ["ferry", "What is a tram?"])
def test_the_answer_is_the_same_on_every_page(trams: FlaskClient, question: str) -> None:
    answers = [ask(trams, question, offset=offset)["answer"] for offset in (0, 10, 50, 60)]
    assert answers == [answers[0]] * 4


@pytest.mark.parametrize(("name", "value"), [("limit", 1), ("limit", 50), ("offset", 0), ("offset", 150)])
def test_limit_and_offset_reach_their_borders(client: FlaskClient, name: str, value: int) -> None:
    assert ask(client, "canal", **{name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value", "low", "high"),
    [
        *[
            ("limit", value, 1, 50)
            for value in ("0", "51", "-1", "", "ten", "1.5", "1e1", " 5", "+5", "５", "²")
        ],
        *[("offset", value, 0, 150) for value in ("-1", "151", "", "x", "0x1", "9" * 5000, "1_0", "NaN")],
    ],
)
def test_a_damaged_number_is_refused_by_name(
    client: FlaskClient, name: str, value: str, low: int, high: int
) -> None:
    body = problem(client.get("/search", query_string={"q": "canal", name: value}), 400)
    detail = f"{name} has to be a whole number from {low} to {high}"
    assert (body["code"], body["detail"]) == ("parameter_invalid", detail)
    assert body["errors"] == [{"parameter": name, "detail": detail}]


KNOWN = "known are q, limit, offset, as_of, publisher, document, from, to, expand, explain"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("limt", "did you mean limit?"),
        ("LIMIT", KNOWN),
        ("ofset", "did you mean offset?"),
        ("offsets", "did you mean offset?"),
        ("query", KNOWN),
        ("page", KNOWN),
        ("", KNOWN),
        ("<b>", KNOWN),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest_name(
    client: FlaskClient, name: str, hint: str
) -> None:
    body = problem(client.get("/search", query_string={"q": "canal", name: "5"}), 400)
    assert body["code"] == "parameter_invalid"
    assert body["detail"] == f"there is no parameter {name!r}: {hint}"
    assert body["errors"] == [{"parameter": name, "detail": body["detail"]}]


@pytest.mark.parametrize("name", ["q", "limit", "offset", "as_of", "from", "to", "expand", "explain"])
def test_a_parameter_given_twice_is_refused(client: FlaskClient, name: str) -> None:
    values = {"q": "canal", "limit": "5", "offset": "0", "as_of": "2021-05-01"} | {
        "from": "2021-05-01",
        "to": "2021-05-01",
        "expand": "true",
        "explain": "false",
    }
    body = problem(client.get("/search", query_string=[*values.items(), (name, values[name])]), 400)
    assert body["code"] == "parameter_invalid"
    assert body["errors"] == [{"parameter": name, "detail": f"{name} is given 2 times: give it once"}]


# ---- as_of, expand and explain


def test_as_of_leaves_out_later_and_undated_documents(client: FlaskClient) -> None:
    question = "canal bakery bus"
    listed = {
        day: {result["document"]["source"] for result in ask(client, question, as_of=day)["results"]}
        for day in ("2020-05-03", "2020-05-04", "2021-08-29", "2021-08-30")
    }
    assert listed == {
        "2020-05-03": set(),
        "2020-05-04": {"bakery.txt"},
        "2021-08-29": {"bakery.txt"},
        "2021-08-30": {"bakery.txt", "canal.md"},
    }
    assert "buses.html" in {result["document"]["source"] for result in ask(client, question)["results"]}


@pytest.mark.parametrize(
    ("scope", "sources"),
    [
        ([("publisher", "Town Transport")], {"buses.html"}),
        ([("publisher", "TOWN transport"), ("publisher", "Nobody")], {"buses.html"}),
        ([("publisher", "Town")], set()),
        ([("from", "2020-05-04"), ("to", "2020-05-04")], {"bakery.txt"}),
        ([("from", "2020-05-05")], {"canal.md"}),
        ([("to", "2021-08-30")], {"bakery.txt", "canal.md"}),
        ([("to", "2021-08-30"), ("as_of", "2021-08-29")], {"bakery.txt"}),
        ([("publisher", "Town Transport"), ("to", "2021-08-30")], set()),
        ([("document", "no-such-document")], set()),
    ],
)
def test_only_documents_in_scope_are_found(
    client: FlaskClient, scope: list[tuple[str, str]], sources: set[str]
) -> None:
    body = client.get("/search", query_string=[("q", "canal bakery bus"), *scope]).get_json()
    assert {result["document"]["source"] for result in body["results"]} == sources
    if not sources:
        assert body["reason"]["code"] == "nothing_in_scope"


def test_a_document_is_looked_in_by_its_id(client: FlaskClient) -> None:
    results = ask(client, "canal bakery bus")["results"]
    wanted = {results[0]["document"]["id"], results[-1]["document"]["id"]}
    asked = [("q", "canal bakery bus"), *(("document", id) for id in wanted)]
    body = client.get("/search", query_string=asked).get_json()
    assert {result["document"]["id"] for result in body["results"]} == wanted


def test_what_was_looked_in_is_explained(client: FlaskClient) -> None:
    asked = {"q": "bus", "explain": "true", "publisher": "Town Transport", "from": "2020-01-01"}
    body = client.get("/search", query_string=asked).get_json()
    assert body["query"]["scope"] == {
        "publishers": ["Town Transport"],
        "documents": [],
        "from": "2020-01-01",
        "to": None,
    }


@pytest.mark.parametrize(
    ("scope", "name", "detail"),
    [
        ([("from", "2021")], "from", "from has to be a day as YYYY-MM-DD, like 2021-05-01"),
        ([("to", "2021-02-29")], "to", "to is 2021-02-29, which is no day of the calendar"),
        (
            [("from", "2021-05-02"), ("to", "2021-05-01")],
            "from",
            "from (2021-05-02) is after to (2021-05-01)",
        ),
        ([("publisher", "")], "publisher", "publisher has to have 1 to 300 characters"),
        ([("document", "x" * 301)], "document", "document has to have 1 to 300 characters"),
        ([("document", "x")] * 21, "document", "document is given 21 times: give it 20 times at most"),
    ],
)
def test_a_scope_that_cannot_be_is_refused(
    client: FlaskClient, scope: list[tuple[str, str]], name: str, detail: str
) -> None:
    body = problem(client.get("/search", query_string=[("q", "canal"), *scope]), 400)
    assert (body["code"], body["errors"][0]["parameter"]) == ("parameter_invalid", name)
    assert body["detail"].startswith(detail)


@pytest.mark.parametrize(
    "value",
    [
        *("", "2021", "2021-05", "20210501", "2021-W17-6", "2021-5-1", "01-05-2021", "1 May 2021"),
        *(" 2021-05-01", "2021-05-01 ", "2021-05-01T00:00", "２０２１-05-01", "today", "-2021-05-01"),
    ],
)
def test_what_is_not_written_as_a_day_is_refused(client: FlaskClient, value: str) -> None:
    body = problem(client.get("/search", query_string={"q": "canal", "as_of": value}), 400)
    detail = "as_of has to be a day as YYYY-MM-DD, like 2021-05-01"
    assert (body["code"], body["errors"]) == ("parameter_invalid", [{"parameter": "as_of", "detail": detail}])


@pytest.mark.parametrize("value", ["2021-02-29", "2021-13-01", "2021-00-10", "2021-04-31", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_refused(client: FlaskClient, value: str) -> None:
    body = problem(client.get("/search", query_string={"q": "canal", "as_of": value}), 400)
    assert body["detail"] == f"as_of is {value}, which is no day of the calendar: check its month and day"


def test_a_leap_day_is_a_day(client: FlaskClient) -> None:
    assert ask(client, "bakery", as_of="2024-02-29")["total"] == 2


@pytest.mark.parametrize("name", ["expand", "explain"])
@pytest.mark.parametrize("value", ["", "1", "0", "yes", "True", "FALSE", " true", "null"])
def test_a_switch_is_true_or_false_and_nothing_else(client: FlaskClient, name: str, value: str) -> None:
    body = problem(client.get("/search", query_string={"q": "canal", name: value}), 400)
    detail = f"{name} has to be true or false"
    assert (body["detail"], body["errors"]) == (detail, [{"parameter": name, "detail": detail}])


def test_words_are_looked_for_beside_the_typed_ones_unless_switched_off(client: FlaskClient) -> None:
    added = [{"term": "bakrey", "added": "bakery", "source": "spelling"}]
    assert ask(client, "bakrey")["expansions"] == added
    assert ask(client, "bakrey", expand="true")["total"] == 2
    plain = ask(client, "bakrey", expand="false")
    assert (plain["expansions"], plain["total"], plain["reason"]["code"]) == ([], 0, "no_known_words")


def test_an_explained_reply_is_the_plain_one_with_its_query_and_features(client: FlaskClient) -> None:
    question = "When was the Ashby Canal opened?"
    explained = ask(client, question, explain="true")
    query = explained.pop("query")
    assert (query["kind"], query["terms"], query["as_of"]) == ("date", ["ashby", "canal", "opened"], None)
    for result in explained["results"]:
        features = result.pop("explanation")
        assert len(features) > 5
        assert all(set(feature) == {"feature", "value", "weight"} for feature in features)
    plain = ask(client, question, explain="false")
    usual = ask(client, question)
    del explained["took_ms"], plain["took_ms"], usual["took_ms"]
    assert explained == plain == usual


def test_the_maintainers_synonyms_are_read_at_question_time(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index, tmp_path / "index")
    client = create_app({"INDEX": tmp_path / "index"}).test_client()
    file = tmp_path / "synonyms.txt"
    assert ask(client, "gondola")["total"] == 0
    file.write_text("gondola, boat\n", encoding="utf-8")
    reply = ask(client, "gondola")
    assert reply["expansions"] == [{"term": "gondola", "added": "boat", "source": "synonyms"}]
    assert passages_of(reply) == ["canal-md-2184a9#p-2"]
    file.unlink()
    assert ask(client, "gondola")["total"] == 0


# ---- questions that cannot be asked, and questions that nothing answers


@pytest.mark.parametrize("query", ["", "?q=", "?q=+", "?q=%09%0A", "?q=%C2%A0", "?q=%E3%80%80", "?limit=5"])
def test_an_empty_question_is_refused(client: FlaskClient, query: str) -> None:
    body = problem(client.get(f"/search{query}"), 400)
    assert (body["code"], [error["parameter"] for error in body["errors"]]) == ("question_empty", ["q"])


@pytest.mark.parametrize("length", [1_001, 10_000])
@pytest.mark.parametrize("word", ["boat ", "é", "🚲"])
def test_a_question_over_a_thousand_characters_is_refused(
    client: FlaskClient, word: str, length: int
) -> None:
    question = (word * length)[: length - 1] + "x"
    body = problem(client.get("/search", query_string={"q": question}), 400)
    assert (body["code"], [error["parameter"] for error in body["errors"]]) == ("question_too_long", ["q"])
    assert f"{length:,}" in body["detail"]
    assert "1,000" in body["detail"]


def test_a_question_of_a_thousand_characters_is_read(client: FlaskClient) -> None:
    assert ask(client, "boat " * 199 + "weeds")["answered"] is True


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("what is it about?", "no_words"),
        ("?", "no_words"),
        ("🚲", "no_words"),
        ("zeppelin", "no_known_words"),
        ("qzxv wvut", "no_known_words"),
    ],
)
def test_without_a_known_word_nothing_is_listed(client: FlaskClient, question: str, code: str) -> None:
    reply = ask(client, question)
    assert (reply["answered"], reply["answer"], reply["results"], reply["total"]) == (False, None, [], 0)
    assert reply["reason"]["code"] == code
    assert reply["reason"]["text"].endswith(".")


def test_with_too_few_known_words_the_nearest_passages_are_listed(client: FlaskClient) -> None:
    reply = ask(client, "Which zeppelin pilot flew over a canal during thunderstorms?")
    assert (reply["answered"], reply["answer"], reply["reason"]["code"]) == (False, None, "no_answer")
    assert sorted(passages_of(reply)) == ["canal-md-2184a9#p-1", "canal-md-2184a9#p-2"]


def test_a_reply_has_an_answer_or_a_reason(client: FlaskClient) -> None:
    for question in (*QUESTIONS, "the", "zeppelin", "zeppelin pilots near a canal in thunderstorms"):
        reply = ask(client, question)
        assert (reply["answer"] is None) == (reply["reason"] is not None) == (not reply["answered"])


# ---- any text at all


def _is_answered_or_refused(response: TestResponse) -> None:
    assert response.status_code in (200, 400)
    body = json.loads(response.data)
    assert ("results" in body) == (response.status_code == 200)
    assert ("code" in body) == (response.status_code == 400)


@patient
@given(question=st.text())
def test_any_text_is_answered_or_refused(client: FlaskClient, question: str) -> None:
    _is_answered_or_refused(client.get("/search", query_string={"q": question}))


@patient
@given(
    words=st.lists(
        st.sampled_from(
            "canal boats weed AND OR NOT ANDNOT TO NEAR what is who the I.C.S. A&E 's ' ’ \" ( ) [ ] { } "
            "* ? ~2 ^4 : title: body:x + - && || ! / \\ % , . 1,000 5% é ß İ ﬁ ² ٣ _ \0 \ufffd".split(" ")
        ),
        max_size=12,
    ),
    separator=st.sampled_from(["", " "]),
)
def test_any_mixture_of_words_and_signs_is_answered_or_refused(
    client: FlaskClient, words: list[str], separator: str
) -> None:
    _is_answered_or_refused(client.get("/search", query_string={"q": separator.join(words)}))


@patient
@given(question=st.binary())
def test_any_bytes_are_answered_or_refused(client: FlaskClient, question: bytes) -> None:
    _is_answered_or_refused(client.get(f"/search?q={quote_from_bytes(question)}"))


@patient
@given(query=st.text(alphabet="q=&;%limtoffse+0123456789[]\u00e9", max_size=40))
def test_any_query_string_is_answered_or_refused(client: FlaskClient, query: str) -> None:
    _is_answered_or_refused(client.get("/search?" + quote_from_bytes(query.encode(), safe="=&;%+[]")))


# ---- no query language


@pytest.mark.parametrize(
    "question",
    [
        "weed AND boats",
        "weed OR boats",
        "weed NOT boats",
        "weed AND NOT boats OR banks",
        "(weed AND boats) OR (bakery AND NOT ovens)",
        "[boats TO weed]",
        "weed && boats || !banks",
        "+weed +boats",
        "weed - boats",
        "boat* b?ats",
        "*",
        "b*",
        "boats~2 weed^4",
        "title:canal body:weed",
        "document:canal",
        "{boats} <weed> /banks/",
        "boats\\ weed\\*",
        "NOT canal",
        '"canal',
        "(canal",
        "canal)",
        "canal:",
        "canal AND",
    ],
)
def test_operators_and_marks_are_just_words_and_punctuation(client: FlaskClient, question: str) -> None:
    bare = " ".join(re.findall(r"\w+", question.lower()))
    reply = ask(client, question)
    if not bare:
        assert (reply["reason"]["code"], reply["results"]) == ("no_words", [])
        return
    expected = ask(client, bare)
    assert passages_of(reply) == passages_of(expected)
    assert (reply["total"], reply["answered"]) == (expected["total"], expected["answered"])
    assert [result["answer"] for result in reply["results"]] == [
        result["answer"] for result in expected["results"]
    ]


def test_quotation_marks_ask_for_the_words_in_a_row(client: FlaskClient) -> None:
    assert passages_of(ask(client, '"limited to four miles"')) == ["canal-md-2184a9#p-2"]
    reply = ask(client, '"miles four to limited"')
    assert (reply["reason"]["code"], reply["results"]) == ("no_phrase", [])


def test_a_dash_before_a_word_leaves_its_passages_out(client: FlaskClient) -> None:
    assert sorted(passages_of(ask(client, "canal"))) == ["canal-md-2184a9#p-1", "canal-md-2184a9#p-2"]
    assert passages_of(ask(client, "canal -anglers")) == ["canal-md-2184a9#p-1"]


# ---- methods


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_refused_with_those_allowed(client: FlaskClient, method: str) -> None:
    response = client.open("/search?q=canal", method=method, data=b"q=canal")
    assert problem(response, 405)["code"] == "method_not_allowed"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(("query", "status"), [("q=canal", 200), ("q=", 400), ("limt=1", 400)])
def test_head_is_get_without_the_body(client: FlaskClient, query: str, status: int) -> None:
    head, get = client.head(f"/search?{query}"), client.get(f"/search?{query}")
    assert (head.status_code, head.content_type, head.data) == (status, get.content_type, b"")
    assert int(head.headers["Content-Length"]) > 100


# ---- a service that cannot answer


def _point(index: Path, text: str) -> None:
    (index / "CURRENT").write_text(text, encoding="utf-8")


def _cut_a_segment(index: Path) -> None:
    segment = next((index / "g000001").rglob("*.seg"))
    segment.write_bytes(segment.read_bytes()[:-1])


def _replace_current_by_a_folder(index: Path) -> None:
    (index / "CURRENT").unlink()
    (index / "CURRENT").mkdir()


UNUSABLE = {
    "missing": shutil.rmtree,
    "outdated": outdate,
    "segment cut short": _cut_a_segment,
    "no manifest": lambda index: (index / "g000001" / "MANIFEST.json").unlink(),
    "no segments": lambda index: shutil.rmtree(index / "g000001" / "passages"),
}

# What is lost is which generation is current; the newest one that is intact is right.
NO_POINTER = {
    "missing": lambda index: (index / "CURRENT").unlink(),
    "empty": lambda index: _point(index, ""),
    "half": lambda index: _point(index, '{"generation": "g0'),
    "without names": lambda index: _point(index, "{}"),
    "a list": lambda index: _point(index, "[]"),
    "a number": lambda index: _point(index, "7"),
    "to nowhere": lambda index: _point(index, '{"generation": "g000009", "manifest": ""}'),
    "a folder": _replace_current_by_a_folder,
}


@pytest.mark.parametrize("damage", UNUSABLE)
def test_without_a_usable_index_the_service_is_unavailable(
    index: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    UNUSABLE[damage](copy)
    with caplog.at_level(logging.CRITICAL):
        client = create_app({"INDEX": copy}).test_client()
        response = client.get("/search?q=canal")
        health = client.get("/healthz")
    body = problem(response, 503)
    assert (body["code"], "errors" in body) == ("index_unavailable", False)
    assert (health.status_code, health.get_json()["status"]) == (503, "unavailable")
    assert str(tmp_path) not in response.text + health.text


@pytest.mark.parametrize("damage", NO_POINTER)
def test_without_a_pointer_the_newest_intact_generation_answers_and_the_service_is_degraded(
    index: Path, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    NO_POINTER[damage](copy)
    client = create_app({"INDEX": copy}).test_client()
    assert client.get("/search?q=anglers").get_json()["index"]["generation"] == "g000001"
    health = client.get("/healthz")
    assert (health.status_code, health.get_json()["status"]) == (200, "degraded")
    assert str(tmp_path) not in health.text


def test_the_log_says_what_to_run_when_there_is_no_index(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert create_app({"INDEX": tmp_path / "none"}).test_client().get("/search?q=canal").status_code == 503
    assert f"run: python -m ingest --index {tmp_path / 'none'}" in caplog.text


def test_a_bad_request_is_refused_even_without_an_index(tmp_path: Path) -> None:
    response = create_app({"INDEX": tmp_path}).test_client().get("/search?q=canal&limit=0")
    assert problem(response, 400)["code"] == "parameter_invalid"


def test_an_unexpected_error_shows_nothing_of_the_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("lost /srv/private/passages.db")

    monkeypatch.setattr("web.api.answer", fail)
    response = client.get("/search?q=canal")
    body = problem(response, 500)
    assert (body["code"], "errors" in body) == ("internal_error", False)
    assert not re.search(r"private|passages\.db|RuntimeError|Traceback|\.py|line \d", response.text)
    assert "lost /srv/private/passages.db" in caplog.text
