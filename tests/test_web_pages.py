"""The pages that people see, read as a browser reads them: what stands where, and that text stays text."""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from ingest.pipeline import ingest
from search.index.engine import Engine
from search.index.generations import open_current
from search.wording import feature_in_words
from web import create_app

SENTENCE = "The Ashby Canal is a waterway that runs for 22 miles without a single lock."


def page(client: FlaskClient, address: str, status: int = 200, **query: str) -> BeautifulSoup:
    """The page at an address, parsed."""
    response = client.get(address, query_string=query or None)
    assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")
    return BeautifulSoup(response.text, "lxml")


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    """The only element that the selector fits."""
    (found,) = soup.select(selector)
    return found


def words(element: Tag) -> str:
    """An element's text with its white space as a reader sees it."""
    return " ".join(element.get_text().split())


def serve(folder: Path, articles: dict[str, str]) -> FlaskClient:
    """A client over an index of these articles, in `folder`."""
    (folder / "corpus").mkdir()
    for name, text in articles.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    ingest([folder / "corpus"], folder / "index")
    return create_app({"INDEX": folder / "index"}).test_client()


# ---- the question


def test_the_first_page_has_a_labelled_box_and_a_button(client: FlaskClient) -> None:
    soup = page(client, "/")
    form = one(soup, "form")
    assert (form["action"], form["method"], form["role"]) == ("/", "get", "search")
    box = one(form, "input")
    assert (box["name"], box["type"], box["value"]) == ("q", "search", "")
    assert one(form, "label")["for"] == box["id"]
    assert words(one(form, "button[type=submit]")) == "Ask"
    assert soup.select("blockquote, .results") == []


def test_the_first_page_says_what_is_searched(client: FlaskClient) -> None:
    assert re.match(
        r"Searches 3 documents in 6 passages, indexed \d+ \w+ \d{4}\.",
        words(one(page(client, "/"), "footer")),
    )


def test_the_first_page_says_how_to_ask(client: FlaskClient) -> None:
    assert "Ask in a sentence" in words(one(page(client, "/"), "main"))


@pytest.mark.parametrize("query", ["", "?q=", "?q=+%09"])
def test_an_empty_box_leads_to_the_first_page(client: FlaskClient, query: str) -> None:
    assert words(one(page(client, f"/{query}"), "h1")) == "Answers, quoted and cited"


@pytest.mark.parametrize("question", ["weed boats", 'the "canal" & <weed>', "zeppelin", "café"])
def test_the_question_stays_in_the_box_and_names_the_page(client: FlaskClient, question: str) -> None:
    soup = page(client, "/", q=question)
    assert one(soup, "input[name=q]")["value"] == question
    assert words(one(soup, "title")) == f"{question} - Citewell"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"q": "x" * 1001}, "the question has 1,001 characters"),
        ({"q": "canal", "page": "0"}, "page has to be a whole number from 1 to 16"),
        ({"q": "canal", "page": "17"}, "page has to be a whole number from 1 to 16"),
        ({"q": "canal", "page": "next"}, "page has to be a whole number from 1 to 16"),
        ({"q": "canal", "pge": "2"}, "there is no parameter 'pge': did you mean page?"),
        (
            {"q": "canal", "limit": "5"},
            "there is no parameter 'limit': known are q, page, as_of, expand, explain",
        ),
    ],
)
def test_what_cannot_be_asked_is_told_on_a_page(
    client: FlaskClient, query: dict[str, str], says: str
) -> None:
    soup = page(client, "/", 400, **query)
    assert says in words(one(soup, "main"))
    assert one(soup, "input[name=q]")["maxlength"] == "1000"


# ---- the answer


def test_an_answer_is_quoted_and_cited(client: FlaskClient) -> None:
    figure = one(page(client, "/", q="What is the Ashby Canal?"), "section.answer figure")
    assert words(one(figure, "blockquote")) == SENTENCE
    assert one(figure, "blockquote")["cite"] == one(figure, "figcaption a")["href"]
    assert words(one(figure, "figcaption a")) == "The Ashby Canal"
    dates = [(time["datetime"], words(time)) for time in figure.select("time")]
    assert dates == [("2019-03-02", "2 March 2019"), ("2021-08-30", "30 August 2021")]


