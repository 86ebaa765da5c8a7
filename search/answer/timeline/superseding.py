"""Where a later document says in so many words that a sentence is so no longer, or has happened since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from search.analysis import Token, tokens
from search.answer.timeline.claims import Reading, read
from search.answer.timeline.clauses import PAST, content, first_clause, is_denied, is_hedged, stems, word_set
from search.answer.timeline.conflicts import Dated, disagree
from search.answer.timeline.dates import DATE, year_of
from search.answer.timeline.days import told_before
from search.answer.timeline.plans import PLANNING, carried_out
from search.answer.timeline.subjects import after_subject, is_one_thing, subject_of, without_asides
from search.answers import Hit, Statement
from search.passages import Span, effective_date

# Words that say that something is other than it was; looked for before anything is read.
_CHANGED = re.compile(
    r"""\b(?:now|since|became|become|(?P<no_longer>no\ longer)|into\ force
    |(?:was|were|been)\ (?:adopted|approved|enacted|passed|ratified)
    |(?P<ended>(?:(?:was|were|(?:has|have)(?:\ since)?\ been)
        \ (?:abolished|dissolved|disbanded|scrapped|wound\ up|withdrawn|repealed|revoked|discontinued|closed
        |(?P<by>replaced|superseded|taken\ over|merged)))
    |(?:(?:has|have)(?:\ since)?\ )?ceased\ to\ exist|closed(?=\ (?:in|on)\ )))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# One of these stands, in lower case, in every sentence with a match of `_CHANGED`.
_CHANGE_KEYS = (
    "now since became become longer force adopted approved enacted passed ratified abolished dissolved "
    "ceased disbanded scrapped wound withdrawn repealed revoked discontinued closed replaced superseded "
    "taken merged"
).split()
_TAIL = re.compile(r"\b(?:is|are|has|have|do|does)\s*$", re.IGNORECASE)

# What follows a subject where a sentence says something of it, and not of something called after it.
_VERBS = stems(
    """
    advise allow apply approve bring build buy carry charge check collect come commission consist
    contain control cost cover decide deliver employ exist fund give go govern grant hold hire include
    inspect issue keep lead lend license look maintain make manage meet need oversee offer open operate
    own pay plan play prepare produce protect provide publish purchase receive regulate remain report
    represent require run sell serve set sit stand start stay supply support take teach train treat use
    visit work
    """
)
# "Replaced" is said of the person in an office, and the office goes on.
_ROLES = stems("chair director manager leader secretary minister president mayor chief head officer editor")
_AUXILIARIES = frozenset("is are has have does do can must may will should".split())
_ADVERBS = frozenset("also still now currently already usually often only".split())


@dataclass(frozen=True, eq=False)
class _News:
    """A sentence of a dated document that says that something has changed."""

    hit: Hit
    sentence: Span
    date: str  # ISO
    text: str  # the sentence
    change: re.Match[str]  # of `_CHANGED`
    subject: tuple[Token, ...]  # what stands before the change
    year: str  # of the first date in the sentence; empty for none

    @cached_property
    def reading(self) -> Reading:
        """What the sentence claims."""
        return read(self.text)

    @property
    def rest(self) -> str:
        """What the clause says after the change."""
        return first_clause(self.text[self.change.end() :])

    def statement(self, value: str) -> Statement:
        """The sentence as it is quoted, with the words of it that tell the change."""
        return Statement(self.hit.passage, self.hit.document, self.sentence, value)


