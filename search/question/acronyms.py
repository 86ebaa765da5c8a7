"""Acronyms that a sentence defines: "integrated care board (ICB)", "ICB (integrated care board)", "ICB: ...".

After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical
text", 2003, with words in place of letters: theirs takes any letter of any word for the acronym's, ours
asks for the initials of the words and allows few exceptions, each at a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from search.analysis import STOP_WORDS

# Longer acronyms are names or code.
MAX_LETTERS = 8

# What an acronym of so many letters may cost at most: a word that it leaves out and a letter inside a word
# cost 1, a letter behind a known first part ("multi|disciplinary") half of it. On SQuAD (20,963 passages)
# the next higher step at each length brings more wrong senses than right ones.
_AFFORDS = {2: 0.5, 3: 1.0, 4: 1.0}
_AFFORDS_LONG = 2.0

# First parts of compounds whose second part an acronym gives a letter of its own.
COMBINING_FORMS = frozenset(
    """
    aero agro anti audio auto bio cardio co counter cyber electro extra geo giga hydro hyper immuno infra
    inter intra kilo macro magneto mega meta micro mid mono multi nano neuro non over para photo physio
    pneumo poly post pre psycho quasi radio re semi socio sub super tele thermo trans ultra under video web
    """.split()
)

# Characters before a bracket that are looked at: no long form is longer.
_LOOK_BACK = 300

_SHORT = re.compile(
    r"(?P<letters>[^\W\d_](?:[.&/-]?[^\W_]){1,%d})\.?(?:['’]s|s['’])?" % (MAX_LETTERS + 1)  # noqa: UP031
)
_BRACKET = re.compile(r"(?<!\s)\s*[(\[](?P<inside>[^()\[\]]{2,200})[)\]]")
_SAID = re.compile(
    r"\s*(?:(?:or|the|an?|i\.?e\.?,?|also|formerly|hereafter|abbreviated|abbr\.?|short|known|called|referred|"
    r"to|as|for|standing|stands|meaning)\s+)*",
    re.IGNORECASE,
)
_ARTICLES = ("a", "an", "the")
_QUOTES = "\"'“”‘’*_ "
_LISTED = re.compile(
    r"(?P<short>[^\s:|=–—]+?)(?:\s*[:|=]\s*|\s+[–—-]\s+|\s+(?:stands\s+for|is\s+short\s+for|means)\s+)"
    r"(?P<long>.+)",
    re.DOTALL,
)
# What `_LISTED` starts with, if it starts with an acronym; seen sooner.
_MAY_LIST = re.compile(r"\S*?[^\W\d_a-z]\S*[^\W\d_a-z]")
# Words of a long form stand apart by white space, hyphens and commas; anything else ends it.
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*|&|(?P<border>[^\s\w,'’/-])")


@dataclass(frozen=True, slots=True)
class Definition:
    """An acronym with the words that it stands for, as one sentence gives them."""

    acronym: str  # singular, without dots: "ICS" for "(I.C.S.)" and "(ICSs)"
    long_form: str  # as it stands there, white space apart


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    is_stop_word: bool


def definitions(sentence: str) -> Iterator[Definition]:
    """The acronyms that a sentence defines, in order; what only looks like one is left out."""
    for bracket in _BRACKET.finditer(sentence) if "(" in sentence or "[" in sentence else ():
        before, inside = _tail(sentence, bracket.start()), bracket["inside"]
        found = _backward(before, _first_part(inside)) or _forward(before, inside)
        if found:
            yield found
    listed = _LISTED.match(sentence) if _MAY_LIST.match(sentence) else None
    if listed and (short := _singular(listed["short"])) and "(" not in listed["short"]:
        words = _words(listed["long"])
        if run := _leading(words, short):
            yield Definition(short, _text(listed["long"], run))


def _tail(sentence: str, end: int) -> str:
    """As much of the sentence before `end` as may matter, from the beginning of a word."""
    if end <= _LOOK_BACK:
        return sentence[:end]
    return sentence[end - _LOOK_BACK : end].partition(" ")[2]


def _backward(before: str, inside: str) -> Definition | None:
    """The definition whose long form stands before the bracket."""
    short = _singular(inside)
    if short is None:
        return None
    text = before.rstrip(_QUOTES)
    words = _words(text, last=True)[-2 * len(short) - 2 :]
    best: tuple[float, int] | None = None
    for first in range(len(words) - 1, -1, -1):  # the shortest of the cheapest
        price = _price(words[first:], short)
        if price is not None and (best is None or price < best[0]):
            best = price, first
    if best is None:
        return None
    return Definition(short, _text(text, words[best[1] :]))


def _forward(before: str, inside: str) -> Definition | None:
    """The definition whose long form stands in the bracket, all of it."""
    short = _singular(before.rpartition(" ")[2].lstrip("(["))
    if short is None:
        return None
    said = _SAID.match(inside)
    assert said is not None, "the pattern matches nothing too"
    text = re.split(r"[;:]", inside[said.end() :], maxsplit=1)[0].strip(_QUOTES + ",.")
    words = _words(text)
    if not words or words[-1].end < len(text) or _price(words, short) is None:
        return None
    return Definition(short, _text(text, words))


def _leading(words: Sequence[_Word], short: str) -> Sequence[_Word]:
    """The words at the beginning that give just the acronym's initials; none if they do not."""
    for length in range(len(short), len(short) + 4):
        if _price(words[:length], short) == 0 and length <= len(words):
            return words[:length]
    return ()


