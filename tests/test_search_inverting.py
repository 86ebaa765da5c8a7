"""Postings out of the terms of passages, against counting them one by one."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.fields import FIELD_WEIGHTS
from search.index.inverted import Inverted
from search.index.inverting import Inverter, pack, read_inverted

Terms = Mapping[str, Sequence[str]]

STEPS = np.array([0, 1, 2, 4, 8], np.uint32)

# One beyond the first 65,536 code points, which UTF-16 would sort before its neighbour.
WORDS = ["canal", "lock", "boat", "é", "￼", "𝒜", "Boat"]

fields_of_a_passage = st.fixed_dictionaries(
    {field: st.lists(st.sampled_from(WORDS), max_size=9) for field in FIELD_WEIGHTS}
)


def inverted(passages: Sequence[Terms], chunk: int = 1) -> Mapping[str, Inverted]:
    with tempfile.TemporaryDirectory() as folder:
        inverter = Inverter(Path(folder), STEPS)
        for start in range(0, len(passages), chunk):
            inverter.add(pack(passages[start : start + chunk]))
        inverter.write()
        return dict(read_inverted(Path(folder)))


def body(*texts: str) -> list[Terms]:
    return [{**dict.fromkeys(FIELD_WEIGHTS, ()), "body": text.split()} for text in texts]


def postings(field: Inverted) -> dict[str, list[tuple[int, int]]]:
    """The passages of each term with how often it stands there."""
    held = list(zip(field.numbers.tolist(), field.times.tolist(), strict=True))
    borders = pairwise([0, *field.ends.tolist()])
    return {term: held[start:end] for term, (start, end) in zip(field.terms, borders, strict=True)}


def test_each_term_has_the_passages_that_hold_it_and_how_often() -> None:
    found = inverted(body("lock boat lock", "weed", "boat"))["body"]
    assert postings(found) == {"boat": [(0, 1), (2, 1)], "lock": [(0, 2)], "weed": [(1, 1)]}
    assert found.lengths.tolist() == [4, 1, 1]
    assert found.total_length == 5


@given(st.lists(fields_of_a_passage, max_size=12), st.integers(1, 13))
def test_postings_are_those_of_counting_one_by_one_however_the_passages_were_cut(
    passages: list[Terms], chunk: int
) -> None:
    for field, found in inverted(passages, chunk).items():
        expected: dict[str, list[tuple[int, int]]] = {}
        for number, terms in enumerate(passages):
            for term, times in Counter(terms[field]).items():
                expected.setdefault(term, []).append((number, times))
        assert postings(found) == expected
        assert list(found.terms) == sorted(expected, key=str.encode)
        assert len(found.lengths) == len(passages)
        assert found.total_length == sum(len(terms[field]) for terms in passages)


@pytest.mark.parametrize(("length", "kept"), [(0, 0), (2, 2), (3, 4), (5, 8), (8, 8), (9, 8)])
def test_a_length_is_rounded_up_to_the_next_step(length: int, kept: int) -> None:
    assert inverted(body("lock " * length))["body"].lengths.tolist() == [kept]


def test_a_term_that_stands_somewhere_more_often_than_can_be_counted_stands_there_as_often_as_can_be() -> (
    None
):
    assert postings(inverted(body("lock " * 65_537))["body"]) == {"lock": [(0, 65_535)]}


def test_arrays_are_of_the_kinds_that_are_promised() -> None:
    for passages in (body("lock"), body()):
        found = inverted(passages)["body"]
        kinds = [getattr(found, name).dtype for name in ("ends", "numbers", "times", "lengths")]
        assert kinds == [np.uint64, np.uint32, np.uint16, np.uint32]


def test_there_is_no_field_but_those_that_are_searched() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Inverter(Path(folder), STEPS).write()
        found = read_inverted(Path(folder))
        assert set(found) == set(FIELD_WEIGHTS)
        assert len(found) == len(FIELD_WEIGHTS)
        assert "document" not in found
