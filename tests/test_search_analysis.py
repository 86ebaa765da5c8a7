"""The analyzer: what meets what, and what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import MAX_TOKEN_CHARS, tokens


def stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text)]


@pytest.mark.parametrize(
    "forms",
    [
        ["ICS", "ICSs", "ICs", "I.C.S.", "I.C.S", "ICS'", "ICS's", "ICS’s", "ics"],
        ["PCN", "PCNs", "pcn", "pcns"],
        ["NHS", "nhs", "N.H.S."],
        ["CCG", "CCGs", "ccgs"],
        ["organise", "organize", "organised", "organizing", "organisation", "organizations"],
        ["trust's", "trust", "trusts", "trust’s"],
        ["30,000", "30000"],
        ["run", "runs", "running", "ran"],
        ["co-operate", "cooperate", "Co-operation"],
        ["Covid", "COVID", "covid"],
    ],
)
def test_forms_of_one_word_share_a_stem(forms: list[str]) -> None:
    assert {tuple(stems(form)) for form in forms} == {tuple(stems(forms[0]))}
    assert len(stems(forms[0])) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("ICS", "ICB"), ("IT", "I"), ("universal", "advise"), ("48%", "48"), ("wise", "size")]
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize(
    ("text", "acronyms"),
    [
        ("IT helps us in the US", ["IT", "US"]),
        ("Integrated care boards (ICBs)", ["ICB"]),
        ("The A&E department", ["A&E"]),
        ("I say A word", []),
        ("the ics and its ccgs", []),
        ("STEPHENSON", []),
        ("this AND that, NOT OF the WHO", ["WHO"]),
    ],
)
def test_only_words_written_in_capitals_are_acronyms(text: str, acronyms: list[str]) -> None:
    assert [token.acronym for token in tokens(text) if token.acronym] == acronyms


def test_an_acronym_is_never_a_stop_word() -> None:
    kept = [token.exact for token in tokens("Is IT with us or with the US") if not token.is_stop_word]
    assert kept == ["it", "us"]


def test_no_and_not_are_no_stop_words() -> None:
    assert not any(token.is_stop_word for token in tokens("no not"))


def test_hyphens_and_slashes_part_words() -> None:
    assert [token.exact for token in tokens("place-based and/or system–wide")] == [
        "place", "based", "and", "or", "system", "wide",
    ]  # fmt: skip


def test_only_co_keeps_its_word_over_a_hyphen() -> None:
    assert [token.exact for token in tokens("Co-operation, CO-OPTED, eco-town, co-2 and co- s")] == [
        "cooperation", "coopted", "eco", "town", "co", "2", "and", "co", "s",
    ]  # fmt: skip


def test_debris_longer_than_any_word_is_no_token() -> None:
    assert stems("a" * MAX_TOKEN_CHARS) != []
    assert stems("a" * (MAX_TOKEN_CHARS + 1)) == []


@given(st.text())
def test_tokens_are_in_order_disjoint_and_not_empty(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.stem
        assert token.exact
        assert " " not in token.stem + token.exact
        end = token.end
