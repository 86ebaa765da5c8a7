"""Where documents of different dates say different things of the same; neither is called true."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from search.answer.timeline.claims import Reading, may_claim, read
from search.answer.timeline.clauses import Claim, spell_out, word_class
from search.answer.timeline.dates import first_day
from search.answer.timeline.statuses import status_words
from search.answer.timeline.subjects import around
from search.answers import Conflict, Hit, Statement
from search.passages import Span, effective_date
from search.queries import Kind, Query, Term

# What a question asks for decides what its documents can disagree on.
_ALL = frozenset(("count", "date", "status"))
_ASKED: Mapping[Kind, frozenset[str]] = {
    "count": frozenset(("count",)),
    "date": frozenset(("date",)),
    "definition": frozenset(("status",)),
    "yesno": _ALL,
    "keywords": _ALL,
    "other": _ALL,
}

# Of the question's words, the share that a sentence has to have to speak of what was asked.
_SHARE_OF_TERMS = 2 / 3

# Events that happen once to a thing: a second date is another date of the same event.
_ONCE = frozenset("FOUND ABOLISH REPEAL MERGE BUILD BECOME REPLACE BORN DIE".split())

# An event that comes every year comes at least so many days after the last: a date that is nearer is
# another date of the same event.
SLIP_DAYS = 330

_THE = re.compile(r"\bthe\b", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Dated:
    """A claim, the dated document that makes it, and all that its sentence says."""

    claim: Claim
    hit: Hit
    sentence: Span
    reading: Reading  # of the whole sentence
    date: str  # ISO

    @cached_property
    def around(self) -> frozenset[str]:
        """The words above the passage; see `around`."""
        return around(self.hit)

    @property
    def is_bound(self) -> bool:
        """Whether only its document tells what it speaks of: "the board has nine members", "there are 42"."""
        claim = self.claim
        naming = claim.subject or claim.words - {claim.topic}
        if len(naming) > 1 or not naming.isdisjoint(self.reading.names):
            return False
        return not naming or _THE.search(self.said) is not None

    @property
    def said(self) -> str:
        """The sentence, verbatim."""
        return self.sentence.of(self.hit.passage.text)

    @property
    def statement(self) -> Statement:
        """The sentence as it is quoted, with the claim's value."""
        value = self.claim.value.of(self.said)
        return Statement(self.hit.passage, self.hit.document, self.sentence, value)


def conflicts(query: Query, hits: Sequence[Hit]) -> tuple[Conflict, ...]:
    """What dated documents say differently of what the question asks, in the order of the hits.

    Of each value the latest document that gives it is quoted, later ones first. A document that gives
    two values itself takes no part.
    """
    asked = _ASKED.get(query.kind, frozenset())
    dates = {hit.document.id: effective_date(hit.document) for hit in hits}
    if not asked or not query.terms or len({d for d in dates.values() if d}) < 2:
        return ()
    claims = list(_claims(query, hits, asked))
    found: list[Conflict] = []
    while claims:
        same = [claims[0], *(claim for claim in claims[1:] if same_thing(claims[0], claim))]
        claims = [claim for claim in claims if claim not in same]
        conflict = _conflict(same)
        if conflict:
            found.append(conflict)
    return tuple(found)


def disagree(one: Dated, other: Dated) -> bool:
    """Whether the two give different values of the same thing, at different dates."""
    return same_thing(one, other) and _differ(one.claim, other.claim)


def same_thing(one: Dated, other: Dated) -> bool:
    """Whether two claims are of the same thing at the same time, as far as words tell."""
    earlier, later = sorted((one, other), key=lambda dated: dated.date)
    a, b = earlier.claim, later.claim
    if (a.kind, a.past) != (b.kind, b.past):
        return False
    if (a.topic, a.subject) != (b.topic, b.subject) and not _same_in_full(earlier, later):
        return False
    if _lacks(earlier, b.words, later):
        return False  # the later one is said of less
    if (earlier.is_bound or later.is_bound) and earlier.around.isdisjoint(later.around):
        return False
    if a.kind == "status":  # what the earlier one is said of is part of what the later one is
        return not _lacks(later, a.words & earlier.reading.names, earlier)
    return not _lacks(later, a.words, earlier) and (a.kind == "count" or _same_event(earlier, later))


def _lacks(other: Dated, words: frozenset[str], this: Dated) -> bool:
    """Whether some of the words of `this` stand neither in the other's sentence nor above it.

    Acronyms of either are spelled out as the other does.
    """
    there = other.reading.words | spell_out(other.reading.words, this.reading.order)
    return bool(spell_out(words, other.reading.order) - there - other.around)


