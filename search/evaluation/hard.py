"""Hard abstention: questions on the subject that nothing answers, beside as many that can be answered.

A question of SQuAD cannot be answered once the paragraph it was written for is taken out; its neighbours, of
the same article, are left in. Telling these from the others is what a confidence is for. (A neighbour answers
now and then after all, so nobody could tell all of them apart.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from search.analysis import tokens
from search.answering import answer
from search.answers import Answer
from search.evaluation.engines import Watched, Without
from search.evaluation.judging import DEPTH, Outcome
from search.evaluation.roc import accuracy, area_under_roc, best_threshold
from search.evaluation.squad import Question
from search.evaluation.squad_run import judge
from search.index.engine import Engine


@dataclass(frozen=True, slots=True)
class Trial:
    """One question, and the numbers that may tell whether it can be answered."""

    outcome: Outcome
    features: Mapping[str, float]  # the service's confidence, and three that need no learning


def trials(
    answerable: Iterable[Question], taken_out: Iterable[Question], engine: Engine
) -> tuple[Trial, ...]:
    """A trial for each question, in order, those of the second kind with their passage taken out."""
    kept = (_try(question, engine, taken_out=False) for question in answerable)
    without = (_try(question, Without(engine, question.passage_id), taken_out=True) for question in taken_out)
    return tuple(chain(kept, without))


def _try(question: Question, engine: Engine, *, taken_out: bool) -> Trial:
    watched = Watched(engine)
    reply = answer(question.question, watched, limit=DEPTH)
    best, second = (*(c.score for c in watched.found.candidates[:2]), 0.0, 0.0)[:2]
    features = {
        "confidence": reply.confidence.value,
        "coverage": _coverage(reply, engine),
        "bm25": best,
        "margin": best - second,
    }
    return Trial(judge(question, reply, taken_out=taken_out), features)


def _coverage(reply: Answer, engine: Engine) -> float:
    """The share of the question's weight, by idf, that occurs in the first passage or its title."""
    if not reply.hits:
        return 0.0
    first = reply.hits[0]
    seen = {token.stem for text in (first.passage.text, first.document.label) for token in tokens(text)}
    weights = engine.idf(reply.query.terms)
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term.stem in seen) / whole if whole else 0.0


def summarise_trials(trials: Sequence[Trial]) -> dict[str, Any]:
    """How well the service knows what it cannot answer, and how well each number alone would.

    `accuracy` is that of the service's own answering or not. That of a single number is measured on each
    half of the questions with the threshold that is best on the other half.
    """
    kinds = {can: [t.outcome for t in trials if t.outcome.topic.answerable is can] for can in (True, False)}
    names = trials[0].features if trials else ()
    return {
        "answerable": len(kinds[True]),
        "taken_out": len(kinds[False]),
        "accuracy": _share(o.abstained is not o.topic.answerable for o in chain(*kinds.values())),
        "answered_of_answerable": _share(not outcome.abstained for outcome in kinds[True]),
        "answered_of_taken_out": _share(not outcome.abstained for outcome in kinds[False]),
        "answer_words_in_taken_out": _share(outcome.answer_right for outcome in kinds[False]),
        "single": {name: _alone([_labelled(trial, name) for trial in trials]) for name in names},
    }


def _labelled(trial: Trial, feature: str) -> tuple[float, bool]:
    return trial.features[feature], trial.outcome.topic.answerable


def _alone(labelled: Sequence[tuple[float, bool]]) -> dict[str, float]:
    auc = area_under_roc(*([value for value, can in labelled if can is kind] for kind in (True, False)))
    one, other = labelled[::2], labelled[1::2]
    right = accuracy(one, best_threshold(other)) * len(one) + accuracy(other, best_threshold(one)) * len(
        other
    )
    return {"auc": round(auc, 3), "accuracy": round(right / len(labelled), 3)}


def _share(claims: Iterable[bool]) -> float:
    held = list(claims)
    return round(sum(held) / len(held), 3) if held else 0.0


def hard_as_table(hard: Mapping[str, Any]) -> str:
    """What `summarise_trials` gives, for a terminal."""
    return "\n".join(_lines(hard))


def _lines(hard: Mapping[str, Any]) -> Iterator[str]:
    yield f"{hard['answerable']} questions, and {hard['taken_out']} with their passage taken out"
    yield (
        f"the service: area under ROC {hard['single']['confidence']['auc']:.3f}, "
        f"accuracy {hard['accuracy']:.3f}; it answers {hard['answered_of_answerable']:.3f} of the ones and "
        f"{hard['answered_of_taken_out']:.3f} of the others"
    )
    yield (
        f"with the passage taken out, the first sentence still holds an answer's words for "
        f"{hard['answer_words_in_taken_out']:.3f}"
    )
    yield f"{'alone, by the best threshold of the other half':48}{'area':>8}{'accuracy':>10}"
    for name, figures in hard["single"].items():
        yield f"  {name:46}{figures['auc']:8.3f}{figures['accuracy']:10.3f}"
