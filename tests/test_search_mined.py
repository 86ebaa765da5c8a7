"""Findings kept as flat files give what they were made from, whatever the batches they are read in."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.mined import Mined, MinedWriter, Words, line_of
from search.question import senses
from search.question.counting import Count, counted
from search.question.findings import PASSAGE_END, SENTENCE_END, Findings, spelling
from search.question.senses import glossary_of


def findings(id: str, date: str | None, *passages: Sequence[int], **phrases: int) -> Findings:
    """Findings with these words in each passage, and with phrases whose words `_` joins."""
    words = array("I", [number for passage in passages for number in (*passage, SENTENCE_END, PASSAGE_END)])
    counts = {phrase.replace("_", " "): times for phrase, times in phrases.items()}
    return Findings(id, date, {("CBC", "canal boat club"): 2}, counts, words)


BOATS = findings("a\tb", "2020-01-01", [10, 11], [12], canal_boat_clubs=2, lock_and_weir_boards=1)
LOCKS = findings("é", None, [10, 11, 12], Canal_Boat_Club=1)
NOTHING = findings("n", "2021-01-01")


def kept(folder: Path, *each: Findings, withdrawn: Sequence[str] = ()) -> Mined:
    with MinedWriter(folder) as writer:
        for one in each:
            writer.add(line_of(one))
    return Mined(folder, withdrawn)


def everything(mined: Mined) -> tuple[object, ...]:
    batches = list(mined.words())
    phrases = mined.phrases(lambda places: np.ones(len(places), bool))
    return (
        list(mined.definitions()),
        sorted(phrases),
        [number for batch in batches for number in batch.numbers.tolist()],
        [date for batch in batches for date in batch.dates],
    )


@pytest.mark.parametrize("words", [1, 4, 1 << 20])
def test_findings_come_back_in_batches_of_any_size(
    tmp_path: Path, words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.index.mined._BATCH_WORDS", words)
    definitions, phrases, numbers, dates = everything(kept(tmp_path / "m", BOATS, NOTHING, LOCKS))
    assert definitions == [("CBC", "canal boat club", 2)] * 3
    assert phrases == [
        (f"Canal Boat Club\t{spelling('canal boat club')}", 1),
        (f"canal boat clubs\t{spelling('canal boat club')}", 2),
        (f"lock and weir boards\t{spelling('lock weir board')}", 1),
    ]
    assert numbers == [*BOATS.words, *LOCKS.words]
    assert dates == ["2020-01-01", "2021-01-01", None]


def test_a_withdrawn_document_counts_for_nothing(tmp_path: Path) -> None:
    both = kept(tmp_path / "both", BOATS, LOCKS, withdrawn=["a\tb", "unknown"])
    one = kept(tmp_path / "one", LOCKS)
    assert glossary_of([both]) == glossary_of([one])
    sought = [{(10,)}, {(10, 11)}, {(12,)}]
    assert counted(both.words(), sought) == counted(one.words(), sought) == [Count(1, 1, None, None)] * 3


def counted_plainly(
    documents: Sequence[tuple[str | None, Sequence[Sequence[int]]]], sought: Sequence[set[tuple[int, ...]]]
) -> list[Count]:
    counts = []
    for spellings in sought:
        patterns = [re.compile("".join(f" {number}(?= )" for number in words)) for words in spellings]
        held = [
            (
                date,
                sum(
                    any(p.search(" ".join(["", *map(str, words), ""])) for p in patterns)
                    for words in passages
                ),
            )
            for date, passages in documents
        ]
        dates = [date for date, times in held if times and date]
        passages = sum(times for _, times in held)
        counts.append(
            Count(
                passages,
                sum(times > 0 for _, times in held),
                min(dates, default=None),
                max(dates, default=None),
            )
        )
    return counts


NUMBERS = st.integers(2, 5)
DATES = st.sampled_from([None, "2019-01-01", "2020-02-02", "2021-03-03"])


@given(
    st.lists(st.tuples(DATES, st.lists(st.lists(NUMBERS, max_size=6), max_size=3)), max_size=5),
    st.lists(st.sets(st.lists(NUMBERS, min_size=1, max_size=4).map(tuple), max_size=3), max_size=4),
)
def test_all_runs_of_words_are_counted_at_once_as_each_would_be_alone(
    documents: list[tuple[str | None, list[list[int]]]], sought: list[set[tuple[int, ...]]]
) -> None:
    with TemporaryDirectory() as folder:
        each = [findings(str(n), date, *passages) for n, (date, passages) in enumerate(documents)]
        mined = kept(Path(folder) / "m", *each)
        assert counted(mined.words(), sought) == counted_plainly(documents, sought)


def test_nothing_sought_and_no_document_is_counted_as_nothing() -> None:
    assert counted([], [{(10,)}]) == [Count(0, 0, None, None)]
    assert counted([Words(np.array([10, PASSAGE_END], np.uint32), np.array([2]), [None])], []) == []


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("counters", [1, 2, 1 << 22])
def test_the_phrases_that_recur_most_are_found_however_few_the_counters(
    tmp_path: Path, most: int, counters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senses, "MAX_PHRASES", most)
    monkeypatch.setattr(senses, "_COUNTERS", counters)
    phrases = {"lock_and_weir_boards": 5, "canal_boat_crews": 4, "river_tow_path": 3, "old_mill_pond": 1}
    glossary = glossary_of([kept(tmp_path / "m", findings("a", None, **phrases))])
    assert set(glossary.guessed) == set(["LAWB", "LWB", "CBC", "RTP"][: most + 1]) - {"CBC"}