def _same_in_full(one: Dated, other: Dated) -> bool:
    """Whether topic and subject are the same once acronyms of either are spelled out as the other does."""

    def in_full(this: Dated, that: Dated) -> frozenset[str]:
        return spell_out(this.claim.subject, that.reading.order)

    a, b = one.claim, other.claim
    if a.topic == b.topic or a.kind != "count":
        return a.topic == b.topic and in_full(one, other) == in_full(other, one)
    return b.topic in spell_out(frozenset((a.topic,)), other.reading.order) or a.topic in spell_out(
        frozenset((b.topic,)), one.reading.order
    )


def _same_event(earlier: Dated, later: Dated) -> bool:
    """Whether two dates can be of one event: not when one was past before the other was known."""
    if earlier.claim.topic in _ONCE:
        return True
    first, second = first_day(earlier.claim.meaning), first_day(later.claim.meaning)
    written = date.fromisoformat(earlier.date)
    if second <= written:
        return True
    return first > written and abs((second - first).days) < SLIP_DAYS


def _differ(one: Claim, other: Claim) -> bool:
    """Whether the values exclude each other: "2019" and "June 2019" do not."""
    pairs = zip(one.meaning, other.meaning, strict=True)
    return any(a != b for a, b in pairs if one.kind != "date" or (a and b))


def _conflict(same: Sequence[Dated]) -> Conflict | None:
    """The conflict among claims of the same thing; None when they agree."""
    values: dict[str, set[tuple[int, ...]]] = {}
    for dated in same:
        values.setdefault(dated.hit.document.id, set()).add(dated.claim.meaning)
    clear = [dated for dated in same if len(values[dated.hit.document.id]) == 1]
    latest: list[Dated] = []
    for dated in sorted(clear, key=lambda dated: dated.date, reverse=True):
        if all(_differ(dated.claim, other.claim) and dated.date != other.date for other in latest):
            latest.append(dated)
    if len(latest) < 2:
        return None
    about = " ".join(latest[0].claim.about.of(latest[0].said).split()).strip(" ,;:.")
    return Conflict(latest[0].claim.kind, about, tuple(dated.statement for dated in latest))


def _claims(query: Query, hits: Sequence[Hit], asked: frozenset[str]) -> Iterator[Dated]:
    needed = math.ceil(len(query.terms) * _SHARE_OF_TERMS - 1e-9)  # 2/3 of 3 is 2, whatever floats say
    near = [
        (hit, written, s)
        for hit in hits
        if (written := effective_date(hit.document))
        for s in _near(hit, needed)
    ]
    if len({written for _, written, _ in near}) < 2:
        return
    for hit, written, sentence in near:
        reading = read(sentence.of(hit.passage.text))
        for claim in reading.claims:
            words = reading.words | (status_words(claim.topic) if claim.kind == "status" else frozenset())
            covered = sum(_covers(words, term, query) for term in query.terms)
            if claim.kind in asked and covered >= needed and _asked_of(claim, reading, query):
                yield Dated(claim, hit, sentence, reading, written)


def _near(hit: Hit, needed: int) -> Iterator[Span]:
    """The sentences that may claim something of what was asked: the marked one, and those like it."""
    text = hit.passage.text
    for sentence in hit.passage.sentences:
        marked = sum(sentence.start <= span.start < sentence.end for span in hit.excerpt.highlights)
        if (marked >= needed or sentence == hit.excerpt.answer) and may_claim(sentence.of(text)):
            yield sentence


def _asked_of(claim: Claim, reading: Reading, query: Query) -> bool:
    """Whether the question names what the claim is of."""
    asked = frozenset(stem for term in query.terms for stem in _stems(term, query))
    if claim.kind == "count" and query.counted:
        asked = frozenset(query.counted[-1:])
    words = frozenset(map(word_class, asked)) | spell_out(asked, reading.order)
    if claim.kind == "count":
        return claim.topic in words
    return not (claim.subject or claim.words).isdisjoint(words)


def _covers(words: frozenset[str], term: Term, query: Query) -> bool:
    if word_class(term.stem) in words:
        return True
    return any(
        term.stem in expansion.instead_of
        and all(word_class(added.stem) in words for added in expansion.terms)
        for expansion in query.expansions
    )


def _stems(term: Term, query: Query) -> Iterator[str]:
    yield term.stem
    for expansion in query.expansions:
        if term.stem in expansion.instead_of:
            yield from (added.stem for added in expansion.terms)
