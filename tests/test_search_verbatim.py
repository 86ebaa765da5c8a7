"""What is quoted is what its document says, whatever became of the index after it was opened."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.answering import answer
from search.answers import Answer, Conflict, Excerpt, Hit, Statement
from search.as_json import answer_to_dict
from search.index.engine import Engine
from search.index.generations import open_current
from search.passages import Span
from search.verbatim import NOT_VERBATIM, said, verbatim

QUESTION = "What is the Ashby Canal?"
SENTENCE = "The Ashby Canal is a waterway that runs for 22 miles without a single lock."


@pytest.fixture
def own(index: Path, tmp_path: Path) -> Path:
    """A copy of the index of the three articles, to be spoilt."""
    return Path(shutil.copytree(index, tmp_path / "own"))


@pytest.fixture
def opened(own: Path) -> Iterator[Engine]:
    """The engine of that copy, opened before anything is spoilt."""
    engine = open_current(own)
    yield engine
    engine.close()


def spoil(index: Path, records: str, before: bytes, after: bytes) -> None:
    """Changes bytes of the records in place, as a failing disk may under an engine that has them open."""
    assert len(before) == len(after)
    found = 0
    for path in index.rglob(records):
        content = path.read_bytes()
        found += content.count(before)
        with path.open("r+b") as file:
            file.write(content.replace(before, after))
    assert found, f"{records} holds no {before!r}"


@pytest.fixture
def reply(engine: Engine) -> Answer:
    """An answered question with two hits at least."""
    found = answer("permit for anglers near the bakery", engine)
    first, *others = found.hits
    assert others
    return replace(found, quoted=first, reason=None)


def statement(hit: Hit) -> Statement:
    return Statement(hit.passage, hit.document, hit.excerpt.answer, hit.excerpt.quotation[:3])


def forged(hit: Hit) -> Hit:
    """The hit with a digit or a letter of its passage changed, and its excerpt with it."""
    text = "X" + hit.passage.text[1:]
    passage = replace(hit.passage, text=text)
    return replace(hit, passage=passage, excerpt=Excerpt(text, hit.excerpt.answer, ()))


def test_an_answer_that_is_verbatim_is_left_as_it_is(engine: Engine) -> None:
    found = answer(QUESTION, engine)
    assert found.dropped == 0
    assert verbatim(found) is found
    assert answer_to_dict(found)["answer"]["text"] == SENTENCE


# What a damaged record may look like: another text, no JSON, no text at all, another name of a part.
DAMAGES: dict[str, tuple[str, bytes, bytes]] = {
    "a digit of the passage": ("passages.bin", b"for 22 miles", b"for 32 miles"),
    "a quotation mark in the passage": ("passages.bin", b"for 22 miles", b'for "2 miles'),
    "a byte that is no text in the passage": ("passages.bin", b"for 22 miles", b"for \xff2 miles"),
    "the name of the passage's text": ("passages.bin", b'"text"', b'"tezt"'),
    "the line that the passage is from": ("passages.bin", b'"first": 9', b'"first": 8'),
    "the document's date": ("documents.bin", b'"2021-', b'"2031-'),
    "a digit of the document": ("documents.bin", b"for 22 miles", b"for 32 miles"),
    "a quotation mark in the document": ("documents.bin", b"for 22 miles", b'for "2 miles'),
    "a byte that is no text in the document": ("documents.bin", b"for 22 miles", b"for \xff2 miles"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_record_damaged_after_it_was_opened_is_never_quoted(
    own: Path, opened: Engine, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(own, *DAMAGES[damage])
    reply = answer(QUESTION, opened)
    assert reply.dropped >= 1
    assert "canal-md-2184a9#p-1 is not what its document says and was left out" in caplog.text
    said = answer_to_dict(reply)
    assert "32 miles" not in str(said)
    assert "canal-md-2184a9#p-1" not in [result["passage_id"] for result in said["results"]]
    assert said["answer"] is None or said["answer"]["passage_id"] != "canal-md-2184a9#p-1"


def test_where_nothing_else_answers_the_reply_says_that_something_was_left_out(
    own: Path, opened: Engine
) -> None:
    spoil(own, "documents.bin", b"Bus 42 links the station", b"Bus 43 links the station")
    reply = answer("Which bus links the station with the hospital?", opened)
    assert (reply.quoted, reply.reason, reply.confidence.band) == (None, NOT_VERBATIM, "none")
    assert answer_to_dict(reply)["answered"] is False


def test_a_hit_whose_passage_is_not_said_goes_and_the_answer_with_it(
    reply: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = forged(reply.hits[0])
    checked = verbatim(replace(reply, hits=(wrong, *reply.hits[1:]), quoted=wrong))
    assert checked.hits == reply.hits[1:]
    assert (checked.quoted, checked.reason, checked.dropped) == (None, NOT_VERBATIM, 1)
    assert [record.args for record in caplog.records] == [(wrong.passage.id,)]


def _excerpt_of_its_own(hit: Hit) -> Hit:
    return replace(hit, excerpt=Excerpt("Not what it says.", Span(0, 17), ()))


def _without_a_sentence(hit: Hit) -> Hit:
    return replace(hit, excerpt=replace(hit.excerpt, answer=Span(3, 3)))


def _from_elsewhere(hit: Hit) -> Hit:
    return replace(hit, passage=replace(hit.passage, start=hit.passage.start + 1))


def _of_another_document(hit: Hit) -> Hit:
    return replace(hit, passage=replace(hit.passage, document_id="another"))


@pytest.mark.parametrize(
    "spoilt", [_excerpt_of_its_own, _without_a_sentence, _from_elsewhere, _of_another_document]
)
def test_a_hit_whose_answer_is_not_in_its_document_goes(reply: Answer, spoilt: Callable[[Hit], Hit]) -> None:
    first, second, *others = reply.hits
    checked = verbatim(replace(reply, hits=(first, spoilt(second), *others)))
    assert checked.hits == (first, *others)
    assert (checked.quoted, checked.dropped) == (first, 1)


def test_a_conflict_that_loses_a_statement_is_none(reply: Answer) -> None:
    one, other = reply.hits[:2]
    wrong = statement(forged(other))
    sound = Conflict("count", "permits", (statement(one), statement(other)))
    lame = Conflict("count", "permits", (statement(one), wrong))
    longer = Conflict("count", "permits", (statement(one), wrong, statement(other)))
    checked = verbatim(replace(reply, conflicts=(lame, sound, longer)))
    assert checked.conflicts == (sound, sound)
    assert checked.dropped == 1
    assert checked.quoted == reply.quoted


def test_a_statement_whose_value_it_does_not_make_goes(reply: Answer) -> None:
    one, other = reply.hits[:2]
    wrong = replace(statement(other), value="nowhere in it")
    assert (
        verbatim(replace(reply, conflicts=(Conflict("date", "it", (statement(one), wrong)),))).conflicts == ()
    )


def test_a_later_statement_that_is_not_said_goes_and_its_hit_stays(reply: Answer) -> None:
    first, second, *others = reply.hits
    checked = verbatim(
        replace(reply, hits=(replace(first, superseded_by=statement(forged(second))), second, *others))
    )
    assert checked.hits == reply.hits
    assert checked.dropped == 1
    kept = replace(first, superseded_by=statement(second))
    assert verbatim(replace(reply, hits=(kept,))).hits == (kept,)


def test_a_document_is_shown_with_only_what_it_says(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    id = "canal-md-2184a9"
    document, passages = engine.documents([id])[id], engine.passages(id)
    assert said(document, passages) == (tuple(passages), 0)
    wrong = replace(passages[0], text="X" + passages[0].text[1:])
    with caplog.at_level(logging.ERROR):
        assert said(document, [wrong, *passages[1:]]) == (tuple(passages[1:]), 1)
    assert f"passage {wrong.id} is not what its document says" in caplog.text
