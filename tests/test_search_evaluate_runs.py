"""Two runs compared, and the statistics of it, on numbers that can be worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evaluation.compare import Change, OtherQuestions, as_text, compare, comparison_to_dict
from search.evaluation.paired import bootstrap_interval, randomisation_test, sign_test
from search.evaluation.plot import Bin, Point, plot, reliability, risk_coverage
from search.evaluation.roc import accuracy, area_under_roc, best_threshold
from search.evaluation.runs import Record, RunUnreadable, read_run, run_to_dict


def record(
    id: str = "q1",
    rank: int | None = 1,
    *,
    question: str = "What?",
    answerable: bool = True,
    answer_right: bool = True,
    abstained: bool = False,
    confidence: float = 0.5,
) -> Record:
    right = answer_right and not abstained if answerable else abstained
    return Record(
        id, question, answerable, rank, answer_right, abstained, right, "likely", confidence, ("a#p-1",)
    )


@pytest.mark.parametrize(
    ("won", "lost", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),  # 2 * 1/2
        (5, 0, 0.0625),  # 2 * 1/32
        (0, 5, 0.0625),
        (3, 1, 0.625),  # 2 * (1 + 4)/16
        (8, 2, 0.109375),  # 2 * (1 + 10 + 45)/1024
        (7, 7, 1.0),
    ],
)
def test_the_sign_test_is_the_exact_binomial_of_the_changed_questions(won: int, lost: int, p: float) -> None:
    assert sign_test(won, lost) == p


def test_thousands_of_changes_are_no_more_than_a_number() -> None:
    assert sign_test(5000, 5000) == 1.0
    assert sign_test(3000, 0) < 1e-300


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([], 1.0),
        ([0.0, 0.0], 1.0),
        ([0.5, -0.5], 1.0),
        ([1.0] * 4, 2 / 16),  # all signs alike, two of the sixteen ways
        ([0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2 / 16),  # ties do not count
        ([3.0, 1.0, 1.0], 2 / 8),  # 5 is reached by +++ and ---
        ([3.0, 1.0, -1.0], 6 / 8),  # 3 or more by all but +-- and -++
        ([-0.1, -0.2, -0.3, -0.4, -0.5], 2 / 32),
    ],
)
def test_the_randomisation_test_is_the_share_of_signs_as_far_from_zero(
    differences: Sequence[float], p: float
) -> None:
    # Three standard errors of a share of 10,000 are .015 at the most.
    assert randomisation_test(differences) == pytest.approx(p, abs=0.015)
    assert randomisation_test(differences) == randomisation_test(differences)


def test_the_randomisation_test_never_says_impossible() -> None:
    assert randomisation_test([1.0] * 200, rounds=99) == 0.01  # itself among 100


def test_the_bootstrap_interval_is_that_of_the_mean() -> None:
    assert bootstrap_interval([]) == (0.0, 0.0)
    assert bootstrap_interval([0.25] * 10) == (0.25, 0.25)
    # Of two differences drawn twice the mean is -1 or 1 a quarter of the time each.
    assert bootstrap_interval([-1.0, 1.0]) == (-1.0, 1.0)
    # A hundred of variance 1/4: the mean .5 and 1.96 standard errors of .05 either way; means go by .01.
    assert bootstrap_interval([0.0, 1.0] * 50) == pytest.approx((0.402, 0.598), abs=0.0125)


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([3.0, 4.0], [1.0, 2.0], 1.0),
        ([1.0, 2.0], [3.0, 4.0], 0.0),
        ([1.0, 4.0], [2.0, 3.0], 0.5),
        ([1.0, 3.0], [2.0], 0.5),
        ([2.0, 3.0, 4.0], [1.0, 3.0], 0.75),  # of six pairs four above, one equal: 4.5 of 6
        ([1.0, 1.0], [1.0, 1.0, 1.0], 0.5),
        ([], [1.0], 0.5),
    ],
)
def test_the_area_under_roc_is_the_share_of_pairs_in_order(
    positive: Sequence[float], negative: Sequence[float], area: float
) -> None:
    assert area_under_roc(positive, negative) == area


few = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12)


@given(few, few)
def test_ranks_and_pairs_give_the_same_area(positive: list[float], negative: list[float]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert area_under_roc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


@given(st.lists(st.tuples(st.integers(0, 5).map(float), st.booleans()), min_size=1, max_size=12))
def test_no_other_threshold_is_right_more_often(labelled: list[tuple[float, bool]]) -> None:
    best = accuracy(labelled, best_threshold(labelled))
    assert best >= max(accuracy(labelled, threshold) for threshold in (0, 1, 2, 3, 4, 5, 6))


def test_a_run_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    kept = (record("q1", 3), record("q2", None, answerable=False, abstained=True, confidence=0.0))
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run_to_dict({"mrr": 0.5}, kept)))
    assert read_run(path) == kept
    assert json.loads(path.read_text())["mrr"] == 0.5


@pytest.mark.parametrize("text", ["", "[]", '{"mrr": 0.5}', '{"outcomes": [{}]}', '{"outcomes": 1}', "\xff"])
def test_a_file_without_outcomes_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RunUnreadable, match="write one with --out"):
        read_run(path)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (record(rank=3), record(rank=1), "won"),
        (record(rank=1), record(rank=None), "lost"),
        (record(rank=2, answer_right=False), record(rank=2), "won"),
        (record(rank=1, answer_right=False), record(rank=2), "mixed"),
        (record(abstained=True), record(), "won"),
        (record(answer_right=False, abstained=True), record(answer_right=False), "mixed"),  # wrong either way
        (record(rank=None, answerable=False), record(rank=None, answerable=False, abstained=True), "won"),
    ],
)
def test_a_question_is_won_when_something_is_better_and_nothing_worse(
    old: Record, new: Record, verdict: str
) -> None:
    assert Change(old, new).verdict == verdict
    assert [change.verdict for change in compare([old], [new]).changes] == [verdict]


def test_each_measure_is_tested_over_the_questions_it_counts() -> None:
    old = [record(f"q{n}", 2, answer_right=False) for n in range(5)] + [record("u", None, answerable=False)]
    new = [record(f"q{n}", 1) for n in range(5)] + [record("u", None, answerable=False, abstained=True)]
    measures = {measure.name: measure for measure in compare(old, new).measures}
    first = measures["success@1"]
    assert (first.old, first.new, first.won, first.lost, first.test) == (0.0, 1.0, 5, 0, "McNemar")
    assert first.p == 0.0625
    assert measures["success@5"].p == 1.0
    assert measures["answer@1"].p == 0.0625
    assert measures["right_overall"].won == 6  # the abstention too
    assert measures["right_overall"].p == 2 / 64
    mrr = measures["mrr"]
    assert (mrr.old, mrr.new, mrr.interval, mrr.test) == (0.5, 1.0, (0.5, 0.5), "randomisation")
    assert mrr.p == pytest.approx(2 / 32, abs=0.01)


def test_a_question_of_one_run_only_is_named_and_not_compared() -> None:
    comparison = compare([record("q1", 2), record("gone")], [record("q1"), record("new", None)])
    assert (comparison.shared, comparison.only_old, comparison.only_new) == (1, ("gone",), ("new",))
    assert {measure.name: measure.new for measure in comparison.measures}["success@1"] == 1.0
    told = as_text(comparison)
    assert "only the baseline has them: gone" in told
    assert "only this run has them: new" in told
    many = [record(f"q{n}") for n in range(13)]
    assert "this run has them: q1, q2, q3, q4, q5, q6, q7, q8, q9, q10 and 2 more" in as_text(
        compare(many[:1], many)
    )


def test_nothing_is_tested_of_questions_that_nothing_answers_but_the_abstention() -> None:
    only = [record(rank=None, answerable=False)]
    assert [measure.name for measure in compare(only, only).measures] == ["right_overall"]


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ([], "none of these questions"),
        ([record("q2")], "none of these questions"),
        ([record(question="Who?")], "q1 is another question in the baseline"),
        ([record(answerable=False)], "unanswerable.* there, .*answerable.* here"),
    ],
)
def test_a_baseline_over_other_questions_is_refused(old: list[Record], message: str) -> None:
    with pytest.raises(OtherQuestions, match=message):
        compare(old, [record()])


def test_the_text_says_what_changed_of_each_question() -> None:
    old = [record("q1", 3, answer_right=False), record("q2"), record("q3"), record("q4", None)]
    new = [record("q1"), record("q2", None, abstained=True), record("q3"), record("q4", 10)]
    assert as_text(compare(old, new)).split("\n\n")[1:] == [
        "won: 2\n  q1  What?  [rank 3 -> 1, answer wrong -> right]\n  q4  What?  [rank none -> 10]",
        "lost: 1\n  q2  What?  [rank 1 -> none, answered -> abstained]",
    ]


def test_the_comparison_can_be_kept_as_json() -> None:
    kept = json.loads(json.dumps(comparison_to_dict(compare([record(rank=2)], [record()]))))
    assert kept["measures"]["mrr"]["old"] == 0.5
    assert kept["changes"] == [
        {
            "id": "q1",
            "question": "What?",
            "verdict": "won",
            "old": {"rank": 2, "answer_right": True, "abstained": False},
            "new": {"rank": 1, "answer_right": True, "abstained": False},
        }
    ]


def test_a_bin_holds_the_mean_confidence_and_the_share_that_is_right() -> None:
    judged = [(0.61, True), (0.69, False), (0.7, True), (1.0, True), (0.95, False), (0.0, False)]
    assert [(round(b.confidence, 3), b.right, b.count) for b in reliability(judged)] == [
        (0.0, 0.0, 1),
        (0.65, 0.5, 2),
        (0.7, 1.0, 1),
        (0.975, 0.5, 2),
    ]
    assert reliability([]) == ()
    assert reliability([(0.3, True)]) == (Bin(0.3, 1.0, 1),)


def test_risk_is_that_of_the_most_confident_with_equal_ones_together() -> None:
    judged = [(0.2, False), (0.9, True), (0.5, False), (0.5, True)]
    assert risk_coverage(judged) == (Point(0.25, 0.0), Point(0.75, 1 / 3), Point(1.0, 0.5))
    assert risk_coverage([]) == ()


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_plot_is_a_drawing_with_both_axes_named(count: int) -> None:
    records = [
        record(str(n), 1 + n % 2, answer_right=n % 3 == 0, abstained=n % 5 == 0, confidence=n / 40)
        for n in range(count)
    ]
    drawing = ElementTree.fromstring(plot(records, "Questions & <answers>"))
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Questions & <answers>"
    assert {"share that is right", "share of questions answered", "share of those that is wrong"} <= {*texts}


def test_a_question_that_nothing_answers_is_never_right_in_the_plot() -> None:
    answerable, not_so = ([record(answerable=kind, confidence=0.95)] for kind in (True, False))
    top = 'cx="347.0" cy="122.0"'  # a share of 1 at a confidence of .95
    assert top in plot(answerable, "")
    assert top not in plot(not_so, "")
