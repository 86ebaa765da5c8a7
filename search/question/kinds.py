"""What kind of thing a question asks for, and what an answering sentence then has to hold.

The kind is read off the words that open the question proper: "In May 2019, how many ...", "Tell me why
...", "If a lock leaks, who ..." open with how many, why and who.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from search.marks import NO_MARK, Mark
from search.queries import Kind


class Asked(NamedTuple):
    """What the form of a question says."""

    kind: Kind
    expects: Mark  # any one of these stands in an answering sentence, near certainly; none: anything
    counted: str  # the words that "how many ..." counts; empty for other questions


_WH = r"(?:what|which|who|whom|whose|when|where|why|how)\b"
_AUXILIARY = (
    r"(?:(?:is|are|was|were|do|does|did|can|could|will|would|shall|should|has|have|had|may|might|must|am)"
    r"(?:n['’]?t)?)"
)
_IS = r"\s(?:is|are|was|were)\s(?:the\s|its\s|their\s|our\s)?"
_OR_IS = rf"(?:{_IS}|\s)"
_WHAT = r"(?:what|which)"
_IMPERATIVE = r"(?:explain|describe|summari[sz]e|tell|find|show|give|name|list|identify|outline)\b"
_ANY = rf"(?:(?!{_AUXILIARY}\b)[\w-]+\s){{0,2}}?"  # the words that may stand before a noun

_SHARE = r"(?:percentage|percent|per\scent|proportion|share|fraction|%)"
_COST = (
    r"(?:costs?|costing|pa(?:y|ys|id)|spen[dt]|spending|worth|charged?|earn(?:s|ed)?|owed?|raised?|money|budget"
    r"|fund(?:s|ed|ing)?|invest(?:s|ed|ment)?|price|salary|fees?|fined?|grant|s[eo]ld|sell|buy|bought|donated?)"
)
_PRICE = r"(?:budget|costs?|prices?|salary|salaries|fees?|fine|spending|expenditure|turnover|deficit|debt)"
_MEASURE = r"(?:long|old|far|tall|big|large|fast|high|deep|wide|heavy|often|frequently|small|quickly)"
_TIME = r"(?:years?|months?|dates?|days?|decade|century)"
_ROLE = (
    r"(?:person|people|roles?|ministers?|authors?|chair|leaders?|officials?|officers?|directors?|job\stitle|men"
    r"|man|woman|women|president|king|queen|emperor|politician|scientists?|historian|manager|executive|bishop"
    r"|individual|writer|professor|architect|artist|engineer|inventor|actor|actress|player|coach|general)"
)
_PLACE = (
    r"(?:city|cities|country|countries|towns?|village|region|county|state|places?|location|continent|street"
    r"|address|borough|district)"
)
_PREPOSITION = (
    r"(?:in|on|at|by|to|from|for|of|with|since|until|during|under|after|before|about|into|through|against|between"
    r"|within|upon|over|around|approximately|roughly|as)"
)
# A noun in the plural; "process", "status" and "basis" only end like one.
_PLURAL = r"(?!(?:is|was|does|has|this|its|his|news|series|species)\b)[a-z-]+[^suia\W]s"

# What opens the question proper, and what it then asks for: the first that fits.
_RULES: tuple[tuple[Kind, Mark, str], ...] = (
    (
        "percentage",
        Mark.PERCENTAGE,
        rf"{_WHAT}{_OR_IS}{_ANY}{_SHARE}(?!\s(?:prices?|capital))(?:\s|$)|what\s?%|{_SHARE}\sof\b"
        r"|how\s(?:many|much)\sper\s?cent",
    ),
    (
        "money",
        Mark.MONEY,
        rf"how\smuch\smoney\b|how\smuch\b(?!\sof\b).*\b{_COST}\b|how\s(?:expensive|costly)\b"
        rf"|what{_IS}{_ANY}{_PRICE}\s(?:of|for|to|in|per)\b(?!\sliving)|{_WHAT}\s(?:price|salary|fee|sum)\b",
    ),
    (
        "count",
        Mark.NUMBER,
        rf"how\smany\b|(?:{_WHAT}{_OR_IS})?{_ANY}(?:number|headcount)\sof\b"
        rf"|{_WHAT}{_IS}{_ANY}(?:headcount|population)\b",
    ),
    ("count", Mark.NUMBER | Mark.DATE, rf"how\s{_MEASURE}\b"),
    ("count", Mark.NUMBER | Mark.PERCENTAGE | Mark.MONEY, r"how\smuch\b(?!\sof\b)"),
    (
        "date",
        Mark.DATE,
        r"when\s(?:exactly\s)?(?:did|was|were|had|will|has|have)\b"
        rf"|{_WHAT}{_OR_IS}(?:exact\s|calendar\s)?{_TIME}\b(?!['’-]|\sold\b)|what\stime\s{_AUXILIARY}\b"
        r"|(?:date|year)\sof\b",
    ),
    # "When do they meet?" may be answered by "whenever the chair asks".
    ("date", NO_MARK, rf"when\s(?:exactly\s)?{_AUXILIARY}\b|when\b(?!.*,)|how\ssoon\b"),
    (
        "compare",
        NO_MARK,
        r".*\b(?:difference|distinction|comparison|contrast|clash|similarit(?:y|ie))s?\sbetween\b"
        r"|.*\s(?:vs\.?|versus)\s|(?:compare|contrast)\b|.*\bin\scommon\b|what\s(?:distinguishes|separates)\b"
        rf"|how\s{_AUXILIARY}\b.*\b(?:differ(?:s|ed)?|diff?erent|unlike|compared?|distinct)\b",
    ),
    # Nine in ten who answer these are named or called by their role; who others ask for may be a body.
    (
        "person",
        Mark.NAME,
        r"who\s(?:(?:is|was|were)\sthe\b(?!.*\s(?:to|by|with|from|for)\b)|(?:(?!need)[a-z]+ed|wrote|led|won|made|built)\b)"
        rf"|{_WHAT}\s{_ANY}{_ROLE}\b|what{_IS}names?\sof\s(?:the\s)?{_ANY}{_ROLE}\b|author\sof\b",
    ),
    ("person", NO_MARK, r"(?:who|whom|whose)\b"),
    (
        "place",
        NO_MARK,
        rf"where\b|{_WHAT}\s(?:\w*[^s\W]\s)?{_PLACE}\b|what{_IS}(?:location|address)\b|location\sof\b",
    ),
    (
        "why",
        NO_MARK,
        r"why\b|how\scome\b|what\s(?:else\s)?(?:caus(?:ed|es?)|le(?:d|ads?)\sto|prompted|explain(?:s|ed)|motivate[sd]"
        r"|dr(?:ove|ives)|stop(?:s|ped)|prevent(?:s|ed)|hinder(?:s|ed)|trigger(?:s|ed)|makes|made|keeps|kept)\b"
        rf"|{_WHAT}{_OR_IS}{_ANY}(?:reasons?|causes?|rationale|motivations?|justification)\b"
        rf"|{_ANY}reasons?\s(?:for|why)\b",
    ),
    ("how", NO_MARK, rf"{_WHAT}\s(?:ways?|means|methods?|process|procedure|steps|manner)\b"),
    (
        "list",
        NO_MARK,
        r"(?:list|name|give|show|state|identify|outline)\s(?:me\s)?(?:of|all|some|any|an?|the|two|three|four|\d)\b"
        rf"|{_ANY}(?:examples?|list)\sof\b|what\s(?:is|are)\s(?:some|(?:an?\s|one\s)?examples?)\b"
        rf"|what\s(?:are|were)\s(?:the|all|its|their|our)\s{_ANY}{_PLURAL}\b|which\s{_PLURAL}\s[a-z]"
        rf"|{_WHAT}\s(?:of\sthe\s)?(?!(?:kind|type|sort)s?\sof\b){_ANY}{_PLURAL}\s{_AUXILIARY}\b",
    ),
    ("how", NO_MARK, rf"how\b(?!\smuch)|what{_IS}(?:best\s)?(?:way|process|procedure|method)\b"),
    ("yesno", NO_MARK, rf"{_AUXILIARY}\s(?!\d)\S+\s\S"),
    ("other", NO_MARK, rf"{_WH}|{_IMPERATIVE}"),
)
_COMPILED = tuple((kind, expects, re.compile(pattern)) for kind, expects, pattern in _RULES)

_AN_ACRONYM = re.compile(
    r"\bWHO\b"
)  # the health organisation; a question all in capitals comes in lower case
_CONTRACTED = re.compile(r"\b(what|who|where|when|why|how)['’]?s\b")
# Politeness in front of the question proper.
_PREAMBLE = re.compile(
    r"(?:(?:please|hi|hello|hey|ok|so|and|but|also)\b[,!.]?\s"
    r"|(?:(?:can|could|would|will)\s(?:you|anyone|somebody)\s)?(?:please\s)?"
    r"(?:(?:tell|remind)\s(?:me|us)\s|explain\s(?=wh|how))"
    r"|(?:can|could|would|will)\syou\s(?:please\s)?(?=(?:give|show|list|name|compare)\b)"
    r"|(?:i(?:['’]d|\swould)?\s(?:want|like|need)\sto\sknow|do\s(?:you|we)\sknow|any\sidea)\s(?=wh|how|if))+"
)
_STARTS = re.compile(rf"{_WH}|{_AUXILIARY}\b|{_IMPERATIVE}")
_CLAUSE = rf"(?:{_PREPOSITION}|along|besides|according|other|following|if|when|while|where|although|because)"
# Where the question proper opens when it is not at the start: behind an opening clause, or at the end
# ("it was dug in what year"); tried in this order.
_LATER = (
    re.compile(rf"{_CLAUSE}\b[^,]*,\s(?:{_PREPOSITION}\s)?(?P<proper>(?:{_WH}|{_AUXILIARY}\b).*)"),
    re.compile(rf"{_PREPOSITION}\b.*?\s(?P<proper>{_WH}.*)"),
    re.compile(rf".*(?:[,;:]|\s{_PREPOSITION})\s(?P<proper>{_WH}.*)"),
)
_CLAUSE_OF_TIME = re.compile(rf"(?:when|where)\s(?!{_AUXILIARY}\b)")
_ANY_QUESTION_WORD = re.compile(rf"\b{_WH}")

_COUNTED = re.compile(
    r"(?:how\smany|(?:number|headcount)\sof)\s(?:of\s)?(?:the\s|its\s|their\s|our\s)?(?P<words>.*)"
)
# What is counted ends with the first noun in the plural, or before one of these.
_AFTER_COUNTED = re.compile(
    rf"\b(?:{_AUXILIARY}|{_PREPOSITION}|been|there|exist(?:s|ed)?|remain\w*|that|who|which|take[ns]?|took|made?"
    r"|live[sd]?|work(?:s|ed)?|each|every|more|went|die[ds]?|use[sd]?|a|an|the)\b"
)
_PLURALS = re.compile(rf"(?:[\w-]+\s)*?(?:people|men|women|children|staff|{_PLURAL})\b(?:\s{_PLURAL}\b)?")


def asked(question: str) -> Asked:
    """What a question asks for, a definition apart: whether it is one hangs on what is asked about."""
    text = " ".join(_AN_ACRONYM.sub("it", question).lower().split()).strip(' ?.!"“”')
    text = _CONTRACTED.sub(r"\1 is", text)
    text = text[polite.end() :] if (polite := _PREAMBLE.match(text)) else text
    proper = _proper(text)
    if proper is None:
        return Asked("other", NO_MARK, "")
    for kind, expects, pattern in _COMPILED:
        if pattern.match(proper):
            return Asked(kind, expects, _counted(proper) if kind == "count" else "")
    return Asked("keywords", NO_MARK, "")


def _proper(text: str) -> str | None:
    """The question from the word on that opens it; a text without such a word as it is.

    None where such a word is there, but opens nothing ("boats that know where to go").
    """
    clause = _LATER[0].match(text)
    starts = _STARTS.match(text) is not None
    if clause and (not starts or _CLAUSE_OF_TIME.match(text)):
        return clause["proper"]
    if not starts:
        for pattern in _LATER[1:]:
            if match := pattern.match(text):
                return match["proper"]
        if _ANY_QUESTION_WORD.search(text):
            return None
    return text


def _counted(proper: str) -> str:
    match = _COUNTED.search(proper)
    if match is None:
        return ""
    words = match["words"]
    end = _AFTER_COUNTED.search(words)
    words = words[: end.start()] if end else words
    plural = _PLURALS.match(words)
    return (plural.group() if plural else words).strip()
