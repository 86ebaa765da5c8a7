"""A misspelt word is read as one that the corpus has; a word that is right is never bent into another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.answers import IndexInfo
from search.index import writing
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.index.vocabulary import Vocabulary
from search.passages import Document, Metadata, Passage, Section, Span
from search.queries import Query
from search.question.spelling import WEIGHT, correct, corrections, slips
from search.question.understanding import understand

# Words of a small corpus, with the passages that hold them.
WORDS = Vocabulary(
    dict.fromkeys(
        """
        accommodation accountable barrier board broad care committee different government hospital icebergs
        measure neighbourhood neighbourhoods organisation ownership partnership peace planned planning
        points policy receive regulator separate settle statutory weather wellbeing health place
        """.split(),
        5,
    )
    | {"committe": 1, "committee": 40, "partnershop": 1, "partnership": 40, "planner": 1, "care": 60}
)


def corrected(question: str, *, english: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    query = understand(question)
    unknown = [term for term in query.terms if term.exact not in WORDS]
    return [(found.term, found.added) for found in corrections(query, unknown, WORDS, english)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("goverment", "government"), ("recieve", "receive"), ("seperate", "separate"),
        ("hopsital", "hospital"), ("ohspital", "hospital"), ("acountable", "accountable"),
        ("regulattor", "regulator"), ("polcy", "policy"), ("statotory", "statutory"),
        ("partnersjip", "partnership"), ("neigbourhood", "neighbourhood"), ("measire", "measure"),
    ],
)  # fmt: skip
def test_one_typical_slip_is_put_right(typed: str, meant: str) -> None:
    assert correct(typed, WORDS) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("accomodaiton", "accommodation"), ("orgnaisatoin", "organisation"), ("comitteee", "committee")],
)
def test_a_long_word_may_have_two_slips_of_which_one_swaps_or_doubles(typed: str, meant: str) -> None:
    assert correct(typed, WORDS) == meant


@pytest.mark.parametrize(
    "word",
    [
        "bread", "kettle", "planted", "coined", "pleace", "boards", "pieces", "member", "plunger", "settled",
        "baroness", "institution", "partnarzhip", "neihborhood",
        "perceive", "deference", "concerted", "accordion",
    ],
)  # fmt: skip
def test_an_english_word_that_the_corpus_lacks_is_not_bent_into_another(word: str) -> None:
    assert correct(word, WORDS) is None


@pytest.mark.parametrize("word", ["crae", "cae", "nhsss", "12345", "b0ard", "xyzzzx", "brdcst", "a", ""])
def test_short_words_numbers_and_words_without_vowels_are_left_alone(word: str) -> None:
    assert correct(word, Vocabulary({**WORDS, "broadcast": 5, "nhss": 9, "12346": 9})) is None


def test_in_a_word_of_five_letters_no_letter_stands_for_another() -> None:
    assert correct("pease", WORDS) is None
    assert correct("measyre", WORDS) == "measure"


def test_the_end_of_a_shorter_word_is_a_form_rather_than_a_slip() -> None:
    assert correct("planner", Vocabulary({"planned": 9})) is None
    assert correct("governmemt", WORDS) == "government"
    assert correct("governmenr", WORDS) == "government"


def test_what_an_article_misspells_itself_is_not_what_is_suggested() -> None:
    # One slip from the article's own error, two from the word that it meant.
    assert correct("partnesrhop", WORDS) == "partnership"
    assert correct("partnesrhop", Vocabulary({"partnershop": 1, "partnership": 2})) == "partnershop"


def test_of_equal_slips_the_word_in_more_passages_is_meant() -> None:
    assert correct("heatlh", Vocabulary({"heath": 2, "health": 3})) == "health"
    assert correct("coarse", Vocabulary({"course": 9, "coarser": 2})) == "course"
    assert correct("formar", Vocabulary({"former": 1, "formal": 9})) == "former"


@pytest.mark.parametrize("question", ["What is goverment?", "goverment", "the GOVERMENT of health"])
def test_a_correction_stands_beside_the_word_as_typed(question: str) -> None:
    query = understand(question)
    unknown = [term for term in query.terms if term.exact == "goverment"]
    (found,) = corrections(query, unknown, WORDS, frozenset())
    assert (found.added, found.source, found.weight) == ("government", "spelling", WEIGHT)
    assert 0 < WEIGHT < 1
    assert found.instead_of == (understand("goverment").terms[0].stem,)
    assert found.terms == understand("government").terms


def test_a_word_that_the_corpus_has_is_never_corrected() -> None:
    assert corrected("committe") == []
    assert corrections(understand("comittee"), (), WORDS, frozenset()) == ()


def test_a_word_that_is_known_to_be_right_is_not_corrected() -> None:
    assert corrected("counsil plannimg") == [("plannimg", "planning")]
    assert corrected("plannimg", english=frozenset({understand("plannimg").terms[0].stem})) == []


def test_acronyms_and_words_in_quotation_marks_are_what_they_are() -> None:
    words = Vocabulary({**WORDS, "boards": 5})
    for question, found in (("borads", ["boards"]), ("BORADS", [])):
        query = understand(question)
        assert [x.added for x in corrections(query, query.terms, words, frozenset())] == found
    query = understand("goverment regulattor")
    quoted = Query(query.question, query.terms, phrases=("goverment",))
    found = corrections(quoted, query.terms, WORDS, frozenset())
    assert [expansion.added for expansion in found] == ["regulator"]


def test_words_in_quotation_marks_are_not_joined() -> None:
    query = understand("owner ship")
    quoted = Query(query.question, query.terms, phrases=("owner ship",))
    assert corrections(quoted, query.terms, WORDS, frozenset()) == ()


@pytest.mark.parametrize("question", ["healthcare", "Is healthcare planned?"])
def test_a_word_that_the_corpus_writes_as_two_is_looked_for_as_two(question: str) -> None:
    query = understand(question)
    (found,) = corrections(query, query.terms[:1], WORDS, frozenset())
    assert (found.term, found.added) == ("healthcare", "health care")
    assert [term.exact for term in found.terms] == ["health", "care"]


@pytest.mark.parametrize("word", ["careless", "placeable", "boardship", "carecare1"])
def test_an_ending_is_no_word_of_its_own(word: str) -> None:
    words = Vocabulary(dict.fromkeys(["care", "less", "place", "able", "board", "ship"], 5))
    assert correct(word, words) is None


def test_a_word_is_not_parted_into_short_ones() -> None:
    assert correct("carpets", Vocabulary({"car": 5, "pets": 5})) is None


@pytest.mark.parametrize(
    ("question", "added"),
    [
        ("What is well being?", ["wellbeing"]), ("well-being", ["wellbeing"]), ("Well  being", []),
        ("well, being", []), ("owner ship", ["ownership"]), ("health care", []), ("in patient", []),
        ("part nership goverment", ["partnership", "government"]),
    ],
)  # fmt: skip
def test_two_words_that_the_corpus_writes_as_one_are_looked_for_as_one(
    question: str, added: list[str]
) -> None:
    words = Vocabulary({**WORDS, "inpatient": 3})
    query = understand(question)
    unknown = [term for term in query.terms if term.exact not in words]
    assert [found.added for found in corrections(query, unknown, words, frozenset())] == added


@given(st.text("abcdeo", min_size=1, max_size=10), st.text("abcdeo", min_size=1, max_size=10))
def test_slips_are_none_or_within_what_is_allowed_and_zero_for_the_same_word(one: str, other: str) -> None:
    made = slips(one, other, 2)
    assert made is None or 0 <= made <= 2
    assert (made == 0) == (one == other)
    fewer = slips(one, other, 1)
    assert fewer is None or fewer == made


def document(number: int, text: str, heading: str) -> tuple[Document, tuple[Passage, ...]]:
    section = Section(heading, 2, 0, len(text), (heading,))
    whole = Span(0, len(text))
    id = f"d{number}"
    passage = Passage(f"{id}#p-1", id, text, 0, len(text), (heading,), (whole,))
    return Document(id, f"{id}.txt", "", Metadata(), text, (section,), ()), (passage,)


def open_engine(folder: Path, counts: Counts) -> EmbeddedEngine:
    return EmbeddedEngine(folder, IndexInfo("test", "", counts.documents, counts.passages))


def test_the_vocabulary_counts_passages_and_has_no_stop_words_and_no_headings(tmp_path: Path) -> None:
    contents = [document(1, "Boats and the boat", "Rivers"), document(2, "A boat of the ICS", "Lakes")]
    engine: Engine = open_engine(tmp_path, writing.write(tmp_path, contents))
    assert dict(engine.vocabulary()) == {"boats": 1, "boat": 2, "ics": 1}
    assert engine.vocabulary() is engine.vocabulary()
    assert engine.vocabulary().beginning_with("b") == ["boat", "boats"]
    assert engine.vocabulary().beginning_with("z") == ()
    engine.close()


def test_the_vocabulary_of_an_updated_index_is_that_of_one_written_anew(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    contents = [document(1, "Boats sail", ""), document(2, "Boats sink", ""), document(3, "Locks", "")]
    old = open_engine(tmp_path / "old", writing.write(tmp_path / "old", contents))
    changed = [document(2, "Ferries sail", "")]
    new = open_engine(tmp_path / "new", writing.update(tmp_path / "new", old, changed, {"d3"}))
    assert dict(new.vocabulary()) == {"boats": 1, "sail": 2, "ferries": 1}
    old.close()
    new.close()
