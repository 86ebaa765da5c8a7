"""Title, publisher, authors and dates from the lines above an article; null beats a guess.

What a format declares itself (front matter, meta elements) comes from its reader and goes first; this
module reads what is only printed on the page.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.dates import DATE, to_iso, writes_month_first
from ingest.drafts import Block, Draft, Kind
from ingest.furniture import SOLID_WORDS, is_furniture
from ingest.links import addresses, is_only_links
from search.passages import Found, Metadata

# A paragraph of this many words that ends like a sentence is prose: the article has begun.
_PROSE_WORDS = 10
# So has it with this many words, however they end.
_LONG_WORDS = 25
# A notice such as "This guide was last updated on 3 June 2020." stays under this.
_NOTICE_WORDS = 14
# Beside a title that is known, a line with a date in it, and a line that names the sort of page.
_SHORT_LINE_WORDS = 9
_KICKER_WORDS = 3
# A site's name or category: a few words, each with a capital.
_LABEL_WORDS = 5

_NAME = r"[A-Z][\w'’-]+(?:\s(?:[A-Z]\.|[A-Z][\w'’-]+|de|van|von|der|la)){1,3}"
_NAMES = rf"{_NAME}(?:(?:,\s|\sand\s|\s&\s|,\sand\s){_NAME})*"
_BYLINE = re.compile(rf"(?:[Ww]ritten\s)?[Bb]y:?\s({_NAMES})(?:,\s[^.]*)?(?:\s[-–|]\s(?i:{DATE}).*)?")
_AUTHOR_LABEL = re.compile(r"(?:authors?(?:\(s\))?|contributors?|written\sby|words\sby|by)\W*", re.IGNORECASE)
_WRITES = re.compile(rf"[,.]\s(?:writes|reports)\s({_NAME})\b")

_UPDATED = r"(?:last\s+)?(?:updated|modified|reviewed|revised|edited)"
_PUBLISHED = r"(?:first\s+|originally\s+)?(?:published|posted|issued|date|publication\s+date)"
_DATED = re.compile(
    rf"(?:(?:(?P<updated>{_UPDATED})|(?P<published>{_PUBLISHED}))(?:\s+on)?\s*+(?::\s*)?)?"
    rf"(?P<date>{DATE})(?:[,\s]+(?:at\s+)?\d\d?:\d\d)?",
    re.IGNORECASE,
)
# "This guide was last updated on …" speaks of the page; "The plan was published on …" does not.
_NOTICE = re.compile(
    rf"(?:this\s+(?:\w+\s+){{1,2}}(?:was|is|has\s+been)\s+|(?:page|article|content)\s+)?(?:{_UPDATED}|{_PUBLISHED})\b",
    re.IGNORECASE,
)
CONTENTS_LABEL = re.compile(
    r"(?:(?:table\s+of|page|article)\s+)?contents|on\s+this\s+page|(?:jump|skip)\s+to(?:\s+(?:a\s+)?section)?"
    r"|(?:what['’]?s\s+)?in\s+this\s+(?:article|guide|document|explainer|report|paper|briefing|page)\??",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset("a an and at by for from in of on or the to with".split())


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above an article, read and taken off."""

    metadata: Metadata
    body: tuple[Block, ...]
    contents: tuple[str, ...]  # entries of the contents list, in order; empty when there is none


def read_header(draft: Draft, text: str) -> Header:
    """The metadata of a draft, declared or printed, and its blocks from the article's first line on.

    `text` is the whole source: its addresses tell the publisher, its dates which number is the day.
    """
    blocks, contents = _take_contents(draft)
    title = _title_block(draft)
    above, blocks = _split_at_title(blocks, draft, title)
    begins = (n for n, block in enumerate(blocks) if block is not title and _is_body(block, draft))
    begin = next(begins, len(blocks))
    printed = _Printed(draft, title, _hosts(text), writes_month_first(text))
    rest = [block for block in blocks[:begin] if not printed.takes(block)]
    if begin < len(blocks):
        printed.take_writer(blocks[begin])
    if printed.title is None and not draft.structured:
        printed.title, rest = _choose_title(rest, contents, draft)
    metadata = _merge(draft.metadata, printed)
    if metadata.title:  # a headline is often printed twice
        rest = [block for block in rest if _fold(block.text) != _fold(metadata.title.value)]
    return Header(metadata, (*above, *rest, *blocks[begin:]), contents)


