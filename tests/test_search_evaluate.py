"""The measures, on judgements and runs that can be checked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from search.answering import answer
from search.evaluate import main
from search.evaluation.judging import Outcome, contains, evaluate, judge
from search.evaluation.measures import summarise
from search.evaluation.topics import Topic, TopicsUnreadable, read_topics
from search.index.engine import Engine


def topic(
    question: str,
    *quotes: str,
    type: str = "lookup",
    answers: tuple[str, ...] = (),
    traits: tuple[str, ...] = (),
) -> Topic:
    return Topic("t", question, type, traits, tuple(("a.txt", quote) for quote in quotes), answers)


def outcome(
    rank: int | None,
    *,
    answerable: bool = True,
    right: bool = False,
    abstained: bool = False,
    band: str = "likely",
) -> Outcome:
    kind = "lookup" if answerable else "unanswerable-off"
    asked = Topic("t", "q", kind, ("typo",), (("a.txt", "quote"),) if answerable else (), ())
    return Outcome(asked, rank, rank, right, abstained, 100, None, band, 0.5, ())


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("About 1,300 PCNs – the ‘networks’.", "1300 pcns the 'networks'", True),
        ("the networks", "the network", False),
        ("They don’t merge", "don't", True),
        ("a [linked](https://a.example) word", "linked word", True),
        ("48% of trusts", "48", False),
        ("anything", "", False),
        ("anything", "?!", False),
    ],
)
def test_a_quote_counts_as_whole_words_without_regard_to_dress(text: str, quote: str, expected: bool) -> None:
    assert contains(text, quote) is expected


def test_success_and_mrr_count_an_unfound_answer_as_zero() -> None:
    summary = summarise([outcome(1), outcome(2), outcome(4), outcome(None)])
    assert [summary[f"success@{k}"] for k in (1, 3, 5, 10)] == [0.25, 0.5, 0.75, 0.75]
    assert summary["mrr"] == round((1 + 1 / 2 + 1 / 4 + 0) / 4, 3)


def test_unanswerable_questions_count_only_for_abstention() -> None:
    outcomes = [
        outcome(1, right=True),
        outcome(1, right=True, abstained=True),
        outcome(None, answerable=False, abstained=True),
        outcome(None, answerable=False),
    ]
    summary = summarise(outcomes)
    assert summary["success@1"] == 1.0
    assert summary["abstention"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert summary["right_overall"] == 0.5
    assert summary["by_type"]["unanswerable-off"]["answerable"] == 0
    assert summary["by_trait"]["typo"]["questions"] == 4


def test_an_abstention_is_zero_where_what_a_reader_is_told_counts() -> None:
    outcomes = [
        outcome(1, right=True),
        outcome(1),
        outcome(1, right=True, abstained=True),
        outcome(2, abstained=True),
        outcome(None, answerable=False),
        outcome(None, answerable=False, abstained=True),
    ]
    summary = summarise(outcomes)
    assert (summary["success@1"], summary["answered_success@1"]) == (0.75, 0.5)
    assert (summary["answer@1"], summary["answered_answer@1"]) == (0.5, 0.25)
    assert summary["coverage"] == 0.5  # 3 of 6 are answered
    assert summary["precision"] == 0.333  # 1 of these 3 rightly


def test_each_band_counts_its_right_first_hits_and_its_unanswerable_questions() -> None:
    outcomes = [outcome(1), outcome(2), outcome(None, answerable=False), outcome(1, band="none")]
    assert summarise(outcomes)["by_band"] == {
        "likely": {"questions": 3, "first_right": 1, "unanswerable": 1},
        "possible": {"questions": 0, "first_right": 0, "unanswerable": 0},
        "none": {"questions": 1, "first_right": 1, "unanswerable": 0},
    }


def test_no_abstention_at_all_has_an_f1_of_zero() -> None:
    assert summarise([outcome(1)])["abstention"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_a_passage_is_right_only_with_a_whole_quote(engine: Engine) -> None:
    reply = answer("how many miles is the canal", engine)
    assert judge(topic("q", "a waterway that runs for 22 miles"), reply).rank == 1
    assert judge(topic("q", "a waterway that runs for 23 miles"), reply).rank is None


def test_an_answer_is_right_by_its_words_or_by_a_long_run_of_a_quote(engine: Engine) -> None:
    reply = answer("how many miles is the canal", engine)
    assert judge(topic("q", "x", answers=("22 miles",)), reply).answer_right
    assert not judge(topic("q", "x", answers=("1804",)), reply).answer_right
    assert judge(topic("q", "runs for 22 miles without a lock"), reply).answer_right
    assert not judge(topic("q", "for 22 miles"), reply).answer_right
    assert not judge(
        topic("q", "without a single one of the things that are called locks"), reply
    ).answer_right


def test_yes_and_no_alone_do_not_answer(engine: Engine) -> None:
    reply = answer("does a single fare cost two pounds", engine)
    assert "two pounds" in reply.hits[0].excerpt.quotation
    assert not judge(topic("q", "x", type="yesno", answers=("No", "yes")), reply).answer_right
    assert judge(topic("q", "x", type="yesno", answers=("Yes", "costs two pounds")), reply).answer_right


def test_what_stands_above_the_excerpt_answers_only_questions_about_the_document(engine: Engine) -> None:
    reply = answer("Who wrote about the Ashby Canal?", engine)
    assert judge(topic("q", "x", answers=("Mara Quill",), traits=("metadata",)), reply).rank == 1
    assert judge(topic("q", "x", answers=("Mara Quill",)), reply).rank is None


def test_list_coverage_is_that_of_the_best_covered_document(engine: Engine) -> None:
    evidence = (
        ("canal.md", "Boats are limited to four miles an hour."),
        ("canal.md", "Anglers need a permit from the CT."),
        ("canal.md", "There is a fourth rule."),
        ("other.md", "Nothing of this is there."),
    )
    rules = Topic("t", "rules for boats and anglers", "list", (), evidence, ())
    assert judge(rules, answer(rules.question, engine)).list_coverage == pytest.approx(2 / 3)


def test_a_long_passage_buys_no_success_when_it_is_cut(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.evaluation.judging.CUT_WORDS", 8)
    result = judge(topic("q", "It was opened in 1804"), answer("When was the canal opened?", engine))
    assert (result.rank, result.cut_rank) == (1, None)


def test_an_abstention_does_not_spare_a_question_its_rank(engine: Engine) -> None:
    asked = topic("zeppelin xylophone bread", "so that bread is ready by six")
    (result,) = evaluate([asked], engine)
    assert (result.abstained, result.rank) == (True, 1)


def test_an_outcome_keeps_what_was_found_and_how_sure_the_service_was(engine: Engine) -> None:
    reply = answer("How many miles is the canal?", engine)
    result = judge(topic("q", "a waterway that runs for 22 miles"), reply)
    assert result.confidence == reply.confidence.value > 0
    assert result.passages == tuple(hit.passage.id for hit in reply.hits)
    assert result.passages[0].endswith("#p-1")


@pytest.mark.parametrize("question", ["  ", "word " * 1000])
def test_a_question_that_the_service_refuses_found_nothing(engine: Engine, question: str) -> None:
    asked = Topic("t", question, "list", (), (("canal.md", "quote"),), ("quote",))
    refused, found = evaluate([asked, topic("when was the canal opened", "opened in 1804")], engine)
    assert (refused.rank, refused.abstained, refused.right, refused.list_coverage) == (None, True, False, 0.0)
    assert found.rank == 1


ROW = (
    '{"id": "%s", "question": "q", "type": "t", "traits": [], "evidence": [], "answer": null,'
    ' "answer_aliases": []}\n'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no question"),
        (ROW % "a" + ROW % "b" + ROW % "a", "line 3: a second question with the id a"),
        ("not json\n", "line 1"),
        ('{"id": "a"}\n', "line 1: not a question"),
        ("[]\n", "line 1"),
    ],
)
def test_a_damaged_question_file_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(text)
    with pytest.raises(TopicsUnreadable, match=message):
        read_topics(path)


QUESTIONS = (
    ("1", "When was the canal opened?", "It was opened in 1804.", "1804"),
    ("2", "How long do the ovens need to heat?", "The ovens need an hour to heat.", "an hour"),
    ("3", "Who is the mayor of Utopia?", None, None),
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A file of three questions, the last of which nothing answers."""
    rows = [
        {
            "id": id,
            "question": question,
            "type": "date" if quote else "unanswerable-off",
            "traits": ["temporal"] if quote else [],
            "evidence": [{"file": "a.md", "quote": quote}] if quote else [],
            "answer": wanted,
            "answer_aliases": [],
        }
        for id, question, quote, wanted in QUESTIONS
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_command_prints_a_table_or_json(
    index: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(questions), "--index", str(index)]) == 0
    table = capsys.readouterr().out
    assert [line.split()[:4] for line in table.splitlines()[1:5]] == [
        ["all", "3", "1", "1.000"],
        ["date", "2", "0", "1.000"],
        ["unanswerable-off", "1", "1", "-"],
        ["temporal", "2", "0", "1.000"],
    ]
    assert main([str(questions), "--index", str(index), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["answer@1"] == 1.0
    assert run["index"]["documents"] == 3
    assert [(row["id"], row["rank"], row["abstained"]) for row in run["outcomes"]] == [
        ("1", 1, False),
        ("2", 1, False),
        ("3", None, True),
    ]


def test_a_kept_run_is_what_a_later_one_is_compared_with(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "run.json"
    assert main([str(questions), "--index", str(index), "--out", str(kept)]) == 0
    run = json.loads(kept.read_text())
    run["outcomes"][0] |= {"rank": 3, "answer_right": False, "right": False}
    kept.write_text(json.dumps(run))
    capsys.readouterr()
    assert main([str(questions), "--index", str(index), "--baseline", str(kept)]) == 0
    shown = capsys.readouterr().out
    assert "1  When was the canal opened?  [rank 3 -> 1, answer wrong -> right]" in shown
    assert main([str(questions), "--index", str(index), "--baseline", str(kept), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)["compared"]
    assert [(change["id"], change["verdict"]) for change in compared["changes"]] == [("1", "won")]
    assert compared["measures"]["success@1"]["won"] == 1


def test_a_baseline_that_is_none_is_one_line(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"outcomes": []}')
    for baseline, said in ((tmp_path / "none.json", "cannot read"), (other, "none of these questions")):
        assert main([str(questions), "--index", str(index), "--baseline", str(baseline)]) == 1
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_the_plot_is_one_svg_file(index: Path, questions: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "curves.svg"
    assert main([str(questions), "--index", str(index), "--plot", str(drawn)]) == 0
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["q.jsonl", "--squad", "d"],
        ["q.jsonl", "--hard"],
        ["q.jsonl", "--seed", "1"],
        ["q.jsonl", "--questions", "5"],
        ["--squad", "d", "--questions", "0"],
    ],
)
def test_what_does_not_go_together_is_misuse(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2


def test_a_missing_question_file_or_index_is_one_line(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.jsonl"), "--index", str(index)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    (tmp_path / "q.jsonl").write_text(ROW % "1")
    assert main([str(tmp_path / "q.jsonl"), "--index", str(tmp_path)]) == 1
    assert "run: python -m ingest" in capsys.readouterr().err
