"""A question asked differently: acronyms written out, quotation marks taken off."""

from __future__ import annotations

import pytest

from web.rewriting import spelled_out, without_quotation_marks

PARTNERSHIP = "harbour care partnership"


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("What does the HCP do?", "What does the harbour care partnership do?"),
        ("Who pays HCPs?", "Who pays harbour care partnerships?"),
        ("What is an HCP?", "What is a harbour care partnership?"),
        ("An HCP or a trust", "A harbour care partnership or a trust"),
        (
            "the HCP's budget and HCPs' staff",
            "the harbour care partnership's budget and harbour care partnerships' staff",
        ),
        ("the HCP’s budget", "the harbour care partnership’s budget"),
        ("HCP, HCP-led", "harbour care partnership, harbour care partnership-led"),
        ("what is H.C.P. for", "what is harbour care partnership for"),
        ("what is hcp", "what is harbour care partnership"),
        ("who pays hcps", "who pays harbour care partnerships"),
        ("HCPX, XHCP and HCP2", "HCPX, XHCP and HCP2"),
        ("the “HCP”", "the “harbour care partnership”"),
        ("no acronym", "no acronym"),
        ("", ""),
    ],
)
def test_the_acronym_as_a_word_becomes_its_long_form(question: str, rewritten: str) -> None:
    assert spelled_out(question, "HCP", PARTNERSHIP) == rewritten


def test_a_word_that_only_looks_like_the_acronym_stays() -> None:
    assert spelled_out("Who runs it, and is it IT?", "IT", "information technology") == (
        "Who runs it, and is it information technology?"
    )


def test_an_acronym_that_ends_in_s_has_a_plural_too() -> None:
    assert spelled_out("One LTS, two LTSs", "LTS", "lock tending service") == (
        "One lock tending service, two lock tending services"
    )


@pytest.mark.parametrize(
    ("long_form", "plural"),
    [
        ("lock keeping body", "lock keeping bodies"),
        ("canal survey", "canal surveys"),
        ("weed clearing works", "weed clearing works"),
    ],
)
def test_the_plural_is_written_as_such(long_form: str, plural: str) -> None:
    assert spelled_out("two XYZs", "XYZ", long_form) == f"two {plural}"


@pytest.mark.parametrize(
    ("long_form", "article"),
    [("eel trap", "an"), ("user group", "a"), ("unit", "a"), ("urgent call", "an"), ("one-way lock", "a")],
)
def test_the_article_before_it_is_that_of_the_long_form(long_form: str, article: str) -> None:
    assert spelled_out("Is a XYZ needed?", "XYZ", long_form) == f"Is {article} {long_form} needed?"


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ('"weed boats"', "weed boats"),
        ("who clears “weed” from “the banks”?", "who clears weed from the banks?"),
        ('an open " mark', "an open mark"),
        ('"weed""boats"', "weed boats"),
        ("keeper's lock", "keeper's lock"),
    ],
)
def test_quotation_marks_are_taken_off_and_words_stay(question: str, plain: str) -> None:
    assert without_quotation_marks(question) == plain