@dataclass(slots=True)
class _Printed:
    """What the lines above the article say, gathered line by line."""

    draft: Draft
    title_block: Block | None
    hosts: frozenset[str]  # that the page's links lead to
    month_first: bool  # in its numeric dates
    title: Found | None = None
    publisher: Found | None = None
    authors: list[Found] = dataclasses.field(default_factory=list)
    published: Found | None = None
    updated: Found | None = None
    _author_comes: bool = False  # the line before was "Authors"

    def takes(self, block: Block) -> bool:
        """Whether the line is about the document, or is furniture: it is then no part of the article."""
        words, origin = self.draft.visible(block.text), _origin(block, self.draft)
        author_comes, self._author_comes = self._author_comes, _AUTHOR_LABEL.fullmatch(words) is not None
        if self._author_comes:
            return True
        if block is self.title_block:
            self.title = Found(words, origin)
        elif author_comes and re.fullmatch(_NAMES, words):
            self._take_names(words, origin)
            self._author_comes = True  # authors may stand one a line
        elif byline := _BYLINE.fullmatch(words):
            self._take_names(byline[1], origin)
            self._take_dates(words, origin)
        elif _is_dated_line(words) or (self.title and _is_short_dated_line(words)):
            self._take_dates(words, origin)
        elif self.publisher is None and _names_a_site(words, self.hosts):
            self.publisher = Found(words, origin)
        else:
            beside_title = self.title is not None and _is_kicker(words)
            return beside_title or is_furniture(block) or is_only_links(block.text)
        return True

    def take_writer(self, first: Block) -> None:
        """Reads the author out of an article's first paragraph: "…, writes Ada Brook, …"."""
        if writer := _WRITES.search(first.text):
            self._take_names(writer[1], _origin(first, self.draft))

    def _take_names(self, names: str, origin: str) -> None:
        each = re.split(r",\sand\s|,\s|\sand\s|\s&\s", names)
        self.authors.extend(Found(name, origin) for name in each)

    def _take_dates(self, words: str, origin: str) -> None:
        """Keeps the first date of each sort that the lines have."""
        for match in _DATED.finditer(words):
            value = to_iso(match["date"], month_first=self.month_first)
            sort = "updated" if match["updated"] else "published"
            if value and getattr(self, sort) is None:
                setattr(self, sort, Found(value, origin))


def _origin(block: Block, draft: Draft) -> str:
    return f"{draft.unit} {block.lines[0].first}"


def _merge(declared: Metadata, printed: _Printed) -> Metadata:
    return Metadata(
        title=declared.title or printed.title,
        publisher=declared.publisher or printed.publisher,
        authors=declared.authors or tuple(printed.authors),
        published=declared.published or printed.published,
        updated=declared.updated or printed.updated,
        url=declared.url,
    )


def _take_contents(draft: Draft) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks without the contents list and its label, and the entries of that list."""
    blocks = draft.blocks
    for position, block in enumerate(blocks):
        if CONTENTS_LABEL.fullmatch(block.text.rstrip(":")):
            entries = tuple(_items_from(blocks, position + 1))
            kept = (*blocks[:position], *blocks[position + 1 + len(entries) :])
            return (kept, tuple(draft.visible(entry.text) for entry in entries)) if entries else (blocks, ())
    return blocks, ()


def _split_at_title(
    blocks: tuple[Block, ...], draft: Draft, title: Block | None
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The article's own blocks from above its marked title, and the blocks from the title on.

    Above a title that the page declares stands the site, so only solid paragraphs are the article's.
    """
    title_at = next((n for n, block in enumerate(blocks) if block is title), 0)
    least = SOLID_WORDS if draft.metadata.title else 0
    own = (b for b in blocks[:title_at] if b.words >= least and _is_body(b, draft) and not is_furniture(b))
    return tuple(own), blocks[title_at:]


