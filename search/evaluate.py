"""`python -m search.evaluate QUESTIONS.jsonl`: how often the right passage comes first, measured.

A question file holds one JSON object a line: `id`, `question`, `type`, `traits`, `evidence` (a list of
`{"file", "quote"}`, empty where nothing answers), `answer`, `answer_aliases`. A passage is right when it
contains a whole quote; an answer is right when the marked sentence contains the answer or an alias, or
shares a run of words with a quote. Abstaining is right exactly where there is no evidence.

Success@k and MRR are the usual ones (Voorhees, "The TREC-8 Question Answering Track Report", 1999);
an abstention does not spare a question from them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from search.answering import answer
from search.answers import Answer, Hit
from search.errors import SearchError
from search.index.engine import Engine
from search.index.generations import open_current
from search.settings import default_index

CUTOFFS = (1, 3, 5, 10)
_DEPTH = max(CUTOFFS)
# Success is reported a second time with every excerpt cut to this: long excerpts buy nothing.
_CUT_WORDS = 250
# A marked sentence that shares this much of a quote, or of itself, says the same.
_OVERLAP_SHARE = 0.6
_OVERLAP_WORDS = 5
_BANDS = ("likely", "possible", "none")


class TopicsUnreadable(SearchError):
    """The question file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A question with its judgements."""

    id: str
    question: str
    type: str
    traits: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]  # (file, quote); empty: nothing answers
    answers: tuple[str, ...]  # the gold answer and its aliases

    @property
    def answerable(self) -> bool:
        return bool(self.evidence)


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


def read_topics(path: Path) -> tuple[Topic, ...]:
    """The topics of a question file, in order; raises TopicsUnreadable naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TopicsUnreadable(f"cannot read {path}: {error}") from None
    topics = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            topics.append(
                Topic(
                    data["id"],
                    data["question"],
                    data["type"],
                    tuple(data["traits"]),
                    tuple((item["file"], item["quote"]) for item in data["evidence"]),
                    tuple(filter(None, (data["answer"], *data["answer_aliases"]))),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise TopicsUnreadable(f"{path}, line {number}: not a question ({error!r})") from None
    if not topics:
        raise TopicsUnreadable(f"{path} holds no question")
    return tuple(topics)


def evaluate(topics: Iterable[Topic], engine: Engine) -> tuple[Outcome, ...]:
    """One outcome a topic, in order."""
    return tuple(judge(topic, answer(topic.question, engine, limit=_DEPTH)) for topic in topics)


def judge(topic: Topic, reply: Answer) -> Outcome:
    """The outcome of one reply, by the topic's judgements."""
    hits = reply.hits
    first = hits[0] if hits else None
    return Outcome(
        topic=topic,
        rank=_first_rank(topic, hits, None),
        cut_rank=_first_rank(topic, hits, _CUT_WORDS),
        answer_right=first is not None and _answers(topic, first),
        abstained=reply.quoted is None,
        first_words=len(first.passage.text.split()) if first else 0,
        list_coverage=_list_coverage(topic, hits) if topic.type == "list" and topic.answerable else None,
        band=reply.confidence.band,
    )


def _first_rank(topic: Topic, hits: Sequence[Hit], cut: int | None) -> int | None:
    quotes = [quote for _, quote in topic.evidence]
    for hit in hits[:_DEPTH]:
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


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All measures over all topics, and success, MRR and answer@1 by type and by trait."""
    wrong = [outcome for outcome in outcomes if not outcome.topic.answerable]
    abstained = [outcome for outcome in outcomes if outcome.abstained]
    right = [outcome for outcome in abstained if not outcome.topic.answerable]
    precision, recall = _share(len(right), len(abstained)), _share(len(right), len(wrong))
    types = sorted({outcome.topic.type for outcome in outcomes})
    traits = sorted({trait for outcome in outcomes for trait in outcome.topic.traits})
    return {
        **_measures(outcomes),
        "abstention": {
            "precision": precision,
            "recall": recall,
            "f1": round(_share(2 * precision * recall, precision + recall), 3),
        },
        "right_overall": _mean(
            o.abstained if not o.topic.answerable else o.answer_right and not o.abstained for o in outcomes
        ),
        "by_band": {name: _counts([o for o in outcomes if o.band == name]) for name in _BANDS},
        "by_type": {name: _measures([o for o in outcomes if o.topic.type == name]) for name in types},
        "by_trait": {name: _measures([o for o in outcomes if name in o.topic.traits]) for name in traits},
    }


def _measures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Means over the answerable of the outcomes; `abstained` counts over all of them."""
    asked = [outcome for outcome in outcomes if outcome.topic.answerable]
    coverages = [outcome.list_coverage for outcome in asked if outcome.list_coverage is not None]
    return {
        "questions": len(outcomes),
        "answerable": len(asked),
        "abstained": sum(outcome.abstained for outcome in outcomes),
        **{f"success@{k}": _mean(o.rank is not None and o.rank <= k for o in asked) for k in CUTOFFS},
        "mrr": _mean(1 / outcome.rank if outcome.rank else 0.0 for outcome in asked),
        "answer@1": _mean(outcome.answer_right for outcome in asked),
        **{
            f"success@{k}_cut": _mean(o.cut_rank is not None and o.cut_rank <= k for o in asked)
            for k in (1, 5)
        },
        "list_coverage@5": _mean(coverages),
        "first_words": _mean(outcome.first_words for outcome in asked),
    }


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many first hits are right, and how many questions nothing answers."""
    return {
        "questions": len(outcomes),
        "first_right": sum(outcome.rank == 1 for outcome in outcomes),
        "unanswerable": sum(not outcome.topic.answerable for outcome in outcomes),
    }


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return round(sum(numbers) / len(numbers), 3) if numbers else 0.0


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def as_table(summary: Mapping[str, Any]) -> str:
    """The summary for a terminal."""
    columns = [*(f"success@{k}" for k in CUTOFFS), "mrr", "answer@1"]
    rows = [("all", summary), *summary["by_type"].items(), *summary["by_trait"].items()]
    lines = [f"{'':24}{'asked':>6}{'abst.':>6}" + "".join(f"{column:>11}" for column in columns)]
    for name, row in rows:
        figures = "".join(f"{row[column]:11.3f}" if row["answerable"] else f"{'-':>11}" for column in columns)
        lines.append(f"{name:24}{row['questions']:6}{row['abstained']:6}{figures}")
    abstention = summary["abstention"]
    bands = (
        f"{name}: {row['first_right']} of {row['questions']} first hits right, "
        f"{row['unanswerable']} unanswerable"
        for name, row in summary["by_band"].items()
    )
    lines += [
        "",
        f"confidence {'; '.join(bands)}",
        f"abstention: precision {abstention['precision']:.3f}, recall {abstention['recall']:.3f}, "
        f"F1 {abstention['f1']:.3f}; right overall {summary['right_overall']:.3f}",
        f"first excerpt: {summary['first_words']:.0f} words on average; cut to {_CUT_WORDS} words success@1 "
        f"{summary['success@1_cut']:.3f}, success@5 {summary['success@5_cut']:.3f}; "
        f"list coverage@5 {summary['list_coverage@5']:.3f}",
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """0: measured; 1: no usable index or question file."""
    parser = argparse.ArgumentParser(
        prog="python -m search.evaluate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument(
        "--index", type=Path, default=default_index(), help="folder of the index (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print all measures as JSON")
    arguments = parser.parse_args(argv)
    try:
        summary = summarise(evaluate(read_topics(arguments.questions), open_current(arguments.index)))
    except SearchError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    print(json.dumps(summary, indent=1) if arguments.json else as_table(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
