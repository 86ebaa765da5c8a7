"""A web page -> Draft: the article's blocks, without what the site puts around it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.builder import ParserRejectedMarkup
from bs4.builder._lxml import LXMLTreeBuilder
from lxml import etree

from ingest.bylines import printed_names
from ingest.drafts import TEXT_MISSING, Draft, Dropped, Kind
from ingest.metadata import read_header
from ingest.readers.html.blocks import Placed, blocks_of
from ingest.readers.html.content import Outcome, choose, lone_date, outcome
from ingest.readers.html.coverage import covers
from ingest.readers.html.head import read_head
from ingest.readers.html.printed import header_tags, stands_in_cards, with_printed
from search.passages import Found, Metadata

# Never an article's text, wherever they stand and however large they are. The first kind has no text of a
# page: where most of it ended up there, a tag was left open or the parser lost its way.
_SWALLOWING_TAGS = frozenset(
    """
    script style noscript template svg math iframe object embed button input select textarea canvas video
    audio map
    """.split()
)
_DROPPED_TAGS = frozenset("nav footer dialog menu head".split())
# Furniture, unless the whole page stands in it, as in a form on some publishing systems.
_FURNITURE_TAGS = frozenset(["form", "aside"])
_DROPPED_ROLES = frozenset(
    "navigation banner contentinfo search complementary dialog alert alertdialog".split()
)

# Words of class names and ids that mark furniture: "cookie-banner", "relatedCards", "c-share__list".
_DROPPED_NAMES = frozenset(
    """
    ad ads advert advertisement banner breadcrumb breadcrumbs comment comments consent cookie cookies
    disqus footer menu modal nav navbar navigation newsletter pagination pager popup promo recommended
    related share sharing sidebar signup skip skiplink social sponsor subscribe subscription teaser
    teasers toc toolbar widget
    """.split()
)
# An element with more than this share of the page's words is its content, whatever its class says:
# "with-sidebar" and "has-comments" are put on whole pages.
_CONTENT_SHARE = 0.5

# trafilatura's parser drops what is nested more than 256 deep, and says nothing.
_CHOSEN_DEPTH = 250
# Of the elements of a page some of its steps are quadratic: 50,000 links took it 40 s. The largest of
# 301 saved pages has fewer than 5,000 elements.
_CHOSEN_TAGS = 20_000
# Below 250 characters trafilatura itself holds its outcome for doubtful.
_CHOSEN_CHARS = 250
# Of 205 saved pages trafilatura left a stub of seven where the page had its article in plain <p>; at
# this ratio two are right and no other page is touched. A longer outcome is never doubted: what the page
# holds besides may be its comments.
_MISSED_RATIO = 4
_STUB_WORDS = 150
_PROSE_WORDS = 10
# No page seen prints more lines between its headline and its first paragraph.
_HEADER_LINES = 12
_OUTSIDE = "outside the article"
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def read(text: str) -> Draft:
    """The article of a page: its headings, paragraphs, list items, table rows and captions.

    What trafilatura takes for the article; the page's own marks decide where it finds none, clearly
    misses it, or would not see the whole page.
    """
    builder = _LineKeepingBuilder()
    try:
        with warnings.catch_warnings():
            # A page that consists of an address, or is XHTML, is no mistake of ours.
            warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
            warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
            soup = BeautifulSoup(text, builder=builder)
    except ParserRejectedMarkup:  # an empty page, in the main
        return Draft(())
    declared = read_head(soup)
    for tag in soup.find_all(_SWALLOWING_TAGS):
        tag.decompose()
    notes = () if covers(soup.get_text(" "), text) else (TEXT_MISSING,)
    for tag in soup.find_all(_DROPPED_TAGS):
        tag.decompose()
    tags = soup.find_all(True)
    page = list(blocks_of(soup))
    seen_whole = builder.depth <= _CHOSEN_DEPTH and len(tags) <= _CHOSEN_TAGS
    can_choose = seen_whole and _chars(page) >= _CHOSEN_CHARS
    found = outcome(text) if can_choose else Outcome()
    article = choose(page, found.words)
    chosen = bool(article)
    if sum(placed.block.words for placed in article) < _STUB_WORDS:
        _drop_furniture(soup)
        marked = list(blocks_of(_content(soup)))
        if _is_missed(article, marked):
            article, chosen = marked, False
    metadata, is_list = _completed(declared, tags, page, article, found, text)
    if can_choose and metadata.published is None and not is_list:
        metadata = replace(metadata, published=lone_date(page, text))
    if is_list:  # short lines are the dates and names of its cards
        article = [p for p in article if p.block.kind is Kind.HEADING or p.block.words >= _PROSE_WORDS]
    return Draft(
        tuple(placed.block for placed in article),
        metadata,
        chosen=chosen,
        notes=notes,
        dropped=tuple(_dropped(page, article)),
    )


def _completed(
    declared: Metadata,
    tags: Sequence[Tag],
    page: Sequence[Placed],
    article: Sequence[Placed],
    found: Outcome,
    text: str,
) -> tuple[Metadata, bool]:
    """The metadata with what is printed over the first paragraph, then with what trafilatura finds.

    The second value says whether the page is a list of articles, whose names and dates are not its own.
    """
    first = next(
        (p for p in article if p.block.kind is Kind.PARAGRAPH and p.block.words >= _PROSE_WORDS), None
    )
    if first is None:
        return _with_outcome(declared, found), False
    if found.author and stands_in_cards(tags, first.element, found.author):
        found = replace(found, author=None)
    if found.date and stands_in_cards(tags, first.element, found.date):
        found = replace(found, date=None)
    header, is_list = header_tags(tags, first.element)
    metadata = with_printed(declared, header)
    if is_list:
        return _with_outcome(metadata, Outcome(title=found.title)), True
    end = next((n for n, p in enumerate(page) if p.element is first.element), 0)
    title = next((n for n in range(end, -1, -1) if page[n].element.name == "h1"), end)
    lines = [placed.block for placed in page[title:end][:_HEADER_LINES]]
    metadata = read_header(Draft((*lines, first.block), metadata), text).metadata
    return _with_outcome(metadata, found), False


def _with_outcome(metadata: Metadata, found: Outcome) -> Metadata:
    """The metadata with what trafilatura finds where nothing else is known."""
    publisher = metadata.publisher.value if metadata.publisher else None
    people = printed_names((found.author or "").replace(";", "\n"), publisher)
    known = (metadata.published, metadata.updated)
    is_new = found.date is not None and all(date is None or date.value != found.date for date in known)
    return replace(
        metadata,
        title=metadata.title or (Found(found.title, "trafilatura") if found.title else None),
        authors=metadata.authors or tuple(Found(name, "trafilatura") for name in people),
        published=metadata.published or (Found(found.date, "htmldate") if found.date and is_new else None),
    )


def _is_missed(chosen: Sequence[Placed], marked: Sequence[Placed]) -> bool:
    """Whether trafilatura found a stub where the page marks an article of many paragraphs."""
    words = sum(placed.block.words for placed in chosen)
    return words < _STUB_WORDS and words * _MISSED_RATIO <= sum(map(_prose_words, marked))


def _prose_words(placed: Placed) -> int:
    """The words of a paragraph that is one by its tag, its length and its end; else 0."""
    ends = placed.block.text.rstrip("\"'”’)")[-1:] in ".?!"
    is_prose = placed.element.name == "p" and placed.block.words >= _PROSE_WORDS and ends
    return placed.block.words if is_prose else 0


def _chars(page: Sequence[Placed]) -> int:
    return sum(len(placed.block.text) for placed in page)


def _dropped(page: Sequence[Placed], article: Sequence[Placed]) -> Iterator[Dropped]:
    """The blocks of a page that are not among its article's."""
    kept = {id(placed.element) for placed in article}
    for placed in page:
        if id(placed.element) not in kept:
            lines = placed.block.lines
            yield Dropped(placed.block.text, _OUTSIDE, lines[0].first, lines[-1].last)


