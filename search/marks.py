"""What a sentence holds that a right answer may have to hold: a number, a date, a reason, ...

Marks are set once, when a passage is indexed, so that a question can ask for them without reading a text.
They are read off the surface: a few words that signal a mark, and where those may mislead a pattern.
"""

from __future__ import annotations

import re
from enum import IntFlag
from string import ascii_lowercase

from search.quantities import (
    WORDS_OF_DATE,
    WORDS_OF_QUANTITY,
    QuantityKind,
    figures,
    in_words,
    named_dates,
)


class Mark(IntFlag):
    """What stands in a sentence; several may."""

    NUMBER = 1  # a quantity, in digits or words; neither a year nor a date nor a list's own number
    DATE = 2  # a year, a month with a year, a day
    PERCENTAGE = 4  # a share: 40%, 40 per cent, two thirds, half of
    MONEY = 8  # an amount with its currency
    NAME = 16  # a person, or a role that a person holds
    REASON = 32  # because, since, so that, in order to, due to, as a result, ...
    MEANS = 64  # by doing, through, using, ...
    ITEM = 128  # an item of a list
    LEAD_IN = 256  # the sentence that a list hangs from
    ENUMERATION = 512  # names three things or more in a row
    DEFINES = 1024  # says what something is
    CONTRAST = 2048  # whereas, unlike, rather than, instead of, compared with, ...
    NEGATION = 4096  # not, no, never, without, ...
    PLACE = 8192  # where: a named place, or in, at with a name


NO_MARK = Mark(0)
_EVERY_MARK = (1 << len(Mark)) - 1

# Plain integers where marks are put together: operators of an enumeration cost ten times as much.
_DATE, _NAME, _REASON, _MEANS = map(int, (Mark.DATE, Mark.NAME, Mark.REASON, Mark.MEANS))
_ITEM, _LEAD_IN, _ENUMERATION = map(int, (Mark.ITEM, Mark.LEAD_IN, Mark.ENUMERATION))
_NEGATION, _PLACE = map(int, (Mark.NEGATION, Mark.PLACE))

_OF_QUANTITY: dict[QuantityKind, int] = {
    "number": int(Mark.NUMBER),
    "date": int(Mark.DATE),
    "percentage": int(Mark.PERCENTAGE),
    "money": int(Mark.MONEY),
}

# What signals a mark: words and phrases in lower case, "_" for the space of a phrase.
_SIGNALS: tuple[tuple[Mark, str], ...] = (
    (
        Mark.NAME,
        """
        chair chairs chairman chairwoman chairperson chairmen chief_executive chief_executives chief_officer
        minister ministers secretary_of_state secretary_general director directors officer officers
        president presidents king queen bishop archbishop pope emperor prince princess duke earl lord
        governor governors mayor leader leaders head_of heads_of founder founders author authors professor
        sir dr mr mrs ms dame manager managers captain commander commissioner commissioners ambassador
        chancellor treasurer engineer historian economist scientist scientists writer architect clinician
        clinicians
        """,
    ),
    (
        Mark.REASON,
        """
        because therefore thus hence reason reasons purpose cause causes caused causing consequently enable
        enables enabled enabling allow allows allowed allowing ensure ensuring prompted thanks_to so_that
        so_as_to in_order_to in_order_that due_to owing_to result_of result_in result_from results_in
        results_from resulted_in resulted_from resulting_in resulting_from as_a_result led_to leads_to
        lead_to leading_to on_account_of given_that driven_by for_this_reason in_response_to to_avoid
        to_prevent to_protect to_reduce to_improve to_help to_make to_support to_increase to_encourage
        to_promote to_give to_meet to_address to_tackle to_keep to_stop
        """,
    ),
    (Mark.MEANS, "through using via means_of based_on with_the_help_of with_the_use_of with_the_support_of"),
    (Mark.LEAD_IN, "the_following as_follows"),
    (
        Mark.DEFINES,
        """
        means refers_to denotes describes defined called termed named known_as stands_for is_a is_an is_the
        is_one is_any is_where is_when is_what are_a are_an are_the are_any are_where are_those are_groups
        are_bodies was_a was_an was_the was_one were_a were_the
        """,
    ),
    (
        Mark.CONTRAST,
        """
        whereas unlike although though however but while differ differs differed differently different
        difference differences distinct contrast conversely versus compared comparison rather_than
        instead_of more_than less_than
        """,
    ),
    (
        Mark.NEGATION,
        """
        not no never without cannot neither nor none nobody nothing nowhere unable lack lacks lacked lacking
        unlikely
        """,
    ),
)

