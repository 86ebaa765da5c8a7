"""Learns the weights of `search/answer/scoring.py` and `confidence.py`, and says what they are worth.

    python tests/bench/learning.py SHARED_DATA_DIR [--questions N] [--topics QUESTIONS.jsonl INDEX]...

Ranking: over SQuAD, sentences that hold an answer among those of the right passage, then the right passage
among the pool; every figure is measured on the half of the questions that the weights were not fitted on.
Confidence: whether anything answers, over small collections of SQuAD articles (their own questions, the same
with the passage taken out, questions of other articles) and the question files that are given; then scaled to
the chance that the first candidate is right (Platt, "Probabilistic Outputs for Support Vector Machines",
1999). Expect ten minutes. The weights are those by meaning too where a model is set up, else by words
(`CITEWELL_MODEL=off`).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from search.answer import confidence, scoring
from search.answer.features import read_pool, wanted
from search.answer.ranking import POOL, pooled, second_look
from search.answering import find
from search.answers import IndexInfo
from search.encoder import Encoder, default_encoder
from search.evaluation.engines import Without
from search.evaluation.judging import contains
from search.evaluation.roc import area_under_roc
from search.evaluation.squad import Question, contents, draw, open_squad, read_questions
from search.evaluation.topics import read_topics
from search.index import writing
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.index.generations import open_current
from search.index.vector_building import add_vectors
from search.question.expansion import expanded, weigh
from search.question.synonyms import shipped_synonyms
from search.question.understanding import understand
from tests.bench.fitting import Bools, Floats, logistic_weights, softmax_weights

# SQuAD hardly asks for definitions and has no damaged documents: these weights are chosen on question files.
HELD = frozenset({"defined", "damaged"})
SEED = 2026
COLLECTION = 4  # articles
PASSAGES = 30  # of each article, from its beginning
ASKED = 200  # of each collection, and half as many of other articles
# All of SQuAD counts as so many of the questions in files: it is another kind of text and of question.
SQUAD_SHARE = 0.2
# The last features of the confidence are nothing in collections as small as these; SQuAD as a whole has them.
MANY_FEATURES = 2
ASKED_OF_MANY = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of SQuAD with its pool."""

    sentences: Floats  # features of every sentence of the pool
    answering: Bools  # of the right passage's sentences; empty where it is not in the pool
    pool: scoring.Pool
    look: scoring.Wanted
    query: scoring.Query
    right: int | None  # the number of the right passage in the pool

    def passages(self, sentence_weights: Floats) -> Floats:
        features = scoring.passage_features(
            self.pool, self.look, self.query, self.sentences @ sentence_weights
        )
        return features[:, : len(self.in_force.passages)]

    @property
    def in_force(self) -> scoring.Weights:
        return scoring.weights_of(self.pool)


def ask(questions: Sequence[Question], engine: Engine) -> Iterator[Asked]:
    for question in tqdm(questions, desc="SQuAD", file=sys.stderr):
        query = expanded(understand(question.question), engine, shipped_synonyms())
        candidates, _ = pooled(find(query, engine, POOL))
        if not candidates:
            continue
        look = wanted(query, weigh(query, engine).idf)
        pool = read_pool(candidates, look, len(candidates))
        ids = [candidate.passage_id for candidate in candidates]
        right = ids.index(question.passage_id) if question.passage_id in ids else None
        passage = candidates[right].passage if right is not None else None
        holding = [
            any(contains(span.of(passage.text), answer) for answer in question.answers)
            for span in (passage.sentences if passage else ())
        ]
        weighed = len(scoring.weights_of(pool).sentences)
        features = scoring.sentence_features(pool, look, query)[:, :weighed]
        yield Asked(features, np.array(holding, dtype=bool), pool, look, query, right)


