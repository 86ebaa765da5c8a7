"""Where a later document says in so many words that a sentence is so no longer, or has happened since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search.analysis import Token, tokens
from search.answer.claims import may_claim, read
from search.answer.clauses import (
    DATE,
    HEDGED,
    PAST,
    content,
    first_clause,
    stems,
    word_class,
)
from search.answer.conflicts import Dated, disagree
from search.answer.timeline import effective_date
from search.answers import Hit, Statement
from search.passages import Span

# Words that say that something is other than it was; looked for before anything is read.
_CHANGED = re.compile(
    r"""\b(?:now|since|became|become|(?P<no_longer>no\ longer)|into\ force
    |(?:was|were|been)\ (?:adopted|approved|enacted|passed|ratified)
    |(?P<ended>(?:(?:was|were|(?:has|have)(?:\ since)?\ been)
        \ (?:abolished|dissolved|disbanded|scrapped|wound\ up|withdrawn|repealed|revoked|discontinued|closed
        |(?P<by>replaced|superseded|taken\ over|merged)))
    |(?:(?:has|have)(?:\ since)?\ )?ceased\ to\ exist))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# "Will", "is to", "are due to": what follows is a plan.
_PLAN = re.compile(r"\b(?:will|shall|(?:is|are) (?:due |set )?to)\b(?: be\b)?", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|no|none|cannot)\b|n['’]t\b", re.IGNORECASE)
_PERFECT = re.compile(r"\b(?:has|have|is now|are now)\b", re.IGNORECASE)
_TAIL = re.compile(r"\b(?:is|are|has|have|do|does)\s*$", re.IGNORECASE)

# What stands beside the subject and says nothing of which it is: "(ICS)", "In 2018,".
_ASIDE = re.compile(r"\s*\([^)]*\)")
_LEAD = re.compile(r"(?:in|on|since|from|by|after|at|under|until|as)\b[^,]*,(?!\d)\s*", re.IGNORECASE)

# The past of verbs that do not end in "-ed", of those that plans are made of.
_IRREGULAR = dict(
    pair.split(":")
    for pair in """began:begin took:take taken:take came:come became:become built:build left:leave ran:run
    gave:give given:give went:go gone:go made:make set:set bought:buy brought:bring sold:sell grew:grow
    rose:rise fell:fall met:meet held:hold put:put cut:cut shut:shut""".split()
)
# What follows a subject where a sentence says something of it, and not of something called after it.
_VERBS = stems(
    """advise allow apply approve bring build buy carry charge check collect come commission consist contain
    control cost cover decide deliver employ exist fund give go govern grant hold hire include inspect issue keep
    lead lend license look maintain make manage meet need oversee offer open operate own pay plan play prepare
    produce protect provide publish purchase receive regulate remain report represent require run sell serve
    set sit stand start stay supply support take teach train treat use visit work"""
)
_AUXILIARIES = frozenset("is are has have does do can must may will should".split())
_ADVERBS = frozenset("also still now currently already usually often only".split())
_BEFORE_DONE = frozenset("has have was were had since now been is are later then formally".split())


@dataclass(frozen=True, eq=False)
class _News:
    """A sentence of a dated document that says that something has changed."""

    hit: Hit
    sentence: Span
    date: str  # ISO
    text: str  # the sentence
    change: re.Match[str]  # of `_CHANGED`
    subject: tuple[str, ...]  # stems of what stands before the change

    @property
    def rest(self) -> str:
        """What the clause says after the change."""
        return first_clause(self.text[self.change.end() :])

    def statement(self, value: str) -> Statement:
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
    for hit in hits:
        written = effective_date(hit.document)
        text = hit.passage.text
        if written is None or _CHANGED.search(text) is None:
            continue
        for span in hit.passage.sentences:
            sentence = span.of(text)
            change = _CHANGED.search(sentence)
            if change and not HEDGED.search(sentence):
                subject = _subject(_TAIL.sub("", sentence[: change.start()]))
                yield _News(hit, span, written, sentence, change, subject)


def _superseded(hit: Hit, hits: Sequence[Hit], news: Sequence[_News]) -> Statement | None:
    written = effective_date(hit.document)
    said = hit.excerpt.quotation
    if written is None or HEDGED.search(said):
        return None
    later = [
        n
        for n in news
        if n.date > written and n.hit.document.id != hit.document.id and not _too_early(n.text, written)
    ]
    found: list[tuple[str, Statement]] = []
    if not PAST.search(said):
        found += _changed(hit, written, later)
    if plan := _PLAN.search(said):
        found += _done(hit, plan, written, hits)
    return max(found, key=lambda dated: dated[0])[1] if found else None  # max() keeps the first of equals


def _changed(hit: Hit, written: str, later: Sequence[_News]) -> Iterator[tuple[str, Statement]]:
    """What says that a sentence in the present is so no longer."""
    said = hit.excerpt.quotation
    claims = bool(later) and may_claim(said)
    opening = list(tokens(_plain(said))) if later else []
    for news in later:
        gone = _ended(opening, news) or (not _DENIED.search(said) and _no_longer(opening, news))
        value = news.change.group() if gone else _otherwise(hit, written, news) if claims else None
        if value is not None:
            yield news.date, news.statement(value)


def _ended(opening: Sequence[Token], news: _News) -> bool:
    """Whether what the sentence speaks of has come to its end."""
    if not news.change["ended"]:
        return False
    after = [token for token in _after(opening, news.subject) if token.exact not in _ADVERBS]
    if not after or (after[0].exact not in _AUXILIARIES and after[0].stem not in _VERBS):
        return False
    limited = content(tokens(DATE.sub("", news.rest)))  # closed for repairs, withdrawn from one place
    return bool(news.change["by"]) or not limited


def _no_longer(opening: Sequence[Token], news: _News) -> bool:
    """Whether all that is said to be so no longer stands in the sentence, of the same subject."""
    if not news.change["no_longer"] or not _after(opening, news.subject):
        return False
    denied = content(tokens(news.rest))
    return bool(denied) and denied <= content(opening)


def _otherwise(hit: Hit, written: str, news: _News) -> str | None:
    """The value that the later sentence gives in place of one that the sentence gives."""
    then, now = read(hit.excerpt.quotation), read(news.text)
    for claim in then.claims:
        old = Dated(claim, hit, hit.excerpt.answer, then, written)
        for other in now.claims:
            if disagree(old, Dated(other, news.hit, news.sentence, now, news.date)):
                return other.value.of(news.text)
    return None


def _done(
    hit: Hit, plan: re.Match[str], written: str, hits: Sequence[Hit]
) -> Iterator[tuple[str, Statement]]:
    """What says that a plan was carried out: the same subject, the same verb, and at least as much."""
    said = hit.excerpt.quotation
    subject = _subject(said[: plan.start()])
    planned = [t for t in tokens(DATE.sub("", first_clause(said[plan.end() :]))) if not t.is_stop_word]
    if not subject or not planned or _DENIED.search(said):
        return
    verb = planned[0]
    wanted = content(planned) - {word_class(verb.stem)}
    for other in hits:
        later = effective_date(other.document)
        if later is None or later <= written or other.document.id == hit.document.id:
            continue
        for span in other.passage.sentences:
            news = span.of(other.passage.text)
            date = DATE.search(news)
            if not (date or _PERFECT.search(news)) or _too_early(news, written):
                continue
            if HEDGED.search(news) or _PLAN.search(news) or _DENIED.search(news):
                continue
            found = list(tokens(_plain(news)))
            done = _verb(_after(found, subject))
            if done and _is_done(done, verb) and wanted <= content(found):
                value = date.group() if date else _plain(news)[done[0].start : done[-1].end]
                yield later, Statement(other.passage, other.document, span, value)


def _verb(after: Sequence[Token]) -> Sequence[Token]:
    """The auxiliaries and the verb that begin `after`; empty for none."""
    end = next((i for i, token in enumerate(after) if token.exact not in _BEFORE_DONE), len(after))
    return after[: end + 1] if end < len(after) else ()


def _is_done(done: Sequence[Token], planned: Token) -> bool:
    """Whether the verb says that what was planned has been done: "opened", "has been opened", "is now a …"."""
    if len(done) > 1 and done[0].exact in ("is", "are"):
        return planned.exact in ("be", "become")
    verb = done[-1]
    past = verb.exact.endswith("ed") or verb.exact in _IRREGULAR or len(done) > 1
    same = word_class(verb.stem) == word_class(planned.stem) or _IRREGULAR.get(verb.exact) == planned.exact
    return past and same


def _too_early(news: str, written: str) -> bool:
    """Whether the sentence tells of a year before the earlier document, which would have known of it."""
    date = DATE.search(news)
    return date is not None and (date["year"] or date["only"]) < written[:4]


def _plain(text: str) -> str:
    return _LEAD.sub("", _ASIDE.sub("", text), count=1) if _LEAD.match(text) else _ASIDE.sub("", text)


def _subject(before_verb: str) -> tuple[str, ...]:
    """The stems of what a sentence speaks of, in order: all that stands before the verb."""
    return tuple(token.stem for token in tokens(_plain(before_verb)) if not token.is_stop_word)


def _after(opening: Sequence[Token], subject: Sequence[str]) -> Sequence[Token]:
    """What follows the subject when a sentence opens with it, as it stands or as an acronym; else empty."""
    places = [place for place, token in enumerate(opening) if not token.is_stop_word]
    named = [opening[place].stem for place in places]
    for size in range(1, len(named) + 1):
        if _same_name(named[:size], subject):
            return opening[places[size - 1] + 1 :]
        if size > len(subject) + _MOST_LETTERS:
            break
    return ()


# Letters of an acronym that is taken for the name it is made of.
_FEWEST_LETTERS, _MOST_LETTERS = 3, 5


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    if list(one) == list(other):
        return True
    short, long = sorted((one, other), key=len)
    letters = "".join(word[:1] for word in long)
    return (
        len(short) == 1
        and _FEWEST_LETTERS <= len(letters) <= _MOST_LETTERS
        and letters in (short[0], short[0] + "s")
    )
