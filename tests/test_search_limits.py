"""A question costs no more than its limits allow, and a reply says what was left out."""

from __future__ import annotations

from itertools import count
from struct import pack

import numpy as np
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

import search.index.frozen
import web.api
import web.pages
from search.analysis import tokens
from search.answer import phrases
from search.answer.phrases import with_phrases
from search.answering import answer
from search.answers import Answer
from search.as_json import answer_to_dict
from search.cli import as_text
from search.deadline import NEVER, Deadline, OutOfTime, in_seconds
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.index.frozen import filter_of
from search.index.vocabulary import Vocabulary
from search.question.narrowing import MAX_TERMS, narrowed
from search.question.spelling import MOST_CORRECTED, corrections
from search.question.understanding import MOST_PHRASE_WORDS, MOST_PHRASES, understand

INVENTED = [f"zz{number}" for number in range(40)]


def words_of(engine: Engine) -> list[str]:
    """The words of the three articles in order, each once by its stem."""
    texts = (p.text for id in engine.document_ids() for p in engine.passages(id))
    found = {token.stem: token.exact for text in texts for token in tokens(text) if not token.is_stop_word}
    return list(found.values())


# ---- terms


def test_of_many_terms_the_rarest_are_kept_in_the_order_of_the_question(engine: Engine) -> None:
    asked = understand(" ".join(words_of(engine)))
    kept = narrowed(asked, engine)
    idf = engine.idf(asked.terms)
    left_out = [term for term in asked.terms if term not in kept.terms]
    assert len(kept.terms) == MAX_TERMS
    assert max(idf[term] for term in left_out) <= min(idf[term] for term in kept.terms)
    assert min(idf[term] for term in left_out) < max(idf[term] for term in kept.terms)
    assert list(kept.terms) == [term for term in asked.terms if term in kept.terms]
    assert kept.truncated


def test_words_that_nobody_has_come_after_those_that_somebody_has(engine: Engine) -> None:
    asked = understand(" ".join([*INVENTED, "canal", "bakery", *INVENTED[:5], "hospital"]))
    assert [term.exact for term in narrowed(asked, engine).terms][-3:] == ["canal", "bakery", "hospital"]


def test_a_name_that_is_not_looked_for_is_no_name_of_the_question(engine: Engine) -> None:
    asked = understand("canal " + " ".join(INVENTED[:24]) + " Zeppelin " + " ".join(INVENTED[24:]))
    assert "zeppelin" in asked.names
    assert "zeppelin" not in narrowed(asked, engine).names


def test_a_question_of_as_many_terms_as_are_looked_for_stays_as_it_is(engine: Engine) -> None:
    asked = understand(" ".join(words_of(engine)[:MAX_TERMS]))
    assert narrowed(asked, engine) is asked
    assert not asked.truncated


def test_the_subject_is_found_behind_any_number_of_words(engine: Engine) -> None:
    reply = answer(f"{' '.join(INVENTED)} canal", engine)
    assert {hit.document.source for hit in reply.hits} == {"canal.md"}
    assert answer_to_dict(reply)["truncated"] is True


# ---- words in quotation marks


def distinct(number: int) -> str:
    return " ".join(f"word{each}" for each in range(number))


def test_so_many_quotations_are_held_together_and_one_more_is_plain_words() -> None:
    quoted = [f"pair{number} of{number}" for number in range(MOST_PHRASES + 1)]
    query = understand(" ".join(f'"{words}"' for words in quoted))
    assert query.phrases == tuple(quoted[:-1])
    assert query.loose_phrases == tuple(quoted[-1:])
    assert query.truncated
    assert f"of{MOST_PHRASES}" in {term.exact for term in query.terms}
    assert not understand(" ".join(f'"{words}"' for words in quoted[:-1])).truncated


