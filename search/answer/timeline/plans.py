"""Where a later document says that what a sentence plans has been done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.analysis import Token, tokens
from search.answer.timeline.clauses import content, first_clause, is_hedged, word_class, word_set
from search.answer.timeline.conflicts import SLIP_DAYS
from search.answer.timeline.dates import DATE, date_meaning, first_day, year_of
from search.answer.timeline.days import is_later, told_before
from search.answer.timeline.subjects import after_subject, is_one_thing, subject_of, without_asides
from search.answers import Hit, Statement
from search.passages import effective_date

# "Will", "is to", "are due to": what follows is a plan.
_PLAN = re.compile(r"\b(?:will|shall|(?:is|are) (?:due |set )?to)\b(?: be\b)?", re.IGNORECASE)
# One of these stands in every plan; a sentence's words are at hand where it is looked for.
PLANNING = frozenset(("will", "shall", "to"))
_PERFECT = re.compile(r"\b(?:has|have|is now|are now)\b", re.IGNORECASE)

# The past of verbs that do not end in "-ed", of those that plans are made of.
_IRREGULAR = dict(
    pair.split(":")
    for pair in """began:begin took:take taken:take came:come became:become built:build left:leave ran:run
    gave:give given:give went:go gone:go made:make set:set bought:buy brought:bring sold:sell grew:grow
    rose:rise fell:fall met:meet held:hold put:put cut:cut shut:shut""".split()
)
_BEFORE_DONE = frozenset("has have was were had since now been is are later then formally".split())


def carried_out(hit: Hit, hits: Sequence[Hit]) -> Iterator[tuple[str, Statement]]:
    """What later documents say of the plan that the marked sentence of `hit` tells of, with their dates.

    They name the same subject, the same verb, and at least as much as was planned.
    """
    said = hit.excerpt.quotation
    plan = _PLAN.search(said)
    written = effective_date(hit.document)
    if plan is None or written is None:
        return
    subject = subject_of(said[: plan.start()])
    planned = [t for t in tokens(DATE.sub("", first_clause(said[plan.end() :]))) if not t.is_stop_word]
    if not subject or not planned:
        return
    verb = planned[0]
    wanted = content(planned) - {word_class(verb.stem)}
    due = DATE.search(said)
    for other in hits:
        if not is_later(other.document, hit.document) or not (wanted or is_one_thing(subject, hit, other)):
            continue
        for span in other.passage.sentences:
            news = span.of(other.passage.text)
            date = DATE.search(news)
            if not (date or _PERFECT.search(news)) or told_before(year_of(news), written):
                continue
            if _PLAN.search(news) or is_hedged(news, word_set(news)):
                continue
            if due and date and not _near(due, date):
                continue
            found = list(tokens(without_asides(news)))
            done = _verb(after_subject(found, subject))
            if done and _is_done(done, verb) and wanted <= content(found):
                value = date.group() if date else without_asides(news)[done[0].start : done[-1].end]
                statement = Statement(other.passage, other.document, span, value)
                yield effective_date(other.document) or "", statement


def _verb(after: Sequence[Token]) -> Sequence[Token]:
    """The auxiliaries and the verb that begin `after`; empty for none."""
    end = next((i for i, token in enumerate(after) if token.exact not in _BEFORE_DONE), len(after))
    return after[: end + 1] if end < len(after) else ()


def _is_done(done: Sequence[Token], planned: Token) -> bool:
    """Whether the verb says that what was planned has been done: "opened", "was opened", "is now a …"."""
    if len(done) > 1 and done[0].exact in ("is", "are"):
        return planned.exact in ("be", "become")
    verb = done[-1]
    past = verb.exact.endswith("ed") or verb.exact in _IRREGULAR or len(done) > 1
    same = word_class(verb.stem) == word_class(planned.stem) or _IRREGULAR.get(verb.exact) == planned.exact
    return past and same


def _near(due: re.Match[str], done: re.Match[str]) -> bool:
    """Whether what was done then can be what was due: next year's would be another."""
    return abs((first_day(date_meaning(done)) - first_day(date_meaning(due))).days) < SLIP_DAYS