def learn(asked: Sequence[Asked], left_out: str | None = None) -> tuple[Floats, Floats]:
    """Sentence and passage weights."""
    sentences = []
    for item in asked:
        if item.right is not None and item.answering.any() and len(item.answering) > 1:
            first = item.pool.first[item.right]
            sentences.append((item.sentences[first : first + len(item.answering)], item.answering))
    in_force = asked[0].in_force
    of_sentences = softmax_weights(sentences, _held(scoring.SENTENCE_FEATURES, in_force.sentences, left_out))
    passages = [
        (item.passages(of_sentences), np.arange(len(item.pool.engine)) == item.right)
        for item in asked
        if item.right is not None
    ]
    return of_sentences, softmax_weights(
        passages, _held(scoring.PASSAGE_FEATURES, in_force.passages, left_out)
    )


def _held(names: Sequence[str], in_force: Sequence[float], left_out: str | None) -> Floats:
    weights = dict(zip(names, in_force, strict=False))
    return np.array(
        [0.0 if name == left_out else weight if name in HELD else np.nan for name, weight in weights.items()]
    )


def measure(asked: Sequence[Asked], of_sentences: Floats, of_passages: Floats) -> Floats:
    """recall@1, MRR@10 and the share of questions whose best sentence of the first passage answers."""
    found = np.zeros(3)
    for item in asked:
        if item.right is None:
            continue
        scores = item.passages(of_sentences) @ of_passages
        rank = 1 + int((scores > scores[item.right]).sum())
        first = item.pool.first[item.right]
        best = int(np.argmax((item.sentences @ of_sentences)[first : first + len(item.answering)]))
        found += (rank == 1, 1 / rank if rank <= 10 else 0, rank == 1 and item.answering[best])
    return found / len(asked)


