"""Outcomes -> measures: success, MRR, answers, abstention.

Success@k and MRR are the usual ones (Voorhees, "The TREC-8 Question Answering Track Report", 1999), over the
ranking before any threshold: an abstention does not spare a question from them. The measures named
`answered_...` are over what a reader is told: there a question that can be answered and is not counts as
zero. Coverage is the share of all questions that are answered, and precision the share of right answers
among those, so one minus it is the risk (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective
Classification", JMLR 2010).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.evaluation.judging import CUT_WORDS, Outcome

CUTOFFS = (1, 3, 5, 10)
_BANDS = ("likely", "possible", "none")


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All measures over all topics, and success, MRR and answer@1 by type and by trait."""
    unanswerable = [outcome for outcome in outcomes if not outcome.topic.answerable]
    abstained = [outcome for outcome in outcomes if outcome.abstained]
    right = [outcome for outcome in abstained if not outcome.topic.answerable]
    precision, recall = _share(len(right), len(abstained)), _share(len(right), len(unanswerable))
    answered = [outcome for outcome in outcomes if not outcome.abstained]
    types = sorted({outcome.topic.type for outcome in outcomes})
    traits = sorted({trait for outcome in outcomes for trait in outcome.topic.traits})
    return {
        **_measures(outcomes),
        "abstention": {
            "precision": precision,
            "recall": recall,
            "f1": round(_share(2 * precision * recall, precision + recall), 3),
        },
        "right_overall": _mean(outcome.right for outcome in outcomes),
        "coverage": _share(len(answered), len(outcomes)),
        "precision": _mean(outcome.right for outcome in answered),
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
        **{f"success@{k}": _mean(outcome.found_within(k) for outcome in asked) for k in CUTOFFS},
        "mrr": _mean(outcome.reciprocal_rank for outcome in asked),
        "answer@1": _mean(outcome.answer_right for outcome in asked),
        "answered_success@1": _mean(not outcome.abstained and outcome.rank == 1 for outcome in asked),
        "answered_answer@1": _mean(outcome.right for outcome in asked),
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
        f"answered: coverage {summary['coverage']:.3f}, precision {summary['precision']:.3f}; with an "
        f"abstention as zero success@1 {summary['answered_success@1']:.3f}, answer@1 "
        f"{summary['answered_answer@1']:.3f}",
        f"first excerpt: {summary['first_words']:.0f} words on average; cut to {CUT_WORDS} words success@1 "
        f"{summary['success@1_cut']:.3f}, success@5 {summary['success@5_cut']:.3f}; "
        f"list coverage@5 {summary['list_coverage@5']:.3f}",
    ]
    return "\n".join(lines)