@pytest.mark.parametrize(
    ("question", "citation"),
    [
        (
            "What is the Ashby Canal?",
            "The Ashby Canal Mara Quill, Waterways Weekly, 2 March 2019, updated 30 August 2021",
        ),
        (
            "permit for anglers",
            "The Ashby Canal › Who looks after it Mara Quill, Waterways Weekly, 2 March 2019, "
            "updated 30 August 2021",
        ),
        ("oven heat", "Night shifts at the bakery › What the ovens need 4 May 2020"),
        ("single fare", "Bus 42 › Fares Town Transport, undated"),
    ],
)
def test_a_citation_reads_title_section_author_publisher_date(
    client: FlaskClient, question: str, citation: str
) -> None:
    assert words(one(page(client, "/", q=question), "figcaption")) == citation


def test_an_undated_document_is_marked_wherever_it_is_cited(client: FlaskClient) -> None:
    soup = page(client, "/", q="single fare")
    assert [words(mark) for mark in soup.select("figcaption .warning, .results .warning")] == ["undated"] * 2
    document = page(client, "/documents/buses-html-c5ea70")
    assert [words(mark) for mark in document.select(".warning")] == ["undated"]
    assert page(client, "/", q="oven heat").select(".warning") == []


def test_the_answering_sentence_is_marked_in_its_passage(client: FlaskClient) -> None:
    excerpt = one(page(client, "/", q="What is the Ashby Canal?"), ".results li:first-child .excerpt")
    assert excerpt.get_text() == f"{SENTENCE} It was opened in 1804."
    assert one(excerpt, "mark").get_text() == SENTENCE
    assert [bold.get_text() for bold in excerpt.select("b")] == ["Ashby", "Canal"]


def test_results_are_numbered_and_linked(client: FlaskClient) -> None:
    soup = page(client, "/", q="canal")
    assert [item["value"] for item in soup.select(".results > li")] == ["1", "2"]
    links = [link["href"] for link in soup.select(".results h3 a")]
    assert sorted(links) == ["/documents/canal-md-2184a9#p-1", "/documents/canal-md-2184a9#p-2"]
    originals = [str(link["href"]) for link in soup.select(".results a[rel=noreferrer]")]
    assert len(originals) == 2
    assert all(link.startswith("https://waterways.example/ashby-canal#:~:text=") for link in originals)


def test_a_doubtful_answer_says_so(client: FlaskClient) -> None:
    doubtful = page(client, "/", q="Do zeppelins need a permit for anglers?")
    assert words(one(doubtful, "#answer")) == "Answer possible, please check"
    assert words(one(page(client, "/", q="permit for anglers"), "#answer")) == "Answer"


@pytest.mark.parametrize(
    ("question", "says"),
    [("zeppelin", "No document here has any of the question's words."), ("what is it", "Name the subject")],
)
def test_without_an_answer_a_card_says_why(client: FlaskClient, question: str, says: str) -> None:
    soup = page(client, "/", q=question)
    assert words(one(soup, "section.none h1")) == "No answer found"
    assert says in words(one(soup, "section.none p"))
    assert soup.select("blockquote, .results, mark") == []


def test_near_a_question_without_an_answer_passages_are_listed_but_none_quoted(client: FlaskClient) -> None:
    soup = page(client, "/", q="Which zeppelin pilot flew over a canal during thunderstorms?")
    assert words(one(soup, "section.none h1")) == "No answer found"
    assert len(soup.select(".results > li")) == 2
    assert soup.select("blockquote, mark") == []


def test_a_cut_question_is_told(client: FlaskClient) -> None:
    soup = page(client, "/", q="canal " + " ".join(f"w{number}" for number in range(24)))
    assert [words(note) for note in soup.select(".reading .warning")] == [
        "The question is long: only its 24 rarest words were looked for."
    ]


# ---- how the question was read


def link(soup: BeautifulSoup, text: str) -> str:
    """The address of the only link with this text."""
    (found,) = [str(a["href"]) for a in soup.select("main a") if words(a) == text]
    return found


