"""Names and dates that a page marks up around its headline, outside meta elements: bylines, <time>."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from bs4 import Tag

from ingest.bylines import printed_names
from ingest.dates import to_iso
from search.passages import Found, Metadata

# Parts of class names and ids: "article-byline", "entry-date", "post__author-name".
_BYLINE = frozenset("byline bylines author authors autor writer contributor contributors reporter".split())
_DATE = frozenset(
    "date datetime dateline timestamp published publish pubdate posted updated modified time".split()
)
# Around these no name or date is the article's, however near to its headline they stand.
_ELSEWHERE = frozenset(
    """
    card cards comment comments newsletter popular promo recommended related sidebar teaser teasers trending
    """.split()
)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
UPDATED = re.compile(r"updated|modified|revised|reviewed|aktualisiert|actualizado|mis à jour", re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# A longer text is no byline or date line but a paragraph that has one in it.
_MOST_WORDS = 30


def header_tags(tags: Sequence[Tag], first: Tag) -> tuple[list[Tag], bool]:
    """The elements from the one around the article's headline to its first paragraph, cards apart.

    `tags` are the page's elements in its order; none when no headline stands above the paragraph. The
    second value says whether the paragraph stands in a card: the page is then a list of articles.
    """
    end = next((n for n, tag in enumerate(tags) if tag is first), 0)
    title = next((tag for tag in reversed(tags[:end]) if tag.name == "h1" and not tag.decomposed), None)
    if title is None:
        return [], False
    around = {id(outer) for outer in first.parents}
    top = title.parent if title.parent is not None and title.parent.name != "body" else title
    start = next(n for n, tag in enumerate(tags) if tag is top or tag is title)
    header = [tag for tag in tags[start:end] if not tag.decomposed]
    card = next((n for n, tag in enumerate(header) if _heads_card(tag, first, title)), len(header))
    own = [tag for tag in header[:card] if not _is_elsewhere(tag, around)]
    return own, card < len(header)


def _heads_card(tag: Tag, first: Tag, title: Tag) -> bool:
    """Whether the element is a linked heading over the paragraph in a box of their own."""
    if tag.name not in _HEADINGS or tag.find("a") is None:
        return False
    boxes = [outer for outer in first.parents if outer is tag.parent]
    return bool(boxes) and not any(outer is tag.parent for outer in title.parents)


def stands_in_cards(tags: Sequence[Tag], first: Tag, value: str) -> bool:
    """Whether a name or an ISO date is printed on the page, but in nothing but cards and the like."""
    around = {id(outer) for outer in first.parents}
    found = [tag for tag in tags if not tag.decomposed and _prints(tag, value)]
    return bool(found) and all(_is_elsewhere(tag, around) for tag in found)


def _prints(tag: Tag, value: str) -> bool:
    own = " ".join(child for child in tag.children if isinstance(child, str))
    return value in own or (tag.name == "time" and to_iso(str(tag.get("datetime") or own)) == value)


def with_printed(declared: Metadata, header: Sequence[Tag]) -> Metadata:
    """The metadata with what the elements of the article's header mark up, where it declares nothing."""
    publisher = declared.publisher.value if declared.publisher else None
    dates = [*_dates(header)]
    return replace(
        declared,
        authors=declared.authors or tuple(_authors(header, publisher)),
        published=declared.published or next((found for found, updated in dates if not updated), None),
        updated=declared.updated or next((found for found, updated in dates if updated), None),
    )


def _authors(header: Sequence[Tag], publisher: str | None) -> list[Found]:
    """The people of the elements with the surest mark that names any."""
    marks = (
        ("itemprop author", [tag for tag in header if "author" in tag.get_attribute_list("itemprop")]),
        ("rel=author", [tag for tag in header if "author" in tag.get_attribute_list("rel")]),
        ("byline", [tag for tag in header if not _BYLINE.isdisjoint(_names(tag))]),
    )
    for origin, tags in marks:
        names = [name for tag in tags for name in printed_names(_person_text(tag), publisher)]
        if names:
            return [Found(name, origin) for name in dict.fromkeys(names)]
    return []


def _person_text(tag: Tag) -> str:
    """The text of a byline, or of the element in it that is marked as the name; lines apart."""
    named = tag.find(itemprop="name")
    text = (named if isinstance(named, Tag) else tag).get_text("\n", strip=True)
    return text if len(text.split()) <= _MOST_WORDS else ""


def _dates(header: Sequence[Tag]) -> Iterator[tuple[Found, bool]]:
    """Each date with whether it says when the article was updated; those of <time> before printed ones."""
    for tag in header:
        marks = {"datePublished", "dateModified"}.intersection(map(str, tag.get_attribute_list("itemprop")))
        if tag.name == "time" or marks:
            value = to_iso(str(tag.get("datetime") or tag.get("content") or tag.get_text(" ")))
            if value:
                updated = "dateModified" in marks or (not marks and _says_updated(tag))
                yield Found(value, "itemprop" if marks else "time element"), updated
    for tag in header:
        text = tag.get_text(" ", strip=True)
        if not _DATE.isdisjoint(_names(tag)) and len(text.split()) <= _MOST_WORDS and (value := to_iso(text)):
            yield Found(value, "date line"), _says_updated(tag)


def _says_updated(tag: Tag) -> bool:
    """Whether the words or the names of the element say "updated", or the words just before it."""
    before = tag.previous_sibling
    words = [tag.get_text(" "), before if isinstance(before, str) else "", *_names(tag)]
    return UPDATED.search(" ".join(words)) is not None


def _names(tag: Tag) -> list[str]:
    names = f"{' '.join(map(str, tag.get_attribute_list('class')))} {tag.get('id', '')}"
    return [part.lower() for part in _PARTS.findall(names)]


def _is_elsewhere(tag: Tag, around: Collection[int]) -> bool:
    """Whether the element stands in a card or the like; `around` are the ids of the article's own boxes."""
    inner = takewhile(lambda outer: id(outer) not in around, [tag, *tag.parents])
    return any(not _ELSEWHERE.isdisjoint(_names(outer)) for outer in inner)
