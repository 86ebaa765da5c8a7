"""Vectors are found exactly where they are few, nearly so where they are many, and alike however written."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from search.errors import IndexDamaged
from search.index import vectors as vectors_module
from search.index.vector_files import Row, link_first, quantise, write_segment
from search.index.vectors import Vectors, open_vectors

DIMENSIONS = 70  # no multiple of 64: the last word of a code is not full

Floats = NDArray[np.float32]


def unit(chance: np.random.Generator, count: int) -> Floats:
    drawn = chance.standard_normal((count, DIMENSIONS))
    return (drawn / np.linalg.norm(drawn, axis=1)[:, None]).astype(np.float32)


def some_rows(seed: int, count: int) -> list[Row]:
    """Passages of up to four sentences; one in five says the same as one before it."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(count):
        if rows and chance.random() < 0.2:
            before = rows[chance.integers(len(rows))]
            rows.append(Row(key(seed, number), before.values, before.scales))
        else:
            rows.append(Row(key(seed, number), *quantise(unit(chance, 1 + int(chance.integers(5))))))
    return rows


def key(*numbers: int) -> bytes:
    return bytes(numbers).ljust(16, b"\0")


def keys(rows: Sequence[Row]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(row.key for row in rows), np.uint8).reshape(-1, 16)


def written(folder: Path, first: Sequence[Row], second: Sequence[Row] | None = None) -> Vectors:
    folder.mkdir(exist_ok=True)
    write_segment(folder, "first", first, "a model", DIMENSIONS)
    if second is not None:
        write_segment(folder, "second", second, "a model", DIMENSIONS)
    opened = open_vectors(folder)
    assert opened is not None
    return opened


def a_question(seed: int) -> Floats:
    return unit(np.random.default_rng(seed), 1)[0]


def products(rows: Sequence[Row], vector: Floats) -> list[NDArray[np.float64]]:
    """For each passage the dot products of its vector and its sentences', as read back, added in float64."""
    return [(row.values * row.scales[:, None].astype(float)) @ vector for row in rows]


def order(scores: NDArray[np.float32]) -> list[int]:
    return sorted(range(len(scores)), key=lambda number: (-scores[number], number))


ANY_VECTORS = arrays(
    np.float32,
    st.tuples(st.integers(0, 5), st.integers(1, 9)),
    elements=st.floats(-4, 4, width=32).map(lambda value: value if abs(value) > 1e-30 else 0.0),
)


@given(ANY_VECTORS)
def test_no_component_is_off_by_more_than_half_a_scale(drawn: Floats) -> None:
    values, scales = quantise(drawn)
    assert values.dtype == np.int8
    off = np.abs(values * scales[:, None].astype(float) - drawn)
    assert (off <= scales[:, None] * 0.5001).all()


def test_a_vector_that_is_no_vector_is_refused() -> None:
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not finite"):
            quantise(np.array([[1, wrong]], np.float32))