def test_a_corrected_word_is_said_first_and_can_be_taken_as_typed(client: FlaskClient) -> None:
    soup = page(client, "/", q="bakrey")
    assert words(one(soup, "main > :first-child p")).startswith("Read bakrey as bakery.")
    plain = page(client, link(soup, "Look for the typed words only"))
    assert plain.select(".reading") == []
    assert words(one(plain, "section.none h1")) == "No answer found"
    again = page(client, link(plain, "Look for corrected spellings and for words that mean the same"))
    assert words(one(again, "blockquote")) == words(one(soup, "blockquote"))


def test_added_words_are_named_with_the_word_and_the_source_they_come_from(
    index: Path, tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "index")
    (tmp_path / "synonyms.txt").write_text("gondola, boat\n", encoding="utf-8")
    client = create_app({"INDEX": tmp_path / "index"}).test_client()
    soup = page(client, "/", q="gondola weed clear spring")
    assert words(one(soup, "main > .also:not(:last-child)")) == (
        "Also looked for: boat for gondola (synonyms) · Look for the typed words only"
    )
    plain = page(client, link(soup, "Look for the typed words only"))
    assert words(one(plain, "main > .also:not(:last-child)")) == (
        "Only the typed words were looked for · Look beside them too"
    )
    assert link(plain, "Look beside them too") == "/?q=gondola+weed+clear+spring"


def test_as_of_is_said_and_can_be_taken_off(client: FlaskClient) -> None:
    soup = page(client, "/", q="canal", as_of="2021-08-30")
    assert words(one(soup, ".reading")) == (
        "As of 30 August 2021: later and undated documents are left out. Show documents of any date"
    )
    assert link(soup, "Show documents of any date") == "/?q=canal"
    assert one(soup, "form input[name=as_of]")["value"] == "2021-08-30"
    assert page(client, "/", q="canal").select(".reading, form input[name=as_of]") == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"as_of": "2021-02-30"}, "as_of is 2021-02-30, which is no day of the calendar"),
        ({"as_of": "last May"}, "as_of has to be a day as YYYY-MM-DD"),
        ({"expand": "no"}, "expand has to be true or false"),
        ({"explain": "1"}, "explain has to be true or false"),
    ],
)
@pytest.mark.parametrize("question", ["canal", ""])
def test_a_damaged_switch_is_told_on_a_page(
    client: FlaskClient, question: str, query: dict[str, str], says: str
) -> None:
    assert says in words(one(page(client, "/", 400, q=question, **query), "section.none p"))


@pytest.mark.parametrize(
    ("query", "remedies"),
    [
        ({"q": "zeppelin"}, []),
        ({"q": '"clear boats"'}, ["/?q=clear+boats"]),
        ({"q": "canal", "as_of": "2019-01-01"}, ["/?q=canal"]),
        ({"q": "bakrey", "expand": "false"}, ["/?q=bakrey"]),
        (
            {"q": '"clear boats"', "as_of": "2021-08-30", "expand": "false"},
            [
                "/?q=clear+boats&as_of=2021-08-30&expand=false",
                "/?q=%22clear+boats%22&expand=false",
                "/?q=%22clear+boats%22&as_of=2021-08-30",
            ],
        ),
    ],
)
def test_without_an_answer_the_card_links_to_what_may_help(
    client: FlaskClient, query: dict[str, str], remedies: list[str]
) -> None:
    card = one(page(client, "/", **query), "section.none")
    assert [str(a["href"]) for a in card.select("a")] == remedies


# ---- why each passage


def test_the_order_is_explained_on_request_and_closed_at_first(client: FlaskClient) -> None:
    soup = page(client, "/", q="When was the canal opened?")
    assert soup.select("details") == []
    explained = page(client, link(soup, "Explain the order"))
    details = explained.select(".results > li > details")
    assert len(details) == len(soup.select(".results > li")) > 0
    reply = client.get("/search", query_string={"q": "When was the canal opened?", "explain": "true"})
    for closed, result in zip(details, reply.get_json()["results"], strict=True):
        assert not closed.has_attr("open")
        assert words(one(closed, "summary")) == "Why this passage?"
        rows = [[words(cell) for cell in row.select("th, td")] for row in closed.select("tbody tr")]
        assert rows == [
            [
                feature_in_words(part["feature"]),
                f"{part['value']:z.2f}",
                f"{part['weight']:z.2f}",
                f"{part['value'] * part['weight']:z.2f}",
            ]
            for part in result["explanation"]
        ]
    assert link(explained, "Leave out why each passage stands where it does") == link_to(soup)


