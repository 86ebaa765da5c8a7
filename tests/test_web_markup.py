"""The one place where text becomes HTML: nothing is lost, nothing becomes a tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.answers import Excerpt
from search.passages import Passage, Span
from web.markup import anchor, marked, plain_date

TEXT = st.text(alphabet=st.one_of(st.sampled_from("<>&\"'/;#bmark= \n\u00e9\U0001f6b2"), st.characters()))
# A slow machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&"))


@st.composite
def excerpts(draw: st.DrawFn, *, apart: bool = False) -> Excerpt:
    """Any excerpt with an answer of at least one character; `apart`: no highlight crosses its ends."""
    text = draw(TEXT.filter(bool))
    points = st.integers(0, len(text))
    answer = Span(*sorted(draw(st.lists(points, min_size=2, max_size=2, unique=True))))
    cuts = sorted(draw(st.lists(points, max_size=12, unique=True)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    if apart:
        ends = (answer.start, answer.end)
        spans = [span for span in spans if not any(span.start < end < span.end for end in ends)]
    return Excerpt(text, answer, tuple(spans))


def read(markup: str) -> list[tuple[str, tuple[str, ...]]]:
    """The texts between the tags, each with the tags that are open around it; all have to nest."""
    pieces = []
    around: tuple[str, ...] = ()
    for part in re.split(r"(</?(?:mark|b)>)", markup):
        if part in ("<mark>", "<b>"):
            assert part not in around
            around = (*around, part)
        elif part in ("</mark>", "</b>"):
            assert around[-1:] == (part.replace("/", ""),)
            around = around[:-1]
        else:
            assert not re.search("[<>\"']", part)
            for entity, sign in ENTITIES:
                part = part.replace(entity, sign)
            pieces.append((part, around))
    assert around == ()
    return pieces


def inside(markup: str, tag: str) -> str:
    """All text within elements of this name."""
    return "".join(text for text, around in read(markup) if tag in around)


@patient
@given(excerpts(), st.booleans())
def test_without_its_tags_the_markup_is_the_text(excerpt: Excerpt, answered: bool) -> None:
    assert "".join(text for text, _ in read(marked(excerpt, answered=answered))) == excerpt.text


@patient
@given(excerpts())
def test_one_mark_holds_the_answer_and_no_more(excerpt: Excerpt) -> None:
    markup = marked(excerpt)
    assert inside(markup, "<mark>") == excerpt.quotation
    assert markup.count("<mark>") == 1


@patient
@given(excerpts())
def test_without_an_answer_nothing_is_marked(excerpt: Excerpt) -> None:
    assert "<mark>" not in marked(excerpt, answered=False)


@patient
@given(excerpts(apart=True))
def test_each_highlight_is_one_bold_word(excerpt: Excerpt) -> None:
    bold = [text for text, around in read(marked(excerpt)) if "<b>" in around]
    assert bold == [span.of(excerpt.text) for span in excerpt.highlights]


@patient
@given(excerpts())
def test_all_that_is_highlighted_is_bold(excerpt: Excerpt) -> None:
    highlighted = "".join(span.of(excerpt.text) for span in excerpt.highlights)
    assert inside(marked(excerpt), "<b>") == highlighted


@pytest.mark.parametrize("at", [0, 2, 4])
def test_an_empty_answer_leaves_the_tags_nested(at: int) -> None:
    pieces = read(marked(Excerpt("boat", Span(at, at), (Span(0, 2),))))
    assert "".join(text for text, _ in pieces) == "boat"


@pytest.mark.parametrize(
    ("excerpt", "markup"),
    [
        (Excerpt("", Span(0, 0), ()), ""),
        (Excerpt("Weed.", Span(0, 5), ()), "<mark>Weed.</mark>"),
        (Excerpt("Weed.", Span(0, 5), (Span(0, 4),)), "<mark><b>Weed</b>.</mark>"),
        (Excerpt("Weed.", Span(0, 5), (Span(0, 5),)), "<mark><b>Weed.</b></mark>"),
        (
            Excerpt("No. Weed grows. No.", Span(4, 15), (Span(0, 2), Span(4, 8), Span(16, 18))),
            "<b>No</b>. <mark><b>Weed</b> grows.</mark> <b>No</b>.",
        ),
        (Excerpt("AB", Span(0, 2), (Span(0, 1), Span(1, 2))), "<mark><b>A</b><b>B</b></mark>"),
        (Excerpt("a<b>&\"'", Span(0, 7), (Span(1, 4),)), "<mark>a<b>&lt;b&gt;</b>&amp;&#34;&#39;</mark>"),
        (Excerpt("&lt;i&gt;", Span(0, 9), ()), "<mark>&amp;lt;i&amp;gt;</mark>"),
        (Excerpt("</mark>", Span(0, 7), ()), "<mark>&lt;/mark&gt;</mark>"),
    ],
)
def test_marked_text_is_this_markup(excerpt: Excerpt, markup: str) -> None:
    assert str(marked(excerpt)) == markup


@pytest.mark.parametrize(
    ("iso", "written"),
    [("2021-05-11", "11 May 2021"), ("2020-02-29", "29 February 2020"), ("1999-12-01", "1 December 1999")],
)
def test_a_date_is_written_as_in_a_briefing(iso: str, written: str) -> None:
    assert plain_date(iso) == written


@pytest.mark.parametrize(("id", "place"), [("canal-md-2184a9#p-1", "p-1"), ("a#b#p-12", "p-12")])
def test_an_anchor_is_the_tail_of_the_passage_id(id: str, place: str) -> None:
    assert anchor(Passage(id, id.partition("#")[0], "x", 0, 1, (), (Span(0, 1),))) == place