# Words too common to look a phrase up by.
_COMMON = frozenset("a as by for in is are of on the to was were with".split())

# Beside the marks: which pattern is worth trying, since one of its words is there.
_TRY_QUANTITY, _TRY_DATE, _TRY_BY, _TRY_SINCE = 1 << 20, 1 << 21, 1 << 22, 1 << 23


def _signals() -> tuple[dict[str, int], dict[str, tuple[tuple[int, str], ...]]]:
    """What each single word gives, and the phrases by their first word that is not common."""
    words = {"by": _TRY_BY, "since": _TRY_SINCE}
    phrases: dict[str, tuple[tuple[int, str], ...]] = {}
    for word in WORDS_OF_QUANTITY:
        words[word] = _TRY_QUANTITY
    for word in WORDS_OF_DATE:
        words[word] = _TRY_DATE
    for mark, signals in _SIGNALS:
        for signal in signals.split():
            parts = signal.split("_")
            if len(parts) == 1:
                words[signal] = words.get(signal, 0) | int(mark)
            else:
                key = next((part for part in parts if part not in _COMMON), parts[0])
                words.setdefault(key, 0)
                phrases[key] = (*phrases.get(key, ()), (int(mark), f" {' '.join(parts)} "))
    return words, phrases


_OF_WORD, _PHRASES = _signals()
_SIGNALLING = frozenset(_OF_WORD)

# "since" before anything but a time.
_SINCE_THEN = re.compile(r" since (?!\d|then |the \d|its |their |at |early |late |mid )")
_BY_DOING = re.compile(r" by (?:\w+ly )?\w+ing\b")
_INCLUDES = re.compile(r"(?:include[sd]?|including|are|is|were|was):\s")
_BULLET = re.compile(r"\s*(?:[-•*–]|\(?(?:\d{1,2}|[a-z])[.)])\s")
# Short things with a comma between them and "and" before the last.
_IN_A_ROW = re.compile(r", (?:[\w'’-]+ ){0,6}?[\w'’-]+,? (?:and|or) \w")
_CLAUSES = re.compile(r";[^;]+;|;[^;]{1,200}; and ")
# A comma after these parts an opening from its sentence, not two things of a row.
_OPENING = re.compile(
    r"(?:However|Therefore|Thus|Also|Finally|Moreover|Instead|Overall|In|On|At|By|For|From|To|With|When|While|After"
    r"|Before|Since|During|Under|If|As|Although|Because|Despite|Unlike|Until)\b[^,]*,"
)
_WHERE = re.compile(
    r" (?:[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|[Aa]cross|[Tt]hroughout|outside|around|to|between|of|into|over|along)"
    r" (?:the )?(?:(?:(?:north|south)?(?:east|west)?(?:ern)?|central|(?:city|town|village|county) of) )?"
    r"(?!(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)"
    r"[A-Z][a-z]"
)
# A run of capitalised words, with the initials and the particles that names of people have: of SQuAD's 94,920
# none has more than three and two. Without bounds, a row of initials takes quadratic time.
_CAPITALS = re.compile(
    r"[A-Z](?:[a-zà-ÿ’'-]+|\.)(?: ?[A-Z]\.){0,5}(?: (?:van|von|de|del|di|da|la|le|bin|ibn|al)){0,3}"
    r"(?: [A-Z][a-zà-ÿ’'-]+)+"
)
# Who did it, by one name or a body's: " by Cromwell", " by the council". Every capitalised pair or single
# name that acts would find nine in ten who answer "who", but stands in more than half of all sentences.
_BY_WHOM = re.compile(r" by (?:the )?[A-Z]")

