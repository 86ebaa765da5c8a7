"""Numbers, dates, shares and amounts of money in running text, each with its place.

`figures` reads what is written in digits, `in_words` what is spelt out. A number that only names
something ("Section 75", "COVID-19", an item's own number, a rank such as "3rd") is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

QuantityKind = Literal["number", "date", "percentage", "money"]


class Quantity(NamedTuple):
    """One value as a sentence says it; what a dash joins is one value ("30-50", "2015/16")."""

    kind: QuantityKind
    start: int
    end: int


_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)
_CURRENCY = (
    r"(?:(?:[A-Z][a-z]+\s|US\s)?(?:pounds?(?!\sof\b)|dollars?|euros?|pence|cents?|francs?|yen|shillings?|rupees|lira)"
    r"|GBP|EUR|USD)\b"
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|m|k|tn)\b"

# A bare number from 1500 to 2099 before one of these is a quantity; before other words it is a year.
_UNIT = (
    r"(?:people|patients|staff|members|residents|men|women|children|pupils|students|users|employees|workers"
    r"|households|homes|houses|beds|copies|pages|words|votes|troops|soldiers|species|stations|feet|ft|miles|mi"
    r"|(?:kilo|centi|milli)?met(?:re|er)s|km|mm|m|acres|hectares|tons|tonnes|kg|lb|days|hours|times)(?![\w-])"
)

# A figure with what a dash, a slash or a colon joins to it.
_FIGURE = re.compile(r"[0-9](?<!\w\d)(?<!\d[.,]\d)\d*(?:[.,]\d+)*(?:\s?[-–—/:]\s?\d+(?:[.,]\d+)*)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?![\d,.])|1\d\d\d\s?[-–—]\s?1\d\d\d$")
_CALENDAR = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}:\d\d")
_OLD_YEAR = re.compile(r"1[0-4]\d\d(?:\s?[-–—]\s?\d+)?")
_EARLY_YEAR = re.compile(r"[1-9]\d\d(?:\s?[-–—]\s?\d+)?")

# What the text after a figure makes of it, the first that fits.
_AFTER = re.compile(
    rf"""\s?-?(?P<percentage>%|per\s?cent\b|percentage\spoints?)
    |(?:\s?-?{_SCALE})?\s?-?(?P<money>{_CURRENCY})|(?P<pence>p\b)
    |(?P<date>(?:st|nd|rd|th)?(?:(?:,|\sand|\sor|\sto|\s?[-–—])\s?\d+(?:st|nd|rd|th)?)?(?:\sof)?[\s-](?:{_MONTH}|[Cc]entur)
      |(?:st|nd|rd|th)?(?:\sand|\sor|\sto)\s[a-z]+\scentur
      |\s?(?:AD|BCE?|CE|A\.D\.|B\.C\.|[ap]\.?m\b)|\so'clock|\s(?:years?|months?|weeks?|days?|hours?|yr)\sago\b)
    |(?P<decade>['’]?s\b)
    |(?P<rank>st|nd|rd|th)\b
    |(?P<scale>\s?-?{_SCALE})
    |\s?-?(?P<unit>{_UNIT})
    |(?P<code>[A-Za-z])""",
    re.VERBOSE,
)

# What the word before a figure makes of it.
_BEFORE_A_DATE = frozenset(
    """
    January February March April May June July August September October November December Jan Feb Mar Apr
    Jun Jul Aug Sep Sept Oct Nov Dec AD spring summer autumn winter year
    """.split()
)
_WHEN = frozenset(
    """
    in since by until from after before circa early late mid pre post of and to In Since By Until From After
    Before Circa Early Late Mid c. ca.
    """.split()
)
_CURRENCIES = frozenset("USD GBP EUR Rs Rs. $ £ €".split())
_SIGNS = frozenset("£$€¥₤")
_NAMING = frozenset("-[#")
# Nouns whose number is a name, in lower case.
_NUMBERED = frozenset(
    """
    section sections article articles chapter chapters figure figures table tables page pages part parts
    schedule schedules phase route room paragraph paragraphs version volume grade tier stage step band
    category type appendix annex clause box level no. nos. fig. vol. p. pp.
    """.split()
)
_WIDEST_BEFORE = 20

# Capitalised only because a sentence opens with them: a figure after other capitals is part of a name.
_OPENERS = frozenset(
    """
    A About Above After All Almost An And Another Approximately Around As At Before Below Between Both But
    Each Even Every Exactly For Her His If Its Just Less More Most Nearly On Only Or Our Out Over Roughly
    Some So Than That The Their Then There These They This Those To Typically Under Up We Well When Where
    While With Within
    """.split()
)
_COUNTED_AFTER = re.compile(r"\s(?:[a-z]+[\s-]){0,2}?[a-z]+s\b")
_ITEM_NUMBER = re.compile(r"\s*\(?\d{1,2}[.)]\s")
_FOOTNOTE = re.compile(r"\d{1,2}[\])]")

_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBER = (
    rf"(?:{_SMALL}|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|(?:hundred|thousand|million|billion|trillion|dozen)s?)"
)
_FRACTION = r"(?:hal(?:f|ves)|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?)"
# Matched where one of `WORDS_OF_QUANTITY` stands, against the sentence in lower case.
_IN_WORDS = re.compile(
    rf"""(?<!\d\s)(?<!\d-)(?:(?P<percentage>(?:one|{_NUMBER})\sper\s?cent
      |(?:one|{_SMALL})[\s-]{_FRACTION}|(?<=\ba\s)(?:third|quarter|fifth|sixth|eighth|tenth)\sof
      |(?<=than\s)half|(?<=by\s)half|(?<=about\s)half|(?<=almost\s)half|(?<=nearly\s)half|(?<=over\s)half|(?<=under\s)half
      |(?<!first\s)(?<!second\s)(?<!latter\s)(?<!last\s)half\s(?:of|the|all|its|their|our)
      |(?:one|{_SMALL})\s(?:in|out\sof)\s(?:every\s)?{_NUMBER})
    |(?P<money>{_NUMBER}(?:[\s-]{_NUMBER})*\s{_CURRENCY.lower()})
    |(?P<date>(?:(?<=[a-z]th[\s-])|(?<=first\s)|(?<=second\s)|(?<=third\s))centur(?:y|ies))
    |(?P<number>{_NUMBER}(?:[\s-](?:and\s)?{_NUMBER})*|twice|single
      |one(?=\s[a-z]{{3}})(?!\s(?:another|day|who|such|that|could|can|may|might|would)\b)))\b""",
    re.VERBOSE,
)
_WORD = re.compile(r"[a-z]+")
_NAMED_DATE = re.compile(
    r"\b(?P<date>(?:January|February|April|June|July|August|September|October|November|December)\b"
    r"|(?:in|since|by|until|of|from|late|early|last|next|and)\s(?:March|May)\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b"
    r"|(?:in|the|of|since|until|by)\s(?:(?:early|late|mid)\s)?(?:spring|summer|autumn|winter)\b)"
)

# Without one of these words nothing is spelt out, and the slower patterns need not be tried.
WORDS_OF_QUANTITY = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds
    thousand thousands million millions billion billions trillion trillions dozen dozens single twice half
    halves third thirds quarter quarters century centuries
    """.split()
)
WORDS_OF_DATE = frozenset(
    """
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays spring summer autumn winter
    """.split()
)


def figures(sentence: str) -> Iterator[Quantity]:
    """What is written in digits, in order."""
    for match in _FIGURE.finditer(sentence):
        start, end = match.span()
        after = _AFTER.match(sentence, end)
        kind = _kind(sentence, match, after)
        if kind is not None:
            last = after.end() if after and after.lastgroup != "unit" else end
            yield Quantity(kind, start, last)


def in_words(sentence: str) -> Iterator[Quantity]:
    """What is spelt out, in order: "two thirds", "a dozen", "three million pounds"."""
    # Of all letters only this one is two in lower case, and would shift what comes after it.
    lower = sentence.replace("İ", "I").lower()
    end = 0
    for word in _WORD.finditer(lower):
        if word.group() in WORDS_OF_QUANTITY and word.start() >= end:
            match = _IN_WORDS.match(lower, word.start())
            if match is not None:
                end = match.end()
                yield Quantity(match.lastgroup, match.start(), end)  # type: ignore[arg-type]  # its groups are the kinds


def named_dates(sentence: str) -> Iterator[Quantity]:
    """Months, days of the week and seasons, in order."""
    for match in _NAMED_DATE.finditer(sentence):
        yield Quantity("date", *match.span())


def _kind(sentence: str, match: re.Match[str], after: re.Match[str] | None) -> QuantityKind | None:
    """What a figure is, given the text on either side; None where it is part of a name."""
    figure, (start, end) = match.group(), match.span()
    right = after.lastgroup if after else None
    before = sentence[max(0, start - _WIDEST_BEFORE) : start]
    touching, word = before[-1:], before.split()[-1] if before and not before.isspace() else ""
    if touching in _SIGNS or word in _CURRENCIES or right in ("money", "pence"):
        return "money"
    if right == "percentage":
        return "percentage"
    if right == "date" or word.rstrip(".,") in _BEFORE_A_DATE or _CALENDAR.fullmatch(figure):
        return "date"
    if right == "decade" and not _YEAR.match(figure):
        return "date" if figure[-1] == "0" and (len(figure) > 2 or touching in "'’") else None
    if right in ("rank", "code"):
        return None
    if right not in ("scale", "unit") and _YEAR.match(figure):
        return "date"
    if touching in _NAMING or word.lower() in _NUMBERED:
        return None
    if word[:1].isupper() and word not in _OPENERS and word not in _WHEN and word[-1] not in ".,;:":
        counted = right in ("scale", "unit") or _COUNTED_AFTER.match(sentence, end)
        return "number" if counted else None
    if word in _WHEN and right is None and _OLD_YEAR.fullmatch(figure):
        return "date"
    if word in ("in", "In") and right is None and _EARLY_YEAR.fullmatch(figure):
        return "number" if _COUNTED_AFTER.match(sentence, end) else "date"
    if (start == 0 and _ITEM_NUMBER.match(sentence)) or (
        touching == "(" and _FOOTNOTE.match(sentence, start)
    ):
        return None
    return "number"
