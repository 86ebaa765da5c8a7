"""A web page -> Draft: the article's blocks, without what the site puts around it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.builder import ParserRejectedMarkup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import NavigableString
from lxml import etree

from ingest.drafts import Block, Draft, Kind, Line
from ingest.readers.html_head import read_head
from ingest.readers.tables import row_text

# Never an article's text, wherever they stand and however large they are.
_DROPPED_TAGS = frozenset(
    """
    script style noscript template svg math nav footer dialog menu iframe object embed button input select
    textarea canvas video audio map head
    """.split()
)
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

_BLOCKS = frozenset(
    """
    address article blockquote body caption dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5
    h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()
)
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def read(text: str) -> Draft:
    """The article of a page: its headings, paragraphs, list items, table rows and captions."""
    try:
        with warnings.catch_warnings():
            # A page that consists of an address, or is XHTML, is no mistake of ours.
            warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
            warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
            soup = BeautifulSoup(text, builder=_LineKeepingBuilder())
    except ParserRejectedMarkup:  # an empty page, in the main
        return Draft(())
    metadata = read_head(soup)
    _drop_furniture(soup)
    return Draft(tuple(_blocks(_content(soup))), metadata)


class _LineKeepingBuilder(LXMLTreeBuilder):
    """Beautiful Soup over lxml, which keeps text at any depth, with the source line of each element.

    html.parser and html5lib know their lines but are quadratic on hostile pages (20,000 nested
    elements took html5lib 54 s, lxml 0.2 s). Fed line by line, lxml reports an element as soon as
    its start tag is complete.
    """

    _line = 1

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
        if self.soup is not None and self.soup.currentTag is not None:
            self.soup.currentTag.sourceline = self._line

    def end(self, name: str | bytes) -> None:
        if self.soup is not None and self.soup.currentTag is not None:
            self.soup.currentTag.sourcepos = self._line  # of use to nobody else: lxml knows no columns
        super().end(name)


def _drop_furniture(soup: BeautifulSoup) -> None:
    """Takes out of the tree what is the site's and not the article's."""
    for tag in soup.find_all(_DROPPED_TAGS):
        tag.decompose()
    whole = _word_count(soup)
    for tag in soup.find_all(_is_furniture):
        if not tag.decomposed and _word_count(tag) <= _CONTENT_SHARE * whole:
            tag.decompose()


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


def _blocks(content: Tag) -> Iterator[Block]:
    """The blocks in the order of the page: strings go together that have the same block around them."""
    strings = [node for node in content.descendants if isinstance(node, NavigableString | Tag)]
    texts = [
        (_block_around(node), " " if isinstance(node, Tag) else str(node))
        for node in strings
        if (isinstance(node, Tag) and node.name == "br") or (type(node) is NavigableString)
    ]
    rows: set[int] = set()
    open_item: Tag | None = None  # the list item that the block before belongs to
    block: Block | None = None
    for _, group in groupby(texts, key=lambda pair: id(pair[0])):
        members = list(group)
        element = members[0][0]
        row = element if element.name == "tr" else element.find_parent("tr")
        if row is not None:
            if id(row) not in rows:
                rows.add(id(row))
                if block:
                    yield block
                    block = open_item = None
                yield from _row(row)
            continue
        words = " ".join("".join(text for _, text in members).split())
        if not words or _is_link_row(element, words):
            continue
        item = element if element.name == "li" else element.find_parent("li")
        if block and item is not None and item is open_item:  # its second paragraph
            block = replace(block, lines=(*block.lines, _line(element, words)))
            continue
        if block:
            yield block
        block, open_item = _block(element, words), item
    if block:
        yield block


def _block_around(node: NavigableString | Tag) -> Tag:
    parent = node.parent
    while parent is not None and parent.name not in _BLOCKS and parent.parent is not None:
        parent = parent.parent
    assert parent is not None  # every node walked over is below the content element
    return parent


def _block(element: Tag, words: str) -> Block:
    line = _line(element, words)
    if re.fullmatch("h[1-6]", element.name):
        return Block(Kind.HEADING, (line,), int(element.name[1]))
    if element.name in ("figcaption", "caption") or element.find_parent("figcaption"):
        return Block(Kind.NOTE, (line,))
    item = element if element.name == "li" else element.find_parent("li")
    if item is not None:
        return Block(Kind.ITEM, (line,), len(item.find_parents(["ul", "ol"])) or 1)
    return Block(Kind.PARAGRAPH, (line,))


def _is_link_row(element: Tag, words: str) -> bool:
    """Whether a paragraph is nothing but links: share buttons, "All articles"."""
    links = element.find_all("a") if element.name in ("p", "div") else []
    linked = "".join("".join(link.get_text().split()) for link in links)
    return bool(links) and len(linked) == len("".join(words.split())) and words[-1] not in ".?!"


def _line(element: Tag, words: str) -> Line:
    """The words with the first and last line of their element."""
    first = element.sourceline or 1
    return Line(words, first, max(first, element.sourcepos or first))


def _row(row: Tag) -> Iterator[Block]:
    """A table row with the names of its columns; nothing for the row of names itself."""
    table = row.find_parent("table")
    first = (table.find("tr") if table else None) or row
    header = first.find_all(["th", "td"])
    has_names = bool(header) and all(cell.name == "th" for cell in header)
    if has_names and row is first:
        return
    names = [_words(cell) for cell in header] if has_names else []
    words = row_text(names, [_words(cell) for cell in row.find_all(["th", "td"])])
    if words:
        yield Block(Kind.ITEM, (_line(row, words),), 1)


def _words(cell: Tag) -> str:
    return " ".join(cell.get_text(" ").split())
