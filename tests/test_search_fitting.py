"""How far a sentence holds what its question asks for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.answer.fitting import fits
from search.marks import marks
from search.question.understanding import understand


def order(question: str, sentences: list[str]) -> list[float]:
    query = understand(question)
    return [fits(sentence, marks(sentence), query) for sentence in sentences]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (
            "How many narrow boats are there?",
            [
                "Around 1,300 licensed narrow boats are moored.",
                "The 42 of a class of old boats are moored.",
                "Boats on it number 1,300.",
                "The boats pass seven locks.",
                "It has seven locks.",
                "Some 40% are moored.",
                "None of it is known.",
            ],
        ),
        ("How many people live there?", ["It has 1,300 residents.", "It has 90 trees.", "It is hilly."]),
        ("How long did it take?", ["It took six years.", "It took years.", "It was dug."]),
        ("What year did it open?", ["It opened in 1894.", "the Canal Act 1894", "on a Friday", "dug"]),
        ("Which month did it open in?", ["It opened in May 1894.", "It opened in 1894.", "It was dug."]),
        ("On what date did it open?", ["It opened on 3 May.", "It opened in 1894.", "It was dug."]),
        ("When did it open?", ["It opened in 1894.", "the 1894 Act", "It opened after the war.", "dug"]),
        ("When do they meet?", ["They meet on Fridays.", "They meet if the chair asks."]),
        ("How much coal was moved?", ["Some 40 tons moved.", "Most was moved in 1894.", "It moved in 1894."]),
        ("What percentage leaks?", ["Some 40% leak.", "Most leak.", "It leaks."]),
        ("How much did it cost?", ["It cost £3m.", "It cost nothing, all free.", "It leaks."]),
        ("Who designed it?", ["John Brindley designed it.", "It was designed well."]),
        ("Why was it dug?", ["It was dug to avoid the rapids.", "It was dug early."]),
    ],
)  # fmt: skip
def test_of_these_sentences_each_fits_better_than_the_next(question: str, sentences: list[str]) -> None:
    values = order(question, sentences)
    assert values[0] == 1
    assert all(better > worse for better, worse in pairwise(values)), values


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many locks are there?", "The canal opened in 1894 under Section 75."),
        ("When did it open?", "It has 42 locks."),
        ("What percentage leaks?", "It leaks."),
        ("How much did it cost?", "It leaks."),
    ],
)
def test_a_sentence_that_cannot_answer_does_not_fit_at_all(question: str, sentence: str) -> None:
    assert order(question, [sentence]) == [0]


@pytest.mark.parametrize("question", ["Is it open?", "canal locks", "What is a lock?", "How is it filled?"])
def test_any_sentence_may_answer_other_kinds(question: str) -> None:
    assert order(question, ["It leaks."]) == [1]


TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from("It opened on in May 1894 two thirds of £5 40% 42 boats. one, half a dozen".split())
).map(" ".join)


@given(
    TEXTS,
    st.sampled_from(
        [
            "How many boats?",
            "How long was it?",
            "When did it open?",
            "How much was paid?",
            "What share leaks?",
        ]
    ),
)
def test_what_the_marks_lack_is_not_in_the_text_either(text: str, question: str) -> None:
    query = understand(question)
    everything = ~0
    assert fits(text, marks(text), query) == fits(text, everything, query)


@given(
    st.text(max_size=80),
    st.sampled_from(["How many boats?", "When did it open?", "How much was paid?", "Why?"]),
)
def test_any_text_fits_from_none_to_fully(text: str, question: str) -> None:
    assert 0 <= fits(text, marks(text), understand(question)) <= 1
