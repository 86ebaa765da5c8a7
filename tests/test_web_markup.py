"""The one place where text becomes HTML: nothing is lost, nothing becomes a tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.answers import Excerpt
from search.passages import Passage, Span
from web.markup import anchor, marked, plain_date, quoted, years

TEXT = st.text(alphabet=st.one_of(st.sampled_from("<>&\"'/;#bmark= \n\u00e9\U0001f6b2"), st.characters()))
LINES = st.lists(
    st.one_of(st.sampled_from(("", "- weed", "  - <b>", "    - é", "- ", "Boats:", " -x")), TEXT), max_size=6
).map("\n".join)
# A slow machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&"))


@st.composite
def excerpts(draw: st.DrawFn, *, apart: bool = False) -> Excerpt:
    """Any excerpt with an answer of at least one character; `apart`: no highlight crosses its ends."""
    text = draw(st.one_of(TEXT, LINES).filter(bool))
    points = st.integers(0, len(text))
    answer = Span(*sorted(draw(st.lists(points, min_size=2, max_size=2, unique=True))))
    cuts = sorted(draw(st.lists(points, max_size=12, unique=True)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    if apart:
        ends = (answer.start, answer.end)
        spans = [span for span in spans if not any(span.start < end < span.end for end in ends)]
        spans = [span for span in spans if "\n" not in span.of(text)]  # a word stands on one line
    return Excerpt(text, answer, tuple(spans))


TAGS = ("mark", "b", "ul", "li", "div", "span")


def read(markup: str) -> list[tuple[str, tuple[str, ...]]]:
    """The texts between the tags, each with the tags that are open around it; all have to nest."""
    pieces = []
    around: tuple[str, ...] = ()
    for part in re.split(rf"(</?(?:{'|'.join(TAGS)})(?: (?:class|role)=\"[a-z ]+\")?>)", markup):
        name = part.strip("</>").split(" ")[0]
        if part.startswith("</"):
            assert around[-1:] == (f"<{name}>",)
            around = around[:-1]
        elif part.startswith("<"):
            assert name in ("ul", "li", "div") or f"<{name}>" not in around
            around = (*around, f"<{name}>")
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
def test_marks_hold_the_answer_and_no_more(excerpt: Excerpt) -> None:
    markup = marked(excerpt)
    if "<ul" in markup:  # a mark a line; the line breaks stand between the elements
        assert inside(markup, "<mark>").replace("\n", "") == excerpt.quotation.replace("\n", "")
    else:
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
    markup = marked(excerpt)
    bold = inside(markup, "<b>")
    assert (bold.replace("\n", "") if "<ul" in markup else bold) == (
        highlighted.replace("\n", "") if "<ul" in markup else highlighted
    )


@patient
@given(excerpts())
def test_a_quotation_without_its_tags_is_the_answer(excerpt: Excerpt) -> None:
    assert "".join(text for text, _ in read(quoted(excerpt))) == excerpt.quotation


LIST = """Boats are held to:
- four miles an hour
- two locks:
  - Upper
  - Lower
- no wake.

It is enforced."""


def test_a_list_becomes_a_list_with_every_character_kept() -> None:
    text = LIST
    start = text.index("two")
    excerpt = Excerpt(text, Span(start, text.index("Lower") + 5), (Span(0, 5), Span(start, start + 3)))
    assert str(marked(excerpt)) == (
        '<div class="listed"><div class="line"><b>Boats</b> are held to:</div>\n'
        '<ul role="list"><li><span class="line hanging">- four miles an hour</span>\n'
        '</li><li><span class="line hanging">- <mark><b>two</b> locks:</mark></span>\n'
        '<ul role="list"><li><span class="line hanging"><mark>  - Upper</mark></span>\n'
        '</li><li><span class="line hanging"><mark>  - Lower</mark></span>\n'
        '</li></ul></li><li><span class="line hanging">- no wake.</span>\n'
        '</li></ul><div class="line">\nIt is enforced.</div></div>'
    )


@pytest.mark.parametrize(
    ("answer", "lists"),
    [
        (Span(0, len(LIST)), 2),
        (Span(LIST.index("two"), LIST.index("\n- no")), 1),
        (Span(0, LIST.index("\n")), 0),
        (Span(LIST.index("four"), LIST.index("\n- two")), 0),
    ],
)
def test_a_quotation_of_several_items_is_a_list_and_one_item_is_a_sentence(answer: Span, lists: int) -> None:
    assert quoted(Excerpt(LIST, answer, ())).count("<ul") == lists


@pytest.mark.parametrize("text", ["one\ntwo", "one\n\ntwo", "- one item", "a\n-b", "a\n– b"])
def test_lines_that_are_no_items_make_no_list(text: str) -> None:
    assert str(quoted(Excerpt(text, Span(0, len(text)), ()))) == text


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


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ("2019-03-02", "2021-08-30", "2019 to 2021"),
        ("2019-03-02", "2019-08-30", "2019"),
        ("2019-03-02", None, "2019"),
        (None, None, "undated"),
    ],
)
def test_a_run_of_years_is_written_in_words(first: str | None, last: str | None, written: str) -> None:
    assert years(first, last) == written
