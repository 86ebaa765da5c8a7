"""What claims are read from: a sentence as words, and its clauses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from search.analysis import Token, tokens
from search.passages import Span

# Words that say the same of an event, so that "began" meets "started".
_SYNONYMS = {
    "BEGIN": "begin began begun beginning start commence",
    "EFFECT": "effect force effective",
    "CLOSE": "close shut",
    "END": "end expire finish cease lapse",
    "FOUND": "founded establish create form",
    "ABOLISH": "abolish dissolve disband wound",
    "REPEAL": "repeal revoke rescind",
    "OPEN": "open",
    "REOPEN": "reopen",
    "LAUNCH": "launch",
    "INTRODUCE": "introduce",
    "PASS": "pass enact assent",
    "PUBLISH": "publish",
    "MERGE": "merge merger",
    "BUILD": "built build complete",
    "BECOME": "become became",
    "MOVE": "move relocate",
    "REPLACE": "replace",
    "ADOPT": "adopt approve",
    "BORN": "born",
    "DIE": "die died",
}
EVENTS = frozenset(_SYNONYMS)

# Words that say nothing of which things are meant, so that sentences may differ in them.
_WITHOUT_WEIGHT = """
    now since currently today still also already only exactly altogether there across within throughout
    made due set consist comprise contain cover include total number run operate own maintain exist come
    came take took taken has have body bodies organisation organisations entity entities
"""


def stems(words: str) -> frozenset[str]:
    """The stems of the words, stop words among them."""
    return frozenset(token.stem for token in tokens(words))


_CLASS = {stem: name for name, words in _SYNONYMS.items() for stem in stems(words)}
WITHOUT_WEIGHT = stems(_WITHOUT_WEIGHT)

# Words and phrases of sentences that assert nothing themselves, or only of some.
_HEDGES = frozenset(
    """
    would could might should if unless whether perhaps probably according thought
    propose proposes proposed proposing aim aims aimed hope hopes hoped hoping target targets goal goals
    expect expects expected intend intends intended say says said claim claims claimed argue argues argued
    report reports reported reportedly suggest suggests suggested estimate estimates estimated
    believe believes believed some most many several few half
    """.split()
)
_HEDGING_PHRASES = ("not all ", "not every ", "plan to ", "plans to ", "planned to ", '"', "“", "”", "?")
_WORD = re.compile(r"[a-z]+")

_DENIED = re.compile(r"\b(?:not|never|no|none|cannot)\b|n['’]t\b", re.IGNORECASE)
FUTURE = re.compile(r"\b(?:will|shall|going to|due to)\b", re.IGNORECASE)
PAST = re.compile(r"\b(?:was|were|had|did|formerly|previously|originally|used to)\b", re.IGNORECASE)

_CLAUSE_END = re.compile(
    r"[;:]|,(?!\d)|\s[–—-]\s"
    r"|\s(?:but|although|(?:even\s)?though|while|whereas|because|after|following|when)\s"
    r"|\sand\s(?=(?:is|are|was|were|has|have|the|an?|its|their|replaced|\d+|\w+s\s\d+)\s)",
    re.IGNORECASE,
)
# What stands in brackets: "(ICS)". Without a bound, brackets that are not closed take quadratic time; the
# longest of SQuAD's 22,931 has 507 characters.
ASIDE = re.compile(r"\([^)]{0,600}\)")
_LEADS_IN = re.compile(
    r"(?:in|by|during|until|since|at|under|for|from|on|as|before|across|within|throughout)\b", re.IGNORECASE
)
# A clause about what another sentence named: what it speaks of is not known here.
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:it|its|they|their|them|this|these|those|that|he|his|she|her|such|which|who|whose|both|we|our)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One value that a sentence gives, and what it gives it of; the spans count within the sentence."""

    kind: Literal["count", "date", "status"]
    value: Span
    meaning: tuple[int, ...]  # (42,); year, month, day, 0 for one not given; (1,) it is so, (0,) it is not
    topic: str  # stem of what is counted; what happened; which status
    about: Span
    subject: frozenset[str]  # of what the status is said; empty for the others
    words: frozenset[str]  # what else the clause says: for a status, after it
    past: bool = False  # whether a count is of what was, not of what is


