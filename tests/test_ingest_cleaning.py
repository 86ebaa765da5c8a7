"""Drafts as documents: what is printed above an article, furniture, links, torn lines and headings."""

from __future__ import annotations

import pytest

from ingest.cleaning import clean, document_id
from ingest.drafts import Block, Kind, Line
from ingest.furniture import SOLID_WORDS, drop_furniture, is_furniture, is_scrap
from ingest.headings import MAX_STACKED, mark_headings
from ingest.links import addresses, is_only_links, unlink
from ingest.readers import reader_of_text
from ingest.sources import Source
from ingest.splitting import split
from search.passages import Document, Found

TITLE = "The swing bridge opens again after a hard winter"
PROSE = "The swing bridge was rebuilt last winter, and boats may pass again from the first of March onwards."
MORE = "The keeper lives in the cottage beside the bridge and turns it by hand for every boat that comes."
# A paragraph that no card on a site is as long as.
SOLID = " ".join(
    f"On day {number} of the trial the keeper turned the bridge for nine boats." for number in range(6)
)


def cleaned(text: str, name: str = "bridge.txt") -> Document:
    source = Source(name, text.encode("utf-8", "surrogatepass"), "0" * 64)
    return clean(source, text, reader_of_text(source.format)(text)).document


def under_title(*parts: str) -> Document:
    """The document of a title, a first paragraph and these parts, blank lines between them."""
    return cleaned("\n\n".join([TITLE, PROSE, *parts]))


def paragraphs(document: Document) -> list[str]:
    return document.text.split("\n\n")


def sections(document: Document) -> list[tuple[str | None, int, str]]:
    return [(s.heading, s.level, document.text[s.start : s.end]) for s in document.sections]


def paragraph(text: str) -> Block:
    return Block(Kind.PARAGRAPH, (Line(text, 1, 1),))


# The lines above an article: title


@pytest.mark.parametrize(
    ("top", "title"),
    [
        (f"{TITLE}\n\n", Found(TITLE, "line 1")),
        (f"\n\n{TITLE}\n\n", Found(TITLE, "line 3")),
        (f"# {TITLE}\n\n", Found(TITLE, "line 1")),
        (f"Canal News\n\n{TITLE}\n\n", Found(TITLE, "line 3")),
        (f"Canal News\n\nWaterways and Bridges\n\n{TITLE}\n\n", Found(TITLE, "line 5")),
        (f"Skip to main content\n\n{TITLE}\n\n", Found(TITLE, "line 3")),
        (f"Home › News › Bridges\n\n{TITLE}\n\n", Found(TITLE, "line 3")),
        ("The swing\nbridge opens\n\n", Found("The swing bridge opens", "line 1")),
        ("Canal News\n\n", Found("Canal News", "line 1")),
        (f"[{TITLE}](https://canal.example/swing)\n\n", None),
        ("", None),
        ("4 May 2020\n\n", None),
        ("By Ida Marl\n\n", None),
    ],
)
def test_the_title_is_the_first_line_that_is_no_label_of_the_site(top: str, title: Found | None) -> None:
    document = cleaned(f"{top}{PROSE}\n\n{MORE}")
    assert document.metadata.title == title
    assert document.text == f"{PROSE}\n\n{MORE}"


def test_prose_is_never_taken_for_a_title() -> None:
    document = cleaned(f"{PROSE}\n\n{MORE}")
    assert document.metadata.title is None
    assert document.label == "bridge.txt"


@pytest.mark.parametrize(
    "text", ["The lock is open.", "The lock is open.\n\nBoats pass again.", "Is it open? It is."]
)
def test_a_short_sentence_is_never_taken_for_a_title(text: str) -> None:
    document = cleaned(text)
    assert document.metadata.title is None
    assert document.text == text


@pytest.mark.parametrize("heading", [TITLE, TITLE.upper(), f"{TITLE}!"])
def test_a_headline_printed_under_the_declared_title_is_no_text(heading: str) -> None:
    document = cleaned(f"---\ntitle: {TITLE}\n---\n{heading}\n\n{PROSE}\n", "bridge.md")
    assert document.metadata.title == Found(TITLE, "front matter", supplied=True)
    assert document.text == PROSE


@pytest.mark.parametrize(
    ("top", "name"),
    [
        (f"{TITLE}\n\n{TITLE}", "bridge.txt"),
        (f"{TITLE}\n\nBy Ida Marl\n\n{TITLE}", "bridge.txt"),
        (f"# {TITLE}\n\n{TITLE}", "bridge.md"),
        (f"<title>{TITLE}</title><h1>{TITLE}</h1><p>{TITLE}</p>", "bridge.html"),
    ],
)
def test_a_headline_printed_twice_is_no_text(top: str, name: str) -> None:
    document = cleaned(f"{top}\n\n{PROSE}", name)
    assert document.metadata.title is not None
    assert document.metadata.title.value == TITLE
    assert document.text == PROSE