@pytest.mark.parametrize("seed", range(20))
def test_the_nearest_are_those_of_a_plain_sort(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = some_rows(seed, int(chance.integers(1, 150)))
    found, question = written(tmp_path, rows), a_question(seed)
    expected = np.array([each[0] for each in products(rows, question)])
    for allowed in (None, *(chance.random(len(rows)) < share for share in (0, 0.1, 0.9))):
        left = range(len(rows)) if allowed is None else np.flatnonzero(allowed).tolist()
        for limit in (0, 1, 10, 200):
            numbers, closenesses = found.nearest(question, limit, allowed)
            assert len(numbers) == min(limit, len(left))
            assert np.allclose(closenesses, expected[numbers], atol=3e-4)
            scores = found.closeness(question, np.arange(len(rows))).passages
            best = [number for number in order(scores) if number in left][:limit]
            assert numbers.tolist() == best
            assert closenesses.tolist() == scores[best].tolist()


def test_equal_passages_come_by_number_wherever_they_stand(tmp_path: Path) -> None:
    """A processor adds a row in another order when it is the last of a block."""
    (row,) = some_rows(1, 1)
    found = written(tmp_path, [Row(key(n), row.values, row.scales) for n in range(101)])
    numbers, closenesses = found.nearest(a_question(1), 101)
    assert numbers.tolist() == list(range(101))
    assert len(set(closenesses.tolist())) == 1


@pytest.mark.parametrize("seed", range(20))
def test_two_segments_are_as_good_as_one(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows, question = some_rows(seed, 60), a_question(seed)
    cut = int(chance.integers(61))
    whole, parts = written(tmp_path / "whole", rows), written(tmp_path / "parts", rows[:cut], rows[cut:])
    assert len(whole) == len(parts) == 60
    allowed = chance.random(60) < 0.7
    for mask in (None, allowed):
        for one, other in zip(
            whole.nearest(question, 20, mask), parts.nearest(question, 20, mask), strict=True
        ):
            assert one.tolist() == other.tolist()
    pool = chance.permutation(60)[:25]
    one, other = (each.closeness(question, pool) for each in (whole, parts))
    assert one.passages.tolist() == other.passages.tolist()
    assert one.sentences.tolist() == other.sentences.tolist()
    assert one.offsets.tolist() == other.offsets.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_every_passage_of_a_pool_has_the_closeness_of_its_own_sentences(tmp_path: Path, seed: int) -> None:
    rows, question = some_rows(seed, 40), a_question(seed)
    found = written(tmp_path, rows[:30], rows[30:])
    pool = np.random.default_rng(seed).permutation(40)[:25]
    closeness, expected = found.closeness(question, pool), products(rows, question)
    assert np.allclose(closeness.passages, [expected[number][0] for number in pool], atol=3e-4)
    for place, number in enumerate(pool):
        own = closeness.sentences[closeness.offsets[place] : closeness.offsets[place + 1]]
        assert np.allclose(own, expected[number][1:], atol=3e-4)
        assert len(own) == len(rows[number].scales) - 1
    nothing = found.closeness(question, np.empty(0, np.int64))
    assert (len(nothing.passages), len(nothing.sentences), nothing.offsets.tolist()) == (0, 0, [0])


def test_a_sum_is_exact_even_of_the_largest_numbers(tmp_path: Path) -> None:
    row = Row(key(), np.full((1, DIMENSIONS), 127, np.int8), np.ones(1, np.float32))
    vector = np.full(DIMENSIONS, DIMENSIONS**-0.5, np.float32)
    question = vectors_module._Question.of(vector)
    exact = sum(127 * int(value) for value in question.values)
    assert exact <= 2**24
    held = written(tmp_path, [row]).closeness(vector, np.array([0])).passages[0]
    assert held == np.float32(exact) * question.scale


@pytest.mark.parametrize("seed", range(10))
def test_of_many_passages_those_with_the_most_like_signs_are_scored(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, question = some_rows(seed, 200), a_question(seed)
    found = written(tmp_path, rows[:150], rows[150:])
    allowed = np.random.default_rng(seed).random(200) < 0.8
    scores = found.closeness(question, np.arange(200)).passages
    monkeypatch.setattr(vectors_module, "EXACT_PASSAGES", 50)
    monkeypatch.setattr(vectors_module, "COARSE", 40)
    differing = np.array([np.count_nonzero((row.values[0] > 0) != (question > 0)) for row in rows])
    for mask in (np.full(200, True), allowed):
        alike = sorted(np.flatnonzero(mask), key=lambda number: (differing[number], number))[:40]
        best = sorted(alike, key=lambda number: (-scores[number], number))[:20]
        numbers, closenesses = found.nearest(question, 20, None if mask.all() else mask)
        assert numbers.tolist() == best
        assert closenesses.tolist() == scores[best].tolist()
    assert len(found.nearest(question, 60)[0]) == 60
    monkeypatch.setattr(vectors_module, "COARSE", 5)
    few = allowed & (np.arange(200) < 50)
    assert found.nearest(question, 5, few)[0].tolist() == [n for n in order(scores) if few[n]][:5]


def test_rows_are_read_back_as_they_were_written_and_found_by_their_keys(tmp_path: Path) -> None:
    rows = some_rows(1, 50)
    found = written(tmp_path, rows[:30], rows[30:])
    assert found.find(keys(rows)).tolist() == list(range(50))
    for number, row in enumerate(rows):
        held = found.row(number)
        assert held.key == row.key
        assert held.values.tolist() == row.values.tolist()
        assert held.scales.tolist() == row.scales.tolist()


def test_a_key_that_only_begins_like_another_is_not_found(tmp_path: Path) -> None:
    found = written(tmp_path, some_rows(1, 5))
    like = keys(some_rows(1, 5)).copy()
    like[:, -1] = 1
    assert found.find(like).tolist() == [-1] * 5
    assert written(tmp_path / "empty", []).find(like).tolist() == [-1] * 5


def test_an_index_without_passages_has_none_that_is_near(tmp_path: Path) -> None:
    found = written(tmp_path, [], [])
    assert len(found) == 0
    assert found.nearest(a_question(1), 5)[0].tolist() == []


def test_a_first_segment_is_shared_with_the_generation_before(tmp_path: Path) -> None:
    rows = some_rows(1, 30)
    written(tmp_path / "one", rows[:20], rows[20:25])
    (tmp_path / "two").mkdir()
    link_first(tmp_path / "one", tmp_path / "two")
    write_segment(tmp_path / "two", "second", rows[25:], "a model", DIMENSIONS)
    found = open_vectors(tmp_path / "two")
    assert found is not None
    assert [found.row(number).key for number in range(25)] == [row.key for row in rows[:20] + rows[25:]]
    shared = list((tmp_path / "two" / "vectors").glob("first*"))
    assert len(shared) == 8
    assert all(os.path.samefile(path, tmp_path / "one" / "vectors" / path.name) for path in shared)


def test_where_files_cannot_be_linked_they_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError("no links here")

    rows = some_rows(1, 5)
    written(tmp_path / "one", rows)
    (tmp_path / "two").mkdir()
    monkeypatch.setattr(os, "link", refuse)
    link_first(tmp_path / "one", tmp_path / "two")
    found = open_vectors(tmp_path / "two")
    assert found is not None
    assert found.find(keys(rows)).tolist() == [0, 1, 2, 3, 4]


def test_an_empty_first_segment_gives_its_place_to_the_second(tmp_path: Path) -> None:
    rows = some_rows(1, 5)
    written(tmp_path / "one", [], rows)
    (tmp_path / "two").mkdir()
    link_first(tmp_path / "one", tmp_path / "two")
    found = open_vectors(tmp_path / "two")
    assert found is not None
    assert found.find(keys(rows)).tolist() == [0, 1, 2, 3, 4]


def test_a_generation_without_vectors_has_none(tmp_path: Path) -> None:
    assert open_vectors(tmp_path) is None


def test_vectors_of_another_version_are_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(tmp_path, some_rows(1, 5), some_rows(2, 5))
    about = tmp_path / "vectors" / "second.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "version": 999}))
    with caplog.at_level(logging.WARNING):
        assert open_vectors(tmp_path) is None
    assert "another version" in caplog.text


def test_segments_of_two_models_are_refused(tmp_path: Path) -> None:
    written(tmp_path, some_rows(1, 5))
    write_segment(tmp_path, "second", some_rows(2, 5), "another model", DIMENSIONS)
    with pytest.raises(IndexDamaged, match="run: python -m ingest --index"):
        open_vectors(tmp_path)


def test_files_that_are_gone_or_cut_short_say_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "index" / "g000001"
    folder.parent.mkdir()
    written(folder, some_rows(1, 5), some_rows(2, 5))
    files = sorted((folder / "vectors").glob("*.*"))
    assert len(files) == 16
    for path in files:
        intact = path.read_bytes()
        for damaged in (intact[:-1], intact[:20], b""):
            path.write_bytes(damaged)
            with pytest.raises(IndexDamaged, match=f"run: python -m ingest --index {folder.parent}$"):
                open_vectors(folder)
        path.unlink()
        with pytest.raises(IndexDamaged):
            open_vectors(folder)
        path.write_bytes(intact)
    assert open_vectors(folder) is not None


def test_a_second_segment_is_not_taken_for_the_first(tmp_path: Path) -> None:
    written(tmp_path, some_rows(1, 5), some_rows(2, 5))
    for path in (tmp_path / "vectors").glob("first*"):
        path.unlink()
    with pytest.raises(IndexDamaged):
        open_vectors(tmp_path)


def test_segments_whose_files_are_of_different_builds_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "one", some_rows(1, 5))
    written(tmp_path / "two", some_rows(2, 6))
    for path in (tmp_path / "one" / "vectors").glob("*.npy"):
        intact = path.read_bytes()
        path.write_bytes((tmp_path / "two" / "vectors" / path.name).read_bytes())
        with pytest.raises(IndexDamaged, match="does not go with the others"):
            open_vectors(tmp_path / "one")
        path.write_bytes(intact)
