"""Free text becomes a query; nothing that is typed is an operator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import QuestionEmpty, QuestionTooLong
from search.question.understanding import MAX_QUESTION_CHARS, MAX_TERMS, understand


def stems(question: str) -> list[str]:
    return [term.stem for term in understand(question).terms]


def test_stop_words_and_repeated_words_are_not_looked_for() -> None:
    assert stems("What do the boards do, and who is on the board?") == ["board"]


@pytest.mark.parametrize(
    "question",
    [
        "locks canal", "locks canal?", "locks AND canal", "locks NOT canal", "locks OR canal",
        '"locks" canal', "locks: canal", "(locks (canal", "locks* canal~2", "[locks TO canal]",
        "+locks -canal", "locks^5 canal?*",
    ],
)  # fmt: skip
def test_marks_are_only_punctuation(question: str) -> None:
    # "or", "and", "to" are stop words in any case; "NOT" is a word like others.
    assert [stem for stem in stems(question) if stem not in ("not", "or", "and", "to", "2", "5")] == [
        "lock",
        "canal",
    ]


@pytest.mark.parametrize("question", ["", " ", "\t\n", "\u2003"])
def test_white_space_is_no_question(question: str) -> None:
    with pytest.raises(QuestionEmpty, match="type what you want to know"):
        understand(question)


def test_a_question_of_the_greatest_length_is_read_and_one_more_is_not() -> None:
    assert understand("x" * MAX_QUESTION_CHARS).question
    with pytest.raises(QuestionTooLong, match="1,001 characters"):
        understand("x" * (MAX_QUESTION_CHARS + 1))


def test_of_many_terms_the_first_are_kept_and_the_query_says_so() -> None:
    words = [f"word{number}" for number in range(MAX_TERMS + 1)]
    assert [term.exact for term in understand(" ".join(words)).terms] == words[:MAX_TERMS]
    assert understand(" ".join(words)).truncated
    assert not understand(" ".join(words[:MAX_TERMS])).truncated


def test_capitals_all_through_mark_no_acronyms() -> None:
    assert [term.acronym for term in understand("WHO RUNS THE CANAL").terms] == [None, None]
    assert [term.acronym for term in understand("ICS").terms] == ["IC"]


def test_decomposed_accents_meet_composed_ones() -> None:
    assert stems("cafe\u0301 culture") == stems("caf\u00e9 culture")


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is an ICS?", {"ic"}),
        ("what are primary care networks", {"primari", "care", "network"}),
        ("What does ICP stand for?", {"icp"}),
        ("meaning of subsidiarity", {"subsidiar"}),
        ("What is meant by double glazing?", {"doubl", "glaze"}),
        ("CQC in full?", {"cqc"}),
        ("define lock gate", {"lock", "gate"}),
        ("What is the aim of the canal?", set()),
        ("What is required of boats?", set()),
        ("What is it like to live on a boat?", set()),
        ("How many locks are there?", set()),
        ("canal locks", set()),
    ],
)
def test_a_question_for_what_something_is_names_its_subject(question: str, subject: set[str]) -> None:
    assert understand(question).subject == subject


@given(st.text(max_size=MAX_QUESTION_CHARS))
def test_any_text_is_a_query_or_an_empty_question(question: str) -> None:
    try:
        query = understand(question)
    except QuestionEmpty:
        return
    assert len({term.stem for term in query.terms}) == len(query.terms) <= MAX_TERMS