def test_a_quotation_of_so_many_words_is_held_together_and_a_longer_one_is_plain_words() -> None:
    assert understand(f'"{distinct(MOST_PHRASE_WORDS)}"').phrases == (distinct(MOST_PHRASE_WORDS),)
    longer = understand(f'"{distinct(MOST_PHRASE_WORDS + 1)}"')
    assert (longer.phrases, longer.loose_phrases) == ((), (distinct(MOST_PHRASE_WORDS + 1),))


def test_a_word_repeated_in_a_quotation_counts_once() -> None:
    assert understand(f'"{"lock " * 150}"').phrases == (("lock " * 150).strip(),)


def test_of_a_quotation_that_is_plain_words_a_passage_needs_not_hold_them_all(engine: Engine) -> None:
    reply = answer(f'"{distinct(MOST_PHRASE_WORDS)} canal"', engine)
    assert {hit.document.source for hit in reply.hits} == {"canal.md"}
    assert answer_to_dict(reply, explain=True)["query"]["loose_phrases"] == list(reply.query.loose_phrases)


def test_what_is_not_looked_for_as_typed_is_told(engine: Engine, client: FlaskClient) -> None:
    question = f'"{distinct(MOST_PHRASE_WORDS)} canal"'
    told = [
        "The question is long: only its 24 rarest words were looked for.",
        "At most 8 quotations of 64 different words are held together: what else stands in quotation marks "
        "was looked for as plain words.",
    ]
    page = BeautifulSoup(client.get("/", query_string={"q": question}).text, "lxml")
    assert [note.get_text() for note in page.select(".reading .warning")] == told
    assert as_text(answer(question, engine)).split("\n\n")[:2] == told


def test_a_phrase_is_found_at_words_and_not_between_them() -> None:
    # As little-endian bytes 2 stands in the last byte of one word and the first three of the next.
    across, phrase = pack("<2I", 2 << 24, 0), pack("<I", 2)
    assert across.find(phrase) == 3
    assert not phrases._holds(across, phrase)
    assert phrases._holds(across + phrase, phrase)


