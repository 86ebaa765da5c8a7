"""Saved pages with the dirt of sites: what is kept of each, what is left out, what it says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.bylines import declared_names, printed_names
from ingest.cli import show
from ingest.furniture import drop_furniture
from ingest.readers import html
from search.passages import Document, Found

PAGES = Path(__file__).parent / "data" / "pages"
NAMES = sorted(file.stem for file in PAGES.glob("*.html"))
PROSE = "The tower clock has stood still since the storm, and the sexton rings the hours by hand instead."
MORE = "A fund was opened in spring, but so far it has paid for one new hand and the oil of a single winter."
LAST = (
    "The clockmaker comes on Thursday with a ladder, and the whole of the lower town has promised to watch."
)


def expected(name: str) -> dict[str, Any]:
    return dict(json.loads((PAGES / f"{name}.expected.json").read_text()))


def document(name: str) -> Document:
    return show(PAGES / f"{name}.html").document


def page(body: str, head: str = "<title>The clock</title>") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def texts(markup: str) -> list[str]:
    return [block.text for block in html.read(markup).blocks]


def test_there_are_pages_and_each_has_its_expectation() -> None:
    assert len(NAMES) >= 12
    assert [file.name.split(".")[0] for file in sorted(PAGES.glob("*.json"))] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_becomes_its_article_and_nothing_else(name: str) -> None:
    wanted, found = expected(name), document(name)
    assert [line.strip() for line in found.text.split("\n") if line.strip()] == wanted["blocks"]
    assert [[s.level, s.heading] for s in found.sections if s.heading] == wanted["headings"]
    assert [phrase for phrase in wanted["dropped"] if phrase in found.text] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_is_and_where_it_says_so(name: str) -> None:
    wanted, metadata = expected(name), document(name).metadata
    for field in ("title", "publisher", "published", "updated", "url"):
        value: Found | None = getattr(metadata, field)
        assert (value and [value.value, value.origin]) == wanted[field], field
    assert [[author.value, author.origin] for author in metadata.authors] == wanted["authors"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_is_named_with_its_lines(name: str) -> None:
    source = (PAGES / f"{name}.html").read_text()
    draft = html.read(source)
    for dropped in draft.dropped:
        lines = " ".join(source.split("\n")[dropped.first - 1 : dropped.last])
        assert dropped.reason == "outside the article"
        assert dropped.text.split()[0].rstrip(":").split(":")[-1] in lines
    assert {block.text for block in draft.blocks}.isdisjoint(dropped.text for dropped in draft.dropped)


# What is the article's


def test_a_card_that_repeats_a_heading_of_the_article_is_left_out() -> None:
    card = "<div><h3><a href='/w'>Winding the clock</a></h3><p><a href='/w'>Read on</a></p></div>"
    article = f"<p>{PROSE}</p><p>{MORE}</p><h2>Winding the clock</h2><p>{LAST}</p>"
    kept = texts(page(f"{card}<article><h1>The clock</h1>{article}</article>{card}"))
    assert kept.count("Winding the clock") == 1
    assert kept[-2:] == ["Winding the clock", LAST]


def test_a_table_is_kept_whole_with_the_names_of_its_columns() -> None:
    rows = "".join(f"<tr><td>Bell {n}</td><td>{n * 40} kg</td></tr>" for n in range(1, 5))
    table = f"<table><tr><th>Name</th><th>Weight</th></tr>{rows}</table>"
    kept = texts(
        page(f"<article><h1>The clock</h1><p>{PROSE}</p><p>{MORE}</p>{table}<p>{LAST}</p></article>")
    )
    assert [text for text in kept if text.startswith("Name")] == [
        f"Name: Bell {n}; Weight: {n * 40} kg" for n in range(1, 5)
    ]


def test_a_table_that_only_lays_out_the_page_is_no_row() -> None:
    cells = f"<td><h1>The clock</h1><p>{PROSE}</p><p>{MORE}</p></td><td><ul><li>Menu</li></ul></td>"
    assert texts(page(f"<table><tr>{cells}</tr></table>"))[:3] == ["The clock", PROSE, MORE]


def test_two_line_breaks_part_paragraphs_and_one_does_not() -> None:
    assert texts(page(f"<div>{PROSE}<br><br>{MORE}<br>{LAST}</div>")) == [PROSE, f"{MORE} {LAST}"]


def test_invisible_marks_are_taken_out_of_words() -> None:
    assert texts(page("<p>The clock\u00adma\u200bker came.</p>")) == ["The clockmaker came."]


@pytest.mark.parametrize("depth", [100, 300, 2_000])
def test_a_deep_page_is_never_shorter_for_its_depth(depth: int) -> None:
    nested = f"{'<div>' * depth}<p>{LAST}</p>{'</div>' * depth}"
    assert texts(page(f"<article><p>{PROSE}</p><p>{MORE}</p>{nested}</article>")) == [PROSE, MORE, LAST]


def test_a_paragraph_that_repeats_another_is_kept_between_its_neighbours() -> None:
    parts = [PROSE, "No.", MORE, "No.", LAST]
    body = "".join(f"<p>{part}</p>" for part in parts)
    assert texts(page(f"<article>{body}</article>")) == parts


def test_where_trafilatura_finds_nothing_the_marks_of_the_page_decide() -> None:
    body = f"<nav>Menu</nav><main><p>{PROSE}</p></main><footer>Foot</footer>"
    assert texts(page(body)) == [PROSE]


# Who wrote it, and when


def metadata_of(header: str, head: str = "<title>The clock</title>") -> Any:
    body = f"<article>{header}<p>{PROSE}</p><p>{MORE}</p><p>{LAST}</p></article>"
    return html.read(page(body, head)).metadata


@pytest.mark.parametrize(
    ("byline", "names", "origin"),
    [
        ("<span itemprop='author'><b itemprop='name'>Ida Marl</b></span>", ["Ida Marl"], "itemprop author"),
        ("<a rel='author' href='/i'>Ida Marl</a>", ["Ida Marl"], "rel=author"),
        ("<div class='post-byline'>By Ida Marl and Tom Fenn</div>", ["Ida Marl", "Tom Fenn"], "byline"),
        ("<p id='author'>Ida Marl, Senior Reporter</p>", ["Ida Marl"], "byline"),
        ("<div class='byline'>By our staff</div>", [], ""),
        ("<div class='teaser'><span class='author'>Ida Marl</span></div>", [], ""),
    ],
)
def test_a_byline_by_the_headline_names_people(byline: str, names: list[str], origin: str) -> None:
    assert metadata_of(f"<h1>The clock</h1>{byline}").authors == tuple(Found(n, origin) for n in names)


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("<time datetime='2020-05-04T06:00'>Monday</time>", "2020-05-04", None),
        ("<p>Updated <time datetime='2020-05-06'>6 May</time></p>", None, "2020-05-06"),
        ("<i itemprop='datePublished' content='2020-05-04'></i><i itemprop='dateModified'>6 May 2020</i>",
         "2020-05-04", "2020-05-06"),
        ("<span class='post-date'>4 May 2020</span>", "2020-05-04", None),
        ("<div class='related'><time datetime='2020-05-04'>4 May</time></div>", None, None),
    ],
)  # fmt: skip
def test_dates_by_the_headline_are_read_from_the_markup(
    line: str, published: str | None, updated: str | None
) -> None:
    metadata = metadata_of(f"<h1>The clock</h1>{line}")
    assert (metadata.published and metadata.published.value) == published
    assert (metadata.updated and metadata.updated.value) == updated


def test_what_is_declared_goes_before_what_is_printed() -> None:
    head = '<meta name="author" content="Una Reed"><meta name="date" content="2020-05-04">'
    metadata = metadata_of("<h1>The clock</h1><p class='byline'>By Ida Marl</p><time>6 May 2020</time>", head)
    assert metadata.authors == (Found("Una Reed", "meta author"),)
    assert metadata.published == Found("2020-05-04", "meta date")


@pytest.mark.parametrize(
    ("title", "h1", "found"),
    [
        (
            "Why the clock stopped at noon",
            "Tower News",
            Found("Why the clock stopped at noon", "meta og:title"),
        ),
        (
            "Why the clock stopped at noon | Tower News",
            "",
            Found("Why the clock stopped at noon", "meta og:title"),
        ),
        (
            "Why the clock stopped",
            "Why the clock stopped at noon",
            Found("Why the clock stopped at noon", "h1"),
        ),
    ],
)
def test_a_heading_that_names_the_site_is_no_title(title: str, h1: str, found: Found) -> None:
    head = f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="Tower News">'
    assert metadata_of(f"<h1>{h1}</h1>", head).title == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ida Marl, Tom Fenn, and Una Reed, TNN", ["Ida Marl", "Tom Fenn", "Una Reed"]),
        ("https://tower.example/ida", []),
        ("ida@tower.example", []),
        ("tower.example", []),
        ("Tower News", []),
        ("Byron Marl", ["Byron Marl"]),
        ("Ida Marl; Ida Marl", ["Ida Marl"]),
        ("Fenn, T.", ["Fenn, T."]),
    ],
)
def test_declared_authors_are_parted_and_no_address_is_one(text: str, names: list[str]) -> None:
    assert declared_names(text, "Tower News") == names


@pytest.mark.parametrize("text", ["admin", "By staff", "News Desk", "4 May 2020", "Share this story", "Ida"])
def test_what_is_no_persons_name_is_not_printed_as_one(text: str) -> None:
    assert printed_names(text) == []


# Labels in chosen articles


@pytest.mark.parametrize("label", ["Contact us", "Comments", "See also"])
def test_a_label_over_prose_is_a_heading_of_a_chosen_article(label: str) -> None:
    body = f"<article><p>{PROSE}</p><h2>{label}</h2><p>{MORE}</p><p>{LAST}</p></article>"
    kept = drop_furniture(html.read(page(body)).blocks, chosen=True)
    assert [block.text for block in kept] == [PROSE, label, MORE, LAST]


def test_a_label_over_cards_is_dropped_from_a_chosen_article_too() -> None:
    blocks = html.read(f"<h2>Related articles</h2><ul><li>Bells</li></ul><h2>Oil</h2><p>{LAST}</p>").blocks
    assert [block.text for block in drop_furniture(blocks, chosen=True)] == ["Oil", LAST]


def test_an_article_outside_a_damaged_body_is_read() -> None:
    markup = f"<html><body></body><main><h1>The clock</h1><p>{PROSE}</p></main></html>"
    assert texts(markup) == ["The clock", PROSE]


def test_a_command_with_a_pipe_is_no_menu() -> None:
    command = 'ring --hour "noon" | tee bell.log'
    assert texts(page(f"<p>{PROSE}</p><pre>{command}</pre>")) == [PROSE, command]
    assert drop_furniture(html.read(page(f"<pre>{command}</pre>")).blocks) != ()


def test_the_sources_at_the_end_of_an_article_are_kept() -> None:
    links = "<h2>Sources</h2><ul><li><a href='/a'>The sexton's book</a></li></ul>"
    body = f"<article><h1>The clock</h1><p>{PROSE}</p><p>{MORE}</p><p>{LAST}</p>{links}</article>"
    assert texts(page(body))[-2:] == ["Sources", "The sexton's book"]


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["Filed on 12 March 2019"], "2019-03-12"),
        (["12 March 2019", "12.03.2019"], "2019-03-12"),
        (["Filed on 12 March 2019", "Next walk: 4 May 2020"], None),
        (["Last updated 12 March 2019"], None),
        (["The keeper wrote in the great book of the tower that on 12 March 2019 she oiled it."], None),
    ],
)
def test_the_one_date_that_a_page_prints_outside_its_sentences_dates_it(
    lines: list[str], published: str | None
) -> None:
    prose = "".join(f"<p>{text}</p>" for text in (MORE, LAST, MORE, LAST))
    printed = "".join(f"<div>{line}</div>" for line in lines)
    markup = page(f"<article><h1>The clock in the tower</h1>{prose}</article><div>{printed}</div>")
    found = html.read(markup).metadata.published
    assert (found and found.value) == published
    assert found is None or found.origin == "line 1"


@pytest.mark.parametrize(
    ("around", "notes"),
    [
        ("{}", ()),
        ("<!-- <p>An old draft.</p> -->{}<script>if (a<b) c()</script>", ()),
        ("<p>Comment below.</p><textarea>{}", ("text_missing",)),
        ("<p>Search:</p><iframe>{}", ("text_missing",)),
    ],
)
def test_a_page_whose_text_was_swallowed_by_an_open_tag_says_so(around: str, notes: tuple[str, ...]) -> None:
    body = around.format("".join(f"<p>{text}</p>" for text in (PROSE, MORE, LAST)))
    assert html.read(page(f"<h1>The clock</h1>{body}")).notes == notes
