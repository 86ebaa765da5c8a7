"""The processes that share the work of writing an index, started for real."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from search.index.workers import WorkerDied, Workers
from search.passages import Span
from tests.services import heed_interrupts

ROOT = Path(__file__).parents[1]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_results_come_in_the_order_of_the_items_from_other_processes() -> None:
    with Workers(2) as workers:
        times = [0.2, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0]
        assert [item for item, _ in workers.each(time.sleep, times)] == times
        processes = {workers.submit(operator.call, os.getpid).result() for _ in range(8)}
        assert os.getpid() not in processes
        assert all(map(is_running, processes))
    assert not any(map(is_running, processes))


def test_few_items_are_taken_ahead_of_those_that_are_done() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with Workers(2) as workers:
        results = workers.each(abs, items())
        next(results)
        assert len(taken) < 10


def test_an_error_is_raised_as_it_was_with_the_traceback_of_the_process() -> None:
    with Workers(1) as workers, pytest.raises(ValueError, match=r"not a span: \[2, 1\)") as caught:
        list(workers.each(partial(Span, 2), [3, 1]))
    assert "in __post_init__" in caught.value.__notes__[0]


def test_an_error_that_cannot_be_sent_is_told_by_its_traceback() -> None:
    program = "class Odd(Exception): pass\nraise Odd('of nobody else')"
    with Workers(1) as workers, pytest.raises(WorkerDied, match=r"in <module>[\s\S]*Odd: of nobody else"):
        workers.submit(exec, program).result()


def test_a_function_that_the_process_does_not_find_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found_here_only = ModuleType("found_here_only")
    exec("def double(number): return 2 * number", found_here_only.__dict__)
    monkeypatch.setitem(sys.modules, "found_here_only", found_here_only)
    with Workers(1) as workers, pytest.raises(ModuleNotFoundError, match="found_here_only"):
        workers.submit(found_here_only.double, 1).result()


def test_a_killed_process_is_told_of() -> None:
    with Workers(2) as workers, pytest.raises(WorkerDied, match="SIGKILL"):
        list(workers.each(signal.raise_signal, [signal.SIGKILL, signal.SIGKILL]))


def test_no_process_is_left_when_the_caller_is_interrupted_or_killed() -> None:
    program = """
import os, operator, time
from search.index.workers import Workers
with Workers(2) as workers:
    print(*(workers.submit(operator.call, os.getpid).result() for _ in range(8)), flush=True)
    list(workers.each(time.sleep, [100] * 4))  # one that went on would write where the next run does
"""
    for end in (signal.SIGINT, signal.SIGKILL):
        caller = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=heed_interrupts,
        )
        assert caller.stdout is not None
        processes = set(map(int, caller.stdout.readline().split()))
        assert processes
        caller.send_signal(end)
        caller.stdout.close()
        caller.wait(20)
        until = time.monotonic() + 20
        while any(map(is_running, processes)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(map(is_running, processes))


def test_one_process_goes_on_where_the_others_are_ended() -> None:
    with Workers(3) as workers:
        list(workers.each(time.sleep, [0.05] * 9))
        workers.end_all_but_one()
        left = {workers.submit(operator.call, os.getpid).result() for _ in range(4)}
        assert len(left) == 1
        assert {child.pid for child in psutil.Process().children()} == left