def ranking(asked: Sequence[Asked]) -> None:
    halves = asked[::2], asked[1::2]

    def crossed(left_out: str | None = None) -> Floats:
        one, other = (learn(half, left_out) for half in halves)
        return (measure(halves[1], *one) + measure(halves[0], *other)) / 2

    in_force = tuple(map(np.array, (asked[0].in_force.sentences, asked[0].in_force.passages)))
    engine_alone = np.zeros(len(in_force[1]))
    engine_alone[0] = 1.0
    fitted = learn(asked)
    print(f"{len(asked)} questions{'recall@1':>18}{'MRR@10':>9}{'answer@1':>10}")
    rows = [
        ("the engine's order", measure(asked, in_force[0], engine_alone)),
        ("weights in force", measure(asked, *in_force)),
        ("fitted", measure(asked, *fitted)),
        ("cross-validated", crossed()),
    ]
    names = dict.fromkeys((*scoring.SENTENCE_FEATURES, *scoring.PASSAGE_FEATURES))
    rows += [(f"  without {name}", crossed(name)) for name in names if name not in HELD]
    for name, figures in rows:
        print(f"{name:24}" + "".join(f"{figure:9.3f}" for figure in figures), flush=True)
    for kind, names_of, old, new in (
        ("sentence", scoring.SENTENCE_FEATURES, *(in_force[0], fitted[0])),
        ("passage", scoring.PASSAGE_FEATURES, *(in_force[1], fitted[1])),
    ):
        print(f"\n{kind:20}{'in force':>10}{'fitted':>10}")
        for name, was, now in zip(names_of, old, new, strict=False):
            print(f"{name:20}{was:10.2f}{now:10.2f}")


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: what its confidence hangs on, and what is true of it."""

    source: str
    features: tuple[float, ...] | None  # None: no candidate
    answerable: bool
    right: bool  # the first candidate


def judge(question: str, engine: Engine) -> tuple[tuple[float, ...] | None, str, str]:
    """The features, and id and text of the first candidate."""
    query = expanded(understand(question), engine, shipped_synonyms())
    weights = weigh(query, engine)
    ranked = second_look(find(query, engine, POOL), query, weights.idf)
    if not ranked:
        return None, "", ""
    first = ranked[0].candidate
    values = confidence.features(query, ranked, weights.unknown, engine.info.passages)
    return values, first.passage_id, first.passage.text


def of_file(path: Path, index: Path, encoder: Encoder | None) -> Iterator[Judged]:
    engine = open_current(index, lambda: encoder)
    for topic in tqdm(read_topics(path), desc=path.name, file=sys.stderr):
        features, _, text = judge(topic.question, engine)
        right = any(contains(text, quote) for _, quote in topic.evidence)
        yield Judged(path.name, features, topic.answerable, right)
    engine.close()


def of_squad(folder: Path, whole: EmbeddedEngine, encoder: Encoder | None) -> Iterator[Judged]:
    """Small collections of the articles of SQuAD, whose vectors `whole` has."""
    articles: dict[str, list[Question]] = {}
    for question in read_questions(folder):
        articles.setdefault(question.passage_id.split("#")[0], []).append(question)
    names = sorted(articles)
    drawn = random.Random(SEED)
    drawn.shuffle(names)
    everything = [item for item in contents(folder) if item[0].id.split("#")[0] in articles]
    for start in tqdm(range(0, len(names), COLLECTION), desc="collections", file=sys.stderr):
        chosen = set(names[start : start + COLLECTION])
        kept = [
            item
            for item in everything
            if item[0].id.split("#")[0] in chosen and int(item[0].id.split("#")[1]) < PASSAGES
        ]
        here = {passages[0].id for _, passages in kept}
        with tempfile.TemporaryDirectory() as index:
            build = Path(index) / "built"
            build.mkdir()
            counts = writing.write(build, kept)
            info = IndexInfo("bench", "", counts.documents, counts.passages)
            if encoder:
                add_vectors(EmbeddedEngine(build, info), encoder, whole, is_update=False)
            engine = EmbeddedEngine(build, info, lambda: encoder)
            own = [q for name in sorted(chosen) for q in articles[name] if q.passage_id in here]
            foreign = [q for name in names if name not in chosen for q in articles[name]]
            source = f"squad {start}"
            for question in drawn.sample(own, min(ASKED, len(own))):
                features, first, _ = judge(question.question, engine)
                yield Judged(source, features, True, first == question.passage_id)
                features, _, _ = judge(question.question, Without(engine, question.passage_id))
                yield Judged(source, features, False, False)
            for question in drawn.sample(foreign, ASKED // 2):
                yield Judged(source, judge(question.question, engine)[0], False, False)
            engine.close()


def of_many(questions: Sequence[Question], engine: Engine) -> Iterator[Judged]:
    for question in tqdm(questions, desc="many passages", file=sys.stderr):
        features, first, _ = judge(question.question, engine)
        yield Judged("many", features, True, first == question.passage_id)
        features, _, _ = judge(question.question, Without(engine, question.passage_id))
        yield Judged("many", features, False, False)


def fit_many(judged: Sequence[Judged], weights: Floats, bias: float) -> tuple[float, float]:
    """The weights of the two features of large collections, all others as they are."""
    rows = [item for item in judged if item.features is not None]
    features = np.array([item.features for item in rows])
    score = features[:, :-MANY_FEATURES] @ weights[:-MANY_FEATURES] + bias
    # The first of the two is the same in all rows: it is what the bias of this fit says.
    (margin,), shift = logistic_weights(
        features[:, -1:], np.array([item.right for item in rows]), np.ones(len(rows)), offset=score
    )
    many = features[0, -MANY_FEATURES]
    return (shift / many, margin) if many else (0.0, 0.0)


def fit(judged: Sequence[Judged]) -> tuple[Floats, float]:
    """Weights and bias of the confidence."""
    rows = [item for item in judged if item.features is not None]
    features = np.array([item.features for item in rows])
    is_squad = np.array([item.source.startswith("squad") for item in rows])
    in_files = int((~is_squad).sum())
    each = SQUAD_SHARE * in_files / is_squad.sum() if in_files and is_squad.any() else 1.0
    counts = np.where(is_squad, each, 1.0)
    weights, bias = logistic_weights(features, np.array([item.answerable for item in rows]), counts)
    score = (features @ weights + bias)[:, None]
    scale, shift = logistic_weights(score, np.array([item.right for item in rows]), counts, l2=0.0)
    return weights * scale[0], bias * scale[0] + shift


def values(judged: Sequence[Judged], weights: Floats, bias: float) -> Floats:
    return np.array(
        [
            0.0
            if item.features is None
            else round(float(1 / (1 + np.exp(-bias - weights @ np.array(item.features)))), 2)
            for item in judged
        ]
    )


def f1_below(judged: Sequence[Judged], found: Floats, threshold: float) -> float:
    """F1 of abstaining below the threshold."""
    abstained = found < threshold
    unanswerable = np.array([not item.answerable for item in judged])
    both = int((abstained & unanswerable).sum())
    return 2 * both / max(int(abstained.sum() + unanswerable.sum()), 1)


def best_threshold(judged: Sequence[Judged], found: Floats) -> float:
    return max((step / 100 for step in range(1, 100)), key=lambda t: f1_below(judged, found, t))


def report_confidence(judged: Sequence[Judged], many: Sequence[Judged]) -> None:
    weights, bias = fit(judged)
    weights[-MANY_FEATURES:] = fit_many(many, weights, bias)
    print("\nconfidence")
    for name, weight in zip(confidence.FEATURES, weights, strict=True):
        print(f"{name:20}{weight:10.2f}")
    print(f"{'bias':20}{bias:10.2f}")
    files = [item for item in judged if not item.source.startswith("squad")]
    if files:
        found = values(files, weights, bias)
        print(f"threshold with the best F1 of abstention over all files: {best_threshold(files, found):.2f}")
    print(
        f"{'held out':32}{'answerable':>11}{'right':>8}{'F1':>7}   (areas under ROC; threshold of the rest)"
    )
    sources = dict.fromkeys(item.source for item in judged)
    held_out = [[s] for s in sources if not s.startswith("squad")]
    held_out.append([s for s in sources if s.startswith("squad")][::3])
    for group in held_out:
        inside = [item for item in judged if item.source in group]
        rest = [item for item in judged if item.source not in group]
        fitted = fit(rest)
        found = values(inside, *fitted)
        rest_files = [item for item in rest if not item.source.startswith("squad")] or rest
        threshold = best_threshold(rest_files, values(rest_files, *fitted))
        areas = [
            area_under_roc(
                [v for v, item in zip(found, inside, strict=True) if label(item)],
                [v for v, item in zip(found, inside, strict=True) if not label(item)],
            )
            for label in (lambda item: item.answerable, lambda item: item.right)
        ]
        f1 = f1_below(inside, found, threshold)
        name = group[0] if len(group) == 1 else f"{len(group)} of SQuAD's collections"
        print(f"{name:32}{areas[0]:11.3f}{areas[1]:8.3f}{f1:7.3f}   at {threshold:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--questions", type=int, default=6000, help="of SQuAD, for ranking (%(default)s)")
    parser.add_argument(
        "--topics", type=Path, nargs=2, action="append", default=[], metavar=("FILE", "INDEX")
    )
    parser.add_argument(
        "--index", type=Path, default=Path("instance/squad"), help="SQuAD's index (%(default)s)"
    )
    arguments = parser.parse_args()
    encoder = default_encoder()
    engine = open_squad(arguments.folder, arguments.index, encoder)
    if arguments.questions:
        questions = draw(read_questions(arguments.folder), arguments.questions, SEED)
        ranking(list(ask(questions, engine)))
    judged = [item for path, index in arguments.topics for item in of_file(path, index, encoder)]
    many = list(of_many(draw(read_questions(arguments.folder), ASKED_OF_MANY, SEED + 1), engine))
    report_confidence([*judged, *of_squad(arguments.folder, engine, encoder)], many)
    engine.close()


if __name__ == "__main__":
    main()
