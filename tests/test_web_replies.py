"""What the page makes of a reply's parts that few questions have: senses, conflicts, later statements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from search.answering import answer
from search.answers import Answer, Conflict, Hit, Statement
from search.index.engine import Engine
from search.passages import Found, Metadata
from search.queries import Ambiguity, Expansion, Sense, Term
from tests.test_web_pages import one, words
from web import create_app
from web.asked import Asked
from web.pages import answer_page

TERMS = (Term("x", "x", None),)


@pytest.fixture(scope="module")
def app(index: Path) -> Flask:
    return create_app({"INDEX": index})


@pytest.fixture
def reply(engine: Engine) -> Answer:
    """An answered question with passages of two documents."""
    found = answer("permit for anglers near the bakery", engine)
    first, *others = found.hits
    return replace(found, quoted=first, reason=None, hits=(first, *others))


def shown(app: Flask, reply: Answer, **asked: Any) -> BeautifulSoup:
    with app.test_request_context():
        return BeautifulSoup(answer_page(reply, Asked(reply.query.question, **asked)), "lxml")


def statement(hit: Hit, value: str = "") -> Statement:
    return Statement(hit.passage, hit.document, hit.excerpt.answer, value)


def noted(hit: Hit, *notes: str) -> Hit:
    return replace(hit, document=replace(hit.document, notes=notes))


def test_each_sense_of_an_unclear_acronym_links_to_the_question_with_it_written_out(
    app: Flask, reply: Answer
) -> None:
    senses = (
        Sense("canal trust", 41, 9, "2021-05-01", "2022-07-01"),
        Sense("cycle track", 1, 1, "2019-01-01", "2019-01-01"),
    )
    query = replace(reply.query, question="Who pays CTs?", ambiguities=(Ambiguity("CT", senses),))
    soup = shown(app, replace(reply, query=query), as_of="2021-05-01")
    assert words(one(soup, ".reading p")) == (
        "CT stands for several things here: canal trust (41 passages, 2021 to 2022) · cycle track "
        "(1 passage, 2019). The passages below may be about either; choose one to see it alone."
    )
    assert [str(a["href"]) for a in soup.select(".reading a")] == [
        "/?q=Who+pays+canal+trusts?&as_of=2021-05-01",
        "/?q=Who+pays+cycle+tracks?&as_of=2021-05-01",
    ]


def test_three_senses_are_more_than_either(app: Flask, reply: Answer) -> None:
    sense = Sense("canal trust", 2, 1, None, None)
    query = replace(reply.query, ambiguities=(Ambiguity("CT", (sense,) * 3),))
    said = words(one(shown(app, replace(reply, query=query)), ".reading p"))
    assert "(2 passages, undated)" in said
    assert "may be about any of them" in said


def test_a_correction_and_other_words_are_told_apart(app: Flask, reply: Answer) -> None:
    expansions = (
        Expansion("wether", "weather", "spelling", ("x",), TERMS, 0.9),
        Expansion("CT", "canal trust", "glossary", ("x",), TERMS, 0.5),
        Expansion("permit", "licence", "synonyms", ("x",), TERMS, 0.5),
    )
    soup = shown(app, replace(reply, query=replace(reply.query, expansions=expansions)))
    assert words(one(soup, ".reading")) == "Read wether as weather. Look for the typed words only"
    assert words(soup.select(".also")[0]) == (
        "Also looked for: canal trust for CT (glossary of the documents), licence for permit (synonyms)"
    )


def test_a_conflict_shows_each_statement_verbatim_with_its_date_and_its_place(
    app: Flask, reply: Answer
) -> None:
    statements = tuple(statement(hit) for hit in reply.hits[:2])
    soup = shown(app, replace(reply, conflicts=(Conflict("count", "permits for boats", statements),)))
    panel = one(soup, ".conflicts")
    assert words(one(panel, "h2")) == "Documents of different dates say different things"
    assert words(one(panel, "h3")) == "permits for boats"
    for item, said in zip(panel.select("li"), statements, strict=True):
        assert f"“{said.quotation}”" in item.get_text()
        assert one(item, "a")["href"] == f"/documents/{said.passage.id}"
        assert words(one(item, "a")) == said.document.label
        assert words(item).startswith(words(item.select("time, .warning")[0]))
    assert "true" not in words(panel)
    assert shown(app, replace(reply, conflicts=())).select(".conflicts") == []


def test_conflicts_stand_on_the_first_page_with_the_answer(app: Flask, reply: Answer) -> None:
    conflict = Conflict("count", "permits", (statement(reply.hits[0]),) * 2)
    assert shown(app, replace(reply, conflicts=(conflict,)), page=2).select(".conflicts, .answer") == []


def test_what_a_later_document_says_stands_beside_the_answer_and_its_passage(
    app: Flask, reply: Answer
) -> None:
    later = statement(reply.hits[1])
    hit = replace(reply.hits[0], superseded_by=later)
    soup = shown(app, replace(reply, quoted=hit, hits=(hit, *reply.hits[1:])))
    notes = soup.select(".answer .superseded, .results > li:first-child .superseded")
    assert len(notes) == len(soup.select(".superseded")) == 2
    for note in notes:
        assert words(note).startswith(f"A later document says otherwise: “{later.quotation}” (")
        assert words(note).endswith(f", {later.document.label})")
        assert one(note, "a")["href"] == f"/documents/{later.passage.id}"
        assert note.select("time, .warning:not(:first-child)")


WORDS = {
    "undated": "undated",
    "superseded": "A later document says otherwise",
    "run_together": "order of sentences unsure",
    "text_missing": "part of the file is missing here",
}


def test_every_warning_is_said_in_words_beside_the_answer(app: Flask, reply: Answer) -> None:
    plain = noted(reply.hits[0])
    document = replace(plain.document, metadata=Metadata(title=Found("The canal", "line 1")))
    hit = noted(replace(plain, document=document), "run_together", "text_missing")
    hit = replace(hit, superseded_by=statement(reply.hits[1]))
    assert set(hit.warnings) == set(WORDS)
    for part in (".answer", ".results"):
        said = words(one(shown(app, replace(reply, quoted=hit, hits=(hit,))), part))
        assert [code for code in hit.warnings if WORDS[code] not in said] == []
    unwarned = words(one(shown(app, replace(reply, quoted=plain, hits=(plain,))), ".answer"))
    assert [text for text in WORDS.values() if text in unwarned] == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
def test_markup_in_any_part_is_shown_as_text(app: Flask, reply: Answer, text: str) -> None:
    sense = Sense(text, 2, 1, None, None)
    query = replace(
        reply.query,
        question=f"CT {text}",
        expansions=tuple(
            Expansion(text, text, source, ("x",), TERMS, 0.5)
            for source in ("spelling", "glossary", "synonyms")
        ),
        ambiguities=(Ambiguity("CT", (sense, sense)),),
    )
    conflict = Conflict("count", text, (statement(reply.hits[0]),) * 2)
    soup = shown(app, replace(reply, query=query, conflicts=(conflict,)))
    assert soup.select("script, img, [onerror]") == []
    for part in (".reading", ".conflicts", ".also"):
        assert text in soup.select(part)[0].get_text()