def test_a_solid_paragraph_above_the_title_survives() -> None:
    document = cleaned(f"Menu\n\n{SOLID}\n\n# {TITLE}\n\n{PROSE}\n", "bridge.md")
    assert document.metadata.title == Found(TITLE, "line 5")
    assert document.text == f"{SOLID}\n\n{PROSE}"


# Publisher


def test_a_line_that_spells_the_host_of_the_pages_links_is_the_publisher() -> None:
    document = cleaned(
        f"The Canal News\n\n{TITLE}\n\n{PROSE}\n\nWrite to [the desk](https://www.canalnews.example/desk)."
    )
    assert document.metadata.publisher == Found("The Canal News", "line 1")
    assert document.metadata.title == Found(TITLE, "line 3")


@pytest.mark.parametrize(
    "text",
    [
        f"The Canal News\n\n{TITLE}\n\n{PROSE}",
        f"The Canal News\n\n{TITLE}\n\n{PROSE} See https://www.weirs.example/canalnews now.",
        f"{TITLE}\n\n{PROSE}\n\nSee https://www.canalnews.example.",
    ],
    ids=["no link", "another host", "no line"],
)
def test_without_both_the_line_and_the_host_the_publisher_is_null(text: str) -> None:
    assert cleaned(text).metadata.publisher is None


# Authors


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ida Marl", ["Ida Marl"]),
        ("by Ida Marl", ["Ida Marl"]),
        ("By: Ida Marl", ["Ida Marl"]),
        ("Written by Ida Marl", ["Ida Marl"]),
        ("By Ida Marl and Tom Fenn", ["Ida Marl", "Tom Fenn"]),
        ("By Ida Marl, Tom Fenn and Una Q. O'Dell", ["Ida Marl", "Tom Fenn", "Una Q. O'Dell"]),
        ("By Ida Marl & Tom van Fenn", ["Ida Marl", "Tom van Fenn"]),
        ("By Ida Marl, keeper of the bridge", ["Ida Marl"]),
        ("By Ida Marl - 4 May 2020", ["Ida Marl"]),
        ("By Ida Marl | 04/05/2020", ["Ida Marl"]),
    ],
)
def test_a_byline_names_the_authors_and_is_no_text(line: str, names: list[str]) -> None:
    document = cleaned(f"{TITLE}\n\n{line}\n\n{PROSE}")
    assert document.metadata.authors == tuple(Found(name, "line 3") for name in names)
    assert document.metadata.title == Found(TITLE, "line 1")
    assert document.text == PROSE


@pytest.mark.parametrize(
    "line",
    ["By Ida Marl - 4 May 2020", "By Ida Marl | 04/05/2020", "By Ida Marl – 2020-05-04"],
)
def test_the_date_behind_a_byline_is_when_the_article_was_published(line: str) -> None:
    assert cleaned(f"{TITLE}\n\n{line}\n\n{PROSE}").metadata.published == Found("2020-05-04", "line 3")


@pytest.mark.parametrize(
    "label", ["Author", "Authors:", "Author(s)", "Contributors", "Written by", "Words by", "By:"]
)
def test_a_label_announces_the_name_on_the_next_line(label: str) -> None:
    document = cleaned(f"{TITLE}\n\n{label}\n\nIda Marl\n\n{PROSE}")
    assert document.metadata.authors == (Found("Ida Marl", "line 5"),)
    assert document.text == PROSE


def test_a_name_in_the_first_sentence_that_writes_is_the_author() -> None:
    text = f"{TITLE}\n\nThe bridge can be turned again and the boats are moving, writes Ida Marl.\n\n{MORE}"
    assert cleaned(text).metadata.authors == (Found("Ida Marl", "line 3"),)


@pytest.mark.parametrize(
    "line", ["By boat and by train", "By the canal", "By March", "Bypass Bridge Reopens", "Ida Marl"]
)
def test_what_is_no_byline_names_nobody(line: str) -> None:
    assert cleaned(f"{TITLE}\n\n{line}\n\n{PROSE}").metadata.authors == ()