def link_to(soup: BeautifulSoup) -> str:
    """The address of the page itself, read off the link that explains it."""
    return link(soup, "Explain the order").removesuffix("&explain=true")


# ---- pages of passages


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """23 passages on a ferry, three pages of them."""
    sections = [
        f"## Pier {number}\n\nThe ferry calls at pier {number} on weekdays." for number in range(1, 24)
    ]
    article = "# The ferry & its piers\n\n" + "\n\n".join(sections)
    return serve(tmp_path_factory.mktemp("ferries"), {"ferries.md": article})


def test_paging_links_lead_through_every_passage_once(ferries: FlaskClient) -> None:
    seen: list[str] = []
    counts: list[int] = []
    soup = page(ferries, "/", q="ferry & weekdays")
    while True:
        links = [str(link["href"]) for link in soup.select(".results h3 a")]
        seen += links
        counts.append(len(links))
        following = soup.select("a[rel=next]")
        if not following:
            break
        soup = page(ferries, str(following[0]["href"]))
    assert counts == [10, 10, 3]
    assert len(set(seen)) == 23


def test_paging_links_keep_what_was_asked_with_the_question(ferries: FlaskClient) -> None:
    soup = page(ferries, "/", q="ferry", page="2", expand="false", explain="true")
    addresses = [str(link["href"]) for link in soup.select(".pages a")]
    assert addresses == ["/?q=ferry&expand=false&explain=true", "/?q=ferry&page=3&expand=false&explain=true"]
    assert link(soup, "Leave out why each passage stands where it does") == "/?q=ferry&page=2&expand=false"
    assert link(soup, "Look beside them too") == "/?q=ferry&explain=true"


def test_only_inner_pages_link_both_ways(ferries: FlaskClient) -> None:
    found = [
        [str(link["rel"][0]) for link in page(ferries, "/", q="ferry", page=str(number)).select(".pages a")]
        for number in (1, 2, 3)
    ]
    assert found == [["next"], ["prev", "next"], ["prev"]]


def test_a_later_page_goes_on_counting_and_does_not_quote_again(ferries: FlaskClient) -> None:
    soup = page(ferries, "/", q="ferry", page="2")
    assert [item["value"] for item in soup.select(".results > li")] == [str(n) for n in range(11, 21)]
    assert one(soup, ".results")["start"] == "11"
    assert words(one(soup, "h2")) == "23 passages, page 2 of 3"
    assert soup.select("blockquote") == []


def test_one_page_of_passages_has_no_paging_links(client: FlaskClient) -> None:
    assert page(client, "/", q="canal").select(".pages") == []


# ---- a document


def test_a_document_shows_each_passage_at_its_anchor(client: FlaskClient, engine: Engine) -> None:
    assert len(engine.document_ids()) == 3
    for key in engine.document_ids():
        soup = page(client, f"/documents/{key}")
        shown = [
            (f"{key}#{element['id']}", element.get_text()) for element in soup.select("article .passage")
        ]
        assert shown == [(passage.id, passage.text) for passage in engine.passages(key)]


@pytest.mark.parametrize(
    "question", ["What is the Ashby Canal?", "permit for anglers", "oven heat", "children under five"]
)
def test_the_link_of_an_answer_leads_to_the_quoted_text(client: FlaskClient, question: str) -> None:
    figure = one(page(client, "/", q=question), "figure")
    address, _, place = str(one(figure, "figcaption a")["href"]).partition("#")
    assert words(one(figure, "blockquote")) in one(page(client, address), f"[id='{place}']").get_text()


