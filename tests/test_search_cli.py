"""`python -m search` as people and scripts use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from search.cli import main
from search.question.understanding import MAX_QUESTION_CHARS


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