# Dates


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("4 May 2020", "2020-05-04", None),
        ("Monday 4th May 2020", "2020-05-04", None),
        ("May 4, 2020", "2020-05-04", None),
        ("04/05/2020", "2020-05-04", None),
        ("04.05.20", "2020-05-04", None),
        ("2020-05-04", "2020-05-04", None),
        ("4 May 2020, 10:30", "2020-05-04", None),
        ("4 May 2020 at 10:30", "2020-05-04", None),
        ("Published 4 May 2020", "2020-05-04", None),
        ("PUBLISHED: 4 MAY 2020", "2020-05-04", None),
        ("First published on 4 May 2020", "2020-05-04", None),
        ("Date: 04/05/2020", "2020-05-04", None),
        ("Updated 4 May 2020", None, "2020-05-04"),
        ("Last updated on 04/05/20", None, "2020-05-04"),
        ("Last reviewed: 4 May 2020", None, "2020-05-04"),
        ("Published 4 May 2020, last modified 6 May 2020", "2020-05-04", "2020-05-06"),
        ("Updated 6 May 2020 | Published 4 May 2020", "2020-05-04", "2020-05-06"),
        ("This page was last updated on 6 May 2020.", None, "2020-05-06"),
        ("Posted 4 May 2020 by the bridge desk", "2020-05-04", None),
    ],
)
def test_a_dated_line_above_the_article_dates_it_and_is_no_text(
    line: str, published: str | None, updated: str | None
) -> None:
    document = cleaned(f"{TITLE}\n\n{line}\n\n{PROSE}")
    assert document.metadata.published == (Found(published, "line 3") if published else None)
    assert document.metadata.updated == (Found(updated, "line 3") if updated else None)
    assert document.metadata.title == Found(TITLE, "line 1")
    assert document.text == PROSE


def test_a_dated_line_may_stand_above_the_title() -> None:
    document = cleaned(f"4 May 2020\n\n{TITLE}\n\n{PROSE}")
    assert document.metadata.published == Found("2020-05-04", "line 1")
    assert document.metadata.title == Found(TITLE, "line 3")


def test_dates_are_day_first_unless_the_page_proves_otherwise() -> None:
    top = f"{TITLE}\n\nPublished 05/04/2020\n\n{PROSE}\n\n"
    assert cleaned(f"{top}{MORE}").metadata.published == Found("2020-04-05", "line 3")
    assert cleaned(f"{top}It was shut on 03/28/2020.").metadata.published == Found("2020-05-04", "line 3")
    proved_otherwise = f"{top}It was shut on 03/28/2020 and on 28/03/2020."
    assert cleaned(proved_otherwise).metadata.published == Found("2020-04-05", "line 3")


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\n\nThe swing bridge was opened on 4 May 2020 by the keeper of the upper lock.\n\n{MORE}",
        f"{TITLE}\n\n{PROSE}\n\n4 May 2020\n\n{MORE}",
        f"{TITLE}\n\n{PROSE}\n\nThe bridge was opened on 4 May 2020.",
        f"{TITLE}\n\nIn May 2020 the swing bridge was opened again by the keeper of the lock.\n\n{MORE}",
        f"{TITLE}\n\nPublished 31/02/2020\n\n{PROSE}",
        f"{TITLE}\n\nPublished in spring\n\n{PROSE}",
    ],
    ids=["first sentence", "between paragraphs", "later sentence", "month", "no day", "no date"],
)
def test_a_date_that_dates_no_article_is_not_guessed_to(text: str) -> None:
    metadata = cleaned(text).metadata
    assert (metadata.published, metadata.updated) == (None, None)


def test_a_sentence_with_a_date_stays_in_the_text() -> None:
    sentence = "The swing bridge was opened on 4 May 2020 by the keeper of the upper lock."
    assert cleaned(f"{TITLE}\n\n{sentence}\n\n{MORE}").text == f"{sentence}\n\n{MORE}"


def test_what_the_format_declares_goes_before_what_is_printed() -> None:
    top = f"# {TITLE}\n\nBy Ida Marl\n\nPublished 6 May 2020"
    text = f"---\ntitle: Swing\npublished: 2020-05-04\n---\n{top}\n\n{PROSE}"
    metadata = cleaned(text, "bridge.md").metadata
    assert metadata.title == Found("Swing", "front matter", supplied=True)
    assert metadata.published == Found("2020-05-04", "front matter", supplied=True)
    assert metadata.authors == (Found("Ida Marl", "line 7"),)


def test_a_time_element_and_a_byline_of_a_page_are_read() -> None:
    markup = (
        f"<main><h1>{TITLE}</h1>\n<p>By Ida Marl</p>\n<p><time>4 May 2020</time></p>\n<p>{PROSE}</p></main>"
    )
    document = cleaned(markup, "bridge.html")
    assert document.metadata.authors == (Found("Ida Marl", "line 2"),)
    assert document.metadata.published == Found("2020-05-04", "time element")
    assert document.text == PROSE


# Contents list


@pytest.mark.parametrize(
    "label", ["Contents", "On this page", "Page contents", "What's in this explainer?", "Jump to section:"]
)
def test_the_contents_list_is_dropped_and_gives_its_headings_the_first_level(label: str) -> None:
    document = cleaned(
        f"{TITLE}\n\n{label}\n\n- The keeper\n- The boats\n\n{PROSE}\n\n"
        f"The keeper\n\n{MORE}\n\nHer cottage\n\nIt is of brick.\n\nThe boats\n\n{SOLID}"
    )
    assert sections(document) == [
        (None, 0, PROSE), ("The keeper", 2, MORE), ("Her cottage", 3, "It is of brick."),
        ("The boats", 2, SOLID),
    ]  # fmt: skip
    assert document.sections[2].path == ("The keeper", "Her cottage")
    assert document.sections[3].path == ("The boats",)


