"""`python -m web --workers N`: several processes that answer as one and outlive the death of one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import psutil
import pytest

from ingest.pipeline import ingest
from tests.services import PATIENCE, Service, comes_true, environment, serving


def children(service: Service) -> set[psutil.Process]:
    return set(psutil.Process(service.process.pid).children())


def workers(service: Service, number: int) -> set[psutil.Process]:
    """The processes that answer, once so many run."""
    assert comes_true(lambda: len(children(service)) == number)
    return children(service)


def gone(processes: set[psutil.Process]) -> bool:
    """Whether all have ended, those included that nobody has asked for their status yet."""
    return all(not process.is_running() or process.status() == psutil.STATUS_ZOMBIE for process in processes)


@contextmanager
def suspended(worker: psutil.Process) -> Iterator[None]:
    """Has the worker stand still, so that another must answer."""
    worker.suspend()
    try:
        yield
    finally:
        worker.resume()


def answers(service: Service, times: int = 1) -> list[bool]:
    return [json.loads(service.get("/search?q=Do+anglers+need+a+permit"))["answered"] for _ in range(times)]


def test_one_process_answers_unless_more_are_asked_for(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), folder=tmp_path) as service:
        assert answers(service) == [True]
        assert children(service) == set()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_worker(tmp_path: Path, index: Path, sent: signal.Signals) -> None:
    with serving("--index", str(index), "--workers", "3", folder=tmp_path) as service:
        assert answers(service) == [True]
        all_three = workers(service, 3)
        service.process.send_signal(sent)
        assert service.process.wait(PATIENCE) == 0
        assert gone(all_three)
    assert (tmp_path / "stderr").read_text() == ""


def test_ctrl_c_which_reaches_them_all_ends_them_as_done(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), "--workers", "2", folder=tmp_path) as service:
        both = workers(service, 2)
        for process in (*both, psutil.Process(service.process.pid)):
            process.send_signal(signal.SIGINT)
        assert service.process.wait(PATIENCE) == 0
        assert gone(both)
    assert (tmp_path / "stderr").read_text() == ""


def test_a_worker_that_dies_is_replaced_while_the_others_answer(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), "--workers", "2", folder=tmp_path) as service:
        before = workers(service, 2)
        killed = min(before, key=lambda process: process.pid)
        killed.kill()
        assert all(answers(service, 20))
        assert comes_true(lambda: len(children(service) - before) == 1)
        (other,) = before - {killed}
        with suspended(other):
            assert answers(service) == [True]
    assert f"worker {killed.pid} ended (signal 9)" in (tmp_path / "stderr").read_text()


def test_only_those_who_were_being_answered_notice_a_death(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), "--workers", "2", folder=tmp_path) as service:

        def ask(_: int) -> int:
            """How many of so many questions went unanswered."""
            lost = 0
            for _ in range(25):
                try:
                    assert answers(service) == [True]
                except (OSError, HTTPException):  # also where the reply broke off
                    lost += 1
            return lost

        with ThreadPoolExecutor(4) as clients:
            asking = [clients.submit(ask, client) for client in range(4)]
            workers(service, 2).pop().kill()
            assert max(client.result(PATIENCE) for client in asking) <= 1


def test_a_worker_that_is_told_to_end_keeps_no_newcomer_from_the_others(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), "--workers", "2", folder=tmp_path) as service:
        before = workers(service, 2)
        told = min(before, key=lambda process: process.pid)
        told.terminate()
        assert all(answers(service, 20))
        assert comes_true(lambda: gone({told}))
        assert comes_true(lambda: len(children(service) - before) == 1)
        assert all(answers(service, 20))


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path, index: Path) -> None:
    with serving("--index", str(index), "--workers", "2", folder=tmp_path) as service:
        both = workers(service, 2)
        service.process.kill()
        assert comes_true(lambda: gone(both))


def test_each_worker_turns_to_what_is_published_meanwhile(tmp_path: Path, corpus: Path) -> None:
    shutil.copytree(corpus, tmp_path / "corpus")
    with serving("--workers", "2", folder=tmp_path) as service:
        (tmp_path / "corpus" / "ferry.md").write_text("# Ferry\n\nThe ferry crosses at noon.\n")
        subprocess.run(
            [sys.executable, "-m", "ingest"], cwd=tmp_path, env=environment(), check=True, capture_output=True
        )
        for worker in workers(service, 2):
            with suspended(worker):

                def turned() -> bool:
                    return bool(
                        json.loads(service.get("/search?q=ferry"))["index"]["generation"] == "g000002"
                    )

                assert comes_true(turned)


def test_a_worker_that_dies_of_a_damaged_file_is_replaced_by_one_that_does_not_open_it(
    tmp_path: Path, corpus: Path
) -> None:
    for _ in range(2):
        ingest([corpus], tmp_path / "index", full=True)
    with serving("--index", str(tmp_path / "index"), "--workers", "2", folder=tmp_path) as service:
        before = workers(service, 2)
        assert answers(service) == [True]
        for path in (tmp_path / "index" / "g000002" / "frozen" / "first").iterdir():
            os.truncate(path, 0)

        def both_are_new() -> bool:
            try:
                answers(service)
            except OSError:  # who asked it goes without an answer
                pass
            return len(children(service)) == 2 and not children(service) & before

        assert comes_true(both_are_new)
        for worker in workers(service, 2):
            with suspended(worker):
                assert json.loads(service.get("/search?q=permit"))["index"]["generation"] == "g000001"
    assert "(signal 7)" in (tmp_path / "stderr").read_text()
