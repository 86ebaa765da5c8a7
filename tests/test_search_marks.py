"""What a sentence is marked with, and what it is not mistaken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.marks import NO_MARK, Mark, marks


@pytest.mark.parametrize(
    ("mark", "sentences"),
    [
        (Mark.NUMBER, ["The canal has 42 locks.", "It has seven locks."]),
        (Mark.DATE, ["It opened in 1894.", "It opens in April 2022.", "It shuts on Fridays."]),
        (Mark.PERCENTAGE, ["Some 40% went by boat.", "Two thirds went by boat."]),
        (Mark.MONEY, ["It cost £3.5bn.", "It cost three million pounds."]),
        (Mark.NAME, ["Anna Charles dug it.", "dug by Brindley", "J. F. Bateman drew it."]),
        (Mark.NAME, ["Ludwig van Beethoven", "The chief executive", "Dr Hill", "the Secretary of State"]),
        (Mark.REASON, ["It shut because the bank broke.", "Shut due to frost.", "Shut to avoid a flood."]),
        (Mark.REASON, ["Shut since nobody pays.", "As a result, it shut.", "It leaks, so that it shut."]),
        (Mark.MEANS, ["It fills by opening a paddle.", "By slowly opening it", "through a pipe"]),
        (Mark.ITEM, ["- two locks", "• two locks", "1. two locks", "(a) two locks"]),
        (Mark.LEAD_IN, ["A lock has:", "It needs the following.", "They include: The gate"]),
        (Mark.ENUMERATION, ["It has gates, sills and paddles.", "keep left; slow down; and hoot"]),
        (Mark.ENUMERATION, ["In 2016, boats, barges or rafts"]),
        (Mark.DEFINES, ["A lock is a chamber.", "It refers to a gate.", "Locks are the steps."]),
        (Mark.CONTRAST, ["Unlike a weir, it moves.", "It is more than that.", "moves rather than stands"]),
        (Mark.NEGATION, ["It does not move.", "It isn’t open.", "It can't move.", "It moves without oil."]),
        (Mark.PLACE, ["It begins in Leeds.", "In the Peak District", "near a wood in north Yorkshire"]),
    ],
)  # fmt: skip
def test_a_sentence_is_marked_with_what_it_holds(mark: Mark, sentences: list[str]) -> None:
    assert [sentence for sentence in sentences if not marks(sentence) & mark] == []


@pytest.mark.parametrize(
    ("mark", "sentences"),
    [
        (Mark.NUMBER, ["It opened in 1894.", "Section 75 applies.", "Some 40% went.", "It cost £3."]),
        (Mark.DATE, ["It cost £2000.", "1,894 boats passed.", "It may be shut."]),
        (
            Mark.NAME,
            ["The United States signed.", "The West Yorkshire Council met.", "In March the gate was shut."],
        ),
        (Mark.REASON, ["It has been shut since 1894.", "It has been shut since the 1990s."]),
        (Mark.MEANS, ["It lies by the mill."]),
        (Mark.ITEM, ["-5 degrees is cold.", "The gate is shut."]),
        (Mark.LEAD_IN, ["At 6:30 it opens.", "The rule is plain: keep left."]),
        (Mark.ENUMERATION, ["However, the gate and the sill hold.", "Gates and sills hold."]),
        (Mark.NEGATION, ["It is known in Notting.", "The notice is up."]),
        (Mark.PLACE, ["It opened in March.", "It lies in the valley."]),
    ],
)
def test_a_mark_is_not_given_for_what_only_looks_like_it(mark: Mark, sentences: list[str]) -> None:
    assert [sentence for sentence in sentences if marks(sentence) & mark] == []


def test_a_sentence_may_have_several_marks_and_an_empty_one_has_none() -> None:
    both = marks("In 1894 it cost £3m because of 42 locks.")
    assert both & Mark.DATE
    assert both & Mark.MONEY
    assert both & Mark.NUMBER
    assert both & Mark.REASON
    assert marks("") == NO_MARK


@given(st.text())
def test_any_text_can_be_marked(text: str) -> None:
    assert marks(text) in Mark(2 ** len(Mark) - 1)