def test_a_contents_entry_may_differ_from_its_heading_by_a_slip() -> None:
    document = cleaned(
        f"{TITLE}\n\nOn this page:\n\n- Who the keeper is\n- Boats\n\n{PROSE}\n\nWho is the keeper?\n\n{MORE}"
    )
    assert sections(document) == [(None, 0, PROSE), ("Who is the keeper?", 2, MORE)]


def test_the_entries_of_a_contents_list_may_be_links() -> None:
    links = "\n".join(f"- [{name}](#{name[:3]})" for name in ("The keeper", "The boats", "The weir"))
    document = cleaned(f"{TITLE}\n\nJump to\n\n{links}\n\n{PROSE}\n\nThe boats\n\n{MORE}")
    assert sections(document) == [(None, 0, PROSE), ("The boats", 2, MORE)]


def test_a_list_under_another_lead_in_is_no_contents_list() -> None:
    assert cleaned(f"{TITLE}\n\n{PROSE}\n\nThe keeper has:\n\n- a lamp\n- a rope").text == (
        f"{PROSE}\n\nThe keeper has:\n- a lamp\n- a rope"
    )


def test_a_date_in_a_title_or_a_first_sentence_is_no_publication_date() -> None:
    title = "The bridge plan of 11 February 2021 explained"
    document = cleaned(f"{title}\n\nThe bridge plan was published on 11 February 2021.\n\n{PROSE}\n")
    assert document.metadata.title == Found(title, "line 1")
    assert (document.metadata.published, document.metadata.updated) == (None, None)
    assert document.text == f"The bridge plan was published on 11 February 2021.\n\n{PROSE}"


def test_first_level_headings_are_sections_where_front_matter_has_the_title() -> None:
    text = f"---\ntitle: Bridges\n---\nA short lead.\n\n# The keeper\n\n{PROSE}\n\n# The boats\n\n{MORE}\n"
    document = cleaned(text, "bridge.md")
    assert document.metadata.title == Found("Bridges", "front matter", supplied=True)
    assert sections(document) == [
        (None, 0, "A short lead."), ("The keeper", 1, PROSE), ("The boats", 1, MORE)
    ]  # fmt: skip


def test_a_lead_above_a_marked_title_survives() -> None:
    document = cleaned(f"A short lead.\n\n# Bridges\n\n{PROSE}\n", "bridge.md")
    assert document.metadata.title == Found("Bridges", "line 3")
    assert document.text == f"A short lead.\n\n{PROSE}"


def test_several_authors_may_stand_one_a_line() -> None:
    document = cleaned(f"{TITLE}\n\nAuthors\n\nIda Marl\n\nPer Holm\n\n{PROSE}\n")
    assert [author.value for author in document.metadata.authors] == ["Ida Marl", "Per Holm"]
    assert document.text == PROSE


# Furniture