def test_a_document_says_what_is_known_of_it_and_from_where(client: FlaskClient) -> None:
    facts = one(page(client, "/documents/canal-md-2184a9"), "dl.facts")
    names, values = ([words(element) for element in facts.select(tag)] for tag in ("dt", "dd"))
    assert dict(zip(names, values, strict=True)) == {
        "Publisher": "Waterways Weekly (supplied in front matter)",
        "By": "Mara Quill (supplied in front matter)",
        "Date": "2 March 2019, updated 30 August 2021 (supplied in front matter)",
        "Original page": "https://waterways.example/ashby-canal",
        "File": "canal.md",
    }


def test_each_heading_of_a_document_stands_once_at_its_level(tmp_path: Path) -> None:
    article = """# Locks

## Gates

### Wood

#### Oak

Oak gates last for forty years.

#### Elm

Elm gates last for twenty.

### Steel

Steel gates last for sixty years.

## Paddles

Paddles let the water in.

### Ground paddles

Ground paddles open first.
"""
    client = serve(tmp_path, {"locks.md": article})
    link = one(page(client, "/", q="oak gates"), "figcaption a")
    soup = page(client, str(link["href"]).partition("#")[0])
    outline = [
        (element.name, words(element))
        for element in soup.select("article h1, article h2, article h3, article h4, article .passage")
    ]
    assert outline == [
        ("h1", "Locks"),
        ("h2", "Gates"),
        ("h3", "Wood"),
        ("h4", "Oak"),
        ("p", "Oak gates last for forty years."),
        ("h4", "Elm"),
        ("p", "Elm gates last for twenty."),
        ("h3", "Steel"),
        ("p", "Steel gates last for sixty years."),
        ("h2", "Paddles"),
        ("p", "Paddles let the water in."),
        ("h3", "Ground paddles"),
        ("p", "Ground paddles open first."),
    ]


@pytest.mark.parametrize(
    "key",
    [
        "nothing",
        "canal.md",
        "canal-md-2184a9 ",
        "CANAL-MD-2184A9",
        "canal-md-2184a9%23p-1",
        "*",
        "%00",
        "%ff",
        "..",
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%5c..%5cwindows%5cwin.ini",
        "%252e%252e%252fetc%252fpasswd",
        "/etc/passwd",
        "<script>alert(1)</script>",
        "x" * 5_000,
    ],
)
def test_an_unknown_document_is_not_found(client: FlaskClient, key: str) -> None:
    response = client.get(f"/documents/{key}", follow_redirects=True)
    assert response.status_code == 404
    soup = BeautifulSoup(response.text, "lxml")
    assert words(one(soup, "h1")) == "Not Found"
    assert soup.select("script") == []
    assert "root:" not in response.text


# ---- hostile articles

BENIGN = "plain words 7 and 7"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b onclick=alert(1)>x',
    "'><svg/onload=alert(1)>",
    '" autofocus onfocus="alert(1)',
    "{{7*7}}",
    "{% raw %} ${7*7} #{7*7}",
    "&lt;i&gt; &amp; &#60;u&#62;",
    "</title></mark></p></main><h1>x</h1>",
    "<!-- x",
    "]]><![CDATA[x",
    "</textarea><style>*{}</style>",
)


def articles(text: str) -> dict[str, str]:
    """Three articles, one in each format, with `text` wherever an article has a place for it."""
    quoted = json.dumps(text)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "a.md": f"---\ntitle: {quoted}\npublisher: {quoted}\nauthors: [{quoted}]\npublished: 2020-01-02\n"
        f"url: {json.dumps('https://mill.example/' + text)}\n---\n"
        f"## The `{text}` part\n\nThe windmill turns `{text}` all day long in the wind.\n",
        f"b {text.replace('/', '_')}.txt": "The mill by the river\n\nPublished 3 May 2020\n\n"
        f"The windmill of the village has turned {text} since the winter of the great flood.\n",
        "c.html": f"<html><head><title>{escaped}</title></head><body><main><h1>{escaped}</h1>"
        f"<h2>{escaped}</h2><p>A windmill grinds {escaped} into flour for the whole valley.</p>"
        "</main></body></html>",
    }


