"""SQuAD's way through the command, on a collection of five paragraphs in its format."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.answering import answer
from search.errors import IndexUnusable
from search.evaluate import main
from search.evaluation.engines import Recorded, Watched, Without
from search.evaluation.hard import Trial, summarise_trials, trials
from search.evaluation.squad import SquadUnreadable, contents, draw, open_squad, read_questions
from search.evaluation.squad_run import Timing, ask, judge, latency
from search.index.engine import Engine
from search.index.generations import open_current
from search.question.understanding import understand

DEV = (
    (
        "Gull_Point#0",
        "Gull_Point",
        "The lighthouse was lit in 1871. Its first keeper, Dr. Ana Holm of the U.S. Coast Survey, stayed "
        "for 30 years.",
    ),
    ("Gull_Point#1", "Gull_Point", "The lamp of the lighthouse burns oil. Ships see it from 20 miles away."),
    ("Gull_Point#2", "Gull_Point", "A lighthouse keeper is paid by the harbour. Gulls nest on the roof."),
)
TRAIN = (
    ("Tea#0", "Tea", "Tea leaves are dried on trays of bamboo. They are turned every hour."),
    ("Tea#1", "Tea", "A pot of tea draws for four minutes. Milk comes last."),
)
ASKED = (
    ("When was the lighthouse lit?", "Gull_Point#0", ["1871", "in 1871"]),
    ("From how many miles do ships see the lighthouse's lamp?", "Gull_Point#1", ["20 miles", "20"]),
    ("What are tea leaves dried on?", "Tea#0", ["trays of bamboo"]),
    ("How long does a pot of tea draw?", "Tea#1", ["four minutes"]),
)


def save(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def save_paragraphs(path: Path, paragraphs: tuple[tuple[str, str, str], ...]) -> None:
    save(path, [{"id": id, "title": title, "text": text} for id, title, text in paragraphs])


@pytest.fixture(scope="module")
def squad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("squad")
    save_paragraphs(folder / "squad-dev.jsonl.gz", DEV)
    save_paragraphs(folder / "squad-train.jsonl.gz", TRAIN)
    rows = [{"question": q, "passage_id": id, "answers": answers} for q, id, answers in ASKED]
    save(folder / "squad-dev-questions.jsonl.gz", rows)
    return folder


@pytest.fixture(scope="module")
def squad_index(squad: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("squad-index")
    open_squad(squad, index).close()
    return index


@pytest.fixture
def squad_engine(squad: Path, squad_index: Path) -> Iterator[Engine]:
    engine = open_squad(squad, squad_index)
    yield engine
    engine.close()


def test_a_paragraph_is_a_document_of_one_passage_under_its_title(squad: Path) -> None:
    documents = list(contents(squad))
    assert [document.id for document, _ in documents] == [id for id, _, _ in (*DEV, *TRAIN)]
    document, (passage,) = documents[0]
    assert (document.label, passage.id, passage.text) == ("Gull Point", "Gull_Point#0#p-1", document.text)
    assert [span.of(passage.text)[:20] for span in passage.sentences] == [
        "The lighthouse was l",
        "Its first keeper, Dr",
    ]


def test_the_index_is_built_once(squad: Path, squad_index: Path) -> None:
    assert open_current(squad_index).info.generation == "g000001"
    engine = open_squad(squad, squad_index)
    assert (engine.info.generation, engine.info.documents) == ("g000001", 5)


def test_the_index_is_built_anew_for_another_collection_or_when_damaged(squad: Path, tmp_path: Path) -> None:
    folder, index = tmp_path / "squad", tmp_path / "index"
    folder.mkdir()
    save_paragraphs(folder / "squad-dev.jsonl.gz", DEV)
    save_paragraphs(folder / "squad-train.jsonl.gz", TRAIN)
    assert open_squad(folder, index).info.generation == "g000001"
    save_paragraphs(folder / "squad-train.jsonl.gz", TRAIN[:1])
    assert (open_squad(folder, index).info.generation, open_current(index).info.documents) == ("g000002", 4)
    (index / "g000002" / "MANIFEST.json").write_text("{}")
    assert open_squad(folder, index).info.generation == "g000003"


def test_an_index_of_other_documents_is_refused_and_left_alone(
    squad: Path, index: Path, tmp_path: Path
) -> None:
    before = open_current(index).info
    with pytest.raises(IndexUnusable, match="no index of SQuAD: give another folder"):
        open_squad(squad, index)
    assert open_current(index).info == before
    (tmp_path / "CURRENT").write_text("damaged")
    with pytest.raises(IndexUnusable, match="no index of SQuAD"):
        open_squad(squad, tmp_path)
    assert (tmp_path / "CURRENT").read_text() == "damaged"


def test_a_draw_is_the_same_for_one_seed_and_never_more_than_there_are(squad: Path) -> None:
    questions = read_questions(squad)
    assert [question.id for question in questions] == ["dev-00001", "dev-00002", "dev-00003", "dev-00004"]
    assert draw(questions, 2, 7) == draw(questions, 2, 7)
    assert sorted(q.id for q in draw(questions, 99, 7)) == [q.id for q in questions]


@pytest.mark.parametrize(
    ("line", "message"), [("{}", "line 1: not what SQuAD has"), ("3", "line 1"), ("x", "line 1")]
)
def test_a_damaged_file_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    with gzip.open(tmp_path / "squad-dev-questions.jsonl.gz", "wt") as file:
        file.write(line + "\n")
    with pytest.raises(SquadUnreadable, match=message):
        read_questions(tmp_path)
    (tmp_path / "squad-dev-questions.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(SquadUnreadable, match="cannot read"):
        read_questions(tmp_path)


def test_right_is_the_passage_that_the_question_was_written_for(squad: Path, squad_engine: Engine) -> None:
    question = read_questions(squad)[0]
    reply = answer(question.question, squad_engine)
    outcome = judge(question, reply)
    assert (outcome.rank, outcome.answer_right, outcome.topic.answerable) == (1, True, True)
    other = judge(read_questions(squad)[2], reply)
    assert (other.rank, other.answer_right) == (None, False)
    taken_out = judge(question, reply, taken_out=True)
    assert (taken_out.topic.answerable, taken_out.right) == (False, False)


def test_each_question_is_timed_with_the_search_as_a_part(squad: Path, squad_engine: Engine) -> None:
    outcomes, timings = ask(read_questions(squad), squad_engine)
    assert [outcome.rank for outcome in outcomes] == [1, 1, 1, 1]
    assert all(0 < timing.search < timing.answer < timing.whole for timing in timings)


def test_latency_is_the_median_and_the_95th_percentile_in_milliseconds() -> None:
    # Twenty: the 95th percentile is the nineteenth.
    timings = [Timing(n / 1000, n / 2000, n / 1000, n / 4000) for n in range(1, 21)]
    assert latency(timings) == {
        "answer": {"median": 10.5, "p95": 19.0},
        "search": {"median": 5.25, "p95": 9.5},
        "beyond_search": {"median": 5.25, "p95": 9.5},
        "repeated": {"median": 2.62, "p95": 4.75},
    }


def test_a_passage_taken_out_is_not_found_and_the_next_moves_up(squad_engine: Engine) -> None:
    query = understand("the lamp of the lighthouse keeper")
    whole = squad_engine.search(query, 10)
    ids = [candidate.passage.id for candidate in whole.candidates]
    assert len(ids) == 3
    found = Without(squad_engine, ids[0]).search(query, 2)
    assert [candidate.passage.id for candidate in found.candidates] == ids[1:]
    assert found.total == whole.total - 1
    assert Without(squad_engine, "other#p-1").search(query, 2) == squad_engine.search(query, 2)


def test_an_engine_seen_through_another_says_the_same_of_everything_else(squad_engine: Engine) -> None:
    through = Without(squad_engine, "Tea#0#p-1")
    terms = understand("When was the lighthouse lit?").terms
    assert through.info == squad_engine.info
    assert through.idf(terms) == squad_engine.idf(terms)
    assert through.documents(["Tea#0"]) == squad_engine.documents(["Tea#0"]) != {}
    assert through.passages("Tea#0") == squad_engine.passages("Tea#0") != ()
    assert through.related("Tea#0#p-1") == squad_engine.related("Tea#0#p-1")
    assert through.document_ids() == squad_engine.document_ids()


def test_a_watched_engine_remembers_what_it_found_and_adds_up_its_time(squad_engine: Engine) -> None:
    watched = Watched(squad_engine)
    query = understand("the lighthouse")
    found = watched.search(query, 2)
    assert watched.found == found
    once = watched.seconds
    watched.search(query, 2)
    assert 0 < once < watched.seconds


def test_a_recorded_engine_finds_what_was_found_before(squad_engine: Engine) -> None:
    found = squad_engine.search(understand("the lighthouse"), 2)
    assert Recorded(squad_engine, found).search(understand("tea"), 10) == found


def test_a_trial_without_its_passage_is_answered_from_the_neighbours(
    squad: Path, squad_engine: Engine
) -> None:
    lit, lamp, *_ = read_questions(squad)
    kept, without = trials([lit], [lamp], squad_engine)
    assert (kept.outcome.topic.answerable, kept.outcome.passages[0]) == (True, "Gull_Point#0#p-1")
    assert kept.features["coverage"] == 1.0
    assert 0 < kept.features["margin"] < kept.features["bm25"]
    assert without.outcome.topic.answerable is False
    assert "Gull_Point#1#p-1" not in without.outcome.passages
    assert without.outcome.passages  # the neighbours
    assert without.features["coverage"] < 1.0
    assert without.outcome.answer_right is False


def test_abstaining_is_right_without_the_passage_and_wrong_with_it(squad: Path, squad_engine: Engine) -> None:
    questions = read_questions(squad)
    tried = trials(questions, questions, squad_engine)

    def told(trial: Trial, confidence: float, abstained: bool) -> Trial:
        outcome = trial.outcome
        changed = type(outcome)(
            outcome.topic, None, None, False, abstained, 0, None, outcome.band, confidence, ()
        )
        return Trial(changed, {"confidence": confidence})

    values = (0.9, 0.8, 0.7, 0.2, 0.6, 0.1, 0.1, 0.1)  # the first four can be answered
    hard = summarise_trials([told(t, value, value < 0.5) for t, value in zip(tried, values, strict=True)])
    assert (hard["answerable"], hard["taken_out"]) == (4, 4)
    assert hard["accuracy"] == 0.75
    assert (hard["answered_of_answerable"], hard["answered_of_taken_out"]) == (0.75, 0.25)
    # Of 16 pairs one is out of order: .2 below .6. The halves: .9 .7 .6 .1 is best cut at .7, and .8 .2 .1
    # .1 at .2; the first cut takes .2 for wrong in the second half, the second .6 for right in the first.
    assert hard["single"]["confidence"] == {"auc": round(15 / 16, 3), "accuracy": 0.75}


def test_the_command_asks_squad_and_takes_passages_out(
    squad: Path, squad_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "run.json"
    command = ["--squad", str(squad), "--index", str(squad_index)]
    assert main([*command, "--out", str(kept)]) == 0
    table = capsys.readouterr().out
    assert "recall@1 1.000  recall@5 1.000  recall@10 1.000  MRR@10 1.000  answer@1 1.000" in table
    assert "beyond search" in table
    run = json.loads(kept.read_text())
    assert (run["success@1"], run["questions"], len(run["outcomes"])) == (1.0, 4, 4)
    assert {*run["latency_ms"]} == {"answer", "search", "beyond_search", "repeated"}
    assert main([*command, "--questions", "3", "--baseline", str(kept)]) == 0
    assert "compared over the 3 questions in both runs" in capsys.readouterr().out
    assert main([*command, "--hard", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert {row["id"]: row["answerable"] for row in run["outcomes"]} == {
        question.id: number < 2 for number, question in enumerate(draw(read_questions(squad), 4, run["seed"]))
    }
    hard = run["hard"]
    assert (hard["answerable"], hard["taken_out"]) == (2, 2)
    assert {*hard["single"]} == {"confidence", "coverage", "bm25", "margin"}
    assert main([*command, "--hard"]) == 0
    assert "2 questions, and 2 with their passage taken out" in capsys.readouterr().out


def test_a_folder_without_squad_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--squad", str(tmp_path), "--index", str(tmp_path / "index")]) == 1
    error = capsys.readouterr().err
    assert "squad-dev-questions.jsonl.gz" in error
    assert error.count("\n") == 1