FURNITURE = [
    "Skip to content",
    "Skip to main content",
    "Skip to the navigation",
    "Back to top",
    "Back to all articles",
    "Share this page",
    "Share on Pigeonpost",
    "Share this: Pigeonpost, Semaphore",
    "Tweet",
    "Print this page",
    "Email this",
    "Download as PDF",
    "Copy link",
    "Menu",
    "Search",
    "Log in or register to post comments",
    "Sign in",
    "No comments yet",
    "There are no comments yet for this page",
    "Be the first to comment",
    "Read more",
    "Load more boats",
    "More boats >",
    "Five-minute read",
    "4 minute read",
    "Reading time: 4 minutes",
    "This site uses cookies to count the boats.",
    "We use cookies",
    "Accept all cookies",
    "Cookie settings",
    "Jump to content",
    "Skip navigation",
    "Skip to main",
    "Skip to article",
    "There are currently no comments.",
    "No comments have been posted yet.",
    "0 comments so far",
    "Nobody has commented on this article yet.",
    "Comments are closed.",
    "© 2020 Canal News",
    "Copyright © Canal News 2020",
    "All rights reserved.",
    "Filed under: bridges, boats",
    "Tags: bridges",
    "You are here: Home, News",
    "Home › News › Bridges",
    "Home > News > Bridges",
    "Terms | Privacy | Contact",
    "By Ida Marl - 4 May 2020",
    "By Ida Marl | 04/05/2020",
    "The weir is to be mended before the summer, the engineers sa... more >",
    "The weir is to be mended before the summer … [Read more]",
    "The weir is to be mended before the summer... Continue reading",
    "24/05/2020Weir mended at last",
    "24.05.20‘We had to wait,’ says the skipper",
    "* * *",
    "»",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_no_text_wherever_it_stands(line: str) -> None:
    assert is_furniture(paragraph(line))
    assert under_title(line, MORE).text == f"{PROSE}\n\n{MORE}"
    assert under_title(MORE, line).text == f"{PROSE}\n\n{MORE}"


@pytest.mark.parametrize(
    "line",
    [
        "Skip to main content was the first link that the page had.",
        "Share prices of canal companies rose in 1793.",
        "Print this on both sides and fold it along the towpath.",
        "Search parties went out along the towpath.",
        "Menu prices at the lock café rose.",
        "Twelve comments were made about the bridge.",
        "There were no comments on the plan.",
        "Read more slowly, the keeper said.",
        "Cookies are sold at the lock café.",
        "The site uses water from the canal.",
        "On 24/05/2020 the weir was mended.",
        "24/05/2020 was a dry day.",
        "By Ida Marl's count 90 boats passed.",
        "The keeper paused... more boats came.",
        "The weir is higher > two metres than the lock.",
        "Depth | width | length: all three matter.",
        "Close the paddles before you leave.",
        "Tags were tied to every boat.",
    ],
)
def test_a_sentence_that_begins_like_furniture_survives(line: str) -> None:
    assert not is_furniture(paragraph(line))
    assert under_title(line, MORE).text == f"{PROSE}\n\n{line}\n\n{MORE}"


LABELS = [
    "Comments",
    "Comments (3)",
    "3 Comments",
    "Related content",
    "Related articles:",
    "You may also like",
    "You might also be interested in",
    "More from Canal News",
    "Most read",
    "Popular articles",
    "Recommended for you",
    "Latest news",
    "Recent bridge posts",
    "12 comments",
    "Add a comment",
    "Leave a reply",
    "Sign up for our letter",
    "Subscribe",
    "Newsletter",
    "Follow us",
    "Contact us",
    "See also",
    "Read next",
    "In this section",
    "Other news",
    "Have your say",
    "Join the conversation",
    "Your comments",
    "Reader comments (0)",
    "Readers’ comments",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_takes_its_cards_along(label: str) -> None:
    cards = ["Ten weirs to see by boat", "The towpath is closed until further notice, says the trust."]
    assert under_title(MORE, label, *cards).text == f"{PROSE}\n\n{MORE}"


@pytest.mark.parametrize("label", LABELS)
def test_the_article_goes_on_after_a_zone_with_the_heading_over_it(label: str) -> None:
    cards = ["Ten weirs to see by boat", "The towpath is closed until further notice, says the trust."]
    document = under_title(MORE, label, *cards, "What the keeper says", SOLID, "The end of it.")
    assert sections(document) == [
        (None, 0, f"{PROSE}\n\n{MORE}"), ("What the keeper says", 2, f"{SOLID}\n\nThe end of it.")
    ]  # fmt: skip


def test_a_zone_ends_at_a_paragraph_of_solid_length_and_not_one_word_before() -> None:
    solid = " ".join(["word"] * (SOLID_WORDS - 1)) + " end."
    card = " ".join(["word"] * (SOLID_WORDS - 2)) + " end."
    blocks = [paragraph(text) for text in (PROSE, "Related content", card, solid)]
    assert [block.text for block in drop_furniture(blocks)] == [PROSE, solid]
    assert [block.text for block in drop_furniture(blocks[:3])] == [PROSE]


def test_a_teaser_of_any_length_ends_no_zone() -> None:
    teaser = SOLID.removesuffix(".") + "... more >"
    assert under_title("Related content", teaser, "A card").text == PROSE


def test_in_a_marked_up_document_the_next_heading_ends_a_zone() -> None:
    zone = "## Related content\n\nA card\n\n### Another card"
    text = f"# {TITLE}\n\n{PROSE}\n\n{zone}\n\n## The keeper\n\nShe is tall.\n"
    assert sections(cleaned(text, "bridge.md")) == [(None, 0, PROSE), ("The keeper", 2, "She is tall.")]


def test_a_sentence_that_begins_like_a_label_opens_no_zone() -> None:
    lines = [
        "Related content is what the archive is short of.",
        "Comments were few that year.",
        "A last word.",
    ]
    assert under_title(*lines).text == "\n\n".join([PROSE, *lines])


def test_a_last_heading_without_text_is_dropped() -> None:
    assert cleaned(f"# {TITLE}\n\n{PROSE}\n\n## Keep up\n\n### Now\n", "bridge.md").text == PROSE


@pytest.mark.parametrize(
    ("sentence", "scrap"),
    [
        ("The keeper of the upper lock says that …", True),
        ("The keeper of the upper lock says that ...", True),
        ("Boats return to the weir 12.02.2020 As water rises, more follow.", True),
        ("Boats returned on 12.02.2020 as the water rose.", False),
        ("The keeper waited… and waited.", False),
        ("The keeper waited…", False),
        ("Nights at the upper weir, Ada Brook looks at the weir with its keeper.", True),
        ("The long night at the upper weir, Ada Brook describes a night at the weir.", True),
        ("At the upper weir, Ada Brook looks at the gates of the weir.", False),
        ("The keeper of the weir, Ada Brook looks at each boat twice.", False),
        ("Nights at the upper weir, Ada Brook argues that the weir needs a lamp.", False),
    ],
)
def test_a_scrap_is_cut_off_or_has_a_bare_date_inside(sentence: str, scrap: bool) -> None:
    assert is_scrap(sentence) is scrap


def test_scraps_are_taken_out_of_a_text_that_was_run_together_and_only_there() -> None:
    scrap = "Boats return to the weir 12.02.2020 As water rises, more follow."
    whole = " ".join([SOLID] * 5)
    run_together = under_title(f"{whole} {scrap} {MORE}")
    assert run_together.text == f"{PROSE}\n\n{whole} {MORE}"
    assert under_title(f"{SOLID} {scrap} {MORE}").text == f"{PROSE}\n\n{SOLID} {scrap} {MORE}"


# Links


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("see [the lock](https://canal.example/lock) now", "see the lock now"),
        ("see [the lock](#) now", "see the lock now"),
        ("see [the lock]() now", "see the lock now"),
        ("see ![a lock](lock.png) now", "see a lock now"),
        (r"see [the lock \(/topics/lock\)](#) now", "see the lock now"),
        (
            "see [the lock (https://canal.example/lock)](#) now",
            "see the lock now",
        ),
        (r"see [the lock \(https://canal.example/lock\)](#) now", "see the lock now"),
        ("see [the lock](https://canal.example/l) (<https://canal.example/l>) now", "see the lock now"),
        ("see [the lock](https://canal.example/l) ([/l](https://canal.example/l)).", "see the lock."),
        (r"the [Canal Trust \(CT\)](https://canal.example) said", "the Canal Trust (CT) said"),
        ("a lock¹ ([#note1](#)), then", "a lock, then"),
        ("[The lock is shut.](#), it said", "The lock is shut, it said"),
        ("[The lock is shut.](#) Then it rained.", "The lock is shut. Then it rained."),
        (r"a \[sic\] lock", "a [sic] lock"),
        ("a **bold** lock and an __other__", "a bold lock and an other"),
        ("two [locks](a) and [weirs](b)", "two locks and weirs"),
        ("no links [here] (at all)", "no links [here] (at all)"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("empty ( ) brackets", "empty brackets"),
        ("", ""),
    ],
)
def test_a_link_becomes_what_a_reader_sees_of_it(source: str, seen: str) -> None:
    assert unlink(source) == seen


@pytest.mark.parametrize(
    ("source", "alone"),
    [("[6 boats](#)", True), ("- [a](b) | [c](d)", True), ("[a](b).", True), ("see [a](b)", False),
     ("a", False), ("", False)],
)  # fmt: skip
def test_only_links_means_no_word_beside_them(source: str, alone: bool) -> None:
    assert is_only_links(source) is alone


def test_addresses_are_found_whatever_stands_around_them() -> None:
    source = r"[a](https://a.example/x) (<http://b.example>) \(https://c.example/y\) ftp://d.example [e](/e)"
    assert addresses(source) == ["https://a.example/x", "http://b.example", "https://c.example/y"]


def test_no_address_of_a_link_reaches_the_text() -> None:
    document = under_title(
        "The [lock](https://canal.example/lock) (<https://canal.example/lock>) is shut.",
        r"Its [keeper \(/people/keeper\)](#) is away, see ![map](https://canal.example/m.png) and [that](x).",
    )
    assert document.text == f"{PROSE}\n\nThe lock is shut.\n\nIts keeper is away, see map and that."


# Torn lines


@pytest.mark.parametrize(
    ("torn", "joined"),
    [
        ("The bridge\nis shut.", "The bridge is shut."),
        ("The bridge\nIs Shut.", "The bridge Is Shut."),
        ("The bridge is\n\nshut for now.", "The bridge is shut for now."),
        ("The bridge (rebuilt\n\nBy hand) is shut.", "The bridge (rebuilt By hand) is shut."),
        ("The bridge [rebuilt\n\n2019] is shut.", "The bridge [rebuilt 2019] is shut."),
        ("A hand-\nturned bridge.", "A hand-turned bridge."),
        ("A hand-\n\nturned bridge.", "A hand-turned bridge."),
        ("It is shut –\nfor now.", "It is shut – for now."),
    ],
)
def test_torn_lines_are_joined(torn: str, joined: str) -> None:
    assert under_title(torn, MORE).text == f"{PROSE}\n\n{joined}\n\n{MORE}"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The bridge is shut.", "and so is the lock, all day."),
        ("The bridge is shut:", "that is what the notice says, anyway."),
        ("Is the bridge shut?", "yes, it was shut all day."),
        ("“The bridge is shut”", "said the keeper on her way out."),
        ("The bridge is shut for the whole of this, the coldest and the longest of winters we have had",
         "The lock is open."),
    ],
)  # fmt: skip
def test_lines_over_a_blank_line_are_not_joined_after_an_end_or_before_a_capital(
    first: str, second: str
) -> None:
    assert under_title(first, second, MORE).text == f"{PROSE}\n\n{first}\n\n{second}\n\n{MORE}"


