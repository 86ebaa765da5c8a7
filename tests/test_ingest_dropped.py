"""What of a file is no part of its document: no word goes without being named, with a reason and a place."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import Cleaned, clean
from ingest.drafts import RUN_TOGETHER, Dropped
from ingest.readers import reader_of_text
from ingest.sources import Source
from search.passages import Document

TITLE = "How the weir was mended in one summer"
PROSE = "The weir had leaked for years, and in the dry summer the trust could at last reach its foot."
MORE = "Forty stakes of elm were driven into the bed, and the gaps between them filled with clay."


def cleaned(text: str, name: str = "weir.txt") -> Cleaned:
    source = Source(name, text.encode(), "0" * 64)
    return clean(source, text, reader_of_text(source.format)(text))


def run_together(*sentences: str) -> str:
    """A text on one line, long enough that scraps are looked for, with these sentences in its middle."""
    many = [f"In week {number} the trust drove ten stakes and filled {number} gaps." for number in range(30)]
    return " ".join([*many, *sentences, *many])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Canal News\n\n{TITLE}\n\nBy Ida Marl\n\nPublished 4 May 2020\n\n{PROSE}\n",
            [
                Dropped("Canal News", "above the article", 1, 1),
                Dropped(TITLE, "above the article", 3, 3),
                Dropped("By Ida Marl", "above the article", 5, 5),
                Dropped("Published 4 May 2020", "above the article", 7, 7),
            ],
        ),
        (
            f"{TITLE}\n\nContents:\n\n- Its foot\n- Its crest\n\n{PROSE}\n\nIts foot\n\n{MORE}\n",
            [
                Dropped(TITLE, "above the article", 1, 1),
                Dropped("Contents:", "above the article", 3, 3),
                Dropped("Its foot", "above the article", 5, 5),
                Dropped("Its crest", "above the article", 6, 6),
            ],
        ),
        (
            f"{PROSE}\n\nShare this page\n\n{MORE}\n\nAll rights reserved.\n",
            [
                Dropped("Share this page", "site furniture", 3, 3),
                Dropped("All rights reserved.", "site furniture", 7, 7),
            ],
        ),
        (
            f"{PROSE}\n\n{MORE}\n\nRelated content\n\nLocks in winter\n\nWho owns\nthe weir?\n",
            [
                Dropped("Related content", "related items", 5, 5),
                Dropped("Locks in winter", "related items", 7, 7),
                Dropped("Who owns the weir?", "related items", 9, 10),
            ],
        ),
        (
            f"# {TITLE}\n\n{PROSE}\n\n## Its crest\n",
            [
                Dropped(TITLE, "above the article", 1, 1),
                Dropped("Its crest", "a heading without text", 5, 5),
            ],
        ),
        (f"{PROSE}\n\n{MORE}\n", []),
    ],
)
def test_each_piece_left_out_has_its_reason_and_its_place(text: str, expected: list[Dropped]) -> None:
    assert list(cleaned(text).dropped) == expected


TEASER = "Weirs of the north, Ada Brook explores the weirs of the far north and their keepers."
SNIPPET = "A new gate for the upper lock was ordered from the …"


def test_a_scrap_of_another_page_is_named_sentence_by_sentence() -> None:
    of = cleaned(f"{TITLE}\n\n{run_together(TEASER, 'The clay held.', SNIPPET)}\n")
    assert list(of.dropped[1:]) == [
        Dropped(TEASER, "scrap of another page", 3, 3),
        Dropped(SNIPPET, "scrap of another page", 3, 3),
    ]
    assert "The clay held." in of.document.text
    assert "Ada Brook" not in of.document.text


@pytest.mark.parametrize(
    "sentence",
    [
        "In weirs of the north, Ada Brook considers the weirs of the far north and their keepers.",
        "The chief engineer Ada Brook argues that every chief engineer must know the weir.",
        "Keepers of the weir, Ada Brook says that the keepers of a weir are never asked.",
        "Weirs of the north, Ada Brook explores what nobody had seen before.",  # its words do not come again
        "The weirs of the north hold, and the trust explores the weirs of the south.",  # nobody's name
    ],
)
def test_a_sentence_that_only_looks_like_a_teaser_is_kept(sentence: str) -> None:
    of = cleaned(f"{TITLE}\n\n{run_together(sentence)}\n")
    assert sentence in of.document.text
    assert [piece.reason for piece in of.dropped] == ["above the article"]


@pytest.mark.parametrize(
    "verb", ["explores", "considers", "examines", "discusses", "reflects on", "asks how"]
)
def test_a_teaser_is_known_by_its_verb_of_announcing(verb: str) -> None:
    teaser = f"Weirs of the north, Ada Brook {verb} the weirs of the far north and their keepers."
    assert cleaned(f"{TITLE}\n\n{run_together(teaser)}\n").dropped[-1].text == teaser


def test_scraps_are_looked_for_on_run_together_lines_only() -> None:
    of = cleaned(f"{PROSE}\n\nThe clay held. {TEASER} {MORE}\n")
    assert TEASER in of.document.text
    assert of.dropped == ()


# No word is lost silently

_WORDS = "weir lock clay stake trust keeper summer winter water gate the of and in a".split()
_SENTENCE = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=20).map(
    lambda words: " ".join(words).capitalize()
)
_PIECE = st.one_of(
    _SENTENCE.map(lambda words: f"{words}."),
    st.tuples(_SENTENCE, _SENTENCE).map(lambda two: f"{two[0]},\n{two[1].lower()}."),
    _SENTENCE,
    _SENTENCE.map(lambda words: f"## {words}"),
    st.lists(_SENTENCE, min_size=1, max_size=3).map(lambda items: "\n".join(f"- {item}" for item in items)),
    _SENTENCE.map(lambda words: f"* {words}*\n* the note"),
    st.lists(_SENTENCE, min_size=30, max_size=40).map(lambda many: ". ".join(many) + "."),
    st.sampled_from(
        [
            "Contents:\n- Weir\n- Lock", "Menu", "Share this page", "Related content", "See also", "Comments",
            "By Ida Marl", "Written by\n\nIda Marl", "Published 4 May 2020", "Last updated 3 June 2021",
            "Home › News › Weirs", "Read more", "The lock was … more >", "24/05/2019Trust apologises",
            "© Canal News 2020", "# How the weir was mended", "Table 1 Stakes", "-----", "…",
            f"{run_together(TEASER, SNIPPET)}", "The trust community-\nbased", "(of the weir", "Who owns it?",
        ]
    ),
)  # fmt: skip


def words(*texts: str) -> Counter[str]:
    return Counter(word for text in texts for word in re.findall(r"\w+", text))


@given(pieces=st.lists(_PIECE, min_size=1, max_size=14), apart=st.sampled_from(["\n\n", "\n", "\n\n\n"]))
@settings(deadline=None, max_examples=200)
def test_every_word_of_a_plain_text_is_kept_or_named_among_what_was_left_out(
    pieces: list[str], apart: str
) -> None:
    text = apart.join(pieces)
    of = cleaned(text)
    assert words(of.document.text, *(piece.text for piece in of.dropped)) == words(text)
    lines = text.split("\n")
    for piece in of.dropped:
        assert piece.reason
        assert words(piece.text) <= words(*lines[piece.first - 1 : piece.last])


# The note on a text that was run together


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        (f"{TITLE}\n\n{run_together()}\n", True),
        (run_together(), True),
        (f"{run_together()}\n\n{run_together()}\n", False),  # each is only half of it
        (f"{PROSE}\n\n{MORE}\n", False),
        ("\n\n".join([PROSE] * 100), False),
        (" ".join(["stake"] * 300), False),
        (" ".join(["stake"] * 301), True),
    ],
)
def test_a_text_that_stands_nearly_all_on_one_long_line_is_noted(text: str, noted: bool) -> None:
    assert (RUN_TOGETHER in cleaned(text).document.notes) is noted


def test_a_long_paragraph_of_a_page_is_no_text_run_together() -> None:
    assert cleaned(f"<html><body><p>{run_together()}</p></body></html>", "weir.html").document.notes == ()


# Boxes


def boxed(*after: str) -> Document:
    """A text with a box of its own level inside a section, closed by its note, and more behind it."""
    return cleaned(
        "\n\n".join(
            [
                TITLE,
                "Contents:\n- Its foot\n- Its crest",
                PROSE,
                "Its foot",
                MORE,
                "Stakes in figures",
                "Forty of elm*, nine of oak.",
                "* Some were larch.",
                *after,
            ]
        )
    ).document


def held(document: Document) -> list[tuple[str | None, tuple[str, ...], str]]:
    return [(s.heading, s.path, document.text[s.start : s.end]) for s in document.sections]


AFTER = "The trust then drained the basin, and the foot of the weir stood dry for a month."


def test_what_follows_a_boxs_note_belongs_to_the_section_that_the_box_stands_in() -> None:
    assert held(boxed(AFTER, "Its crest", PROSE))[1:] == [
        ("Its foot", ("Its foot",), MORE),
        (
            "Stakes in figures",
            ("Its foot", "Stakes in figures"),
            "Forty of elm*, nine of oak.\n\n* Some were larch.",
        ),
        (None, ("Its foot",), AFTER),
        ("Its crest", ("Its crest",), PROSE),
    ]


def test_a_box_with_nothing_behind_it_is_followed_by_no_empty_section() -> None:
    assert [heading for heading, _, _ in held(boxed("Its crest", PROSE))] == [
        None,
        "Its foot",
        "Stakes in figures",
        "Its crest",
    ]


def test_a_note_without_its_asterisk_ends_no_box() -> None:
    text = "\n\n".join([TITLE, PROSE, "Its foot", MORE, "Table 1 Stakes", "1 ([#note]) Larch.", AFTER])
    assert [heading for heading, _, _ in held(cleaned(text).document)] == [None, "Its foot"]


def test_where_headings_are_marked_only_they_end_a_section() -> None:
    text = "\n\n".join([f"# {TITLE}", PROSE, "## Stakes", "Forty of elm*", "* Some were larch.", AFTER])
    assert held(cleaned(text).document)[-1][:2] == ("Stakes", ("Stakes",))