def _title_block(draft: Draft) -> Block | None:
    """The heading that titles the whole document: the first of the first level, if it is not a section's.

    Where a title is declared, several headings of that level are sections, unless the first repeats it.
    """
    first_level = [b for b in draft.blocks if b.kind is Kind.HEADING and b.level == 1]
    declared = draft.metadata.title
    if not first_level:
        return None
    repeats = declared is not None and _fold(declared.value) == _fold(draft.visible(first_level[0].text))
    return first_level[0] if declared is None or len(first_level) == 1 or repeats else None


def _items_from(blocks: Sequence[Block], start: int) -> Iterator[Block]:
    for block in blocks[start:]:
        if block.kind is not Kind.ITEM:
            return
        yield block


def _is_body(block: Block, draft: Draft) -> bool:
    """Whether the article has begun: with prose, a list or a section's heading."""
    if block.kind is Kind.HEADING:
        return True
    if block.kind is not Kind.PARAGRAPH:
        return not is_only_links(block.text)
    words = draft.visible(block.text)
    if is_furniture(block) or _BYLINE.fullmatch(words) or _is_dated_line(words):
        return False
    end = re.search(r"([.?!:])['\"’”)\]]*$", words)
    # A title may well end in a question mark, but not in a full stop.
    ends = end is not None and (end[1] == "." or block.words >= _PROSE_WORDS)
    return ends or block.words >= _LONG_WORDS


def _is_dated_line(words: str) -> bool:
    """Whether the line is a date, or a short notice of when the page was published or updated."""
    if not _DATED.search(words):
        return False
    only_dates = not re.search(r"\w", _DATED.sub("", words))
    return only_dates or (len(words.split()) <= _NOTICE_WORDS and _NOTICE.match(words) is not None)


def _is_short_dated_line(words: str) -> bool:
    """Whether a line under a known title holds little but a date: "Debates - 9 June 2021"."""
    return len(words.split()) <= _SHORT_LINE_WORDS and _DATED.search(words) is not None and words[-1] != "."


def _is_kicker(words: str) -> bool:
    """Whether a line beside a known title only names the sort of page: "Explainer"."""
    return len(words.split()) <= _KICKER_WORDS and words[-1] not in ".?!:"


def _hosts(text: str) -> frozenset[str]:
    """The names of the machines that the addresses in a text lead to; a damaged address has none."""
    found = set()
    for address in addresses(text):
        try:
            found.add(urlsplit(address).hostname or "")
        except ValueError:
            continue
    return frozenset(found)


def _names_a_site(words: str, hosts: frozenset[str]) -> bool:
    """Whether the letters of a line spell the name of a site: "The Bird Trust", www.birdtrust.org."""
    letters = re.sub(r"[^a-z0-9]|^the\s", "", words.lower())
    return len(letters) > 3 and any(letters in host.split(".") for host in hosts)


def _choose_title(
    candidates: Sequence[Block], contents: Sequence[str], draft: Draft
) -> tuple[Found | None, list[Block]]:
    """The title among the unexplained lines above the article, and the lines after it: headings.

    Entries of the contents list are headings; of the others, the first is the title that does not
    look like the name of a site or a category. What stands above the title is dropped with it.
    """
    entries = {_fold(entry) for entry in contents}
    free = [n for n, block in enumerate(candidates) if _fold(draft.visible(block.text)) not in entries]
    if not free:
        return None, list(candidates)
    chosen = next((n for n in free if not _looks_like_a_label(candidates[n].text)), free[-1])
    block = candidates[chosen]
    return Found(draft.visible(block.text), _origin(block, draft)), list(candidates[chosen + 1 :])


def _looks_like_a_label(text: str) -> bool:
    words = [word for word in re.findall(r"[\w'’-]+", text) if word.lower() not in _SMALL_WORDS]
    return len(words) <= _LABEL_WORDS and all(word[0].isupper() for word in words)


def _fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