def test_lines_over_two_blank_lines_are_not_joined() -> None:
    text = f"{TITLE}\n\n{PROSE}\n\nThe bridge is\n\n\nshut for now.\n\n{MORE}"
    assert cleaned(text).text == f"{PROSE}\n\nThe bridge is\n\nshut for now.\n\n{MORE}"


def test_an_item_that_was_torn_is_joined_and_the_next_item_is_not() -> None:
    assert under_title("She has:", "- a lamp that\n\nburns oil\n\n- a rope").text == (
        f"{PROSE}\n\nShe has:\n- a lamp that burns oil\n- a rope"
    )


# Lists, captions, notes


@pytest.mark.parametrize("bullet", ["-", "*", "•", "◦", "‣", "▪", "·", "–", "●", "■", "○", "1.", "2)"])
def test_bullets_of_all_sorts_are_laid_out_alike(bullet: str) -> None:
    text = f"She has:\n{bullet} a lamp\n   {bullet} of brass\n{bullet} a rope"
    assert under_title(text).text == f"{PROSE}\n\nShe has:\n- a lamp\n  - of brass\n- a rope"


def test_a_list_stays_with_its_lead_in_in_one_passage() -> None:
    document = under_title(f"{MORE} She has:", "- a lamp\n\n- a rope", SOLID)
    passage = f"{MORE} She has:\n- a lamp\n- a rope"
    assert [p.text for p in split(document)] == [f"{PROSE}\n\n{passage}", SOLID]