# Words of names that are not a person's.
_NOT_A_PERSON = frozenset(
    """
    The This That These Those In On At By For From With When While After Before Since During Under And But
    If As However Although Some Most Many Other Our All Both Its It He She They We To Of Upon Among North
    South East West Northern Southern Eastern Western Central New Great Upper Lower United Royal National
    International American British European States Kingdom Republic Union Empire Army Navy Force Forces War
    World Cup Bowl League Championship University College School Institute Academy Society Association
    Museum Library Hospital Church Cathedral Council Board Trust Service Services Department Ministry Office
    Agency Commission Committee Authority Parliament Congress Senate Court House Party Act Bill Treaty Plan
    Paper Framework Guidance Network Partnership System Care Health Street Road Avenue Park Square Bridge
    Tower Centre Center Building Station Airport City Town County District Province Region Island Islands
    River Lake Sea Ocean Mountain Mountains Valley Bay Coast Peninsula Company Corporation Group Bank
    Limited Records Films Television Radio News Times Post Street Age Ages Century Dynasty Revolution
    January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday Black White Red Middle Cold High Civil Public Local General
    Assembly Foundation Fund Conference
    """.split()
)

# Every byte that is no small letter becomes a space: runs of letters are cut so in half a pattern's time.
_LETTERS_ALONE = bytes(byte if chr(byte) in ascii_lowercase else ord(" ") for byte in range(256))


def marks(sentence: str) -> Mark:
    """Everything of `Mark` that stands in the sentence; no mark at all for an empty one."""
    return Mark(mark_bits(sentence))


def mark_bits(sentence: str) -> int:
    """The marks of the sentence as the plain integer that an index keeps."""
    text = f" {sentence.lower()} ".replace(",", " ").replace(".", " ")
    found = 0
    letters = text.encode("ascii", "replace").translate(_LETTERS_ALONE).decode()
    for word in _SIGNALLING.intersection(letters.split()):
        found |= _OF_WORD[word]
        for mark, phrase in _PHRASES.get(word, ()):
            if not found & mark and phrase in text:
                found |= mark
    if found & _TRY_BY and _BY_DOING.search(text):
        found |= _MEANS
    if found & _TRY_SINCE and _SINCE_THEN.search(text):
        found |= _REASON
    for quantity in figures(sentence):
        found |= _OF_QUANTITY[quantity.kind]
    if found & _TRY_QUANTITY:
        for quantity in in_words(sentence):
            found |= _OF_QUANTITY[quantity.kind]
    if found & _TRY_DATE and not found & _DATE and any(named_dates(sentence)):
        found |= _DATE
    return (found | _shape(sentence, found)) & _EVERY_MARK


def _shape(sentence: str, found: int) -> int:
    """The marks that punctuation and capitals give."""
    shape = 0
    if not found & _NAME and _names_a_person(sentence):
        shape |= _NAME
    if _BULLET.match(sentence):
        shape |= _ITEM
    if ":" in sentence and (sentence.rstrip().endswith(":") or _INCLUDES.search(sentence)):
        shape |= _LEAD_IN
    if _is_row(sentence) or (";" in sentence and _CLAUSES.search(sentence)):
        shape |= _ENUMERATION
    if "n't" in sentence or "n’t" in sentence:
        shape |= _NEGATION
    if _WHERE.search(f" {sentence}"):
        shape |= _PLACE
    return shape


def _is_row(sentence: str) -> bool:
    if ", " not in sentence or (" and " not in sentence and " or " not in sentence):
        return False  # most sentences, told without the slow pattern
    opening = _OPENING.match(sentence)
    return _IN_A_ROW.search(sentence, opening.end() if opening else 0) is not None


def _names_a_person(sentence: str) -> bool:
    return _BY_WHOM.search(sentence) is not None or any(
        _NOT_A_PERSON.isdisjoint(match.group().split()) for match in _CAPITALS.finditer(sentence)
    )
