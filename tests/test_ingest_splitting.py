"""Sentences, passages, and the invariants that hold for any text in any format."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.cleaning import clean
from ingest.readers import reader_of_text
from ingest.sentences import ABBREVIATIONS, sentence_spans
from ingest.sources import Source, Unreadable, decode
from ingest.splitting import MAX_WORDS, MIN_WORDS, sentences, split
from search.passages import (
    Document,
    Metadata,
    Section,
    document_from_dict,
    document_to_dict,
    passage_from_dict,
    passage_to_dict,
)


def words(count: int) -> str:
    """A sentence of so many words."""
    return " ".join(["Boats", *["pass"] * (count - 2), "here."])


def document(*texts: str) -> Document:
    """A document with one section a text."""
    sections, whole = [], ""
    for number, text in enumerate(texts):
        start = len(whole)
        whole += text
        sections.append(Section(f"Part {number}", 2, start, start + len(text), (f"Part {number}",)))
        whole += "\n\n"
    return Document("canal-txt-0", "canal.txt", "0" * 64, Metadata(), whole.rstrip(), tuple(sections), ())


def passages(*texts: str) -> list[str]:
    return [passage.text for passage in split(document(*texts))]


# Sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["The lock is open.", "Boats pass."],
        ["Is it open?", "It is!", "Boats pass."],
        ["Dr. Marl counted 3.5 boats, i.e. four.", "She left."],
        ["See para. 4 of vol. 2, e.g. on p. 9.", "It is short."],
        ["The U.K. canals are old.", "They leak."],
        ["‘The lock is open.’", "Boats pass."],
        ["(It was shut.)", "Boats waited."],
        ["It cost £2.5 million.", "It leaks."],
        ["The gates include:", "The upper gate and the lower gate."],
        ["They are:", "Open gates and shut gates."],
        ["The keeper said that …", "Boats pass."],
        ["The lock: a short history of gates"],
        ["no end mark"],
        ["One."],
    ],
)
def test_a_text_is_cut_into_its_sentences(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [span.of(text) for span in sentence_spans(text)] == parts


@pytest.mark.parametrize("abbreviation", ["Dr", "Mr", "Cllr", "approx", "St", "Fig", "vs", "Sept"])
def test_an_abbreviation_ends_no_sentence(abbreviation: str) -> None:
    assert abbreviation.lower() in ABBREVIATIONS
    assert len(sentence_spans(f"They asked {abbreviation}. Marl about the lock.")) == 1


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentence_spans(text) == ()


def test_each_item_is_a_sentence_without_its_bullet() -> None:
    text = "She has:\n- a lamp. It burns oil\n  - of brass\n- a rope"
    assert [span.of(text) for span in sentences(text)] == [
        "She has:", "a lamp.", "It burns oil", "of brass", "a rope"
    ]  # fmt: skip


def test_a_dash_inside_a_line_is_no_bullet() -> None:
    text = "She has a lamp - of brass"
    assert [span.of(text) for span in sentences(text)] == [text]


# Passages


def test_a_document_without_text_has_no_passages() -> None:
    assert split(document()) == ()
    assert split(document("")) == ()


def test_a_paragraph_of_middling_length_is_a_passage() -> None:
    texts = [words(MIN_WORDS), words(MAX_WORDS), words(MIN_WORDS)]
    assert passages("\n\n".join(texts)) == texts


def test_a_short_paragraph_goes_with_the_next() -> None:
    short, middling = words(MIN_WORDS - 1), words(MIN_WORDS)
    assert passages(f"{short}\n\n{middling}\n\n{middling}") == [f"{short}\n\n{middling}", middling]


def test_a_short_paragraph_stands_alone_when_the_next_would_be_too_long_with_it() -> None:
    short, long = words(10), words(MAX_WORDS - 9)
    assert passages(f"{short}\n\n{long}") == [short, long]
    fitting = words(MAX_WORDS - 10)
    assert passages(f"{short}\n\n{fitting}") == [f"{short}\n\n{fitting}"]


def test_a_short_last_paragraph_stands_alone() -> None:
    assert passages(f"{words(MIN_WORDS)}\n\nThe end.") == [words(MIN_WORDS), "The end."]


def test_a_passage_never_crosses_a_section() -> None:
    cut = split(document("The lock.", "The weir.", words(MIN_WORDS)))
    assert [(p.text, p.heading_path) for p in cut] == [
        ("The lock.", ("Part 0",)), ("The weir.", ("Part 1",)), (words(MIN_WORDS), ("Part 2",))
    ]  # fmt: skip


def test_passages_are_numbered_through_the_document() -> None:
    cut = split(document("The lock.", "The weir."))
    assert [(p.id, p.document_id) for p in cut] == [
        ("canal-txt-0#p-1", "canal-txt-0"), ("canal-txt-0#p-2", "canal-txt-0")
    ]  # fmt: skip


def test_a_long_paragraph_is_cut_between_sentences_into_even_parts() -> None:
    text = " ".join([words(10)] * 42)
    cut = passages(text)
    assert " ".join(cut) == text
    assert [len(part.split()) for part in cut] == [140, 140, 140]
    assert all(part.startswith("Boats") and part.endswith("here.") for part in cut)


@pytest.mark.parametrize(
    "lengths", [[150, 120, 150], [90, 120, 120, 90], [30, 190, 190], [199, 199], [60] * 9]
)
def test_no_part_is_longer_than_the_most_when_no_sentence_is(lengths: list[int]) -> None:
    cut = passages(" ".join(words(length) for length in lengths))
    assert max(len(part.split()) for part in cut) <= MAX_WORDS


def test_a_sentence_that_is_too_long_stays_whole() -> None:
    long = words(MAX_WORDS + 50)
    assert passages(f"{long} {words(20)}") == [long, words(20)]


def test_a_list_and_its_lead_in_are_one_passage() -> None:
    text = f"{words(60)}\nShe has:\n- a lamp\n  - of brass\n- a rope"
    assert passages(text) == [text]


def test_a_list_that_is_too_long_is_cut_before_a_bullet() -> None:
    items = [f"- {words(30)}" for _ in range(10)]
    text = "\n".join(["She has:", *items])
    cut = passages(text)
    assert "\n".join(cut) == text
    assert len(cut) == 2
    assert cut[1].startswith("- Boats")


def test_a_second_level_item_keeps_its_indent_when_a_cut_falls_before_it() -> None:
    items = [f"  - {words(30)}" for _ in range(10)]
    text = "\n".join(["She has:", *items])
    assert [part.startswith("  - ") for part in passages(text)[1:]] == [True]


# Invariants


DIRT = st.sampled_from(
    """The lock is open.|and shut again|Contents|- The keeper|• a lamp|  - of brass|1. first|* note|word*|