@dataclass(frozen=True, slots=True)
class Clause:
    """The part of a sentence around a value, and the words that lead into the sentence ("In 2016,")."""

    own: Span
    lead: Span  # of no length: none
    text: str  # of both

    @property
    def points_elsewhere(self) -> bool:
        """Whether only other sentences tell what it speaks of."""
        return _POINTS_ELSEWHERE.search(self.text) is not None


def _in(span: Span, text: str) -> Iterable[re.Match[str]]:
    """What stands in brackets within the span."""
    return ASIDE.finditer(text, span.start, span.end)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its tokens."""

    text: str
    tokens: tuple[Token, ...]

    def words(self, *spans: Span, without: Iterable[Span] = ()) -> frozenset[str]:
        """What stands in the spans, as `content` has it, without what they hold in brackets."""
        out = (*without, *(Span(*aside.span()) for span in spans for aside in _in(span, self.text)))
        return content(
            token
            for span in spans
            for token in self.tokens
            if span.start <= token.start and token.end <= span.end
            if not any(part.start <= token.start < part.end for part in out)
        )

    def clause(self, value: Span) -> Clause:
        """The clause that the value stands in."""
        for aside in ASIDE.finditer(self.text):
            if aside.start() < value.start < aside.end():
                return Clause(Span(aside.start() + 1, aside.end()), Span(0, 0), aside.group())
        start, end, lead = 0, len(self.text), Span(0, 0)
        leads_in = _LEADS_IN.match(self.text) is not None
        for border in _CLAUSE_END.finditer(self.text):
            if border.end() <= value.start:
                if start == 0 and leads_in:
                    lead = Span(0, border.start())
                start = border.end()
            elif border.start() >= value.end:
                if start == 0 and leads_in:  # the value stands in what leads in
                    leads_in = False
                    continue
                end = border.start()
                break
        own = Span(start, end)
        return Clause(own, lead, f"{lead.of(self.text)} {own.of(self.text)}")


def word_set(text: str) -> frozenset[str]:
    """The words of a text in lower case, as they stand there.

    One pass and a look into a set take a fraction of the time that a search for any of fifty words does.
    """
    return frozenset(_WORD.findall(text.lower()))


def is_hedged(text: str, words: Collection[str]) -> bool:
    """Whether a sentence, its `word_set` given too, only supposes, hopes, quotes, asks, or is of some."""
    if not _HEDGES.isdisjoint(words) or " may " in text:  # "May" is a month
        return True
    lower = text.lower()
    return any(phrase in lower for phrase in _HEDGING_PHRASES)


def is_denied(text: str) -> bool:
    """Whether the text says of something that it is not so."""
    return _DENIED.search(text) is not None


def first_clause(text: str) -> str:
    """The text up to the end of its first clause."""
    border = _CLAUSE_END.search(text)
    return text[: border.start()] if border else text


def word_class(stem: str) -> str:
    """The name that a stem shares with its synonyms, or itself."""
    return _CLASS.get(stem, stem)


def content(found: Iterable[Token]) -> frozenset[str]:
    """The stems or synonyms of the tokens that say which things are meant."""
    return frozenset(
        _CLASS.get(token.stem, token.stem)
        for token in found
        if not token.is_stop_word and token.stem not in WITHOUT_WEIGHT
    )


def spell_out(words: frozenset[str], phrase: Collection[str]) -> frozenset[str]:
    """The words, an acronym among them replaced by the words of the phrase that it is made of, if it is.

    The phrase is the stems of another sentence in order. An acronym's final S may be its plural's or a
    word's: the analyzer drops it.

    >>> sorted(spell_out(frozenset({"ic", "england"}), ["cover", "integr", "care", "system"]))
    ['care', 'england', 'integr', 'system']
    """
    order = list(phrase)
    for word in words:
        for letters in (word, word + "s"):
            size = len(letters)
            runs = (order[i : i + size] for i in range(len(order) - size + 1)) if 3 <= size <= 5 else ()
            run = next((run for run in runs if "".join(part[:1] for part in run) == letters), None)
            if run:
                return spell_out(words - {word}, order) | {word_class(part) for part in run}
    return words
