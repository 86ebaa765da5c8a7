"""`python -m web` as the process that a person starts: what it prints, serves and returns."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

import web.cli
from tests.damage import outdate
from tests.services import PATIENCE, comes_true, environment, serving
from web.rates import REQUESTS_A_SECOND


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in `folder`, expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "web", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def one_line(finished: subprocess.CompletedProcess[str]) -> str:
    """What a failed start says; it has to be one line, and nothing on stdout."""
    assert (finished.returncode, finished.stdout) == (1, "")
    (line,) = finished.stderr.splitlines()
    return line


@pytest.fixture
def library(tmp_path: Path, corpus: Path) -> Path:
    """A folder with the three articles in its corpus/."""
    shutil.copytree(corpus, tmp_path / "corpus")
    return tmp_path


@pytest.fixture
def own_index(tmp_path: Path, index: Path) -> Path:
    """A copy of the index of the three articles, to be spoilt."""
    return Path(shutil.copytree(index, tmp_path / "own"))


def test_the_first_start_builds_the_index_from_corpus_and_serves(library: Path) -> None:
    with serving(folder=library) as service:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", service.address)
        assert "<form" in service.get("/")
        reply = json.loads(service.get("/search?q=What+is+the+Ashby+Canal"))
        assert reply["answer"]["passage_id"] == "canal-md-2184a9#p-1"
        progress = (library / "stderr").read_text()
        assert f"No index in {Path('instance/index')} yet: building it." in progress
        assert "reading: 100%" in progress
        assert "3/3" in progress
        assert (library / "instance" / "index" / "CURRENT").is_file()


def test_the_second_start_serves_what_is_there(library: Path) -> None:
    with serving(folder=library):
        pass
    shutil.rmtree(library / "corpus")
    with serving(folder=library) as service:
        assert json.loads(service.get("/search?q=canal"))["index"]["generation"] == "g000001"
        assert [re.sub(r":\d+/", ":PORT/", line) for line in service.said] == [
            "Citewell is at http://127.0.0.1:PORT/ (Ctrl+C ends it)"
        ]
        assert "building" not in (library / "stderr").read_text()


def test_the_index_may_be_named_by_the_environment(tmp_path: Path, index: Path) -> None:
    with serving(folder=tmp_path, CITEWELL_INDEX=str(index)) as service:
        assert json.loads(service.get("/search?q=canal"))["index"]["documents"] == 3
    assert not (tmp_path / "instance").exists()


def test_the_index_named_by_option_goes_first(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), folder=tmp_path, CITEWELL_INDEX=str(tmp_path / "none")) as service:
        assert json.loads(service.get("/search?q=canal"))["index"]["documents"] == 3


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_as_done(tmp_path: Path, index: Path, sent: signal.Signals) -> None:
    with serving("--index", str(index), folder=tmp_path) as service:
        assert "<form" in service.get("/")
        service.process.send_signal(sent)
        assert service.process.wait(PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "stderr").read_text()


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = one_line(run("--index", str(index), "--port", port, folder=tmp_path))
    assert line.startswith(f"web: cannot listen on 127.0.0.1:{port}: Address already in use; ")
    assert line.endswith("choose another with --port or --host")


def _cut_a_segment(index: Path) -> None:
    segment = next((index / "g000001" / "passages").glob("*.seg"))
    segment.write_bytes(segment.read_bytes()[:-1])


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "outdated": (outdate, "was built by another version of Citewell"),
    "changed": (_cut_a_segment, "is not what was published"),
    "without manifest": (
        lambda index: (index / "g000001" / "MANIFEST.json").unlink(),
        "or is missing",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_an_unusable_index_is_told_with_the_command_that_mends_it(own_index: Path, how: str) -> None:
    spoil, says = SPOILT[how]
    spoil(own_index)
    line = one_line(run("--index", str(own_index), "--port", "0", folder=own_index.parent))
    assert line.startswith("web: ")
    assert says in line
    assert line.endswith(f"; run: python -m ingest --index {own_index}")


def test_that_command_mends_it(own_index: Path, library: Path) -> None:
    outdate(own_index)
    said = one_line(run("--index", str(own_index), "--port", "0", folder=library))
    command = said.rpartition("run: python ")[2].split()
    subprocess.run(
        [sys.executable, *command], cwd=library, env=environment(), check=True, capture_output=True
    )
    with serving("--index", str(own_index), folder=library) as service:
        assert json.loads(service.get("/search?q=canal"))["answered"] is True


def test_an_index_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("not an index")
    line = one_line(run("--index", "note.txt", "--port", "0", folder=tmp_path))
    assert line.startswith("web: ")
    assert "note.txt" in line


@pytest.mark.parametrize("port", ["nonsense", "-1", "65536", "80.5", "", "²", "0x50", " 80"])
def test_a_port_that_is_none_is_misuse(tmp_path: Path, port: str) -> None:
    finished = run(f"--port={port}", folder=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "--port" in finished.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", ["nonsense", "0", "-1", "257", "1.5", "", "²"])
def test_a_number_of_workers_that_is_none_is_misuse(tmp_path: Path, workers: str) -> None:
    finished = run(f"--workers={workers}", folder=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "--workers" in finished.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate", ["nonsense", "-1", "1.5", "", "²", "1234567"])
def test_a_rate_that_is_none_is_misuse(tmp_path: Path, rate: str) -> None:
    finished = run(f"--rate={rate}", folder=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "--rate" in finished.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "rate"), [([], REQUESTS_A_SECOND), (["--rate", "7"], 7), (["--rate", "0"], 0)]
)
def test_the_rate_given_is_the_one_in_force(
    index: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], rate: int
) -> None:
    served: list[Flask] = []
    monkeypatch.setattr("web.cli.serve", lambda app, listener: served.append(app) or listener.close())
    monkeypatch.setattr("web.cli.signal.signal", lambda *_: None)
    assert web.cli.main(["--index", str(index), "--port", "0", *arguments]) == 0
    assert [app.config["RATE"] for app in served] == [rate]


def test_an_unknown_option_is_misuse(tmp_path: Path) -> None:
    finished = run("--prot", "80", folder=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "--prot" in finished.stderr.splitlines()[-1]


@pytest.mark.parametrize("files", [None, [], ["photo.jpg"], ["empty.md"]])
def test_without_articles_there_is_nothing_to_serve(tmp_path: Path, files: list[str] | None) -> None:
    if files is not None:
        (tmp_path / "corpus").mkdir()
        for name in files:
            (tmp_path / "corpus" / name).touch()
    finished = run("--port", "0", folder=tmp_path)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.splitlines()[0] == f"No index in {Path('instance/index')} yet: building it."
    assert finished.stderr.splitlines()[-1].startswith("ingest: ")
    assert "corpus" in finished.stderr.splitlines()[-1]
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "instance" / "index" / "CURRENT").exists()


def test_a_running_service_turns_to_what_is_published_meanwhile(library: Path) -> None:
    with serving(folder=library) as service:
        assert json.loads(service.get("/search?q=ferry"))["reason"]["code"] == "no_known_words"
        (library / "corpus" / "ferry.md").write_text("# Ferry\n\nThe ferry crosses at noon.\n")
        subprocess.run(
            [sys.executable, "-m", "ingest"], cwd=library, env=environment(), check=True, capture_output=True
        )

        def answered() -> bool:
            return bool(json.loads(service.get("/search?q=ferry"))["answered"])

        assert comes_true(answered)
        assert json.loads(service.get("/search?q=ferry"))["answer"]["text"] == "The ferry crosses at noon."
