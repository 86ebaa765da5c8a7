"""`python -m search.evaluate QUESTIONS.jsonl`: how often the right passage comes first, measured.

With `--squad DIR` the questions are SQuAD's, over an index of its own. What is measured is said in
`search/evaluation/`: topics, judging, measures; squad, hard; compare, plot.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.encoder import default_encoder
from search.errors import SearchError
from search.evaluation.compare import as_text, compare, comparison_to_dict
from search.evaluation.hard import hard_as_table, summarise_trials, trials
from search.evaluation.judging import Outcome, evaluate
from search.evaluation.measures import as_table, summarise
from search.evaluation.plot import plot
from search.evaluation.runs import read_run, records, run_to_dict
from search.evaluation.squad import draw, open_squad, read_questions
from search.evaluation.squad_run import ask, latency, squad_as_table
from search.evaluation.topics import read_topics
from search.index.engine import Engine
from search.index.generations import open_current
from search.question.synonyms import SynonymFiles, maintainers_file
from search.settings import default_index, one_thread_a_product

# Not the index of the service, which holds somebody's documents.
SQUAD_INDEX = Path("instance/squad")

# A thousand questions put recall@1 within .03 of that of all (two standard errors).
_DRAWN = 1000
_SEED = 2026


@dataclass(frozen=True, slots=True)
class _Measured:
    """One run: what was asked, what came of it, and how to say it."""

    asked: str  # in words, for the plot
    outcomes: Sequence[Outcome]
    measures: dict[str, Any]
    table: str


def main(argv: Sequence[str] | None = None) -> int:
    """0: measured; 1: no usable index, question file or baseline; 2: misuse."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if (arguments.topics is None) == (arguments.squad is None):
        parser.error("give either a file of questions or --squad DIR")
    if arguments.squad is None and (arguments.questions is not None or arguments.seed is not None):
        parser.error("--questions and --seed draw from SQuAD: give --squad DIR")
    if arguments.squad is None and arguments.hard:
        parser.error("--hard takes passages out of SQuAD: give --squad DIR")
    if arguments.questions is not None and arguments.questions < 1:
        parser.error("--questions is at least 1")
    try:
        # First, because a run takes long: what is wrong with the baseline is better said at once.
        baseline = read_run(arguments.baseline) if arguments.baseline else None
        measured = _measure_topics(arguments) if arguments.squad is None else _measure_squad(arguments)
        kept = records(measured.outcomes)
        run = run_to_dict(measured.measures, kept)
        comparison = compare(baseline, kept) if baseline is not None else None
        if comparison is not None:
            run["compared"] = comparison_to_dict(comparison)
        if arguments.out:
            arguments.out.write_text(json.dumps(run, indent=1), encoding="utf-8")
        if arguments.plot:
            arguments.plot.write_text(plot(kept, measured.asked), encoding="utf-8")
    except (SearchError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(run, indent=1))
    else:
        print("\n\n".join((measured.table, *([as_text(comparison)] if comparison is not None else []))))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m search.evaluate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("topics", type=Path, nargs="?", metavar="QUESTIONS.jsonl")
    parser.add_argument(
        "--index",
        type=Path,
        help=f"folder of the index ({default_index()}; with --squad {SQUAD_INDEX}, built if it is not there)",
    )
    parser.add_argument("--json", action="store_true", help="print all measures and outcomes as JSON")
    parser.add_argument("--out", type=Path, metavar="RUN.json", help="keep the same JSON in a file")
    parser.add_argument(
        "--baseline", type=Path, metavar="OLD.json", help="compare with a run kept before, by question"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw reliability, risk and coverage")
    parser.add_argument("--squad", type=Path, metavar="DIR", help="ask the questions of SQuAD in this folder")
    parser.add_argument("--questions", type=int, metavar="N", help=f"how many are drawn ({_DRAWN})")
    parser.add_argument("--seed", type=int, metavar="S", help=f"of the draw ({_SEED})")
    parser.add_argument(
        "--hard", action="store_true", help="draw as many again and take the passage of each out"
    )
    return parser


def _measure_topics(arguments: argparse.Namespace) -> _Measured:
    topics = read_topics(arguments.topics)
    index = arguments.index or default_index()
    engine = open_current(index, default_encoder)
    try:
        outcomes = evaluate(topics, engine, SynonymFiles(maintainers_file(index)).current())
        measures = {**summarise(outcomes), "index": _searched(engine)}
    finally:
        engine.close()
    asked = f"{len(topics)} questions of {arguments.topics.name}"
    return _Measured(asked, outcomes, measures, as_table(measures))


def _measure_squad(arguments: argparse.Namespace) -> _Measured:
    one_thread_a_product()
    questions = read_questions(arguments.squad)
    number = arguments.questions if arguments.questions is not None else _DRAWN
    seed = arguments.seed if arguments.seed is not None else _SEED
    engine = open_squad(arguments.squad, arguments.index or SQUAD_INDEX, default_encoder())
    try:
        searched = _searched(engine)
        if arguments.hard:
            drawn = draw(questions, 2 * number, seed)
            half = len(drawn) // 2
            tried = trials(drawn[:half], drawn[half : 2 * half], engine)
            outcomes: Sequence[Outcome] = [trial.outcome for trial in tried]
            hard = summarise_trials(tried)
            measures = {**summarise(outcomes), "index": searched, "seed": seed, "hard": hard}
            asked = f"SQuAD: {half} questions, and {half} with their passage taken out"
            return _Measured(asked, outcomes, measures, hard_as_table(hard))
        outcomes, timings = ask(draw(questions, number, seed), engine)
        measures = {**summarise(outcomes), "index": searched, "seed": seed, "latency_ms": latency(timings)}
        return _Measured(f"SQuAD: {len(outcomes)} questions", outcomes, measures, squad_as_table(measures))
    finally:
        engine.close()


def _searched(engine: Engine) -> dict[str, Any]:
    info = engine.info
    return {"generation": info.generation, "documents": info.documents, "passages": info.passages}


if __name__ == "__main__":
    sys.exit(main())
