"""Statuses that a sentence claims: statutory, compulsory, in force, adopted, existing, or not so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.answer.timeline.clauses import FUTURE, Claim, Sentence, stems, word_class
from search.answer.timeline.dates import DATE
from search.passages import Span

_ADVERBS = r"(?:\ (?:now|still|currently|also|already|therefore|legally|fully|an?|the|only|yet|entirely))*"
_STATUS = re.compile(
    rf"""\b(?:is|are|remains?|became|(?:has|have)\ (?:become|been)|(?:was|were|been)\ made){_ADVERBS}
    (?P<not>\ not|\ no\ longer|\ never)?{_ADVERBS}
    \ (?P<word>statutory|non-statutory|mandatory|compulsory|obligatory|required|voluntary|optional|in\ force
    |draft|proposal|under\ consultation)\b
    |\b(?:has|have|gained|given|put\ on|placed\ on)\ (?P<no>no\ )?(?:an?\ )?
    (?:(?P<footing>statutory|legal)\ (?:basis|footing|status|standing)|(?P<law>basis|standing)\ in\ law)\b
    |\b(?:was|were|been)(?:\ since)?\ (?P<event>abolished|dissolved|disbanded|scrapped|wound\ up|repealed
    |revoked|rescinded|adopted|approved|enacted|passed|ratified)\b
    |\b(?P<gone>no\ longer\ exists?|ceased\ to\ exist|(?:does|do)\ not\ exist)\b
    |\b(?:came|has\ come|have\ come)\ into\ (?P<force>force)\b
    |\b(?:still\ )?(?P<exists>exists?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_GROUPS = ("word", "footing", "law", "event", "gone", "force", "exists")

_MEANING = {
    word: (topic, holds)
    for topic, holds, words in (
        ("statutory", True, "statutory legal basis standing"),
        ("statutory", False, "non-statutory"),
        ("compulsory", True, "mandatory compulsory obligatory required"),
        ("compulsory", False, "voluntary optional"),
        ("in force", True, "in_force force"),
        ("in force", False, "repealed revoked rescinded"),
        ("adopted", True, "adopted approved enacted passed ratified"),
        ("adopted", False, "draft proposal under_consultation"),
        ("existing", True, "exist exists"),
        ("existing", False, "abolished dissolved disbanded scrapped wound_up gone"),
    )
    for word in words.split()
}
_WORDS_OF = {
    topic: frozenset(
        word_class(stem)
        for word, (of, _) in _MEANING.items()
        if of == topic
        for stem in stems(word.replace("_", " "))
    )
    for topic in {topic for topic, _ in _MEANING.values()}
}


def status_words(topic: str) -> frozenset[str]:
    """The words of a claim's status, any of which a question may use for it."""
    return _WORDS_OF[next(status for status in _WORDS_OF if topic.startswith(status))]


# One of these stands wherever `_STATUS` matches.
STATUS_KEYS = frozenset(
    part for word in _MEANING for part in word.split("_") if part not in ("in", "up", "under", "gone")
)

# What the status is an adjective of: no preposition, no adverb.
_NEXT_WORD = re.compile(r" (?P<word>(?!\w+ly\b)[a-z]+)")
_OTHER_TIME = re.compile(r"\b(?:last|this) (?:spring|summer|autumn|winter|year|month|week)\b", re.IGNORECASE)


def statuses(sentence: Sentence) -> Iterator[Claim]:
    """The statuses that the sentence gives something, now or by a change that it tells of."""
    text = sentence.text
    for match in _STATUS.finditer(text):
        value = Span(*match.span())
        clause = sentence.clause(value)
        before = Span(clause.own.start, max(clause.own.start, value.start))
        times = [Span(*time.span()) for pattern in (DATE, _OTHER_TIME) for time in pattern.finditer(text)]
        subject = sentence.words(before, without=times)
        if not subject or FUTURE.search(clause.text) or clause.points_elsewhere:
            continue
        name = next(name for name in _GROUPS if match[name])
        said = name if name == "gone" else re.sub(r"\s", "_", match[name].lower())
        topic, holds = _MEANING[said]
        after = Span(value.end, max(value.end, clause.own.end))
        if name == "word" and (noun := _NEXT_WORD.match(text, value.end)):
            kinds = sentence.words(Span(*noun.span("word")))
            topic = " ".join((topic, *kinds))  # "statutory consultees" are not "statutory bodies"
        yield Claim(
            "status",
            value,
            (int(holds != bool(match["not"] or match["no"])),),
            topic,
            before,
            subject,
            sentence.words(after, clause.lead, without=times),
        )
