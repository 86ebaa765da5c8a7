"""`python -m search` as people and scripts use it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from ingest.pipeline import ingest
from search.answer.scoring import PASSAGE_FEATURES
from search.answering import answer
from search.answers import Conflict, Statement
from search.cli import as_text, main
from search.index.engine import Engine
from search.passages import effective_date
from search.queries import ExpansionSource, Kind
from search.question.understanding import MAX_QUESTION_CHARS
from search.wording import KINDS, SOURCES, feature_in_words


def test_the_answer_is_printed_with_its_citation(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Do anglers need a permit?", "--index", str(index), "--limit", "1"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == [
        "“Anglers need a permit from the CT.”",
        "  The Ashby Canal > Who looks after it. Mara Quill, Waterways Weekly. 2021-08-30. "
        "[canal.md, lines 13-16]",
    ]
    assert printed.err == ""


def test_an_undated_document_is_said_to_be_undated(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["What does a single fare cost?", "--index", str(index)]) == 0
    assert "Bus 42 > Fares. Town Transport. undated." in capsys.readouterr().out


def test_json_is_all_that_goes_to_stdout(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bread", "--index", str(index), "--json", "--limit", "1"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["question"], data["limit"], len(data["results"])) == ("bread", 1, 1)


def test_no_answer_is_a_reply_and_no_failure(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zeppelin xylophone", "--index", str(index)]) == 0
    assert "No document here has any of the question's words" in capsys.readouterr().out


def test_a_damaged_generation_is_passed_over_and_that_is_said(
    index: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(index, tmp_path / "index")
    ingest([corpus], tmp_path / "index", full=True)
    (tmp_path / "index" / "g000002" / "ledger.json").write_text("{")
    assert main(["Do anglers need a permit?", "--index", str(tmp_path / "index")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("“Anglers need a permit from the CT.”")
    assert re.search(r"search: answered from g000001: .*g000002.*run: python -m ingest", printed.err)


@pytest.mark.parametrize("question", ["", "   ", "x" * (MAX_QUESTION_CHARS + 1)])
def test_an_unusable_question_is_misuse_and_one_line(
    index: Path, question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([question, "--index", str(index)]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_a_missing_index_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bread", "--index", str(tmp_path / "none")]) == 1
    assert "run: python -m ingest --index" in capsys.readouterr().err


def test_as_of_leaves_out_later_documents(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["canal bakery", "--index", str(index), "--as-of", "2020-05-04"]) == 0
    printed = capsys.readouterr().out
    assert "[bakery.txt" in printed
    assert "[canal.md" not in printed


@pytest.mark.parametrize(
    "scope",
    [
        ["--publisher", "Town Transport"],
        ["--document", "buses-html-%"],
        ["--from", "2020-05-04", "--to", "2020-05-04"],
    ],
)
def test_only_what_is_in_scope_is_listed(
    index: Path, scope: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["canal bakery bus", "--index", str(index), "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    ids = {result["document"]["id"]: result["document"]["source"] for result in results}
    bus = next(id for id, source in ids.items() if source == "buses.html")
    arguments = [bus if value.endswith("%") else value for value in scope]
    assert main(["canal bakery bus", "--index", str(index), "--json", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)["results"]
    expected = "bakery.txt" if "--from" in scope else "buses.html"
    assert {result["document"]["source"] for result in found} == {expected}


@pytest.mark.parametrize("day", ["2021-02-30", "20210501", "May 2021", "", "tomorrow"])
def test_what_is_no_day_is_misuse(index: Path, day: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["canal", "--index", str(index), "--as-of", day])
    assert exit.value.code == 2
    assert "argument --as-of:" in capsys.readouterr().err


def test_a_corrected_word_is_said_and_left_as_typed_on_request(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bakrey", "--index", str(index)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Read “bakrey” as “bakery”."
    assert main(["bakrey", "--index", str(index), "--no-expand"]) == 0
    assert capsys.readouterr().out.startswith("No document here has any of the question's words.")


def test_an_explanation_says_what_was_asked_and_what_each_passage_was_weighed_by(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["When was the canal opened?", "--index", str(index), "--as-of", "2021-08-30", "--explain"]
    command.append("--no-expand")
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[:3] == [
        "Asked: when",
        "Also looked for: nothing",
        "As of: 2021-08-30, later and undated documents left out",
    ]
    assert main([*command, "--json"]) == 0
    reply = json.loads(capsys.readouterr().out)
    assert reply["query"]["kind"] == "date"
    for result in reply["results"]:
        for part in result["explanation"]:
            counts = part["value"] * part["weight"]
            row = f"{part['value']:z7.2f} x {part['weight']:z6.2f} = {counts:z7.2f}"
            assert re.search(
                rf"^   {re.escape(feature_in_words(part['feature']))} +{row.strip()}$", printed, re.M
            )


def test_every_feature_kind_and_source_has_words() -> None:
    names = (*PASSAGE_FEATURES, "fits")
    assert len({feature_in_words(name) for name in names}) == len(names)
    assert [name for name in names if feature_in_words(name).lower() == name.replace("_", " ")] == []
    assert set(KINDS) == set(get_args(Kind))
    assert set(SOURCES) == set(get_args(ExpansionSource))


def test_words_of_the_maintainers_file_are_looked_for_too(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(index, tmp_path / "index")
    (tmp_path / "synonyms.txt").write_text("gondola, boat\n", encoding="utf-8")
    assert main(["gondola", "--index", str(tmp_path / "index"), "--explain"]) == 0
    assert "Also looked for: boat for gondola (synonyms)" in capsys.readouterr().out


def test_what_a_later_document_says_is_printed_with_its_date(engine: Engine) -> None:
    reply = answer("permit for anglers near the bakery", engine)
    first, other = reply.hits[0], next(hit for hit in reply.hits if hit.document != reply.hits[0].document)
    said, later = (Statement(hit.passage, hit.document, hit.excerpt.answer, "1") for hit in (first, other))
    quoted = replace(first, superseded_by=later)
    text = as_text(replace(reply, quoted=quoted, conflicts=(Conflict("count", "permits", (later, said)),)))
    lines = [
        f"“{one.quotation}” {one.document.label}, {effective_date(one.document)}" for one in (later, said)
    ]
    assert f"\n  A later document says otherwise: {lines[0]}\n" in text
    assert f"say different things: permits\n  {lines[0]}\n  {lines[1]}\n" in text


@pytest.mark.parametrize("limit", ["0", "51", "-1", "ten", "1.5"])
def test_a_limit_out_of_range_is_misuse(index: Path, limit: str) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["bread", "--index", str(index), "--limit", limit])
    assert exit.value.code == 2


def test_the_index_folder_comes_from_the_environment_too(index: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "search", "bread", "--json"]
    environment = {**os.environ, "CITEWELL_INDEX": str(index), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["answered"] is True


def test_a_closed_pipe_ends_the_command_quietly(index: Path) -> None:
    command = f"{sys.executable} -m search 'canal boats weed' --index {index} --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("{", "")
