"""The question file: its judgements have to be true of the articles before they can judge an answer."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import describe, show
from ingest.pipeline import ingest
from search.encoder import Encoder
from search.evaluation.judging import contains, evaluate, words
from search.evaluation.measures import summarise
from search.evaluation.topics import read_topics
from search.index.generations import open_current

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
FILE = Path(__file__).parent / "data" / "questions.jsonl"
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
ANSWERABLE = [question for question in QUESTIONS if not question["type"].startswith("unanswerable")]
UNANSWERABLE = [question for question in QUESTIONS if question["type"].startswith("unanswerable")]

KEYS = ["id", "question", "type", "traits", "evidence", "answer", "answer_aliases"]
TYPES = frozenset(
    """
    definition count date person percentage list why how yesno compare lookup keyword
    unanswerable-off unanswerable-near
    """.split()
)
TRAITS = frozenset(
    """
    paraphrase typo acronym ambiguous-acronym temporal conflict multi-doc list linebreak metadata
    boilerplate-trap mentioned-not-answered lexical-trap
    """.split()
)
# A quote of a word or two stands in passages that answer nothing.
FEWEST_WORDS = 3


@cache
def cleaned(name: str) -> tuple[str, frozenset[str]]:
    """The text of an article with its white space folded, and the values of its metadata."""
    shown = describe(show(CORPUS / name))
    values = (shown["title"], shown["publisher"], shown["published"], shown["updated"], *shown["authors"])
    return " ".join(shown["text"].split()), frozenset(filter(None, values))


def named(question: dict[str, Any]) -> str:
    return str(question["id"])


def test_the_file_is_one_that_evaluate_reads() -> None:
    assert [topic.id for topic in read_topics(FILE)] == [question["id"] for question in QUESTIONS]


def test_each_question_has_the_keys_of_the_format_in_order() -> None:
    assert [question["id"] for question in QUESTIONS if list(question) != KEYS] == []


def test_ids_count_up_and_no_question_is_asked_twice() -> None:
    assert [question["id"] for question in QUESTIONS] == [f"q{n:03}" for n in range(1, len(QUESTIONS) + 1)]
    asked = Counter(" ".join(words(question["question"])) for question in QUESTIONS)
    assert [text for text, times in asked.items() if times > 1] == []


def test_types_and_traits_are_known_and_each_is_represented() -> None:
    assert {question["type"] for question in QUESTIONS} == TYPES
    assert {trait for question in QUESTIONS for trait in question["traits"]} == TRAITS


@pytest.mark.parametrize("question", ANSWERABLE, ids=named)
def test_every_quote_stands_whole_in_the_cleaned_text_of_its_file(question: dict[str, Any]) -> None:
    for item in question["evidence"]:
        text, values = cleaned(item["file"])
        assert item["quote"] in text or ("metadata" in question["traits"] and item["quote"] in values), item


@pytest.mark.parametrize("question", ANSWERABLE, ids=named)
def test_an_answerable_question_has_an_answer_and_evidence_that_is_not_there_by_chance(
    question: dict[str, Any],
) -> None:
    assert question["answer"]
    quotes = [item["quote"] for item in question["evidence"]]
    assert quotes
    assert [quote for quote in quotes if len(words(quote)) < FEWEST_WORDS] == []
    given = [(item["file"], item["quote"]) for item in question["evidence"]]
    assert len(given) == len(set(given))


@pytest.mark.parametrize("question", ANSWERABLE, ids=named)
def test_an_answer_or_an_alias_stands_in_a_quote_unless_a_list_is_summed_up(question: dict[str, Any]) -> None:
    answers = [question["answer"], *question["answer_aliases"]]
    quotes = [item["quote"] for item in question["evidence"]]
    summed_up = question["type"] == "list"
    assert summed_up or any(contains(quote, wanted) for quote in quotes for wanted in answers)


def test_an_unanswerable_question_has_neither_answer_nor_evidence() -> None:
    for question in UNANSWERABLE:
        given = [question[key] for key in ("evidence", "answer", "answer_aliases")]
        assert given == [[], None, []], question["id"]


def test_the_trait_of_several_documents_is_set_exactly_where_several_answer() -> None:
    for question in ANSWERABLE:
        several = len({item["file"] for item in question["evidence"]}) > 1
        assert ("multi-doc" in question["traits"]) is several, question["id"]


def test_every_article_answers_a_question() -> None:
    files = {item["file"] for question in ANSWERABLE for item in question["evidence"]}
    assert files == {path.name for path in CORPUS.iterdir() if path.suffix != ".yaml"}


def test_one_question_in_six_or_so_is_unanswerable_half_of_them_near_the_subject() -> None:
    kinds = Counter(question["type"] for question in UNANSWERABLE)
    assert kinds["unanswerable-off"] == kinds["unanswerable-near"]
    assert 1 / 7 < len(UNANSWERABLE) / len(QUESTIONS) < 1 / 5


# The same measures for the project's own questions about its own articles (tests/data/QUESTIONS.md).
FLOORS_BY_WORDS = {
    "success@1": 0.662,
    "success@5": 0.845,
    "mrr": 0.737,
    "answer@1": 0.574,
    "right_overall": 0.566,
    "abstention_f1": 0.62,
}
FLOORS = {
    "success@1": 0.753,
    "success@5": 0.942,
    "mrr": 0.821,
    "answer@1": 0.652,
    "right_overall": 0.635,
    "abstention_f1": 0.694,
}


def measured(index: Path, encoder: Encoder | None) -> dict[str, Any]:
    ingest([CORPUS], index, encoder=encoder)
    engine = open_current(index, lambda: encoder)
    summary = summarise(evaluate(read_topics(FILE), engine))
    engine.close()
    return summary | {"abstention_f1": summary["abstention"]["f1"]}


def test_answers_from_the_shipped_articles_by_words_keep_their_floors(tmp_path: Path) -> None:
    summary = measured(tmp_path, None)
    assert {name: summary[name] for name, floor in FLOORS_BY_WORDS.items() if summary[name] < floor} == {}


def test_answers_from_the_shipped_articles_by_meaning_too_keep_their_floors(
    tmp_path: Path, model: Encoder
) -> None:
    summary = measured(tmp_path, model)
    assert {name: summary[name] for name, floor in FLOORS.items() if summary[name] < floor} == {}