def supersede(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, each with what a later document among them says in place of its marked sentence."""
    if len({effective_date(hit.document) for hit in hits} - {None}) < 2:
        return tuple(hits)
    news = tuple(_news(hits))
    found = ((hit, _superseded(hit, hits, news)) for hit in hits)
    return tuple(replace(hit, superseded_by=said) if said else hit for hit, said in found)


def superseded(hit: Hit, hits: Sequence[Hit]) -> Statement | None:
    """What the latest document among `hits` that does so says in place of the marked sentence of `hit`.

    None where none says in so many words that it is so no longer or has happened since; never anything
    for an undated document or from one, nor from the same document. `supersede` does it for all at once.
    """
    return _superseded(hit, hits, tuple(_news(hits)))


def _news(hits: Sequence[Hit]) -> Iterator[_News]:
    """What the hits of all documents but the earliest say has changed."""
    first = min(filter(None, (effective_date(hit.document) for hit in hits)), default="")
    for hit in hits:
        written = effective_date(hit.document)
        lower = hit.passage.text.lower()
        if written is None or written <= first or not any(key in lower for key in _CHANGE_KEYS):
            continue
        for span in hit.passage.sentences:
            sentence = span.of(hit.passage.text)
            words = word_set(sentence)
            if words.isdisjoint(_CHANGE_KEYS) or is_hedged(sentence, words):
                continue
            changes = list(_CHANGED.finditer(sentence))
            if changes:
                change = next((c for c in changes if c["ended"] or c["no_longer"]), changes[0])
                subject = subject_of(_TAIL.sub("", sentence[: change.start()]))
                yield _News(hit, span, written, sentence, change, subject, year_of(sentence))


def _superseded(hit: Hit, hits: Sequence[Hit], news: Sequence[_News]) -> Statement | None:
    written = effective_date(hit.document)
    if written is None:
        return None
    said = hit.excerpt.quotation
    words = word_set(said)
    if is_hedged(said, words):
        return None
    later = [item for item in news if item.date > written and not told_before(item.year, written)]
    found: list[tuple[str, Statement]] = []
    if later and not PAST.search(said):
        found += _changed(hit, written, later)
    if not words.isdisjoint(PLANNING):
        found += carried_out(hit, hits)
    return max(found, key=lambda dated: dated[0])[1] if found else None  # max() keeps the first of equals


def _changed(hit: Hit, written: str, later: Sequence[_News]) -> Iterator[tuple[str, Statement]]:
    """What says that a sentence in the present is so no longer."""
    said = hit.excerpt.quotation
    then = read(said)
    opening = list(tokens(without_asides(said)))
    for news in later:
        gone = _ended(opening, hit, news) or (not is_denied(said) and _no_longer(opening, hit, news))
        value = news.change.group() if gone else _otherwise(hit, written, then, news)
        if value is not None:
            yield news.date, news.statement(value)


def _ended(opening: Sequence[Token], hit: Hit, news: _News) -> bool:
    """Whether what the sentence speaks of has come to its end."""
    if not news.change["ended"] or not is_one_thing(news.subject, hit, news.hit):
        return False
    if news.change["by"] and news.subject[-1].stem in _ROLES:  # the person was, the role was not
        return False
    after = [token for token in after_subject(opening, news.subject) if token.exact not in _ADVERBS]
    if not after or (after[0].exact not in _AUXILIARIES and after[0].stem not in _VERBS):
        return False
    limited = content(tokens(DATE.sub("", news.rest)))  # closed for repairs, withdrawn from one place
    return bool(news.change["by"]) or not limited


def _no_longer(opening: Sequence[Token], hit: Hit, news: _News) -> bool:
    """Whether all that is said to be so no longer stands in the sentence, of the same subject."""
    if not news.change["no_longer"] or not after_subject(opening, news.subject):
        return False
    denied = [token for token in tokens(news.rest) if not token.is_stop_word]
    if len(denied) < 2 and not is_one_thing(news.subject, hit, news.hit):
        return False
    what = content(denied)
    return bool(what) and what <= content(opening)


def _otherwise(hit: Hit, written: str, then: Reading, news: _News) -> str | None:
    """The value that the later sentence gives in place of one that the sentence gives."""
    for claim in then.claims:
        old = Dated(claim, hit, hit.excerpt.answer, then, written)
        for other in news.reading.claims:
            if disagree(old, Dated(other, news.hit, news.sentence, news.reading, news.date)):
                return other.value.of(news.text)
    return None
