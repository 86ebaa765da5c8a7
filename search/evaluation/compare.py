"""Two runs over the same questions: what was won, what was lost, and whether that is more than luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from search.errors import SearchError
from search.evaluation.paired import bootstrap_interval, randomisation_test, sign_test
from search.evaluation.runs import Record


class OtherQuestions(SearchError):
    """The two runs asked different things; says which."""


# Questions of one run only that the text names: a larger draw has hundreds, and the JSON has them all.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that both runs have, over the questions that both asked."""

    name: str
    old: float
    new: float
    interval: tuple[float, float]  # of the difference, 95 %
    won: int  # questions that count for more in the new run
    lost: int
    p: float
    test: Literal["McNemar", "randomisation"]


@dataclass(frozen=True, slots=True)
class Change:
    """A question with another rank, another judgement of its answer or another abstention than before."""

    old: Record
    new: Record

    @property
    def verdict(self) -> Literal["won", "lost", "mixed"]:
        """`won`: better in something and worse in nothing; `mixed` also where neither is better."""
        pairs = tuple(zip(_worth(self.old), _worth(self.new), strict=True))
        better, worse = any(new > old for old, new in pairs), any(new < old for old, new in pairs)
        if better == worse:
            return "mixed"
        return "won" if better else "lost"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new run beside the old one."""

    shared: int  # questions in both
    only_old: tuple[str, ...]  # ids
    only_new: tuple[str, ...]
    measures: tuple[Measure, ...]
    changes: tuple[Change, ...]  # in the order of the new run


def _worth(record: Record) -> tuple[float, bool, bool]:
    return record.reciprocal_rank, record.answer_right, record.right


# A name, what one question counts for, and whether only questions that can be answered are asked.
_MEASURES: tuple[tuple[str, Callable[[Record], float], bool], ...] = (
    ("success@1", lambda record: record.found_within(1), True),
    ("success@5", lambda record: record.found_within(5), True),
    ("mrr", lambda record: record.reciprocal_rank, True),
    ("answer@1", lambda record: record.answer_right, True),
    ("right_overall", lambda record: record.right, False),
)


def compare(old: Sequence[Record], new: Sequence[Record]) -> Comparison:
    """The new run beside the old one, question by question.

    Raises OtherQuestions when they share no question, or mean different questions by one id.
    """
    before, after = ({record.id: record for record in run} for run in (old, new))
    pairs = [Change(before[id], record) for id, record in after.items() if id in before]
    if not pairs:
        raise OtherQuestions("the baseline has none of these questions: it is a run over another set")
    for pair in pairs:
        if (pair.old.question, pair.old.answerable) != (pair.new.question, pair.new.answerable):
            raise OtherQuestions(
                f"{pair.new.id} is another question in the baseline, or judged otherwise: "
                f"{_said(pair.old)} there, {_said(pair.new)} here"
            )
    return Comparison(
        shared=len(pairs),
        only_old=tuple(id for id in before if id not in after),
        only_new=tuple(id for id in after if id not in before),
        measures=tuple(_measured(pairs)),
        changes=tuple(pair for pair in pairs if _seen(pair.old) != _seen(pair.new)),
    )


def _said(record: Record) -> str:
    return f"“{record.question}” ({'answerable' if record.answerable else 'unanswerable'})"


def _seen(record: Record) -> tuple[int | None, bool, bool]:
    return record.rank, record.answer_right, record.abstained


def _measured(pairs: Sequence[Change]) -> Iterator[Measure]:
    for name, worth, only_answerable in _MEASURES:
        asked = [pair for pair in pairs if pair.new.answerable or not only_answerable]
        if not asked:
            continue
        old = [float(worth(pair.old)) for pair in asked]
        new = [float(worth(pair.new)) for pair in asked]
        differences = [after - before for before, after in zip(old, new, strict=True)]
        won, lost = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
        graded = name == "mrr"  # the others are yes or no
        yield Measure(
            name=name,
            old=sum(old) / len(asked),
            new=sum(new) / len(asked),
            interval=bootstrap_interval(differences),
            won=won,
            lost=lost,
            p=randomisation_test(differences) if graded else sign_test(won, lost),
            test="randomisation" if graded else "McNemar",
        )


def comparison_to_dict(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data that JSON can carry."""
    return {
        "shared": comparison.shared,
        "only_old": list(comparison.only_old),
        "only_new": list(comparison.only_new),
        "measures": {
            measure.name: {
                "old": round(measure.old, 4),
                "new": round(measure.new, 4),
                "interval": [round(end, 4) for end in measure.interval],
                "won": measure.won,
                "lost": measure.lost,
                "p": round(measure.p, 4),
                "test": measure.test,
            }
            for measure in comparison.measures
        },
        "changes": [
            {
                "id": change.new.id,
                "question": change.new.question,
                "verdict": change.verdict,
                "old": _state(change.old),
                "new": _state(change.new),
            }
            for change in comparison.changes
        ],
    }


def _state(record: Record) -> Mapping[str, Any]:
    return {"rank": record.rank, "answer_right": record.answer_right, "abstained": record.abstained}


def as_text(comparison: Comparison) -> str:
    """The comparison for a terminal: the measures, then what was won, what was lost, what is neither."""
    lines = [f"compared over the {comparison.shared} questions in both runs"]
    for where, ids in (("the baseline", comparison.only_old), ("this run", comparison.only_new)):
        if ids:
            more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
            lines.append(f"left out, since only {where} has them: {', '.join(ids[:_NAMED])}{more}")
    lines.append(
        f"{'':16}{'then':>7}{'now':>7}{'change':>8}{'95 % of the change':>20}{'won':>6}{'lost':>6}{'p':>8}"
    )
    for m in comparison.measures:
        interval = f"{m.interval[0]:+.3f} to {m.interval[1]:+.3f}"
        lines.append(
            f"{m.name:16}{m.old:7.3f}{m.new:7.3f}{m.new - m.old:+8.3f}{interval:>20}{m.won:6}{m.lost:6}"
            f"{m.p:8.3f} {m.test}"
        )
    for verdict in ("won", "lost", "mixed"):
        changes = [change for change in comparison.changes if change.verdict == verdict]
        lines += ["", f"{verdict}: {len(changes)}"] if changes else []
        lines += [f"  {change.new.id}  {change.new.question}  [{_told(change)}]" for change in changes]
    return "\n".join(lines)


def _told(change: Change) -> str:
    """What changed of a question: "rank 3 -> 1, answer wrong -> right"."""
    old, new = change.old, change.new
    parts = (
        ("rank", old.rank or "none", new.rank or "none"),
        ("answer", _in_words(old.answer_right), _in_words(new.answer_right)),
        ("", "abstained" if old.abstained else "answered", "abstained" if new.abstained else "answered"),
    )
    return ", ".join(f"{name} {was} -> {now}".strip() for name, was, now in parts if was != now)


def _in_words(right: bool) -> str:
    return "right" if right else "wrong"
