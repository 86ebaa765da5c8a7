"""What a page declares of itself in JSON-LD, meta elements and links, its title cross-checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from ingest.dates import to_iso
from ingest.readers.values import one_line
from search.passages import Found, Metadata

_PUBLISHED = (
    "article:published_time", "dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date", "date",
    "datepublished", "publication_date", "pubdate", "citation_publication_date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "datemodified",
    "last-modified", "lastmod",
)  # fmt: skip
_PUBLISHER = ("og:site_name", "dcterms.publisher", "dc.publisher", "publisher", "citation_publisher")
_AUTHOR = ("author", "article:author", "dcterms.creator", "dc.creator", "citation_author")
_ARTICLES = re.compile(r"\w*(?:Article|Posting|Report|WebPage)$")
# Between an article's title and the site's name in <title>.
_SEPARATOR = re.compile(r"\s+[|–—·:»-]\s+|\s*[|»]\s*")


def read_head(soup: BeautifulSoup) -> Metadata:
    """The metadata that the page declares, JSON-LD first, then meta elements.

    Dates that are only printed, <time> elements among them, are read from the lines over the article."""
    linked = next(_articles(soup), {})
    publisher = _named(linked.get("publisher")) or _meta(soup, _PUBLISHER)
    authors = _authors(soup, linked)
    return Metadata(
        title=_title(soup, linked),
        publisher=publisher,
        authors=tuple(a for a in authors if publisher is None or a.value != publisher.value),
        published=_linked_date(linked, "datePublished") or _meta_date(soup, _PUBLISHED),
        updated=_linked_date(linked, "dateModified") or _meta_date(soup, _UPDATED),
        url=_url(soup),
    )


def _title(soup: BeautifulSoup, linked: dict[str, Any]) -> Found | None:
    """The page's one <h1>; else what it declares; else <title> without the name of the site."""
    headings = [" ".join(h1.get_text(" ").split()) for h1 in soup.find_all("h1")]
    declared = one_line(linked.get("headline"))
    shared = _meta(soup, ("og:title", "twitter:title", "dcterms.title", "dc.title"))
    page = " ".join(soup.title.get_text().split()) if soup.title else ""
    for heading in headings:
        # Of several, the article's is the one that <title> repeats; the other names the site.
        if heading and (len(headings) == 1 or heading in page):
            return Found(heading, "h1")
    if declared:
        return Found(declared, "JSON-LD headline")
    if shared:
        return shared
    first = max(_SEPARATOR.split(page), key=len)
    return Found(first, "title element") if first else None


def _articles(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects that describe an article or a page; damaged JSON is passed over."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(script.get_text())
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph", data) if isinstance(data, dict) else data
        for node in graph if isinstance(graph, list) else [graph]:
            kinds = node.get("@type") if isinstance(node, dict) else None
            if any(_ARTICLES.match(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                yield node


def _authors(soup: BeautifulSoup, linked: dict[str, Any]) -> Iterable[Found]:
    given = linked.get("author")
    people = [_named(person, "author") for person in (given if isinstance(given, list) else [given])]
    if any(people):
        return [person for person in people if person]
    found = [
        Found(name, f"meta {key}")
        for key in _AUTHOR
        for tag in _metas(soup, key)
        if (name := one_line(tag.get("content"))) and not name.startswith("http")
    ]
    if found:
        return found
    return [
        Found(name, "rel=author") for tag in soup.find_all(rel="author") if (name := one_line(tag.get_text()))
    ]


def _named(value: Any, property: str = "publisher") -> Found | None:
    name = one_line(value.get("name")) if isinstance(value, dict) else one_line(value)
    return Found(name, f"JSON-LD {property}") if name else None


def _linked_date(linked: dict[str, Any], property: str) -> Found | None:
    value = to_iso(str(linked.get(property, "")))
    return Found(value, f"JSON-LD {property}") if value else None


def _meta(soup: BeautifulSoup, keys: Iterable[str]) -> Found | None:
    for key in keys:
        for tag in _metas(soup, key):
            if value := one_line(tag.get("content")):
                return Found(value, f"meta {key}")
    return None


def _meta_date(soup: BeautifulSoup, keys: Iterable[str]) -> Found | None:
    for key in keys:
        for tag in _metas(soup, key):
            if value := to_iso(str(tag.get("content", ""))):
                return Found(value, f"meta {key}")
    return None


def _metas(soup: BeautifulSoup, key: str) -> Iterator[Tag]:
    for tag in soup.find_all("meta"):
        if key in (str(tag.get(name, "")).lower() for name in ("property", "name", "itemprop", "http-equiv")):
            yield tag


def _url(soup: BeautifulSoup) -> Found | None:
    canonical = soup.find("link", rel="canonical")
    href = str(canonical.get("href", "")) if canonical else ""
    if href.startswith(("http://", "https://")):
        return Found(href, "link canonical")
    shared = _meta(soup, ("og:url",))
    return shared if shared and shared.value.startswith(("http://", "https://")) else None
