"""The two fits on data whose best weights are known, and the command over a collection of a few passages."""

from __future__ import annotations

import gzip
import json
import sys
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.answer import confidence, scoring
from tests.bench import learning
from tests.bench.fitting import Bools, Floats, logistic_weights, softmax_weights

# Article, paragraph, a question that it answers and one of its answers.
PARAGRAPHS = (
    ("Mill", "The mill grinds rye and oats. It was built in 1790.", "What does the mill grind?", "rye"),
    ("Mill", "A stream turns the wheel of the mill. The wheel is oak.", "What is the wheel made of?", "oak"),
    ("Ferry", "The ferry crosses at noon. It carries forty cars.", "When does the ferry cross?", "noon"),
    ("Ferry", "A ticket is bought on deck. Dogs sail free.", "Where is a ticket bought?", "on deck"),
    ("Glass", "Glass is blown from sand. Soda melts it sooner.", "What is glass blown from?", "sand"),
    ("Glass", "A furnace melts the sand. It burns for a year.", "What melts the sand?", "furnace"),
)


def groups(*right: tuple[int, ...], rows: list[list[float]]) -> list[tuple[Floats, Bools]]:
    """Groups of the same rows, each with the numbers of its right ones."""
    return [(np.array(rows), np.isin(np.arange(len(rows)), numbers)) for numbers in right]


def test_a_row_that_is_right_three_times_in_four_has_odds_of_three_to_one() -> None:
    asked = groups((0,), (0,), (0,), (1,), rows=[[1.0], [0.0]])
    assert softmax_weights(asked, np.array([np.nan]), l2=0.0) == pytest.approx([log(3)], abs=1e-3)


def test_any_of_several_right_rows_will_do() -> None:
    # (z + 1)^3 / (z + 2)^4 is greatest at z = 2, z being the odds of the row with the feature.
    asked = groups((0, 1), (0, 1), (0, 1), (1,), rows=[[1.0], [0.0], [0.0]])
    assert softmax_weights(asked, np.array([np.nan]), l2=0.0) == pytest.approx([log(2)], abs=1e-3)


def test_a_held_weight_stays_and_the_others_are_learned_beside_it() -> None:
    asked = groups((0,), (0,), (0,), (1,), rows=[[1.0, 2.0], [0.0, 0.0]])
    learned = softmax_weights(asked, np.array([np.nan, 0.25]), l2=0.0)
    assert learned == pytest.approx([log(3) - 0.5, 0.25], abs=1e-3)


def test_the_penalty_pulls_the_learned_weights_alone_towards_nothing() -> None:
    asked = groups((0,), (0,), (0,), (1,), rows=[[1.0, 2.0], [0.0, 0.0]])
    (weight, held) = softmax_weights(asked, np.array([np.nan, 0.25]), l2=0.1)
    assert held == 0.25
    assert 1 / (1 + exp(-weight - 0.5)) + 2 * 0.1 * weight == pytest.approx(0.75, abs=1e-3)


@pytest.mark.parametrize(("unit", "zero"), [(1.0, 0.0), (10.0, -3.0)])
def test_a_logistic_regression_is_for_features_as_they_are(unit: float, zero: float) -> None:
    features = np.array([[0.0]] * 4 + [[1.0]] * 4) * unit + zero
    labels = np.array([True, False, False, False, True, True, True, False])
    weights, bias = logistic_weights(features, labels, np.ones(8), l2=0.0)
    assert weights == pytest.approx([2 * log(3) / unit])
    assert bias == pytest.approx(-log(3) - 2 * log(3) / unit * zero)


def test_a_row_counts_as_often_as_is_said() -> None:
    features, labels = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([True, False, True, False])
    weights, bias = logistic_weights(features, labels, np.array([1.0, 3.0, 3.0, 1.0]), l2=0.0)
    assert (weights[0], bias) == pytest.approx((2 * log(3), -log(3)))


def test_what_a_row_has_already_is_not_learned_again() -> None:
    features, labels = (
        np.array([[0.0]] * 4 + [[1.0]] * 4),
        np.array([True] + [False] * 3 + [True] * 3 + [False]),
    )
    weights, bias = logistic_weights(features, labels, np.ones(8), l2=0.0, offset=features[:, 0] + 0.5)
    assert (weights[0], bias) == pytest.approx((2 * log(3) - 1, -log(3) - 0.5))


def test_the_penalty_leaves_the_bias_alone() -> None:
    features, labels = np.array([[0.0], [1.0]] * 4), np.array([True] * 6 + [False] * 2)
    weights, bias = logistic_weights(features, labels, np.ones(8), l2=1e6)
    assert (weights[0], bias) == pytest.approx((0.0, log(3)), abs=1e-3)


def save(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """A collection in SQuAD's format, each article with its paragraphs numbered from 0."""
    ids = [f"{article}#{number % 2}" for number, (article, *_) in enumerate(PARAGRAPHS)]
    rows = list(zip(ids, PARAGRAPHS, strict=True))
    texts = [{"id": id, "title": article, "text": text} for id, (article, text, _, _) in rows]
    save(tmp_path / "squad-dev.jsonl.gz", texts)
    save(tmp_path / "squad-train.jsonl.gz", [])
    save(
        tmp_path / "squad-dev-questions.jsonl.gz",
        [{"question": question, "passage_id": id, "answers": [a]} for id, (_, _, question, a) in rows],
    )
    return tmp_path


def test_the_command_says_every_weight_and_is_the_same_twice(
    squad: Path, index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(learning, "COLLECTION", 1)
    monkeypatch.setattr(learning, "ASKED", 2)
    monkeypatch.setattr(confidence, "MANY", 2)  # so that six passages are many
    topics = squad / "topics.jsonl"
    asked = [
        ("When was the Ashby Canal opened?", [{"file": "canal.md", "quote": "It was opened in 1804."}]),
        ("How deep is the Ashby Canal?", []),
        ("Zebra?", []),
    ]
    lines: list[dict[str, Any]] = [
        {"id": str(number), "question": question, "type": "fact", "traits": [], "evidence": evidence}
        | {"answer": None, "answer_aliases": []}
        for number, (question, evidence) in enumerate(asked)
    ]
    topics.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    arguments = ["--index", str(squad / "index"), "--topics", str(topics), str(index)]
    monkeypatch.setattr(sys, "argv", ["learning.py", str(squad), *arguments])
    learning.main()
    printed = capsys.readouterr().out
    of_ranking, of_confidence = printed.split("\nconfidence\n")
    assert of_ranking.startswith("6 questions")
    names = [line.split()[0] for line in of_ranking.splitlines() if line.strip()]
    by_words = scoring.BY_WORDS
    for name in (
        *scoring.SENTENCE_FEATURES[: len(by_words.sentences)],
        *scoring.PASSAGE_FEATURES[: len(by_words.passages)],
    ):
        assert name in names
    weighed = [line.split() for line in of_confidence.splitlines()[: len(confidence.FEATURES) + 1]]
    assert [name for name, _ in weighed] == [*confidence.FEATURES, "bias"]
    assert [line.split()[0] for line in of_confidence.splitlines()[-2:]] == ["topics.jsonl", "squad"]
    learning.main()
    assert capsys.readouterr().out == printed
