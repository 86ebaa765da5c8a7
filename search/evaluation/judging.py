"""What the service made of a topic: at which rank the right passage stands, and whether the sentence answers.

A passage is right when it contains a whole quote; an answer is right when the marked sentence contains the
answer or an alias, or shares a run of words with a quote. Abstaining is right exactly where there is no
evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from search.answering import answer
from search.answers import Answer, Hit
from search.errors import QuestionError
from search.evaluation.topics import Topic
from search.index.engine import Engine
from search.question.synonyms import Synonyms

DEPTH = 10  # hits that are looked at
# Success is reported a second time with every excerpt cut to this: long excerpts buy nothing.
CUT_WORDS = 250
# A marked sentence that shares this much of a quote, or of itself, says the same.
_OVERLAP_SHARE = 0.6
_OVERLAP_WORDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the service made of one topic."""

    topic: Topic
    rank: int | None  # of the first right hit; None: not within the first ten
    cut_rank: int | None  # the same with every passage cut to its first words
    answer_right: bool  # the sentence marked in the first hit answers, shown or not
    abstained: bool
    first_words: int  # length of the first passage; 0 without hits
    list_coverage: float | None  # None: not a list question
    band: str  # of the confidence in the first hit
    confidence: float  # 0 to 1
    passages: tuple[str, ...]  # ids of the hits, best first

    @property
    def right(self) -> bool:
        """Whether the reply was right as a whole: answered rightly, or nothing answered where nothing is."""
        if not self.topic.answerable:
            return self.abstained
        return self.answer_right and not self.abstained

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank; 0 when no right passage was found."""
        return 1 / self.rank if self.rank else 0.0

    def found_within(self, cutoff: int) -> bool:
        """Whether a right passage is among the first `cutoff` hits."""
        return self.rank is not None and self.rank <= cutoff


def evaluate(
    topics: Iterable[Topic], engine: Engine, synonyms: Synonyms | None = None
) -> tuple[Outcome, ...]:
    """One outcome a topic, in order; a question that the service refuses found nothing."""
    return tuple(_ask(topic, engine, synonyms) for topic in topics)


def _ask(topic: Topic, engine: Engine, synonyms: Synonyms | None) -> Outcome:
    try:
        reply = answer(topic.question, engine, limit=DEPTH, synonyms=synonyms)
    except QuestionError:
        coverage = 0.0 if _is_list(topic) else None
        return Outcome(topic, None, None, False, True, 0, coverage, "none", 0.0, ())
    return judge(topic, reply)


def judge(topic: Topic, reply: Answer) -> Outcome:
    """The outcome of one reply, by the topic's judgements."""
    hits = reply.hits
    first = hits[0] if hits else None
    return Outcome(
        topic=topic,
        rank=_first_rank(topic, hits, None),
        cut_rank=_first_rank(topic, hits, CUT_WORDS),
        answer_right=first is not None and _answers(topic, first),
        abstained=reply.quoted is None,
        first_words=len(first.passage.text.split()) if first else 0,
        list_coverage=_list_coverage(topic, hits) if _is_list(topic) else None,
        band=reply.confidence.band,
        confidence=reply.confidence.value,
        passages=tuple(hit.passage.id for hit in hits),
    )


def _is_list(topic: Topic) -> bool:
    return topic.type == "list" and topic.answerable


def _first_rank(topic: Topic, hits: Sequence[Hit], cut: int | None) -> int | None:
    quotes = [quote for _, quote in topic.evidence]
    for hit in hits[:DEPTH]:
        text = hit.passage.text if cut is None else " ".join(hit.passage.text.split()[:cut])
        if any(contains(text, quote) for quote in quotes) or _metadata_answers(topic, hit):
            return hit.rank
    return None


def _answers(topic: Topic, hit: Hit) -> bool:
    sentence = hit.excerpt.quotation
    answers = [a for a in topic.answers if topic.type != "yesno" or words(a) not in (["yes"], ["no"])]
    return (
        any(contains(sentence, wanted) for wanted in answers)
        or any(_overlaps(sentence, quote) for _, quote in topic.evidence)
        or _metadata_answers(topic, hit)
    )


def _metadata_answers(topic: Topic, hit: Hit) -> bool:
    """For questions about a document itself: whether what is shown above the excerpt answers."""
    if "metadata" not in topic.traits:
        return False
    metadata = hit.document.metadata
    shown = (metadata.title, metadata.publisher, *metadata.authors, metadata.published, metadata.updated)
    return any(contains(found.value, wanted) for found in shown if found for wanted in topic.answers)


def _overlaps(sentence: str, quote: str) -> bool:
    ours, theirs = words(sentence), words(quote)
    run = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return run >= max(_OVERLAP_WORDS, _OVERLAP_SHARE * min(len(ours), len(theirs)))


def _list_coverage(topic: Topic, hits: Sequence[Hit]) -> float:
    """The share of the quotes of the best-covered document that the first five passages hold."""
    texts = [hit.passage.text for hit in hits[:5]]
    by_file: dict[str, list[bool]] = {}
    for file, quote in topic.evidence:
        by_file.setdefault(file, []).append(any(contains(text, quote) for text in texts))
    return max(sum(found) / len(found) for found in by_file.values())


def words(text: str) -> list[str]:
    """The text as compared words: case, punctuation, quote style and thousands commas do not count.

    >>> words("Around 1,300 PCNs – the ‘networks’")
    ['around', '1300', 'pcns', 'the', 'networks']
    """
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.lower()).replace("’", "'").replace("'", "")
    return re.findall(r"[a-z0-9]+%?", text)


def contains(text: str, quote: str) -> bool:
    """Whether the text holds the quote as a run of whole words; an empty quote is in no text."""
    wanted = words(quote)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(words(text))} "
