"""What a person reads when the machine refuses a run what it needs, and what is left after it."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ingest.refused import Refused, refusals
from search.answering import answer
from search.index.generations import open_current
from search.index.workers import WorkerDied
from tests.services import PATIENCE, environment

AS_IT_WAS = "the index is as it was and goes on answering"


def said(error: BaseException, index: Path) -> str:
    with pytest.raises(Refused) as caught, refusals(index):
        raise error
    return str(caught.value)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder that looks as if something was published in it."""
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").write_text("{}")
    return tmp_path / "index"


CAUSES = {
    errno.ENOSPC: "the disk of {} is full: %s; free some space there",
    errno.EDQUOT: "the disk quota for {} is used up: %s; free some space there or have it raised",
    errno.EROFS: "the file system of {} is read-only: %s; have it mounted to be written to",
    errno.EACCES: "this user has no right to {}: %s; give this user the right to it",
    errno.EPERM: "this user has no right to {}: %s; give this user the right to it",
    errno.EIO: "the disk of {} fails: %s; have it checked or give another folder with --index",
    errno.EFBIG: "a file of {} would be larger than is allowed: %s; raise the limit on files (ulimit -f)",
    errno.EMFILE: "there are no file handles left for this process: %s; raise the limit (ulimit -n)",
    errno.ENFILE: "there are no file handles left in the system: %s; end the processes that hold them",
    errno.EAGAIN: "the system starts no more processes or threads: %s; "
    "end some or raise the limit (ulimit -u)",
    errno.ENOMEM: "there is no memory left: %s; free some or end other processes",
    errno.ENOTDIR: "[Errno 20] Not a directory: '{}/LOCK': %s; see to that",
}


@pytest.mark.parametrize("number", CAUSES, ids=errno.errorcode.get)
def test_a_line_says_what_happened_how_the_index_is_and_what_to_do(number: int, index: Path) -> None:
    error = OSError(number, os.strerror(number), str(index / "LOCK"))
    assert said(error, index) == (CAUSES[number] % AS_IT_WAS).format(index) + ", then run it again"


def test_what_is_short_but_for_files_is_told_too(index: Path) -> None:
    assert said(MemoryError(), index).startswith(f"there is no memory left: {AS_IT_WAS}; free some")
    assert said(RuntimeError("can't start new thread"), index).startswith("the system starts no more")
    died = said(WorkerDied("a process that wrote the index ended (SIGKILL)\nand more {of} it"), index)
    assert died.startswith(f"a process that wrote the index ended (SIGKILL): {AS_IT_WAS}; free some memory")


def test_a_file_elsewhere_is_named(index: Path) -> None:
    error = PermissionError(errno.EACCES, "Permission denied", "corpus")
    assert said(error, index).startswith("this user has no right to corpus: ")


def test_it_is_not_said_that_an_index_goes_on_where_there_was_none(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert said(full, tmp_path) == (
        f"the disk of {tmp_path} is full: no index was made; free some space there, then run it again"
    )


def test_a_failure_after_the_switch_does_not_say_that_nothing_has_changed(index: Path) -> None:
    def publish() -> None:
        (index / "CURRENT.tmp").write_text("{}")
        (index / "CURRENT.tmp").replace(index / "CURRENT")
        raise OSError(errno.EIO, "Input/output error")

    with (
        pytest.raises(Refused, match="fails: the new index is in use, but not all was done"),
        refusals(index),
    ):
        publish()


def test_faults_of_the_program_are_none_of_the_machine(index: Path) -> None:
    with pytest.raises(RuntimeError, match="a bug"), refusals(index):
        raise RuntimeError("a bug")


# As the real command is run


def ingest(
    articles: Path, index: Path, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", str(articles), "--index", str(index)],
        env=environment(CITEWELL_MODEL="off"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=limit,
        check=False,
    )


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))


def few_handles() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))


def no_right() -> None:
    """Takes from a process that runs as root, too, the right to what others may not write."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE: gone with the next program


REFUSED = {
    "file size": (small_files, "ingest: a file of {} would be larger than is allowed: "),
    "file handles": (few_handles, "ingest: there are no file handles left for this process: "),
    "rights": (no_right, "ingest: this user has no right to {}: "),
}


@pytest.fixture(scope="module")
def barges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and the index of them."""
    folder = tmp_path_factory.mktemp("barges")
    (folder / "articles").mkdir()
    for number in range(20):
        text = (
            f"Barge {number}\n\nBarge {number} was launched in {1900 + number} from the yard at Mill End.\n"
        )
        (folder / "articles" / f"{number}.txt").write_text(text)
    assert ingest(folder / "articles", folder / "index").returncode == 0
    return folder


def says(question: str, index: Path) -> str:
    engine = open_current(index)
    text = answer(question, engine).hits[0].excerpt.text
    engine.close()
    return text


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_run_says_so_and_the_next_one_needs_nobody(what: str, barges: Path, tmp_path: Path) -> None:
    articles, index = tmp_path / "articles", tmp_path / "index"
    shutil.copytree(barges, tmp_path, dirs_exist_ok=True)
    (articles / "tug.txt").write_text("The tug\n\nThe tug was launched in 1931 from the yard at Mill End.\n")
    limit, line = REFUSED[what]
    index.chmod(0o555 if limit is no_right else 0o755)
    run = ingest(articles, index, limit)
    index.chmod(0o755)
    assert (run.returncode, run.stdout) == (1, "")
    assert "Traceback" not in run.stderr
    (refusal,) = re.findall(r"^ingest: .*", run.stderr, re.M)
    assert refusal.startswith(line.format(index))
    assert f": {AS_IT_WAS}; " in refusal
    assert not psutil.Process().children(recursive=True)
    assert "1907" in says("When was barge 7 launched?", index)
    again = ingest(articles, index)
    assert again.returncode == 0, again.stderr
    assert "1931" in says("When was the tug launched?", index)
    assert sorted(path.name for path in index.iterdir()) == ["CURRENT", "LOCK", "g000001", "g000002"]
