"""SQuAD's questions asked of the service: recall, whether the marked sentence answers, and latency."""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.answering import answer
from search.answers import Answer
from search.as_json import answer_to_dict
from search.evaluation.engines import Recorded, Watched
from search.evaluation.judging import DEPTH, Outcome, contains
from search.evaluation.squad import Question
from search.evaluation.topics import Topic
from search.index.engine import Engine


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one question took, in seconds."""

    answer: float  # question -> Answer, its search included
    search: float  # in the engine's search alone
    whole: float  # question -> JSON
    repeated: float  # question -> JSON once more, with what the search found at hand


def ask(questions: Iterable[Question], engine: Engine) -> tuple[tuple[Outcome, ...], tuple[Timing, ...]]:
    """What the service makes of each question, in order, and how long that takes."""
    outcomes, first = [], []
    for question in questions:
        watched = Watched(engine)
        began = time.perf_counter()
        reply = answer(question.question, watched, limit=DEPTH)
        answered = time.perf_counter()
        json.dumps(answer_to_dict(reply))
        times = answered - began, watched.seconds, time.perf_counter() - began
        first.append((question, watched.found, times))
        outcomes.append(judge(question, reply))
    timings = [Timing(*times, _repeat(question, Recorded(engine, found))) for question, found, times in first]
    return tuple(outcomes), tuple(timings)


def _repeat(question: Question, engine: Engine) -> float:
    began = time.perf_counter()
    json.dumps(answer_to_dict(answer(question.question, engine, limit=DEPTH)))
    return time.perf_counter() - began


def judge(question: Question, reply: Answer, *, taken_out: bool = False) -> Outcome:
    """The outcome of one reply: right is the passage that the question was written for, and no other.

    The marked sentence is right when it contains one of the answers. With the passage taken out nothing
    answers; that a neighbour may hold the answer's words does not change this.
    """
    ids = tuple(hit.passage.id for hit in reply.hits)
    rank = ids.index(question.passage_id) + 1 if question.passage_id in ids else None
    first = reply.hits[0] if reply.hits else None
    evidence = () if taken_out else ((question.passage_id, ""),)
    kind = "taken-out" if taken_out else "squad"
    return Outcome(
        topic=Topic(question.id, question.question, kind, (), evidence, question.answers),
        rank=rank,
        cut_rank=rank,
        answer_right=first is not None
        and any(contains(first.excerpt.quotation, a) for a in question.answers),
        abstained=reply.quoted is None,
        first_words=len(first.passage.text.split()) if first else 0,
        list_coverage=None,
        band=reply.confidence.band,
        confidence=reply.confidence.value,
        passages=ids,
    )


def latency(timings: Sequence[Timing]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile in milliseconds; `beyond_search` is question to JSON less the search.

    A search in Python takes the processor's caches with it, so that all else is slower after it;
    `repeated` is question to JSON where nothing was searched.
    """
    parts: Mapping[str, Callable[[Timing], float]] = {
        "answer": lambda timing: timing.answer,
        "search": lambda timing: timing.search,
        "beyond_search": lambda timing: timing.whole - timing.search,
        "repeated": lambda timing: timing.repeated,
    }
    return {name: _spread([1000 * part(timing) for timing in timings]) for name, part in parts.items()}


def _spread(milliseconds: list[float]) -> dict[str, float]:
    if not milliseconds:
        return {"median": 0.0, "p95": 0.0}
    p95 = sorted(milliseconds)[math.ceil(0.95 * len(milliseconds)) - 1]
    return {"median": round(statistics.median(milliseconds), 2), "p95": round(p95, 2)}


def squad_as_table(summary: Mapping[str, Any]) -> str:
    """The summary of a run over SQuAD, with its `latency_ms`, for a terminal.

    One passage is right for each question, so success@k is recall@k.
    """
    recall = "  ".join(f"recall@{k} {summary[f'success@{k}']:.3f}" for k in (1, 5, 10))
    lines = [
        f"{summary['questions']} questions",
        f"{recall}  MRR@10 {summary['mrr']:.3f}  answer@1 {summary['answer@1']:.3f}",
        f"answered {summary['coverage']:.3f} of them; precision among those {summary['precision']:.3f}",
    ]
    for name, spread in summary["latency_ms"].items():
        lines.append(
            f"{name.replace('_', ' '):14}{spread['median']:9.2f} ms at the median"
            f"{spread['p95']:9.2f} ms at the 95th percentile"
        )
    return "\n".join(lines)