def test_a_list_without_a_lead_in_stands_apart() -> None:
    assert under_title(MORE, "- a lamp\n- a rope").text == f"{PROSE}\n\n{MORE}\n\n- a lamp\n- a rope"


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 1 The bridge",
        "Map 2: the canal",
        "Table 3",
        "Box 4 A keeper's day",
        "Plate 5: the gates",
        "Diagram 6",
        "Illustration 7 The keeper",
    ],
)
def test_a_caption_is_kept_and_heads_nothing(caption: str) -> None:
    document = under_title(MORE, caption, SOLID)
    assert sections(document) == [(None, 0, f"{PROSE}\n\n{MORE}\n\n{caption}\n\n{SOLID}")]


def test_a_line_over_a_caption_is_no_heading() -> None:
    assert len(under_title(MORE, "The keeper", "Figure 1 The bridge", SOLID).sections) == 1


@pytest.mark.parametrize(
    "heading", ["Figures of the year", "Boxes and barrels", "Mapping 3 canals", "Tables"]
)
def test_a_heading_that_begins_like_a_caption_is_a_heading(heading: str) -> None:
    assert sections(under_title(heading, SOLID)) == [(None, 0, PROSE), (heading, 2, SOLID)]


def test_a_numbered_footnote_is_no_item_and_no_heading() -> None:
    document = under_title(MORE, "1. ([#ref1](#)) Counted by the keeper.", "2. ([#ref2](#)) Counted again.")
    assert document.text == f"{PROSE}\n\n{MORE}\n\nCounted by the keeper.\n\nCounted again."


def test_an_asterisk_note_is_kept_as_a_line_of_its_own() -> None:
    document = under_title("The toll* is a pound.", "* As of May.", SOLID)
    assert document.text == f"{PROSE}\n\nThe toll* is a pound.\n\n* As of May.\n\n{SOLID}"
    assert len(document.sections) == 1


# Headings


@pytest.mark.parametrize(
    "heading",
    [
        "The keeper",
        "What does the keeper do?",
        "1804",
        "‘A fine bridge’",
        "Lock 7 (Upper)",
        "Q&A",
        "3 The toll",
    ],
)
def test_a_bare_line_over_a_text_is_a_heading(heading: str) -> None:
    document = under_title(heading, MORE)
    assert sections(document) == [(None, 0, PROSE), (heading, 2, MORE)]
    assert document.sections[1].path == (heading,)