def test_only_so_many_passages_are_looked_through_for_a_quotation(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (answer('"bakery"', engine).total, answer('"bakery"', engine).is_least) == (2, False)
    monkeypatch.setattr("search.answering.MOST_PASSAGES", 1)
    assert (answer('"bakery"', engine).total, answer('"bakery"', engine).is_least) == (1, True)


# ---- spelling


def test_so_many_words_are_corrected_and_one_more_is_left_as_typed() -> None:
    known = [f"w{letter}terways" for letter in "bcdfghjklmnp"]
    typed = [f"{word[:-2]}{word[-1]}{word[-2]}" for word in known]  # the last two letters swapped
    query = understand(" ".join(typed))
    found = corrections(query, query.terms, Vocabulary(dict.fromkeys(known, 3)), ())
    assert [each.term for each in found] == typed[:MOST_CORRECTED]


# ---- the deadline


def after(looks: int) -> Deadline:
    """A deadline that has passed when it is looked at once more."""
    return Deadline(looks, count().__next__)


def replies(question: str, engine: Engine) -> list[Answer]:
    """The reply for which time is up at the first look, the second, ... to the first whole one."""
    found: list[Answer] = []
    while not found or found[-1].is_partial:
        found.append(answer(question, engine, deadline=after(len(found))))
    return found


@pytest.mark.parametrize(
    "question",
    [
        "How long is the Ashby Canal?",
        "How manny miles does the canal run without a lock?",
        '"weed stops boats"',
        "canal -weed",
        "bread -canal -lock",
    ],
)
def test_a_partial_reply_claims_no_more_than_it_knows(question: str, engine: Engine) -> None:
    *partial, whole = replies(question, engine)
    assert len(partial) >= 3
    for reply in partial:
        assert (reply.quoted, reply.confidence.band, reply.reason and reply.reason.code) == (
            None,
            "none",
            "not_in_time",
        )
        data = answer_to_dict(reply)
        assert (data["answered"], data["partial"], data["total_relation"]) == (False, True, "gte")
        assert {hit.passage.id for hit in reply.hits} <= {hit.passage.id for hit in whole.hits}
        assert reply.total <= whole.total


def test_when_time_is_up_the_best_so_far_is_given(engine: Engine) -> None:
    *partial, whole = replies("How many miles does the canal run without a lock?", engine)
    assert not partial[0].hits  # nothing had been looked at
    assert partial[-1].hits[0].passage == whole.hits[0].passage


def test_a_reply_in_time_is_the_one_without_a_deadline(engine: Engine) -> None:
    for question in ("How long is the Ashby Canal?", '"weed stops boats"', "canal -weed", "zeppelin"):
        in_time, without = replies(question, engine)[-1], answer(question, engine, deadline=NEVER)
        assert answer_to_dict(in_time) | {"took_ms": 0} == answer_to_dict(without) | {"took_ms": 0}
        assert answer_to_dict(in_time)["partial"] is False


def test_what_needs_no_search_is_said_after_the_deadline_too(engine: Engine) -> None:
    reply = answer("what is the of", engine, deadline=after(0))
    assert (reply.is_partial, reply.reason and reply.reason.code) == (False, "no_words")


def test_no_posting_list_is_opened_after_the_deadline(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (segment,) = engine._frozen._segments
    opened: list[str] = []
    seconds = [0.0]
    find = segment.postings.range

    def slow(kind: str, term: str) -> tuple[int, int]:
        opened.append(term)
        seconds[0] += 0.5
        return find(kind, term)

    monkeypatch.setattr(segment.postings, "range", slow)
    reply = answer("canal weed boats lock bread", engine, deadline=in_seconds(1.0, lambda: seconds[0]))
    assert opened == ["canal", "canal"]  # by stem and as written: a second
    assert reply.is_partial
    assert {hit.document.source for hit in reply.hits} == {"canal.md"}


@pytest.mark.parametrize("question", ['"weed stops"', "bread -canal -lock"])
def test_what_passes_a_part_of_the_filters_is_not_taken_to_pass_them(
    engine: EmbeddedEngine, question: str
) -> None:
    filters = filter_of(understand(question))
    for looks in range(2):
        with pytest.raises(OutOfTime):
            engine._frozen.allowed(filters, after(looks))
    in_time, without = engine._frozen.allowed(filters, after(2)), engine._frozen.allowed(filters)
    assert np.array_equal(in_time, without)


def test_after_the_deadline_no_further_passage_is_looked_through_for_a_quotation(engine: Engine) -> None:
    query = understand('"bakery"')
    found = engine.search(query, 10)
    kept = with_phrases(found, query, after(1))
    assert (kept.candidates, kept.total, kept.is_partial) == (found.candidates[:1], 1, True)
    assert not with_phrases(found, query, after(2)).is_partial


def test_lists_are_added_alike_in_one_go_and_one_by_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = understand("canal weed boats lock bread")
    together = engine.search(query, 10)
    monkeypatch.setattr(search.index.frozen, "_BATCH", 0)
    assert engine.search(query, 10) == together


def test_the_service_says_that_a_reply_is_partial(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = {"q": "How long is the Ashby Canal?"}
    assert client.get("/search", query_string=question).get_json()["partial"] is False
    for module in (web.api, web.pages):
        monkeypatch.setattr(module, "DEADLINE_SECONDS", -1.0)
    reply = client.get("/search", query_string=question)
    assert (reply.status_code, reply.get_json()["partial"]) == (200, True)
    page = BeautifulSoup(client.get("/", query_string=question).text, "lxml")
    assert page.select("section.none h1")[0].get_text() == "Not everything was looked through"
    assert "There was no time" in page.select("section.none p")[0].get_text()


def test_the_page_says_at_least_how_many_passages_there_are(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = len(replies("canal weed boats", client.application.extensions["citewell"].engine())) - 2
    monkeypatch.setattr(web.pages, "in_seconds", lambda _: after(looks))
    page = BeautifulSoup(client.get("/", query_string={"q": "canal weed boats"}).text, "lxml")
    assert page.select("h2")[0].get_text().startswith("At least ")
