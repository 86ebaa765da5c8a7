"""Words of one family share a stem, whatever their endings, and so do the spellings of one word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from search import families
from search.analysis import STOP_WORDS, tokens
from search.families import plain_form
from search.respelling import respelled


def stems(words: str) -> list[str]:
    return [token.stem for token in tokens(words)]


@pytest.mark.parametrize(
    "family",
    [
        "lead led leading", "hold held", "teach taught teaches", "begin began begun", "spend spent",
        "overspend overspent", "child children", "woman women", "crisis crises", "criterion criteria",
        "decide decided decision decisions", "provide provision", "permit permission", "reduce reduction",
        "describe description", "apply applied application", "classify classification classifications",
        "know knew knowledge", "grow grown growth", "die died dying death dead", "able ability",
        "strong strength strengthening", "accountable accountability", "implement implementation",
        "different differ difference", "analyse analyses analysis analyzing",
    ],
)  # fmt: skip
def test_a_family_shares_one_stem(family: str) -> None:
    assert len(set(stems(family))) == 1


@pytest.mark.parametrize(
    "spellings",
    [
        "organise organize", "organisations organizations", "prioritising prioritizing",
        "centre center", "centres centers", "centred centered", "programme program", "programmes programs",
        "behaviour behavior", "neighbourhoods neighborhoods", "favourable favorable",
        "paediatric pediatric", "anaemia anemia", "haemorrhage hemorrhage", "gynaecology gynecology",
        "foetal fetal", "oestrogen estrogen", "archaeology archeology", "ageing aging",
        "licence license", "defences defenses", "practise practice", "fulfil fulfill", "enrolment enrollment",
        "skilful skillful", "judgement judgment", "acknowledgements acknowledgments", "dialogue dialog",
        "cataloguing cataloging", "analysed analyzed", "travelled traveled", "counsellor counselor",
        "enquiry inquiry", "adviser advisor", "grey gray", "sceptical skeptical", "likeable likable",
        "manoeuvre maneuver", "manoeuvres maneuvers", "aluminium aluminum",
        "artefacts artifacts", "jewellery jewelry", "sulphur sulfur", "ploughed plowed", "mould mold",
        "cosy cozy", "sceptre scepter",
    ],
)  # fmt: skip
def test_the_spellings_of_a_word_share_one_stem(spellings: str) -> None:
    assert len(set(stems(spellings))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("led", "let"), ("private", "privacy"), ("person", "people"), ("timbre", "timber"), ("four", "for"),
        ("department", "departure"), ("response", "respond"), ("provincial", "province"),
        ("universal", "advise"), ("wise", "size"), ("procession", "proceed"), ("permeable", "permable"),
    ],
)  # fmt: skip
def test_words_that_only_look_alike_keep_their_own_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize(
    "word",
    [
        "advise", "exercise", "disease", "promised", "enterprise", "supervising", "crises",
        "diseased", "wiser",
        "four", "tour", "hourly", "flour", "management", "manageable", "lettre", "chartres", "acre", "genre",
        "fence", "audience", "university", "grenade", "aerial", "israel", "poet", "programmed", "aluminized",
    ],
)  # fmt: skip
def test_a_word_that_only_ends_like_another_spelling_is_left_alone(word: str) -> None:
    assert respelled(word) == word


def groups() -> Iterator[list[str]]:
    for table in (families._INFLECTIONS, families._DERIVATIONS):
        yield from families._groups(table)


def test_every_form_in_the_tables_meets_its_plain_form() -> None:
    assert sum(1 for _ in groups()) > 250
    for plain, *forms in groups():
        assert forms, plain
        assert {stems(form)[0] for form in forms} == set(stems(plain)), plain


def test_no_form_belongs_to_two_families() -> None:
    forms = [form for _, *forms in groups() for form in forms]
    assert len(forms) == len(set(forms))


def test_no_plain_form_is_itself_a_form_of_another_word() -> None:
    # One look-up is made, never a second.
    assert [plain for plain, *_ in groups() if plain_form(plain) != plain] == []


def test_the_tables_name_no_stop_word() -> None:
    assert not {word for group in groups() for word in group} & STOP_WORDS