def documents(client: FlaskClient) -> list[BeautifulSoup]:
    """The page of every article on the windmill, in the order of their files."""
    links = {str(link["href"]).partition("#")[0] for link in page(client, "/", q="windmill").select("h3 a")}
    found = {str(one(soup, "dd:last-of-type")): soup for soup in (page(client, link) for link in links)}
    return [found[name] for name in sorted(found)]


def outline(soup: BeautifulSoup) -> set[tuple[str, tuple[str, ...]]]:
    """The names of a page's elements, each with the names of its attributes."""
    return {(element.name, tuple(sorted(element.attrs))) for element in soup.find_all(True)}


@pytest.fixture(scope="module")
def benign(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return serve(tmp_path_factory.mktemp("benign"), articles(BENIGN))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_an_article_is_shown_and_never_becomes_elements(
    benign: FlaskClient, tmp_path: Path, text: str
) -> None:
    client = serve(tmp_path, articles(text))
    answers = page(client, "/", q="windmill")
    assert outline(answers) == outline(page(benign, "/", q="windmill"))
    assert len(answers.select(".results > li")) == 3
    assert sum(text in element.get_text() for element in answers.select(".excerpt")) == 3
    shown = documents(client)
    assert len(shown) == 3
    for soup, plain in zip(shown, documents(benign), strict=True):
        assert outline(soup) == outline(plain)
        assert text in one(soup, ".passage").get_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_title_heading_names_and_file_name_is_shown_as_it_is(tmp_path: Path, text: str) -> None:
    client = serve(tmp_path, articles(text))
    first, second, third = documents(client)
    name = " ".join(text.split())
    assert one(first, "h1").get_text() == name
    assert one(first, "title").get_text() == f"{name} - Citewell"
    assert [fact.get_text() for fact in first.select("dd")[:2]] == [f"{name} (supplied in front matter)"] * 2
    assert one(first, "h2").get_text() == f"The {name} part"
    assert one(first, "a[rel=noreferrer]")["href"] == f"https://mill.example/{name}"
    assert one(second, "dd:last-of-type").get_text() == f"b {text.replace('/', '_')}.txt"
    assert (one(third, "h1").get_text(), one(third, "h2").get_text()) == (name, name)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("rest", ["windmill", "zeppelin"])
def test_markup_in_a_question_is_shown_and_never_becomes_elements(
    benign: FlaskClient, text: str, rest: str
) -> None:
    question = f"{rest} {text}"
    soup = page(benign, "/", q=question)
    assert one(soup, "input[name=q]")["value"] == question
    # Elements that a question may call for: quotation marks, a typing error, a synonym, and their remedies.
    plain = ("windmill", "zeppelin", 'zeppelin "x"', "windmil", "main windmill")
    assert outline(soup) <= set().union(*(outline(page(benign, "/", q=words)) for words in plain))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_the_name_of_a_parameter_is_shown_as_text(client: FlaskClient, text: str) -> None:
    soup = page(client, "/", 400, **{text: "1"})
    assert outline(soup) == outline(page(client, "/", 400, pge="1"))
    assert repr(text[:40]) in one(soup, "section.none p").get_text()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\\tscript:alert(1)",
        "\\u0001javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:alert(1)",
        "file:///etc/passwd",
        "//elsewhere.example/",
        "elsewhere.example",
        "https:javascript:alert(1)",
    ],
)
def test_only_a_web_address_becomes_a_link(tmp_path: Path, address: str) -> None:
    client = serve(
        tmp_path,
        {
            "a.md": f'---\ntitle: The mill\nurl: "{address}"\n---\nThe windmill turns all day long.\n',
            "b.html": f'<html><head><title>Mill</title><link rel="canonical" href="{address}">'
            f'<meta property="og:url" content="{address}"></head>'
            f'<body><p>A windmill <a href="{address}">grinds flour</a> all day long.</p></body></html>',
        },
    )
    soups = [page(client, "/", q="windmill"), *documents(client)]
    assert len(soups) == 3
    links = {str(link["href"]) for soup in soups for link in soup.select("[href]")}
    pages = r"/|/glossary|/\?q=windmill&explain=true|#main|/static/[\w.]+"
    allowed = rf"{pages}|/documents/(?:a-md|b-html)-[0-9a-f]{{6}}#p-1"
    assert [link for link in links if not re.fullmatch(allowed, link)] == []
    reply = client.get("/search?q=windmill").get_json()
    assert [result["document"]["url"] for result in reply["results"]] == [None, None]
    assert [result["links"]["source"] for result in reply["results"]] == [None, None]