def _first_part(inside: str) -> str:
    """What the bracket says first, without the words that introduce it."""
    said = _SAID.match(inside)
    assert said is not None, "the pattern matches nothing too"
    return re.split(r"[,;:–—]|\s+or\s+", inside[said.end() :], maxsplit=1)[0].strip(_QUOTES)


def _singular(word: str) -> str | None:
    """The acronym that the word is, without dots and plural; None if it is none."""
    match = _SHORT.fullmatch(word.strip(_QUOTES))
    if match is None:
        return None
    letters = re.sub(r"[./-]", "", match["letters"])
    if letters.endswith("s") and letters[:-1].isupper():
        letters = letters[:-1]
    capitals = sum(letter.isupper() for letter in letters)
    if not 2 <= len(letters) <= MAX_LETTERS or capitals < 2 or 2 * capitals < len(letters):
        return None
    return letters


def _words(text: str, *, last: bool = False) -> list[_Word]:
    """The words up to the first border, or with `last` those after the last one."""
    pieces = list(_WORD.finditer(text))
    if last:
        pieces = list(takewhile(lambda piece: not piece["border"], reversed(pieces)))[::-1]
    else:
        pieces = list(takewhile(lambda piece: not piece["border"], pieces))
    return [_Word(p.start(), p.end(), p[0], p[0] == "&" or p[0].lower() in STOP_WORDS) for p in pieces]


def _text(text: str, run: Sequence[_Word]) -> str:
    return re.sub(r"['’]s$", "", " ".join(text[run[0].start : run[-1].end].split()))


def _price(words: Sequence[_Word], short: str) -> float | None:
    """What it costs to read the acronym off the words, all of them; None: it cannot be, or costs too much."""
    letters = short.lower().replace("&", "")
    if not words or words[0].is_stop_word or words[-1].is_stop_word or len(words) > 2 * len(letters) + 2:
        return None
    if short.lower() in (word.text.lower() for word in words):
        return None
    if any(b.text.lower() in _ARTICLES and not a.is_stop_word for a, b in pairwise(words)):
        return None  # "developed the Multinational ..." is no name, "Court of the ..." is
    price = _cheapest(tuple((word.text, word.is_stop_word) for word in words), letters)
    return price if price <= _AFFORDS.get(len(letters), _AFFORDS_LONG) else None


def _cheapest(words: tuple[tuple[str, bool], ...], letters: str) -> float:
    """The lowest price, infinite if there is none; the first word and the last are never left out."""
    final = len(words) - 1
    # By how many letters are done before a word: what it and those after it cost at least.
    rest = [float("inf")] * len(letters) + [0.0]
    for number in range(final, -1, -1):
        word, is_stop_word = words[number]
        left_out = 0.0 if is_stop_word else 1.0
        prices = [price + left_out if 0 < number < final else float("inf") for price in rest]
        for done, letter in enumerate(letters):
            if word[0].lower() == letter:
                for taken, price in _taken(word, letters[done:]):
                    prices[done] = min(prices[done], price + rest[done + taken])
        rest = prices
    return rest[0]


def _taken(word: str, letters: str) -> Iterator[tuple[int, float]]:
    """How many of the letters a word can stand for, from its initial on, and the price of each number."""
    yield 1, 0.0
    if word.isupper():
        common = len(
            list(takewhile(lambda pair: pair[0] == pair[1], zip(word.lower(), letters, strict=False)))
        )
        if common == len(word) > 1:
            yield common, 0.0
        return
    place, price, folded = 0, 0.0, word.lower()
    for number in range(1, min(len(letters), 3)):
        behind = [place + len(f) for f in COMBINING_FORMS if folded.startswith(f, place)]
        if any(folded[at : at + 1] == letters[number] for at in behind):
            place, price = next(at for at in behind if folded[at : at + 1] == letters[number]), price + 0.5
        else:
            place, price = folded.find(letters[number], place + 1), price + 1.0
        if place < 0:
            return
        yield number + 1, price
