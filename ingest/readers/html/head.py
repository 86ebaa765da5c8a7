"""What a page declares of itself in JSON-LD, meta elements and links, its title cross-checked."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from bs4 import BeautifulSoup

from ingest.bylines import declared_names
from ingest.dates import to_iso
from ingest.readers.html.json import Node, article_node
from ingest.values import one_line
from search.passages import Found, Metadata

_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "dcterms.issued",
    "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date", "datepublished", "date",
    "publication_date", "publish-date", "publishdate", "published-date", "pubdate", "article.published",
    "parsely-pub-date", "sailthru.date", "citation_publication_date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "dcterms.modified",
    "dc.date.modified", "datemodified", "article.updated", "last-modified", "lastmod",
)  # fmt: skip
_PUBLISHER = ("og:site_name", "dcterms.publisher", "dc.publisher", "publisher", "citation_publisher")
_AUTHOR = (
    "author", "article:author", "dcterms.creator", "dc.creator", "citation_author", "parsely-author",
    "sailthru.author", "byl",
)  # fmt: skip
Metas = defaultdict[str, list[str]]

_TITLE = ("og:title", "twitter:title", "dcterms.title", "dc.title")
# Between an article's title and the site's name in <title>.
_SEPARATOR = re.compile(r" (?:[|–—·:»-]|::) | ?[|»] ?")
# A heading has at least this share of its words, or of theirs, in common with the title declared.
_SAME_TITLE = 0.5


def read_head(soup: BeautifulSoup) -> Metadata:
    """The metadata that the page declares, JSON-LD first, then meta elements.

    Dates and names that are only printed are not read here."""
    page = _one_line(soup.title.get_text()) if soup.title else ""
    metas = _metas(soup)
    shared = _meta(metas, _TITLE)
    linked = article_node(soup, f"{shared.value if shared else ''}\n{page}")
    publisher = _named(linked.get("publisher")) or _meta(metas, _PUBLISHER)
    return Metadata(
        title=_title(soup, _linked_text(linked, "headline"), shared, page, publisher),
        publisher=publisher,
        authors=tuple(_authors(metas, linked, publisher)),
        published=_linked_date(linked, "datePublished") or _meta_date(metas, _PUBLISHED),
        updated=_linked_date(linked, "dateModified") or _meta_date(metas, _UPDATED),
        url=_url(soup, metas),
    )


def _title(
    soup: BeautifulSoup, headline: Found | None, shared: Found | None, page: str, publisher: Found | None
) -> Found | None:
    """The <h1> that what the page declares, or <title>, bears out; else that; else the one <h1>."""
    longest = max(_SEPARATOR.split(page), key=len)
    declared = headline or shared or (Found(longest, "title element") if longest else None)
    headings = [text for h1 in soup.find_all("h1") if (text := _one_line(h1.get_text(" ")))]
    if declared:
        # Of several, the article's is the one most like the title declared; the others name the site.
        best = max(headings, key=lambda heading: _likeness(heading, declared.value), default=None)
        if best and _likeness(best, declared.value) >= _SAME_TITLE:
            return Found(best, "h1")
        if headline or shared:
            return Found(_without_site(declared.value, publisher), declared.origin)
        repeated = _heading_that_repeats(soup, declared.value)
        if repeated:
            return repeated
    return Found(headings[0], "h1") if len(headings) == 1 else declared


def _heading_that_repeats(soup: BeautifulSoup, title: str) -> Found | None:
    """The title as a heading of a lower level, where the <h1> names the site or its department."""
    for heading in soup.find_all(["h2", "h3"]):
        if _letters(heading.get_text()) == _letters(title):
            return Found(_one_line(heading.get_text(" ")), heading.name)
    return None


def _likeness(heading: str, declared: str) -> float:
    """The share of words that both have, of the shorter; a single word has to be all of it."""
    ours, theirs = (set(re.findall(r"\w+", text.lower())) for text in (heading, declared))
    shorter = min(len(ours), len(theirs))
    common = len(ours & theirs)
    if not shorter or (common == 1 and max(len(ours), len(theirs)) > 2):
        return 0
    return common / shorter


def _without_site(title: str, publisher: Found | None) -> str:
    """The title without the name of the site that was glued to its end."""
    parts = _SEPARATOR.split(title)
    site = _letters(publisher.value) if publisher else ""
    if len(parts) > 1 and site and _letters(parts[-1]) == site:
        return title[: title.rindex(parts[-1])].rstrip(" |–—·:»-")
    return title


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text.lower()))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _authors(metas: Metas, linked: Node, publisher: Found | None) -> Iterator[Found]:
    """The authors that JSON-LD names, else those of the meta elements; the publisher is none."""
    given = linked.get("author")
    people = [_named(person, "author") for person in (given if isinstance(given, list) else [given])]
    fields = [person for person in people if person] or [
        Found(text, f"meta {key}") for key in _AUTHOR for content in metas[key] if (text := one_line(content))
    ]
    seen = set()
    for field in fields:
        for name in declared_names(field.value, publisher.value if publisher else None):
            if _letters(name) not in seen:
                seen.add(_letters(name))
                yield Found(name, field.origin)


def _named(value: Any, property: str = "publisher") -> Found | None:
    name = one_line(value.get("name")) if isinstance(value, dict) else one_line(value)
    return Found(html.unescape(name), f"JSON-LD {property}") if name else None


def _linked_text(linked: Node, property: str) -> Found | None:
    value = linked.get(property)
    text = one_line(html.unescape(value)) if isinstance(value, str) else None
    return Found(text, f"JSON-LD {property}") if text else None


def _linked_date(linked: Node, property: str) -> Found | None:
    value = to_iso(str(linked.get(property, "")))
    return Found(value, f"JSON-LD {property}") if value else None


def _metas(soup: BeautifulSoup) -> Metas:
    """What the meta elements hold, by each name in lower case that they go by."""
    metas: Metas = defaultdict(list)
    for tag in soup.find_all("meta"):
        names = {str(tag.get(name, "")).lower() for name in ("property", "name", "itemprop", "http-equiv")}
        for name in names:
            metas[name].append(str(tag.get("content", "")))
    return metas


def _meta(metas: Metas, keys: Iterable[str]) -> Found | None:
    for key in keys:
        for content in metas[key]:
            if value := one_line(content):
                return Found(value, f"meta {key}")
    return None


def _meta_date(metas: Metas, keys: Iterable[str]) -> Found | None:
    for key in keys:
        for content in metas[key]:
            if value := to_iso(content):
                return Found(value, f"meta {key}")
    return None


def _url(soup: BeautifulSoup, metas: Metas) -> Found | None:
    canonical = soup.find("link", rel="canonical")
    href = str(canonical.get("href", "")) if canonical else ""
    if href.startswith(("http://", "https://")):
        return Found(href, "link canonical")
    shared = _meta(metas, ("og:url",))
    return shared if shared and shared.value.startswith(("http://", "https://")) else None