# ---- every reply

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/?q=canal", 200),
        ("GET", "/?q=zeppelin", 200),
        ("GET", "/?pge=1", 400),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
        ("POST", "/", 405),
        ("GET", "/documents/canal-md-2184a9", 200),
        ("GET", "/documents/nothing", 404),
        ("DELETE", "/documents/canal-md-2184a9", 405),
        ("GET", "/documents//nothing", 308),
        ("GET", "/search?q=canal", 200),
        ("GET", "/search", 400),
        ("HEAD", "/search?q=canal", 200),
        ("POST", "/search", 405),
        ("GET", "/search/", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/static/style.css", 200),
        ("GET", "/static/icon.svg", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/../app.py", 404),
    ],
)
def test_every_reply_has_the_security_headers(
    client: FlaskClient, method: str, address: str, status: int
) -> None:
    with client.open(address, method=method) as response:
        assert response.status_code == status
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        assert "public" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/", "/?q=canal", "/search?q=canal", "/documents/canal-md-2184a9"])
def test_a_service_without_an_index_has_the_security_headers(
    tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = create_app({"INDEX": tmp_path / "none"}).test_client().get(address)
    assert response.status_code == 503
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert str(tmp_path) not in response.text


@pytest.mark.parametrize("address", ["/?q=canal", "/search?q=canal"])
def test_an_unexpected_error_has_the_security_headers_and_shows_nothing_of_the_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("lost /srv/private/passages.db")

    monkeypatch.setattr("web.api.answer", fail)
    monkeypatch.setattr("web.pages.answer", fail)
    response = client.get(address)
    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert not re.search(r"private|passages\.db|RuntimeError|Traceback|\.py\b", response.text)
    assert "lost /srv/private/passages.db" in caplog.text


PAGES = (
    ("/", 200),
    ("/?q=What+is+the+Ashby+Canal", 200),
    ("/?q=zeppelin", 200),
    ("/?q=zeppelin+pilots+near+a+canal+in+thunderstorms", 200),
    ("/?q=canal&page=2", 200),
    ("/?q=canal&page=x", 400),
    ("/?q=canal&as_of=2021-08-30&expand=false&explain=true", 200),
    ("/?q=bakrey+permit", 200),
    ('/?q="clear+boats"&as_of=2021-08-30', 200),
    ("/?q=canal&as_of=x", 400),
    ("/documents/canal-md-2184a9", 200),
    ("/documents/nothing", 404),
)


@pytest.mark.parametrize(("address", "status"), PAGES)
def test_a_page_holds_no_script_and_no_style(client: FlaskClient, address: str, status: int) -> None:
    soup = page(client, address, status)
    assert soup.select("script, style, iframe, object, embed, base, meta[http-equiv]") == []
    attributes = {name for element in soup.find_all(True) for name in element.attrs}
    assert [name for name in attributes if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize(("address", "status"), PAGES)
def test_a_page_loads_only_what_the_service_has(client: FlaskClient, address: str, status: int) -> None:
    soup = page(client, address, status)
    loaded = [str(element.get("href") or element.get("src")) for element in soup.select("link, [src]")]
    assert sorted(loaded) == ["/static/icon.svg", "/static/style.css"]
    for resource in loaded:
        with client.get(resource) as response:
            assert response.status_code == 200


@pytest.mark.parametrize(("address", "status"), PAGES)
def test_a_page_has_one_main_heading_a_language_and_distinct_ids(
    client: FlaskClient, address: str, status: int
) -> None:
    soup = page(client, address, status)
    assert len(soup.select("h1")) == 1
    assert one(soup, "html")["lang"] == "en-GB"
    ids = [str(element["id"]) for element in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert one(soup, "a.skip")["href"] == "#main"
    assert one(soup, "#main").name == "main"


# ---- generations


@pytest.fixture
def living(tmp_path: Path) -> tuple[FlaskClient, Callable[[str], None]]:
    """A client that has answered from generation 1, and a way to publish another article's generation."""
    source = tmp_path / "corpus" / "mill.md"
    client = serve(tmp_path, {"mill.md": "# Mill\n\nThe windmill grinds barley.\n"})
    assert quotation(client) == "The windmill grinds barley."

    def publish(sentence: str) -> None:
        source.write_text(f"# Mill\n\n{sentence}\n", encoding="utf-8")
        ingest([source.parent], tmp_path / "index")

    return client, publish


def quotation(client: FlaskClient) -> str:
    return words(one(page(client, "/", q="windmill"), "blockquote"))


def test_the_next_request_after_publishing_is_served_from_the_new_generation(
    living: tuple[FlaskClient, Callable[[str], None]],
) -> None:
    client, publish = living
    for sentence in ("The windmill grinds oats.", "The windmill grinds rye.", "The windmill grinds maize."):
        publish(sentence)
        assert quotation(client) == sentence
    link = one(page(client, "/", q="windmill"), "figcaption a")
    assert words(one(page(client, str(link["href"])), ".passage")) == "The windmill grinds maize."
    assert client.get("/search?q=windmill").get_json()["index"]["generation"] == "g000004"


def _overwrite(path: Path) -> None:
    path.write_bytes(b"\0" + path.read_bytes()[1:] + b"\0")


NEWER = "g000002"
DAMAGE = {
    "segment changed": lambda index: _overwrite(next((index / NEWER / "passages").glob("*.seg"))),
    "table of contents changed": lambda index: _overwrite(next((index / NEWER / "passages").glob("*.toc"))),
    "manifest changed": lambda index: _overwrite(index / NEWER / "MANIFEST.json"),
    "manifest gone": lambda index: (index / NEWER / "MANIFEST.json").unlink(),
    "generation gone": lambda index: shutil.rmtree(index / NEWER),
    "pointer gone": lambda index: (index / "CURRENT").unlink(),
    "pointer empty": lambda index: (index / "CURRENT").write_text("", encoding="utf-8"),
    "pointer without names": lambda index: (index / "CURRENT").write_text("{}", encoding="utf-8"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_newer_generation_leaves_the_old_one_serving(
    living: tuple[FlaskClient, Callable[[str], None]],
    tmp_path: Path,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, publish = living
    publish("The windmill grinds oats.")
    DAMAGE[damage](tmp_path / "index")
    with caplog.at_level(logging.CRITICAL):
        assert [quotation(client), quotation(client)] == ["The windmill grinds barley."] * 2
        publish("The windmill grinds rye.")
        assert quotation(client) == "The windmill grinds rye."


def test_the_old_generation_serves_in_full_while_a_damaged_one_is_current(
    living: tuple[FlaskClient, Callable[[str], None]], tmp_path: Path
) -> None:
    client, publish = living
    publish("The windmill grinds oats.")
    _overwrite(next((tmp_path / "index" / NEWER / "passages").glob("*.seg")))
    key = str(one(page(client, "/", q="windmill"), "figcaption a")["href"])
    assert words(one(page(client, key), ".passage")) == "The windmill grinds barley."


def test_a_withdrawn_article_is_no_longer_found(tmp_path: Path) -> None:
    client = serve(tmp_path, {"a.md": "# A\n\nThe windmill turns.\n", "b.md": "# B\n\nThe ferry floats.\n"})
    engine = open_current(tmp_path / "index")
    withdrawn = engine.document_ids()[1]
    engine.close()
    assert words(one(page(client, f"/documents/{withdrawn}"), "h1")) == "B"
    (tmp_path / "corpus" / "b.md").unlink()
    ingest([tmp_path / "corpus"], tmp_path / "index", may_shrink=True)
    assert "withdrawn" in words(one(page(client, f"/documents/{withdrawn}", 404), "main"))
    assert page(client, "/", q="ferry").select(".results") == []