@pytest.mark.parametrize(
    "line",
    ["She is tall.", "She has:", "She is tall,", "she is tall", "What a bridge!", "And then…",
     "A line of far more words than any heading has, which therefore heads nothing at all here"],
)  # fmt: skip
def test_a_line_that_ends_like_a_sentence_or_is_long_is_no_heading(line: str) -> None:
    assert len(under_title("It rained.", line, MORE).sections) == 1


def test_a_line_over_nothing_is_no_heading() -> None:
    assert under_title(MORE, "The end").sections[0].end == len(f"{PROSE}\n\n{MORE}\n\nThe end")


@pytest.mark.parametrize("count", range(1, MAX_STACKED + 3))
def test_a_stack_of_bare_lines_is_headings_only_when_it_is_low(count: int) -> None:
    names = ["Lamp", "Rope", "Windlass", "Boots", "Kettle"][:count]
    blocks = mark_headings([paragraph(PROSE), *map(paragraph, names), paragraph(MORE)], ())
    headings = [block.text for block in blocks if block.kind is Kind.HEADING]
    assert headings == names[-MAX_STACKED:]


def test_headings_over_a_list_are_headings() -> None:
    assert sections(under_title("What she has", "- a lamp\n- a rope")) == [
        (None, 0, PROSE), ("What she has", 2, "- a lamp\n- a rope")
    ]  # fmt: skip


def test_marked_up_headings_keep_their_levels_and_bare_lines_stay_text() -> None:
    keeper = "## The keeper\n\nHer cottage\n\nIt is small.\n\n### Roof\n\nSlate."
    text = f"# {TITLE}\n\n{PROSE}\n\n{keeper}\n\n## Boats\n\nMany.\n"
    document = cleaned(text, "bridge.md")
    assert sections(document) == [
        (None, 0, PROSE), ("The keeper", 2, "Her cottage\n\nIt is small."), ("Roof", 3, "Slate."),
        ("Boats", 2, "Many."),
    ]  # fmt: skip
    assert [s.path for s in document.sections] == [(), ("The keeper",), ("The keeper", "Roof"), ("Boats",)]


# Provenance and ids


def test_each_line_of_the_text_points_to_its_source() -> None:
    source = f"{TITLE}\n\nBy Ida Marl\n\n{PROSE}\n\nThe bridge is\n\nshut for now.\n\nShe has:\n• a lamp\n"
    document = cleaned(source)
    assert [(document.text[o.start : o.end], o.first, o.last) for o in document.origins] == [
        (PROSE, 5, 5), ("The bridge is", 7, 7), ("shut for now.", 9, 9),
        ("She has:", 11, 11), ("a lamp", 12, 12),
    ]  # fmt: skip
    for origin in document.origins:
        assert document.text[origin.start : origin.end] in source[origin.source_start : origin.source_end]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "Skip to content\n\nMenu", "© 2020 Canal News", "---\n---", "Related content"]
)
@pytest.mark.parametrize("name", ["bridge.txt", "bridge.md"])
def test_a_file_of_furniture_alone_has_no_text(text: str, name: str) -> None:
    document = cleaned(text, name)
    assert (document.text, document.sections, split(document)) == ("", (), ())


def test_ids_are_readable_stable_and_apart() -> None:
    assert document_id("guides/What is a lock?.md") == document_id("guides/What is a lock?.md")
    assert document_id("guides/What is a lock?.md").startswith("guides-what-is-a-lock-md-")
    names = ["a b.md", "a-b.md", "A-B.md", "a/b.md", "ä-b.md", "?.md", "!.md"]
    assert len({document_id(name) for name in names}) == len(names)
    assert all(set(document_id(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)


def test_every_line_of_a_plain_text_knows_its_characters() -> None:
    text = f"{TITLE}\n\n  Boats  \n\n{PROSE}\n\nShe has:\n\n  * a lamp \n  * a rope\n"
    document = cleaned(text)
    assert [text[o.source_start : o.source_end] for o in document.origins] == [
        document.text[o.start : o.end] for o in document.origins
    ]


def test_a_sentence_of_a_text_that_was_run_together_knows_its_characters() -> None:
    text = " ".join([PROSE, "Cut off by the mill …", *[MORE] * 20])
    document = cleaned(text)
    assert "mill" not in document.text
    assert len(document.origins) == 21
    for origin in document.origins:
        assert text[origin.source_start : origin.source_end] == document.text[origin.start : origin.end]


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("a" + " " * 300_000 + "b", "a b"),
        ("**a " * 50_000 + "b", "**a " * 50_000 + "b"),
        ("[a" * 100_000, "[a" * 100_000),
        ("(" * 100_000, "(" * 100_000),
    ],
    ids=["spaces", "stars", "brackets", "parentheses"],
)
def test_unmatched_marks_in_great_number_are_text_and_stall_nothing(text: str, visible: str) -> None:
    assert unlink(text) == visible
