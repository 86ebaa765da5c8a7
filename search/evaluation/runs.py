"""A run kept as JSON: the measures and what became of each question, to compare a later run with."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.errors import SearchError
from search.evaluation.judging import Outcome


class RunUnreadable(SearchError):
    """The file is no run that another can be compared with; says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of one outcome."""

    id: str
    question: str
    answerable: bool
    rank: int | None  # of the first right hit; None: not within the first ten
    answer_right: bool  # the sentence marked in the first hit answers, shown or not
    abstained: bool
    right: bool  # answered rightly, or nothing answered where nothing is
    band: str
    confidence: float
    passages: tuple[str, ...]  # ids of the hits, best first

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank; 0 when no right passage was found."""
        return 1 / self.rank if self.rank else 0.0

    def found_within(self, cutoff: int) -> bool:
        """Whether a right passage is among the first `cutoff` hits."""
        return self.rank is not None and self.rank <= cutoff


def records(outcomes: Iterable[Outcome]) -> tuple[Record, ...]:
    """What is kept of each outcome, in order."""
    return tuple(
        Record(
            o.topic.id,
            o.topic.question,
            o.topic.answerable,
            o.rank,
            o.answer_right,
            o.abstained,
            o.right,
            o.band,
            o.confidence,
            o.passages,
        )
        for o in outcomes
    )


def run_to_dict(measures: Mapping[str, Any], kept: Iterable[Record]) -> dict[str, Any]:
    """The measures with an `outcomes` beside them, as JSON carries it; `read_run` takes the outcomes back."""
    return {**measures, "outcomes": [dataclasses.asdict(record) for record in kept]}


def read_run(path: Path) -> tuple[Record, ...]:
    """The records of a run that `--out` or `--json` wrote; raises RunUnreadable."""
    try:
        outcomes = json.loads(path.read_text(encoding="utf-8"))["outcomes"]
        return tuple(Record(**{**row, "passages": tuple(row["passages"])}) for row in outcomes)
    except OSError as error:
        raise RunUnreadable(f"cannot read {path}: {error}") from None
    except (ValueError, KeyError, TypeError):
        raise RunUnreadable(
            f"{path} is no run with the outcome of each question: write one with --out"
        ) from None
