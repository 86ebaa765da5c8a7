"""HTML, Markdown and plain text as drafts: blocks with their lines, and what the format declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dates import to_iso, writes_month_first
from ingest.drafts import Draft
from ingest.readers import html, markdown, text
from ingest.readers.tables import row_text
from search.passages import Found, Metadata

PROSE = "The bakery on Mill Lane starts its day long before the sun is up, and the first loaves leave at six."


def shape(draft: Draft) -> list[str]:
    """Each block on a line: its kind, its level if it has one, its text."""
    return [f"{b.kind.value}{b.level or ''}: {b.text}" for b in draft.blocks]


def lines(draft: Draft) -> list[tuple[int, int]]:
    return [(b.lines[0].first, b.lines[-1].last) for b in draft.blocks]


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def body(inner: str) -> list[str]:
    """The blocks of a page whose article has this markup after its heading and first paragraph."""
    blocks = shape(html.read(page(f"<main><h1>Bread</h1><p>{PROSE}</p>{inner}</main>")))
    assert blocks[:2] == ["heading1: Bread", f"paragraph: {PROSE}"]
    return blocks[2:]


# Dates


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("2019-03-02", "2019-03-02"),
        ("2019-03-02T23:59:00+01:00", "2019-03-02"),
        ("3 March 2019", "2019-03-03"),
        ("3rd March, 2019", "2019-03-03"),
        ("1st Sept. 2019", "2019-09-01"),
        ("22nd sep 2019", "2019-09-22"),
        ("Monday, 4 May 2020", "2020-05-04"),
        ("March 3, 2019", "2019-03-03"),
        ("Mar. 3rd 2019", "2019-03-03"),
        ("JUNE 30 2021", "2021-06-30"),
        ("03/04/2019", "2019-04-03"),
        ("3.4.2019", "2019-04-03"),
        ("09.05.19", "2019-05-09"),
        ("09/05/68", "2068-05-09"),
        ("09/05/69", "1969-05-09"),
        ("29 February 2020", "2020-02-29"),
        ("7-3-18", "2018-03-07"),
        ("24-05-2019", "2019-05-24"),
        ("opened on 5 May 2020, closed on 6 May 2020", "2020-05-05"),
    ],
)
def test_a_printed_date_is_read_day_first(printed: str, iso: str) -> None:
    assert to_iso(printed) == iso


@pytest.mark.parametrize(
    "printed",
    ["", "May 2020", "2020", "31/02/2020", "29 February 2019", "05/24/2019", "2019-13-01", "32 May 2020",
     "0 May 2020", "12:30", "version 1.2.3", "5/6", "the 5th of next month"],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_is_no_date(printed: str) -> None:
    assert to_iso(printed) is None


def test_the_month_comes_first_only_when_that_is_said() -> None:
    assert to_iso("05/04/2019", month_first=True) == "2019-05-04"
    assert to_iso("05/04/2019", month_first=False) == "2019-04-05"


@pytest.mark.parametrize(
    ("printed", "proved"),
    [
        ("05/24/2019", True),
        ("05/04/2019", False),
        ("05/24/2019 and 24/05/2019", False),
        ("05/24/2019 and 03.04.19", True),
        ("24/05/2019", False),
        ("", False),
    ],
)
def test_month_first_has_to_be_proved(printed: str, proved: bool) -> None:
    assert writes_month_first(printed) is proved


@given(day=st.dates(min_value=date(1000, 1, 1)))
@settings(deadline=None, max_examples=60)
def test_every_day_survives_being_written_out(day: date) -> None:
    months = "January February March April May June July August September October November December".split()
    name, iso = months[day.month - 1], day.isoformat()
    assert to_iso(f"{day.day} {name} {day.year}") == iso
    assert to_iso(f"{name[:3]} {day.day}, {day.year}") == iso
    assert to_iso(f"{day.day}/{day.month}/{day.year}") == iso
    assert to_iso(f"{day.month}/{day.day}/{day.year}", month_first=True) == iso
    assert to_iso(iso) == iso


# Tables


@pytest.mark.parametrize(
    ("header", "cells", "row"),
    [
        (["Loaf", "Price"], ["Rye", "£2"], "Loaf: Rye; Price: £2"),
        (["", "Price"], ["Rye", "£2"], "Rye; Price: £2"),
        (["Loaf", "Price"], ["Rye", ""], "Loaf: Rye"),
        (["Loaf"], ["Rye", "£2"], "Loaf: Rye; £2"),
        (["Loaf", "Price"], ["Rye"], "Loaf: Rye"),
        ([], ["Rye", "£2"], "Rye; £2"),
        (["Loaf"], [""], ""),
    ],
)
def test_a_row_carries_the_names_of_its_columns(header: list[str], cells: list[str], row: str) -> None:
    assert row_text(header, cells) == row


# HTML: the article's blocks


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<h2>Ovens</h2><h3>Old ones</h3>", ["heading2: Ovens", "heading3: Old ones"]),
        ("<ul><li>Rye</li><li>Oat</li></ul>", ["item1: Rye", "item1: Oat"]),
        ("<ol><li>Rye<ul><li>dark</li></ul></li></ol>", ["item1: Rye", "item2: dark"]),
        (
            "<ul><li>Rye<ol><li>dark</li></ol>and light</li></ul>",
            ["item1: Rye", "item2: dark", "item1: and light"],
        ),
        ("<p>Fish &amp; caf&eacute; &#163;2 &mdash; &nbsp;x</p>", ["paragraph: Fish & café £2 — x"]),
        ("<p>&lt;b&gt; is a tag</p>", ["paragraph: <b> is a tag"]),
        ("<p>Bread<br>and<br/>butter</p>", ["paragraph: Bread and butter"]),
        ("<p>un<b>believ</b>able <i>loaf</i></p>", ["paragraph: unbelievable loaf"]),
        ("<p>See <a href='/oven'>the oven</a>.</p>", ["paragraph: See the oven."]),
        ("<div>Loose words<p>A line.</p>and more</div>",
         ["paragraph: Loose words", "paragraph: A line.", "paragraph: and more"]),
        ("<blockquote><p>Salt first.</p></blockquote>", ["paragraph: Salt first."]),
        ("<dl><dt>Rye</dt><dd>dark</dd></dl>", ["paragraph: Rye", "paragraph: dark"]),
        ("<figure><img alt='An oven'><figcaption>The oven</figcaption></figure>", ["note: The oven"]),
        ("<pre>one\n   two</pre>", ["paragraph: one two"]),
        ("<p></p><p> \n </p><ul><li></li></ul>", []),
    ],
)  # fmt: skip
def test_markup_becomes_the_blocks_that_a_reader_sees(markup: str, blocks: list[str]) -> None:
    assert body(markup) == blocks


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<table><tr><th>Loaf</th><th>Price</th></tr><tr><td>Rye</td><td>£2</td></tr></table>",
         ["item1: Loaf: Rye; Price: £2"]),
        ("<table><caption>Prices</caption><thead><tr><th>Loaf</th></tr></thead>"
         "<tbody><tr><td><p>Rye <b>bread</b></p></td></tr></tbody></table>",
         ["note: Prices", "item1: Loaf: Rye bread"]),
        ("<table><tr><td>Rye</td><td>£2</td></tr><tr><td>Oat</td><td>£3</td></tr></table>",
         ["item1: Rye; £2", "item1: Oat; £3"]),
        ("<table><tr><th>Rye</th><td>£2</td></tr><tr><th>Oat</th><td>£3</td></tr></table>",
         ["item1: Rye; £2", "item1: Oat; £3"]),
    ],
    ids=["header row", "parts and caption", "no header", "header column"],
)  # fmt: skip
def test_a_table_becomes_its_rows(markup: str, blocks: list[str]) -> None:
    assert body(markup) == blocks


def test_words_on_both_sides_of_a_nested_block_keep_their_order() -> None:
    assert body("<section><h2>Ovens</h2>Hot.<div><p>Very.</p></div></section><p>Cold.</p>") == [
        "heading2: Ovens", "paragraph: Hot.", "paragraph: Very.", "paragraph: Cold."
    ]  # fmt: skip


def test_unclosed_tags_lose_no_words() -> None:
    blocks = shape(
        html.read(f"<h1>Bread</h1><p>{PROSE}<p>Two <b>bold <i>both</b> rest</i><ul><li>Rye<li>Oat")
    )
    assert blocks == [
        "heading1: Bread", f"paragraph: {PROSE}", "paragraph: Two bold both rest", "item1: Rye", "item1: Oat"
    ]  # fmt: skip


def test_text_without_any_markup_is_kept() -> None:
    assert shape(html.read("Only words & a stray < sign.")) == ["paragraph: Only words & a stray < sign."]


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "blockquote", "font", "table><tr><td"])
def test_twenty_thousand_nested_elements_keep_the_text_inside(tag: str) -> None:
    inner = html.read(page("<p>Above.</p>" + f"<{tag}>" * 20_000 + "Deep down."))
    assert " ".join(block.text for block in inner.blocks) == "Above. Deep down."


@pytest.mark.parametrize(
    "nothing", ["", " \n ", "<html></html>", "<!-- only a remark -->", "<p>", "<!doctype html>"]
)
def test_a_page_without_words_has_no_blocks(nothing: str) -> None:
    assert html.read(nothing).blocks == ()


# HTML: what the site puts around the article


@pytest.mark.parametrize(
    "markup",
    [
        "<nav><a href='/'>Home</a> Shop</nav>",
        "<footer>Mill Lane Bread Ltd</footer>",
        "<aside>Win a loaf</aside>",
        "<script>var words = 'not text';</script>",
        "<script type='application/ld+json'>{\"a\": 1}</script>",
        "<style>p { color: brown }</style>",
        "<template><p>Hidden</p></template>",
        "<noscript>Switch scripts on</noscript>",
        "<form><label>Your name</label><button>Send</button></form>",
        "<svg><title>Loaf icon</title><text>loaf</text></svg>",
        "<iframe>old browser</iframe>",
        "<!-- a remark -->",
        "<![CDATA[ raw ]]>",
        "<div class='cookie-banner'>We bake cookies</div>",
        "<div id='cookieConsent'>We bake cookies</div>",
        "<section class='relatedCards'>Ten other loaves</section>",
        "<div class='c-share__list'>Tell a friend</div>",
        "<ol class='comments'><li>First!</li></ol>",
        "<div id='comments'><p>Lovely loaf.</p></div>",
        "<ul class='breadcrumb'><li>Shop</li><li>Bread</li></ul>",
        "<div class='newsletter-signup'>Loaves by post</div>",
        "<div role='navigation'>Shop</div>",
        "<div role='complementary'>Win a loaf</div>",
        "<p hidden>Not yet</p>",
        "<span aria-hidden='true'>x</span>",
        "<p><a href='/a'>Share on the board</a> <a href='/b'>Post it</a></p>",
    ],
)
def test_furniture_is_dropped_and_what_follows_is_kept(markup: str) -> None:
    assert body(f"{markup}<p>The oven is hot.</p>") == ["paragraph: The oven is hot."]


def test_what_stands_outside_main_is_not_the_articles() -> None:
    markup = (
        f"<header><p>Mill Lane Bread</p></header><div>Open daily</div><main><p>{PROSE}</p></main><p>Map</p>"
    )
    assert shape(html.read(page(markup))) == [f"paragraph: {PROSE}"]


def test_the_longest_article_is_taken_when_it_is_most_of_the_page() -> None:
    cards = "<article><p>A card.</p></article><article><p>Another card.</p></article>"
    assert shape(html.read(page(f"{cards}<article><p>{PROSE}</p></article>"))) == [f"paragraph: {PROSE}"]


def test_articles_of_like_length_are_all_kept() -> None:
    articles = "".join(f"<article><p>Loaf number {n} is made of rye.</p></article>" for n in (1, 2, 3))
    assert len(html.read(page(articles)).blocks) == 3


@pytest.mark.parametrize("name", ["with-sidebar", "has-comments", "no-related", "page-with-menu"])
def test_a_wrapper_with_a_furniture_like_class_and_most_of_the_text_is_kept(name: str) -> None:
    markup = f"<div class='{name}'><p>{PROSE}</p><p>The oven is hot.</p></div><p>Open daily.</p>"
    assert shape(html.read(page(markup))) == [
        f"paragraph: {PROSE}", "paragraph: The oven is hot.", "paragraph: Open daily."
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["commentary", "adverse", "shareholder", "headline", "download", "socialist"]
)
def test_a_class_that_only_contains_a_furniture_word_is_not_furniture(name: str) -> None:
    assert body(f"<p class='{name}'>The oven is hot.</p>") == ["paragraph: The oven is hot."]


def test_a_sentence_with_a_link_is_no_row_of_links() -> None:
    markup = "<p><a href='/a'>The oven is hot.</a></p><p>Read <a href='/b'>this</a></p>"
    assert body(markup) == ["paragraph: The oven is hot.", "paragraph: Read this"]


# HTML: provenance


def test_blocks_know_the_lines_that_their_elements_start_on() -> None:
    markup = "<h1>Bread</h1>\n\n<p>One.</p>\n<ul>\n<li>Rye</li>\n<li>Oat</li></ul>"
    assert lines(html.read(markup)) == [(1, 1), (3, 3), (5, 5), (6, 6)]


def test_a_paragraph_knows_the_line_that_it_ends_on() -> None:
    assert lines(html.read("<p>One,\ntwo,\nthree.</p><p>Four.</p>")) == [(1, 3), (3, 3)]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_newlines_count_as_lines_of_a_page(separator: str) -> None:
    assert lines(html.read(f"<p>One{separator}two.</p>\n<p>Three.</p>")) == [(1, 1), (2, 2)]


# HTML: what the page declares


def declared(head: str, top: str = "<h1>Bread</h1>") -> Metadata:
    return html.read(page(f"{top}<p>{PROSE}</p>", head)).metadata


@pytest.mark.parametrize(
    ("head", "top", "title"),
    [
        ("<title>Bread | Mill Lane</title>", "<h1> Daily\n <b>bread</b></h1>", Found("Daily bread", "h1")),
        ("<title>Daily bread – Mill Lane</title>", "<h1>Mill Lane Ltd</h1><h1>Daily bread</h1>",
         Found("Daily bread", "h1")),
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"Rye again"}</script>'
         '<meta property="og:title" content="Other">', "", Found("Rye again", "JSON-LD headline")),
        ('<meta property="og:title" content="Rye  again"><title>X</title>', "",
         Found("Rye again", "meta og:title")),
        ('<meta name="DC.Title" content="Rye again">', "", Found("Rye again", "meta dc.title")),
        ("<title>Rye after a year | Mill Lane</title>", "", Found("Rye after a year", "title element")),
        ("<title>Mill Lane » Rye after a year</title>", "", Found("Rye after a year", "title element")),
        ("<title>Rye-bread - Mill Lane</title>", "", Found("Rye-bread", "title element")),
        ("<title> </title>", "", None),
        ("", "<h1></h1>", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_the_title_is_the_heading_then_what_is_declared_then_the_title_element(
    head: str, top: str, title: Found | None
) -> None:
    assert declared(head, top).title == title


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        ('<meta property="og:site_name" content="Mill Lane">', Found("Mill Lane", "meta og:site_name")),
        ('<meta name="dcterms.publisher" content="Mill Lane">', Found("Mill Lane", "meta dcterms.publisher")),
        ('<script type="application/ld+json">{"@type":"Article","publisher":{"name":"Mill Lane"}}</script>',
         Found("Mill Lane", "JSON-LD publisher")),
        ('<script type="application/ld+json">{"@graph":[{"@type":"Person"},'
         '{"@type":"BlogPosting","publisher":"Mill Lane"}]}</script>',
         Found("Mill Lane", "JSON-LD publisher")),
        ('<script type="application/ld+json">{"@type":"Recipe","publisher":"Mill Lane"}</script>', None),
        ('<meta property="og:site_name" content=" ">', None),
        ("<title>Bread | Mill Lane</title>", None),
    ],
)  # fmt: skip
def test_the_publisher_is_declared_or_null(head: str, publisher: Found | None) -> None:
    assert declared(head).publisher == publisher


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ('<meta name="author" content="Ida Marl"><meta name="author" content="Tom Fenn">',
         (Found("Ida Marl", "meta author"), Found("Tom Fenn", "meta author"))),
        ('<script type="application/ld+json">{"@type":"Article",'
         '"author":[{"name":"Ida Marl"},"Tom Fenn"]}</script><meta name="author" content="Site">',
         (Found("Ida Marl", "JSON-LD author"), Found("Tom Fenn", "JSON-LD author"))),
        ('<meta property="article:author" content="https://mill.example/ida">', ()),
        ('<meta property="og:site_name" content="Mill Lane"><meta name="author" content="Mill Lane">', ()),
        ("", ()),
    ],
)  # fmt: skip
def test_authors_are_declared_and_no_publisher_or_address_is_one(
    head: str, authors: tuple[Found, ...]
) -> None:
    assert declared(head).authors == authors


def test_a_link_to_the_author_names_the_author() -> None:
    top = '<h1>Bread</h1><p>By <a rel="author" href="/ida">Ida  Marl</a></p>'
    assert declared("", top).authors == (Found("Ida Marl", "rel=author"),)


@pytest.mark.parametrize(
    ("head", "published", "updated"),
    [
        ('<meta property="article:published_time" content="2020-05-04T06:00:00Z">'
         '<meta property="article:modified_time" content="2020-05-06">',
         Found("2020-05-04", "meta article:published_time"),
         Found("2020-05-06", "meta article:modified_time")),
        ('<script type="application/ld+json">{"@type":"WebPage","datePublished":"2020-05-04",'
         '"dateModified":"2020-05-06"}</script><meta name="date" content="2001-01-01">',
         Found("2020-05-04", "JSON-LD datePublished"), Found("2020-05-06", "JSON-LD dateModified")),
        ('<meta name="DC.date" content="04/05/2020">', Found("2020-05-04", "meta dc.date"), None),
        ('<meta name="date" content="soon"><meta name="pubdate" content="4 May 2020">',
         Found("2020-05-04", "meta pubdate"), None),
        ('<meta http-equiv="last-modified" content="Mon, 04 May 2020 10:00:00 GMT">', None,
         Found("2020-05-04", "meta last-modified")),
        ('<meta name="date" content="2020-13-45">', None, None),
        ('<meta name="description" content="Baked on 4 May 2020">', None, None),
    ],
)  # fmt: skip
def test_dates_are_those_declared_as_dates(head: str, published: Found | None, updated: Found | None) -> None:
    metadata = declared(head)
    assert (metadata.published, metadata.updated) == (published, updated)


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://mill.example/rye">',
         Found("https://mill.example/rye", "link canonical")),
        ('<link rel="canonical" href="/rye"><meta property="og:url" content="https://mill.example/rye">',
         Found("https://mill.example/rye", "meta og:url")),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ('<meta property="og:url" content="data:text/html,x">', None),
        ("", None),
    ],
)  # fmt: skip
def test_an_address_is_http_or_null(head: str, url: Found | None) -> None:
    assert declared(head).url == url


@pytest.mark.parametrize(
    "script",
    ["{", "[" * 5000, "null", "3", "[]", '{"@type": 7}', '{"@graph": null}', '{"@graph": [[]]}',
     '{"@type":"Article","headline":5,"author":[null,{}],"publisher":[],"datePublished":{}}', ""],
)  # fmt: skip
def test_damaged_json_ld_declares_nothing(script: str) -> None:
    head = f'<script type="application/ld+json">{script}</script>'
    assert declared(head) == Metadata(title=Found("Bread", "h1"))


def test_types_may_be_a_list() -> None:
    script = '{"@type":["NewsArticle","Thing"],"datePublished":"2020-05-04"}'
    head = f'<script type="application/ld+json">{script}</script>'
    assert declared(head).published == Found("2020-05-04", "JSON-LD datePublished")


# Markdown

FRONT = """---
title: Rye again
publisher: Mill Lane
authors: [Ida Marl, Tom Fenn]
published: 2020-05-04
updated: 2020-05-06 10:30:00
url: https://mill.example/rye
---
"""


def found(value: str) -> Found:
    return Found(value, "front matter", supplied=True)


def test_front_matter_is_read_and_is_no_text() -> None:
    draft = markdown.read(f"{FRONT}{PROSE}\n")
    assert draft.metadata == Metadata(
        found("Rye again"), found("Mill Lane"), (found("Ida Marl"), found("Tom Fenn")),
        found("2020-05-04"), found("2020-05-06"), found("https://mill.example/rye"),
    )  # fmt: skip
    assert shape(draft) == [f"paragraph: {PROSE}"]
    assert lines(draft) == [(9, 9)]


@pytest.mark.parametrize(
    ("front", "metadata"),
    [
        ("Title: Rye\nAuthor: Ida Marl", Metadata(title=found("Rye"), authors=(found("Ida Marl"),))),
        ("title: 1984\ndate: 4 May 2020", Metadata(title=found("1984"), published=found("2020-05-04"))),
        ("title: Rye\npublished: soon\nupdated: [1]", Metadata(title=found("Rye"))),
        ("title: Rye\nurl: ftp://mill.example", Metadata(title=found("Rye"))),
        ("title: Rye\nauthors: [{a: b}, '', Tom Fenn]", Metadata(found("Rye"), authors=(found("Tom Fenn"),))),
        ("title: {a: b}\npublisher: Mill Lane", Metadata(publisher=found("Mill Lane"))),
        ("title: ''\npublisher: Mill Lane", Metadata(publisher=found("Mill Lane"))),
    ],
)  # fmt: skip
def test_a_value_that_is_not_of_its_form_counts_as_absent(front: str, metadata: Metadata) -> None:
    assert markdown.read(f"---\n{front}\n---\n# Rye\n\n{PROSE}\n").metadata == metadata


@pytest.mark.parametrize(
    "front",
    ["title: [rye", "- a\n- b", "just words", "title: !!python/object/apply:os.getcwd []", "a: &a [*a]",
     "published: 2020-13-45", "? [1, 2]\n: x"],
)  # fmt: skip
def test_damaged_front_matter_declares_nothing_and_the_article_survives(front: str) -> None:
    draft = markdown.read(f"---\n{front}\n---\n# Rye\n\n{PROSE}\n")
    assert draft.metadata == Metadata()
    assert shape(draft) == ["heading1: Rye", f"paragraph: {PROSE}"]


def test_front_matter_that_is_never_closed_loses_no_words_of_the_article() -> None:
    draft = markdown.read(f"---\ntitle: Rye\n\n# Rye\n\n{PROSE}\n")
    assert f"paragraph: {PROSE}" in shape(draft)


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("## Ovens\n\n### Old", ["heading2: Ovens", "heading3: Old"]),
        ("Ovens\n-----\n", ["heading2: Ovens"]),
        ("One,\ntwo  \nthree.", ["paragraph: One, two three."]),
        ("- Rye\n  - dark\n    - black\n- Oat", ["item1: Rye", "item2: dark", "item3: black", "item1: Oat"]),
        ("1. Rye\n2. Oat", ["item1: Rye", "item1: Oat"]),
        ("* Rye\n+ Oat", ["item1: Rye", "item1: Oat"]),
        ("- Rye\n\n  More of it.\n- Oat", ["item1: Rye", "paragraph: More of it.", "item1: Oat"]),
        ("- Rye\n\n- Oat", ["item1: Rye", "item1: Oat"]),
        ("| Loaf | Price |\n|---|---|\n| Rye | £2 |\n| Oat | |",
         ["item1: Loaf: Rye; Price: £2", "item1: Loaf: Oat"]),
        ("See [the *oven*](https://mill.example/a \"t\") and <https://mill.example>.",
         ["paragraph: See the oven and https://mill.example."]),
        ("See [the oven][o].\n\n[o]: https://mill.example", ["paragraph: See the oven."]),
        ("![An oven](oven.png)", []),
        ("**Bold**, _italic_ and `code`.", ["paragraph: Bold, italic and code."]),
        ("Fish &amp; chips\\*", ["paragraph: Fish & chips*"]),
        ("<div>raw</div>\n\nA <b>bold</b> loaf.", ["paragraph: A bold loaf."]),
        ("> Salt first.", ["paragraph: Salt first."]),
        ("```\none\n  two\n```", ["paragraph: one two"]),
        ("---", []),
    ],
)  # fmt: skip
def test_marks_become_the_blocks_that_a_reader_sees(source: str, blocks: list[str]) -> None:
    assert shape(markdown.read(f"# Rye\n\n{source}\n"))[1:] == blocks


def test_markdown_blocks_know_their_lines() -> None:
    draft = markdown.read(
        "# Rye\n\nOne,\ntwo.\n\n- Rye\n- Oat\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"
    )
    assert lines(draft) == [(1, 1), (3, 4), (6, 6), (7, 7), (11, 11), (12, 12)]


def test_a_markdown_file_without_a_mark_is_read_as_plain_text() -> None:
    source = f"Rye again\n\n{PROSE}\n\n• dark\n"
    assert markdown.read(source) == text.read(source)
    assert markdown.read(source).structured is False


@pytest.mark.parametrize("mark", ["## Ovens\n\n", "---\ntitle: Rye\n---\n"])
def test_one_heading_or_front_matter_makes_it_markdown(mark: str) -> None:
    draft = markdown.read(f"{mark}A **bold** loaf.\n")
    assert draft.structured is True
    assert shape(draft)[-1] == "paragraph: A bold loaf."


YAML = st.text(alphabet=st.sampled_from("tile: authorspubd[]{}-'\"#&*!|>%@\n 0129\\ux")) | st.text(
    max_size=40
)


@given(front=YAML)
@settings(deadline=None, max_examples=200)
def test_no_front_matter_can_stop_a_file_from_being_read(front: str) -> None:
    draft = markdown.read(f"---\ntitle: {front}\n---\n# Rye\n\n{PROSE}\n")
    assert shape(draft)[-1] == f"paragraph: {PROSE}"


@pytest.mark.parametrize(
    "draft",
    [
        lambda: markdown.read(f'---\ntitle: "Rye \\ud83c again"\n---\n{PROSE}\n'),
        lambda: html.read(
            page(
                PROSE,
                '<script type="application/ld+json">{"@type":"Article","headline":"Rye \\ud83c"}</script>',
            )
        ),
        lambda: html.read(page(f"<h1>Rye &#xd83c;</h1><p>{PROSE}</p>")),
    ],
    ids=["front matter", "JSON-LD", "entity"],
)
def test_half_a_character_never_reaches_a_title(draft: Callable[[], Draft]) -> None:
    """It could be neither printed nor sent."""
    title = draft().metadata.title
    assert "\ud83c" not in (title.value if title else "")


# Plain text


@pytest.mark.parametrize("bullet", ["-", "*", "•", "◦", "‣", "▪", "·", "–", "1.", "12)"])
def test_bullets_of_all_sorts_start_items(bullet: str) -> None:
    assert shape(text.read(f"We bake:\n{bullet} rye\n{bullet} oat")) == [
        "paragraph: We bake:", "item1: rye", "item1: oat"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", ["-5 degrees in the yard", "1804 was the year", "*Rye is dark", "3.5 tonnes", "–"]
)
def test_a_mark_without_a_space_or_without_words_is_no_bullet(words: str) -> None:
    assert shape(text.read(words)) == [f"paragraph: {words}"]


def test_deeper_bullets_are_items_of_the_second_level() -> None:
    draft = text.read("- rye\n   ◦ dark\n   ◦ light\n- oat\n\n• wheat\n\t• white")
    assert shape(draft) == [
        "item1: rye", "item2: dark", "item2: light", "item1: oat", "item1: wheat", "item2: white"
    ]  # fmt: skip


def test_a_wrapped_item_and_a_wrapped_paragraph_are_one_block_each() -> None:
    assert shape(text.read("The oven\nis hot.\n\n- rye and\n  oat\n- wheat")) == [
        "paragraph: The oven is hot.", "item1: rye and oat", "item1: wheat"
    ]  # fmt: skip


def test_a_long_line_that_ends_its_sentence_ends_its_paragraph() -> None:
    unwrapped = "The oven needs an hour to heat before the first of the many trays of dough can go in, " * 2
    assert shape(text.read(f"{unwrapped}done.\nThe next line.")) == [
        f"paragraph: {unwrapped}done.", "paragraph: The next line."
    ]  # fmt: skip
    assert len(text.read(f"{unwrapped}and\nthe next line.").blocks) == 1


@pytest.mark.parametrize("rule", ["---", "=====", "* * *", "___", "  -----  "])
def test_a_ruled_line_parts_blocks_and_is_no_text(rule: str) -> None:
    assert shape(text.read(f"One.\n{rule}\nTwo.")) == ["paragraph: One.", "paragraph: Two."]


def test_hashes_mark_headings_in_plain_text_too() -> None:
    draft = text.read("# Rye\n## Ovens\nHot.\n#hashtag")
    assert shape(draft) == ["heading1: Rye", "heading2: Ovens", "paragraph: Hot. #hashtag"]
    assert draft.structured is True
    assert text.read("Rye\n\nHot.").structured is False


def test_an_asterisk_note_is_a_note_only_when_a_word_points_to_it() -> None:
    assert shape(text.read("Rye* is dark.\n\n* As of May."))[1] == "note: * As of May."
    assert shape(text.read("Rye is dark.\n\n* As of May."))[1] == "item1: As of May."


@given(source=st.text(alphabet=st.sampled_from("ab .-*•#\n\t1)"), max_size=60))
@settings(deadline=None, max_examples=200)
def test_every_line_of_plain_text_points_to_where_it_stood(source: str) -> None:
    rows = source.split("\n")
    for block in text.read(source).blocks:
        for line in block.lines:
            assert line.first == line.last
            assert line.start is not None
            assert line.end is not None
            assert source[line.start : line.end] == line.text
            assert line.text in rows[line.first - 1]


@pytest.mark.parametrize("wrapper", ["form", "aside", "section class='sidebar'", "div role='search'"])
def test_what_holds_most_of_the_page_is_kept_whatever_it_is_called(wrapper: str) -> None:
    article = "<h1>Bread</h1><p>Rye is dark and needs time.</p>"
    page = f"<body><nav>Home</nav><{wrapper}>{article}</{wrapper.split()[0]}></body>"
    assert shape(html.read(page)) == ["heading1: Bread", "paragraph: Rye is dark and needs time."]


def test_a_menu_is_dropped_however_large_it_is() -> None:
    menu = "<li><a href='/x'>One of many pages</a></li>" * 50
    page = f"<body><nav><ul>{menu}</ul></nav><main><h1>Bread</h1><p>Rye is dark.</p></main></body>"
    assert shape(html.read(page)) == ["heading1: Bread", "paragraph: Rye is dark."]
