"""How far a sentence holds what its question asks for: a number of the right things, a year, a reason.

Marks say that a sentence has some number; here it is weighed whether that is the number asked for. A
sentence whose marks do not settle that is read anew, so this is for the few best sentences of a question.

The values between 0 and 1 are how often a sentence of its kind was the one that answers, among the
sentences of the passage that a SQuAD question was asked of, over how often the best kind was.
"""

from __future__ import annotations

import re
from itertools import islice

from search.analysis import tokens
from search.marks import Mark
from search.quantities import WORDS_OF_QUANTITY, Quantity, figures, in_words, named_dates
from search.queries import Query

FULL, NONE = 1.0, 0.0

# Plain integers: operators of an enumeration cost ten times as much. A sentence without a mark of a quantity
# has none, so that it need not be read.
_NAME, _REASON, _DATE = map(int, (Mark.NAME, Mark.REASON, Mark.DATE))
_QUANTITIES = int(Mark.NUMBER | Mark.DATE | Mark.PERCENTAGE | Mark.MONEY)

# Kinds of question that not any sentence may answer.
FITTED_KINDS = frozenset({"count", "money", "percentage", "date", "why", "person"})

# A number that stands with what is counted ("1,300 geographical primary care networks") answers in .75 of
# the cases; one farther off in its clause, or bare beside it ("the networks number 1,300"), in .45 and .42;
# one of something else in .32 where what is counted stands elsewhere in the sentence, else in .15; a
# share of it in .13; without any number .02.
FAR, BARE, BESIDE, OTHER = 0.6, 0.55, 0.4, 0.2

# Words between a number and what it counts.
_REACH = 6
_REACH_CHARS = 70
_CLAUSE_ENDS = re.compile(
    r"[,;:.()](?:\s|$)|\b(?:and|or|but|that|which|who|than|as|of|in|to|for|on|with|without|from|by|at|about|above"
    r"|across|after|against|among|before|behind|below|between|beyond|during|into|near|over|through|towards?|under"
    r"|until|upon|within)\b"
)
# "42 of these systems" counts systems as "42 systems" does.
_PARTITIVE = re.compile(r"\sof\s(?:the|these|those|its|their|our|all)\b")

# Who asks how many people is answered in patients, residents, members.
_PEOPLE = frozenset(
    """
    peopl person patient resid inhabit popul man men woman women child children member staff worker employe
    citizen adult pupil student individu soldier
    """.split()
)

# A year that is part of a name ("the 2012 Act", "the Localism Act 2011") answers in .34 of the cases, another
# date in .46; one of another grain (a year, asked for a day) in .02.
IN_A_NAME, OTHER_GRAIN = 0.7, 0.05
# "When do they meet?" is answered half as often without a date as with one: "whenever the chair asks".
NO_DATE_NEEDED = 0.5
# Words that tell a time without a date, or a quantity without a number: .03 to .08.
IN_WORDS = 0.1
# A sentence without a word that gives a reason answers "why" in .15 of the cases, one with it in .46; one
# without a name or a role "who" in .15, one with it in .37.
NO_REASON, NO_NAME = 0.3, 0.4

