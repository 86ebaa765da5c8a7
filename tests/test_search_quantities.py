"""Numbers, dates, shares and amounts are told from each other, and from numbers that only name something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.quantities import figures, in_words, named_dates


def found(sentence: str) -> list[tuple[str, str]]:
    read = (figures, in_words, named_dates)
    return [(q.kind, sentence[q.start : q.end]) for reader in read for q in reader(sentence)]


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("The canal has 42 locks.", ["42"]),
        ("Around 1,300 boats passed", ["1,300"]),
        ("villages of 30–50,000 people", ["30–50,000"]),
        ("towns of 30,000 to 50,000 people", ["30,000", "50,000"]),
        ("some 2000 boats and 1500 people", ["1500"]),  # without a noun that is counted, 2000 is a year
        ("2.5 million tonnes a year", ["2.5 million"]),
        ("seven joint teams", ["seven"]),
        ("It took twelve hundred workers.", ["twelve hundred"]),
        ("dozens of boats, two dozen barges", ["dozens", "two dozen"]),
        ("one lock of the two", ["one", "two"]),
        ("a single lock", ["single"]),
        ("In Wales 14 boards meet.", ["14"]),
        ("Some 42 sank.", ["42"]),
        ("İzmir has two.", ["two"]),
        ("no one who saw it, one another, one could say", []),
    ],
)
def test_a_quantity_is_a_number_in_digits_or_in_words(sentence: str, numbers: list[str]) -> None:
    assert [text for kind, text in found(sentence) if kind == "number"] == numbers


@pytest.mark.parametrize(
    "sentence",
    [
        "Section 75 agreements", "see Table 3", "call NHS 111", "after COVID-19", "the B-52", "a 5G mast",
        "2. Close the gate.", "(3) Close the gate.", "as shown before [12]", "the 3rd lock", "Apollo 11 flew",
        "page 7 of it", "On tier 2 it stops.",
    ],
)  # fmt: skip
def test_a_number_that_only_names_something_is_none(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("It opened in 1894.", ["1894"]),
        ("from 1997–2001", ["1997–2001"]),
        ("in 2015/16", ["2015/16"]),
        ("on 11 February 2021", ["11 February", "2021", "February"]),
        ("on February 11, 2021", ["11", "2021", "February"]),
        ("on 2021-05-11 and on 11/05/2021", ["2021-05-11", "11/05/2021"]),
        ("the 1990s and the '80s", ["1990s", "80s"]),
        ("the late 19th century", ["19th centur"]),
        ("the nineteenth century", ["century"]),
        ("in 1066, after a long march", ["1066"]),
        ("in 988, after a war", ["988"]),
        ("in 988 villages", []),
        ("in 55 BC", ["55 BC"]),
        ("at 6:30 and at 7 pm", ["6:30", "7 pm"]),
        ("every Friday, and in May", ["Friday", "in May"]),
        ("the 2016 plans", ["2016"]),
        ("It may rain; they march on.", []),
        ("for a century", []),
        ("£2000 and 2000 people", []),
    ],
)
def test_a_date_is_a_year_a_day_a_month_or_a_century(sentence: str, dates: list[str]) -> None:
    assert [text for kind, text in found(sentence) if kind == "date"] == dates


@pytest.mark.parametrize(
    ("sentence", "kind", "text"),
    [
        ("about 40% of them", "percentage", "40%"),
        ("about 40 per cent of them", "percentage", "40 per cent"),
        ("rose by 2.5 percentage points", "percentage", "2.5 percentage points"),
        ("ten per cent more", "percentage", "ten per cent"),
        ("Two thirds agreed.", "percentage", "two thirds"),
        ("a quarter of the boats", "percentage", "quarter of"),
        ("more than half", "percentage", "half"),
        ("half of the boats", "percentage", "half of"),
        ("one in five boats", "percentage", "one in five"),
        ("It cost £3.5bn.", "money", "3.5bn"),
        ("It cost $12 a barrel.", "money", "12"),
        ("300 million pounds", "money", "300 million pounds"),
        ("three million pounds", "money", "three million pounds"),
        ("50p a mile", "money", "50p"),
    ],
)  # fmt: skip
def test_shares_and_amounts_are_told_apart(sentence: str, kind: str, text: str) -> None:
    assert [(k, t.lower()) for k, t in found(sentence)] == [(kind, text)]


@pytest.mark.parametrize(
    "sentence", ["in the second half of the year", "the third quarter", "20 pounds of salt"]
)
def test_a_part_of_a_time_and_a_weight_are_no_shares_and_no_amounts(sentence: str) -> None:
    assert not {kind for kind, _ in found(sentence)} & {"percentage", "money"}


@given(st.text(alphabet="İ1290 .,-–/%£twoTWOhalf in", max_size=40))
def test_every_value_is_a_slice_of_its_sentence(sentence: str) -> None:
    for reader in (figures, in_words, named_dates):
        end = 0
        for quantity in reader(sentence):
            assert end <= quantity.start < quantity.end <= len(sentence)
            end = quantity.end
