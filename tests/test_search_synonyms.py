"""The maintainers' synonyms: what a line means, what a question gets, and what happens to a broken file."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import STOP_WORDS
from search.queries import Query
from search.question.narrowing import MAX_TERMS
from search.question.synonyms import (
    MAX_ADDED,
    WEIGHT,
    Group,
    SynonymFiles,
    SynonymsBroken,
    main,
    maintainers_file,
    parse,
    problems,
    shipped,
    synonym_expansions,
    synonyms_of,
)
from search.question.understanding import understand

FILE = """
# Boats and those who sail them
boat, vessel, narrow boat
skipper => captain, master of a vessel
lock keeper, keeper
CT, canal trust
"""


def added(question: str, text: str = FILE) -> list[tuple[str, str]]:
    found = synonym_expansions(understand(question), synonyms_of(parse(text)))
    return [(expansion.term, expansion.added) for expansion in found]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which boats sail?", [("boats", "vessel"), ("boats", "narrow boat")]),
        ("A VESSEL", [("VESSEL", "boat"), ("VESSEL", "narrow boat")]),
        ("the skipper", [("skipper", "captain"), ("skipper", "master of a vessel")]),
        ("the captain", []),
        ("lock", []),
        ("the keeper", [("keeper", "lock keeper")]),
        ("Who was the lock-keeper?", []),  # its only synonym is a word of the question already
        ("Do canals trust?", [("canals trust", "CT")]),
        ("What does the CT do?", [("CT", "canal trust")]),
        ("and of the", []),
    ],
)
def test_words_and_phrases_find_the_others_of_their_group(
    question: str, expected: list[tuple[str, str]]
) -> None:
    assert added(question) == expected


def test_an_added_phrase_carries_its_words_in_order_and_what_they_stand_for() -> None:
    query = understand("Can a skipper swim?")
    *_, found = synonym_expansions(query, synonyms_of(parse(FILE)))
    assert [term.exact for term in found.terms] == ["master", "vessel"]
    assert found.instead_of == (query.terms[0].stem,)
    assert (found.source, found.weight) == ("synonyms", WEIGHT)


def test_the_longest_phrase_goes_first_and_its_words_are_not_looked_up_alone() -> None:
    text = "narrow boat, barge\nboat, ship\nnarrow, thin"
    assert added("a narrow boat", text) == [("narrow boat", "barge")]
    assert added("boat, narrow", text) == [("boat", "ship"), ("narrow", "thin")]


def test_words_in_quotation_marks_mean_themselves() -> None:
    query = understand("boat skipper")
    quoted = Query(query.question, query.terms, phrases=(query.terms[0].exact,))
    found = synonym_expansions(quoted, synonyms_of(parse(FILE)))
    assert {expansion.term for expansion in found} == {"skipper"}


def test_of_too_many_each_word_gets_its_first_before_any_gets_its_second() -> None:
    text = "one, " + ", ".join(f"a{n}" for n in range(9)) + "\ntwo, b1, b2\nthree, c1"
    found = added("one two three", text)
    assert [word for _, word in found] == ["a0", "a1", "a2", "a3", "a4", "b1", "b2", "c1"]
    assert len(found) == MAX_ADDED


def test_a_phrase_counts_its_words_and_no_question_has_more_terms_than_are_looked_for() -> None:
    text = "one, " + ", ".join(f"a{n} b{n} c{n}" for n in range(5))
    assert len(added("one", text)) == MAX_ADDED // 3
    words = " ".join(f"w{n}" for n in range(MAX_TERMS - 2))
    assert len(added(f"one {words}", "one, a, b1, c1, d1")) == 1
    assert added(f"one {words} last", "one, b1") == []


def test_nothing_is_added_twice_or_that_the_question_has() -> None:
    assert added("boats and vessels") == [("boats", "narrow boat")]
    assert added("red crimson", "red, rosy\ncrimson, rosy") == [("red", "rosy")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boat, vessel\nboat,, ship", "line 2: nothing stands before, after or between the commas"),
        ("# fine\n\nboat =>", "line 3: nothing stands"),
        ("=> boat", "line 1: nothing stands"),
        ("boat", "line 1: 'boat' stands alone"),
        ("a1 => b1 => c1", "line 1: two arrows"),
        (",", "line 1: nothing stands"),
    ],
)
def test_a_line_that_is_no_group_is_named(text: str, message: str) -> None:
    with pytest.raises(SynonymsBroken, match=message):
        parse(text)


def groups_of(text: str) -> tuple[Group, ...]:
    try:
        return parse(text)
    except SynonymsBroken:
        return ()


@given(st.text("ab,=> #\n'\"é1", max_size=60) | st.text(max_size=60))
def test_whatever_a_file_holds_a_question_gets_no_more_than_is_allowed(text: str) -> None:
    groups = groups_of(text)
    list(problems(groups))
    found = synonym_expansions(understand(f"boats {text}"), synonyms_of(groups))
    assert sum(len(expansion.terms) for expansion in found) <= MAX_ADDED
    assert all(expansion.terms and expansion.instead_of for expansion in found)


def write(path: Path, data: bytes, second: int) -> None:
    path.write_bytes(data)
    os.utime(path, (second, second))


def test_the_file_is_read_anew_when_it_appears_changes_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    files = SynonymFiles(path)
    without = files.current()
    write(path, b"gunwale, rail", 1)
    assert ("gunwal",) in files.current().found
    assert files.current() is files.current()
    write(path, b"gunnel, rail", 2)
    assert ("gunwal",) not in files.current().found
    assert ("gunnel",) in files.current().found
    write(path, b"gunnel, bulwark", 2)  # within one tick of the clock
    assert ("rail",) not in files.current().found
    path.unlink()
    assert files.current() == without


def test_a_file_may_begin_with_the_mark_that_some_editors_put_there(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", b"\xef\xbb\xbf# remark\ngunwale, rail", 1)
    assert ("gunwal",) in SynonymFiles(tmp_path / "words.txt").current().found


def test_the_maintainers_own_words_come_before_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    write(path, b"council => parish", 1)
    council = SynonymFiles(path).current().found[("council",)]
    assert council[0].written == "parish"
    assert len(council) > 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"boat, ship\nalone\n", "line 2: 'alone' stands alone"),
        (b"boat, ship\n\xff, b\n", "line 2: not UTF-8"),
    ],
)
def test_a_broken_file_is_logged_once_and_what_was_last_read_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: bytes, message: str
) -> None:
    path = tmp_path / "synonyms.txt"
    write(path, b"gunwale, rail", 1)
    files = SynonymFiles(path)
    good = files.current()
    write(path, data, 2)
    with caplog.at_level(logging.ERROR):
        assert files.current() is good
        assert files.current() is good
    assert [message in record.getMessage() for record in caplog.records] == [True]
    assert str(path) in caplog.text
    write(path, b"gunnel, rail", 3)
    assert ("gunnel",) in files.current().found


def test_a_file_that_is_a_folder_or_too_large_is_broken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SynonymFiles(tmp_path).current().found
    assert "cannot be read" in caplog.text
    monkeypatch.setattr("search.question.synonyms._MAX_BYTES", 10)
    write(tmp_path / "large.txt", b"gunwale, rail", 1)
    assert ("gunwal",) not in SynonymFiles(tmp_path / "large.txt").current().found
    assert "has 13 bytes, at most 10" in caplog.text


def test_the_maintainers_file_lies_beside_the_index_or_where_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITEWELL_SYNONYMS", raising=False)
    assert maintainers_file(tmp_path / "index") == tmp_path / "synonyms.txt"
    monkeypatch.setenv("CITEWELL_SYNONYMS", "/etc/words.txt")
    assert maintainers_file(tmp_path / "index") == Path("/etc/words.txt")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plan, planning, scheme", "line 1: 'planning' and 'plan' are one word"),
        ("boat, vessel\nship, boat\nvessels, boats", "line 3: 'vessels' already finds 'boats', by line 1"),
        ("boat, of the", "line 1: 'of the' has only words that stand in every text"),
        ("boat boats, ship", "line 1: 'boat boats' is one word twice"),
        ("a1 => b1\na1, b1", "line 2: 'a1' already finds 'b1', by line 1"),
    ],
)
def test_the_check_names_what_is_of_no_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, found: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 1
    assert f"{path}: {found}" in capsys.readouterr().err.splitlines()


def test_the_check_says_nothing_of_a_sound_file_and_names_the_line_of_a_broken_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(FILE, encoding="utf-8")
    assert main([str(path)]) == 0
    assert capsys.readouterr().err == ""
    path.write_text("a1, b1\nalone", encoding="utf-8")
    assert main([str(path)]) == 1
    assert "line 2: 'alone' stands alone" in capsys.readouterr().err


def test_nothing_is_wrong_with_the_shipped_file() -> None:
    assert list(problems(shipped())) == []
    assert len(shipped()) > 300


def test_the_words_of_a_file_are_those_of_entries_of_one_word() -> None:
    words = synonyms_of(parse(FILE)).words
    assert {"boat", "vessel", "skipper", "captain", "keeper"} <= words
    assert not {"narrow", "lock", "master"} & words
    assert not words & STOP_WORDS