class _LineKeepingBuilder(LXMLTreeBuilder):
    """Beautiful Soup over lxml, which keeps text at any depth, with the source line of each element.

    html.parser and html5lib know their lines but are quadratic on hostile pages (20,000 nested
    elements took html5lib 54 s, lxml 0.2 s). Fed line by line, lxml reports an element as soon as
    its start tag is complete.
    """

    depth = 0  # of the most deeply nested element
    _line = 1
    _open = 0

    def feed(self, markup: str | bytes) -> None:
        assert isinstance(markup, str)
        assert self.soup is not None  # set before anything is fed
        self.parser = self.parser_for(self.soup.original_encoding)
        for self._line, line in enumerate(markup.split("\n"), 1):
            self.parser.feed(line + "\n")
        try:
            self.parser.close()
        except etree.LxmlError as error:
            raise ParserRejectedMarkup(error) from error

    def start(self, *args: object, **kwargs: object) -> None:
        super().start(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self._open += 1
        self.depth = max(self.depth, self._open)
        if self.soup is not None and self.soup.currentTag is not None:
            self.soup.currentTag.sourceline = self._line

    def end(self, name: str | bytes) -> None:
        if self.soup is not None and self.soup.currentTag is not None:
            self.soup.currentTag.sourcepos = self._line  # of use to nobody else: lxml knows no columns
        super().end(name)
        self._open -= 1


def _drop_furniture(soup: BeautifulSoup) -> None:
    """Takes out of the tree what is the site's and not the article's."""
    whole = _word_count(soup)
    for tag in soup.find_all(_is_furniture):
        if _word_count(tag) <= _CONTENT_SHARE * whole:
            tag.extract()  # taken out whole: whether a name stands in a card is asked later


def _is_furniture(tag: Tag) -> bool:
    if tag.name in ("html", "body", "main", "h1"):
        return False
    if tag.name in _FURNITURE_TAGS:
        return True
    if tag.get("hidden") is not None or tag.get("aria-hidden") == "true":
        return True
    if tag.get("role") in _DROPPED_ROLES:
        return True
    if tag.name == "header" and tag.find_parent(["article", "main"]) is None and tag.find("h1") is None:
        return True
    names = f"{' '.join(tag.get_attribute_list('class'))} {tag.get('id', '')}"
    return not _DROPPED_NAMES.isdisjoint(part.lower() for part in _NAME_PARTS.findall(names))


def _content(soup: BeautifulSoup) -> Tag:
    """The element that holds the article: the one article, else main, else the body."""
    main = soup.find("main") or soup.find(role="main")
    articles = (main or soup).find_all("article")
    outermost = [article for article in articles if article.find_parent("article") is None]
    if outermost:
        longest = max(outermost, key=_word_count)
        if _word_count(longest) > _CONTENT_SHARE * _word_count(main or soup):
            return longest
    return main or soup.body or soup


def _word_count(tag: Tag) -> int:
    return sum(len(string.split()) for string in tag.strings)
