"""What a site puts around its articles, known by its form and dropped.

Three forms: a line that is furniture wherever it stands; a label ("Related content") that opens a
zone of cards and teasers; scraps of other pages inside a text that was run together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.dates import DATE
from ingest.drafts import Block, Kind

# A paragraph of at least this many words that is not cut off is an article's, not a card's. The
# longest whole teaser in the documents looked at has 44 words, cut-off ones apart.
SOLID_WORDS = 60

# A longer line is no heading.
MAX_HEADING_WORDS = 16

# A label names a zone in a few words.
_LABEL_WORDS = 6

_LABEL = re.compile(
    r"""(?:(?:\d+\s+|(?:your|user|readers?['’]?s?)\s+)?comments?(?:\s*\(\d+\))?
    |have\s+your\s+say|join\s+the\s+(?:conversation|discussion|debate)
    |related\s+(?:content|articles?|reading|links?|publications?|news|items?|pages?|topics?|posts?|documents?|stories)
    |(?:you\s+)?(?:may|might)\s+also\s+(?:like|be\s+interested\s+in|want\s+to\s+read)
    |more\s+(?:from|on|like)\s+.+
    |(?:most\s+(?:read|popular|viewed)|popular\s+(?:articles?|content)|recommended(?:\s+for\s+you)?)
    |(?:latest|recent|other|top)\s+(?:\w+\s+)?(?:news|posts?|articles?|stories|publications|comments)
    |(?:leave|post|add)\s+(?:a|your)\s+(?:comment|reply)
    |(?:sign\s+up|subscribe)(?:\s+.+)?
    |(?:e-?mail\s+)?newsletters?|(?:stay|keep|get)\s+in\s+touch|follow\s+us|contact\s+us|connect(?:\s+with\s+us)?
    |see\s+also|read\s+next|further\s+content|in\s+this\s+(?:section|series)
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)

_COMMENTS = re.compile(r"\bcomments?\b|\breply\b|\byour say\b|\bjoin the\b", re.IGNORECASE)

# Lines that are furniture wherever they stand. With a full stop behind them the first kind would be
# sentences ("Read more slowly."), the second kind is furniture all the same.
_LINE = re.compile(
    rf"""(?:(?:skip|jump)\s+(?:to\s+)?(?:the\s+)?(?:main\s+)?(?:content|navigation|search|article|main|body|text)
    |(?:back|return)\s+to\s+(?:the\s+)?(?:top|search\s+results|all\s+\w+)
    |share(?:\s+(?:this(?:\s+(?:page|article|post|story))?|on\s+\w+|via\s+\w+))?|share(?:\s+this)?\s*:.{{0,60}}
    |tweet|print(?:\s+this(?:\s+\w+)?)?|e-?mail(?:\s+this(?:\s+\w+)?)?|download(?:\s+(?:as\s+)?pdf)?
    |copy\s+link|bookmark|menu|search|close|register|my\s+account
    |(?:log|sign)\s+(?:in|out|up)(?:\s+or\s+\w+)?(?:\s+to\s+\w+(?:\s+\w+)?)?
    |\d+\s+comments?
    |(?:read|see|view|show|load)\s+(?:more|all|less)(?:\s+.{{0,40}})?|more\s+\w+\s*[>»→]
    |(?:\d+|\w+)[-\s]minute\s+read|duration\W+\d+\s*(?:mins?|minutes|hours?)|reading\s+time\W.{{0,20}}
    |cookie\s+(?:settings|preferences|policy|notice)|(?:filed\s+under|tags?|topics?|categor(?:y|ies))\s*:.{{0,120}}
    |you\s+are\s+here\b.{{0,120}}
    |by\s+.{{3,60}}?\s[-–|]\s+{DATE}(?:\s.*)?
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = re.compile(
    r"""(?:there\s+are\s+(?:currently\s+)?no\s+comments(?:\s+yet)?\b.{0,60}|be\s+the\s+first\s+to\s+comment
    |(?:no|0)\s+comments(?:\s+(?:yet|so\s+far|have\s+been\s+(?:posted|made|left)(?:\s+yet)?))?
    |(?:nobody|no\s+one)\s+has\s+commented\b.{0,60}|comments\s+are\s+(?:now\s+)?closed
    |(?:add|leave|post)\s+(?:a|your)\s+(?:comment|reply)
    |(?:we|this\s+(?:web)?site)\s+uses?\s+cookies\b.*|(?:accept|reject|manage|allow)\s+(?:all\s+)?cookies.*
    |all\s+rights\s+reserved|©.*|copyright\s+©?.*\d{4}.*
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)

# Links in a row, as in breadcrumbs and footers: "Home › Articles › Law", "Terms | Privacy | Contact".
# What holds quotation marks or begins with a sign is a sentence with « or a command instead.
_MENU = re.compile(r"(?![$%#])[^|›»>«\"“”=]{1,60}(?:\s[|›»>]\s[^|›»>«\"“”=]{1,60})+")
_MENU_WORDS = 20

# A teaser that ends in its own link: "… the first of its k... more >".
_TEASER = re.compile(
    r"(?:\.\.\.|…)\s*(?:\[?\s*(?:read\s+|see\s+)?(?:more|continue(?:\s+reading)?)\b[^.]{0,80})$",
    re.IGNORECASE,
)
# "Locks of the north, Ada Brook explores the locks …": verbs that announce a piece. Verbs of reporting
# ("argues", "says") are not among them: sentences of an article have those.
_AUTHORED = re.compile(
    r"(?P<headline>[A-Z\d‘“'\"].{10,120}?)(?:[,:]|\s[-–—|])?\s[A-Z][\w'’-]+\s[A-Z][\w'’-]+\s"
    r"(?:considers|explores|examines|discusses|investigates|introduces|reviews|blogs|looks|reflects|asks"
    r"|explains|describes|traces|visits|tells|finds\sout|sets\sout|reports\son)\s"
    r"(?P<rest>.+)"
)
# A sentence that begins with one of these goes on after its comma; a headline does not.
_OPENERS = frozenset(
    """
    after although as at because before but by during for from if in on since so through to under until when
    where while with within
    """.split()
)
_ARTICLES = frozenset("a an the".split())
_REPEATED_WORDS = 2  # of such a headline, in its teaser
# A date glued to the front of a headline: 24/05/2019Trust apologises.
_GLUED_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}(?=[A-Z‘“'\"])")


def drop_furniture(blocks: Sequence[Block], *, chosen: bool = False) -> tuple[Block, ...]:
    """The blocks without those that are the site's and not the article's.

    `chosen`: the blocks were chosen as the article's already, so a label over prose is a heading
    ("Contact us" over what to write), and its zone ends where the prose begins.
    """
    kept: list[Block] = []
    zone_end = 0
    for position, block in enumerate(blocks):
        if position < zone_end:
            continue
        if _is_label(block):
            zone_end = _next_part(blocks, position) if chosen else _zone_end(blocks, position)
            if chosen and zone_end == position + 1 and _begins_part(blocks[zone_end]):
                kept.append(block)
        elif not is_furniture(block):
            kept.append(block)
    return tuple(kept)


def is_furniture(block: Block) -> bool:
    """Whether the block is furniture by its own form, wherever it stands."""
    text = block.text
    return not re.search(r"\w", text) or any(
        (
            text[-1] != "." and _LINE.fullmatch(text),
            _SENTENCE.fullmatch(text),
            _TEASER.search(text),
            _GLUED_DATE.match(text),
            _is_menu(block),
        )
    )


def _is_menu(block: Block) -> bool:
    return (
        block.kind is Kind.PARAGRAPH
        and block.words <= _MENU_WORDS
        and _MENU.fullmatch(block.text) is not None
        and block.text[-1] not in ".?!:"
    )


def is_scrap(sentence: str) -> bool:
    """Whether a sentence inside a text that was run together is a scrap of another page.

    Three forms: a search result's snippet, cut off by a free-standing ellipsis; a card, a headline
    with a bare date behind it ("… to the ward 12.02.2020 As demand rises …"); and a teaser, a headline
    followed by who writes about just that ("Locks of the north, Ada Brook explores the locks …").
    """
    cut_off = re.search(r"\s(?:…|\.\.\.)$", sentence)
    dated = re.search(r"[a-z)”’]\s\d{1,2}[./]\d{1,2}[./](?:\d\d|\d{4})\s[A-Z]", sentence)
    return cut_off is not None or dated is not None or _is_teaser(sentence)


def _is_teaser(sentence: str) -> bool:
    """Whether a headline without a verb of its own is followed by its author and the same words again."""
    match = _AUTHORED.fullmatch(sentence)
    first = match["headline"].split()[0].lower() if match else ""
    if match is None or first in _OPENERS:
        return False
    headline, rest = (set(re.findall(r"\w{4,}", match[part].lower())) for part in ("headline", "rest"))
    # What begins with an article may also be a description of the person: "The keeper of the lock, Ada …".
    return len(headline & rest) >= (_REPEATED_WORDS if first in _ARTICLES else 1)


def _is_label(block: Block) -> bool:
    return (
        block.kind in (Kind.PARAGRAPH, Kind.HEADING)
        and block.words <= _LABEL_WORDS
        and _LABEL.fullmatch(block.text) is not None
    )


def _zone_end(blocks: Sequence[Block], label: int) -> int:
    """The position after the last card of the zone that a label opens.

    The article goes on, and the zone ends, at a solid paragraph, or at two paragraphs of sentences in a
    row: a card has one at most, and what stands right under the label is a card. (Comments have any
    number, so for them only a solid one counts.) A heading of the label's own level ends it too.
    """
    comments = _COMMENTS.search(blocks[label].text) is not None
    sentences = 0  # paragraphs of sentences since the last mark of a card
    for position in range(label + 1, len(blocks)):
        block = blocks[position]
        if block.kind is Kind.HEADING and blocks[label].kind is Kind.HEADING:
            if block.level <= blocks[label].level:
                return position
            continue
        solid = block.words >= SOLID_WORDS and not is_furniture(block)
        sentences = sentences + 1 if solid or (position > label + 1 and _is_sentences(block)) else 0
        if solid or (sentences == 2 and not comments):
            begin = position - sentences + 1
            while begin - 1 > label and _may_head(blocks[begin - 1]):
                begin -= 1
            return begin
    return len(blocks)


def _next_part(blocks: Sequence[Block], label: int) -> int:
    """The position of the next heading or prose after a label: between them stand cards."""
    parts = (n for n in range(label + 1, len(blocks)) if _begins_part(blocks[n]))
    return next(parts, len(blocks))


def _begins_part(block: Block) -> bool:
    return block.kind is Kind.HEADING or (block.kind is Kind.PARAGRAPH and _is_sentences(block))


def _is_sentences(block: Block) -> bool:
    """Whether the block is a paragraph or an item that ends as sentences do, and no furniture by itself."""
    return block.text[-1] in ".?!:;" and block.words > _LABEL_WORDS and not is_furniture(block)


def _may_head(block: Block) -> bool:
    """Whether a block inside a zone could be the heading of the article that goes on after it."""
    return block.words <= MAX_HEADING_WORDS and block.text[-1] not in ".!>" and not is_furniture(block)