# Title|## Ovens|### Old|---|***|> quoted|[the lock](https://canal.example/l)|[a](#) ([#n](#))|¹ ([#n](#))|
(an open|bracket]|By Ida Marl|By Ida Marl - 4 May 2020|Published 04/05/2020|05/24/2020Weir|Related content|
Comments|Skip to content|teaser cut off... more >|a > b > c|©|Figure 1 The bridge|The keeper|Who is she?|
| A | B ||---|---|| 1 | 2 |<p>|</p>|<div class="related">|</div>|<ul><li>|</ul>|<h1>Bread</h1>|<h2>|</h2>|
<table><tr><th>A|<td>1|</table>|<br>|<script>|</script>|<!--|-->|<nav>|</nav>|<main>|<article>|&amp;|&#0;|
&#x2028;|<title>|<meta name="date" content="4 May 2020">|\\|`|```|\u2028|\x0c|\x85|\u00ad|
\u200b|\ufeff|é|🚤|\t|
…|title: Rye|authors: [x]|"|'|<a href="|<svg>|
<math>|<p/>|<svg><p>|]]>|
<![CDATA[|<?php|<!doctype html>""".replace("\n", "").split("|")
)
SOLID = " ".join(
    f"On day {number} of the trial the keeper turned the bridge for nine boats." for number in range(20)
)

ANYTHING = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(DIRT, st.just(SOLID), st.text(max_size=8)), max_size=14).flatmap(
        lambda parts: st.lists(
            st.sampled_from(["\n", "\n\n", " ", "", "\r\n", "\n\n\n"]),
            min_size=len(parts),
            max_size=len(parts),
        ).map(lambda gaps: "".join(part + gap for part, gap in zip(parts, gaps, strict=True)))
    ),
)


def processed(data: bytes, name: str) -> tuple[Document, str] | None:
    """The document that the file would make and its decoded text; None for what is unreadable."""
    source = Source(name, data, "0" * 64)
    try:
        text = decode(source)
    except Unreadable:
        return None
    return clean(source, text, reader_of_text(source.format)(text)).document, text


def check(document: Document, text: str) -> None:
    """What holds for every document, whatever it was made from."""
    cut = split(document)
    assert document.text == document.text.strip()
    document.text.encode()
    covered = [0] * len(document.text)
    for passage in cut:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        for position in range(passage.start, passage.end):
            covered[position] += 1
        for before, after in pairwise(passage.sentences):
            assert before.end <= after.start
        for span in passage.sentences:
            assert 0 <= span.start < span.end <= len(passage.text)
            assert span.of(passage.text) == span.of(passage.text).strip()
        assert [s for s in document.sections if s.start <= passage.start and passage.end <= s.end]
        assert passage.first is not None
        assert passage.last is not None
        assert 1 <= passage.first <= passage.last <= text.count("\n") + 1
    for earlier, later in pairwise(cut):
        assert earlier.end <= later.start
    for section in document.sections:
        for position in range(section.start, section.end):
            assert covered[position] == 1 or document.text[position].isspace()
    for one, next_one in pairwise(document.sections):
        assert one.end <= next_one.start
    for origin, next_origin in pairwise(document.origins):
        assert origin.start <= origin.end <= next_origin.start
    for origin in document.origins:
        assert 1 <= origin.first <= origin.last <= text.count("\n") + 1
        assert document.text[origin.start : origin.end].strip()
        if origin.source_start is not None:
            assert origin.source_end is not None
            assert 0 <= origin.source_start <= origin.source_end <= len(text)
    assert document_from_dict(json.loads(json.dumps(document_to_dict(document)))) == document
    for passage in cut:
        assert passage_from_dict(json.loads(json.dumps(passage_to_dict(passage)))) == passage


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@given(text=ANYTHING)
@example(text="")
@example(text="\n")
@example(text="\ufeff")
@example(text="<p>One\u2028two.</p>")
@example(text="<p>One\x0ctwo\x0cthree.</p><p>Four")
@example(text="---\npublished: 2020-13-45\n---\nRye.")
@example(text="---\n---\n")
@example(text="---\n? {}\n---\nRye.")
@example(text="|a|\n|-|\n|b|")
@example(text="lock.html")
@example(text="https://canal.example")
@example(text='<?xml version="1.0"?><p>One.</p>')
@settings(deadline=None, max_examples=150)
def test_any_text_in_any_format_keeps_the_invariants(name: str, text: str) -> None:
    made = processed(text.encode(), name)
    if made is None:
        assert "\0" in text
    else:
        check(*made)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@given(data=st.binary(max_size=120).map(lambda data: b"\xff\xfe" + data))
@example(data="\ufeffOne\0two.\n\nThree.".encode("utf-16-le"))
@example(data="\ufeff<p>One\0two.</p>\n<p>Three.</p>".encode("utf-16-le"))
@settings(deadline=None, max_examples=60)
def test_any_bytes_in_any_format_keep_the_invariants(name: str, data: bytes) -> None:
    made = processed(data, name)
    if made is None:
        assert "\0" in data.decode("utf-16", "replace") or "\ufffd" in data.decode("utf-16", "replace")
    else:
        check(*made)


@given(text=st.text(max_size=200))
@settings(deadline=None, max_examples=150)
def test_sentences_of_any_text_are_in_order_and_lose_nothing(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(span.of(text).split()) for span in spans) == "".join(text.split())
    for before, after in pairwise(spans):
        assert before.end <= after.start


PLAIN = st.text(alphabet=st.sampled_from("abc déf 🚤.?!\n"), min_size=1, max_size=300)


@given(paragraphs=st.lists(PLAIN, max_size=6))
@settings(deadline=None, max_examples=100)
def test_splitting_loses_and_doubles_no_character(paragraphs: list[str]) -> None:
    whole = document("\n\n".join(paragraphs))
    kept = "".join("".join(passage.text.split()) for passage in split(whole))
    assert kept == "".join(whole.text.split())