_ASKS_FOR_YEAR = re.compile(r"\b(?:what|which)\s(?:\w+\s)?year", re.IGNORECASE)
_ASKS_FOR_MONTH = re.compile(r"\b(?:what|which)\s(?:\w+\s)?month", re.IGNORECASE)
_ASKS_FOR_DAY = re.compile(r"\b(?:what|which)\s(?:\w+\s)?(?:date|day)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_NAMED_BEFORE = re.compile(r"\b(?!(?:In|On|By|Since|From|Until|After|Before|The)\b)[A-Z][a-z]+\s$")
_THE_BEFORE = re.compile(r"\b[Tt]he\s$")
_CAPITALISED = re.compile(r"\s[A-Z][A-Za-z]")
_TIME_IN_WORDS = re.compile(
    r"\b(?:when|after|before|until|since|once|during|ago|later|next|now|today|currently|day|week|month|years?"
    r"|decades?|centur\w+|era|period|reign|ends?|beginning|start|age|war|bp)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\b(?:years?|months?|weeks?|days?|hours?|minutes?|nights?|until|since|always|ever|never)\b",
    re.IGNORECASE,
)
# "They need an hour": a quantity, though the number is only an article.
_ONE_UNIT = re.compile(
    r"\b(?:an?|half\san?)\s(?:second|minute|hour|day|week|fortnight|month|year|decade|century|mile|metre|yard"
    r"|acre|pint|litre|dozen|quarter|third)\b",
    re.IGNORECASE,
)
_QUANTITY_IN_WORDS = re.compile(
    r"\b(?:majority|minority|most|all|none|no|few|several|many|free|both|one|every)\b", re.IGNORECASE
)


def fits(sentence: str, marks: int, query: Query) -> float:
    """How far, 0 to 1, the sentence holds what the query's kind asks for; 0: it cannot answer.

    1 for kinds that any sentence may answer. `marks` are the sentence's `Mark`s.
    """
    match query.kind:
        case "count":
            return _fits_count(sentence, marks, query)
        case "date":
            return _fits_date(sentence, marks, query)
        case "percentage" | "money":
            return _fits_amount(sentence, marks, query.kind)
        case "person":
            return FULL if marks & _NAME else NO_NAME
        case "why":
            return FULL if marks & _REASON else NO_REASON
    return FULL


def _quantities(sentence: str, marks: int) -> list[Quantity]:
    if not marks & _QUANTITIES:
        return []
    found = list(figures(sentence))
    if not WORDS_OF_QUANTITY.isdisjoint(re.split(r"[\s-]", sentence.lower())):
        found += in_words(sentence)
    return found


def _fits_count(sentence: str, marks: int, query: Query) -> float:
    found = _quantities(sentence, marks)
    numbers = [quantity for quantity in found if quantity.kind == "number"]
    if not query.counted:  # how long, how far, how much
        if numbers or any(quantity.kind != "date" or Mark.DATE in query.expects for quantity in found):
            return FULL
        if _ONE_UNIT.search(sentence):
            return BARE
        return IN_WORDS if _DURATION.search(sentence) or _QUANTITY_IN_WORDS.search(sentence) else NONE
    if numbers:
        head = query.counted[-1]
        heads = _PEOPLE if head in _PEOPLE else frozenset((head,))
        return max(_fits_number(sentence, number, heads) for number in numbers)
    return IN_WORDS if any(quantity.kind == "percentage" for quantity in found) else NONE


def _fits_number(sentence: str, number: Quantity, heads: frozenset[str]) -> float:
    """How far the number is one of what `heads` name."""
    text = sentence[number.end : number.end + _REACH_CHARS]
    text = _PARTITIVE.sub("", text, count=1) if _PARTITIVE.match(text) else text
    ends = _CLAUSE_ENDS.search(text)
    border = ends.start() if ends else len(text)
    after = [(token.start, token.stem) for token in islice(tokens(text), _REACH)]
    places = [start for start, stem in after if stem in heads]
    if places and places[0] < border:
        return FULL
    if places:  # "two effects on the systems" counts effects
        return BESIDE if after[0][0] < border else FAR
    lower = sentence.lower()
    if any(head in lower for head in heads):  # a stem opens most of its words, which is near enough here
        return BESIDE if after and after[0][0] < border else BARE
    return OTHER


def _fits_date(sentence: str, marks: int, query: Query) -> float:
    dates: list[Quantity] = []
    if marks & _DATE:
        dates += (quantity for quantity in _quantities(sentence, marks) if quantity.kind == "date")
        dates += named_dates(sentence)
    if not dates and not query.expects:  # "when do they meet": whenever they like
        return NO_DATE_NEEDED
    if not dates:
        return IN_WORDS if _TIME_IN_WORDS.search(sentence) else NONE
    return max(_fits_one_date(sentence, date, query) for date in dates)


def _fits_one_date(sentence: str, date: Quantity, query: Query) -> float:
    text = sentence[date.start : date.end]
    before = sentence[max(0, date.start - 20) : date.start]
    month = _MONTH.search(text) or _MONTH.search(before[-11:])
    named = _NAMED_BEFORE.search(before) or (
        _THE_BEFORE.search(before) and _CAPITALISED.match(sentence, date.end)
    )
    if named and not month:
        return IN_A_NAME
    if _ASKS_FOR_YEAR.search(query.question):
        return FULL if _YEAR.search(text) else OTHER_GRAIN
    if _ASKS_FOR_MONTH.search(query.question):
        return FULL if month else OTHER_GRAIN
    if _ASKS_FOR_DAY.search(query.question):
        return FULL if month or "day" in text else OTHER_GRAIN
    return FULL


def _fits_amount(sentence: str, marks: int, kind: str) -> float:
    found = {quantity.kind for quantity in _quantities(sentence, marks)}
    if kind in found:
        return FULL
    return IN_WORDS if "number" in found or _QUANTITY_IN_WORDS.search(sentence) else NONE
