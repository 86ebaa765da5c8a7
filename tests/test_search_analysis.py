"""The analyzer: what meets what, and what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import MAX_TOKEN_CHARS, analysed, tokens, word_number


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


def test_words_beside_debris_keep_their_places() -> None:
    text = f"boards {'x' * (MAX_TOKEN_CHARS + 1)} meet"
    assert [text[token.start : token.end] for token in tokens(text)] == ["boards", "meet"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("e.g. so", ["e.g.", "so"]),
        ("I.C.S.x", ["I.C.S.x"]),
        ("A&E, A&Es", ["A&E", "A", "Es"]),
        ("4.5% of 1,000.", ["4.5%", "of", "1,000"]),
        ("co-o, Co-op's", ["co-o", "Co-op's"]),
        ("a_b _", ["a", "b"]),
        ("x² 3rd 1990s", ["x²", "3", "rd", "1990", "s"]),
        ("it's o’clock ’tis", ["it's", "o’clock", "tis"]),
    ],
)
def test_where_words_begin_and_end(text: str, words: list[str]) -> None:
    found = analysed(text)
    places = zip(found.starts, found.lengths, strict=True)
    assert [text[start : start + length] for start, length in places] == words
    assert [text[token.start : token.end] for token in tokens(text)] == words


def test_a_stop_word_has_another_number_than_the_acronym_that_looks_like_it() -> None:
    (pronoun,), (acronym,) = tokens("it"), tokens("IT")
    assert pronoun.stem == acronym.stem
    assert pronoun.number == word_number("it", is_stop_word=True) != acronym.number == word_number("it")


@given(st.text())
def test_tokens_are_in_order_disjoint_and_not_empty(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.stem
        assert token.exact
        assert " " not in token.stem + token.exact
        end = token.end
