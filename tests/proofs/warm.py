"""Runs of `python -m ingest` without seconds of starting: forks of a Python that has imported it all."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest import cli, pipeline
from ingest.reader import Job
from ingest.reading import read
from ingest.readings import Reading
from ingest.sources import Unreadable
from tests.proofs.dice import Dice

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Run:
    """How the command ended."""

    status: int  # its exit status
    said: tuple[str, ...]  # the lines on stderr that begin with "ingest:"
    fault: str = ""  # the traceback of what it let through; empty: nothing


class _Here:
    """Reads files in this process, in the place of the sandbox: nothing that it is given is hostile."""

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read_all(self, jobs: Iterable[Callable[[], Job]]) -> Iterator[Reading | Unreadable]:
        for make in jobs:
            try:
                job = make()
                yield read(job.source, job.supplied)
            except Unreadable as error:
                yield error


def forked(action: Callable[[], _Result]) -> _Result:
    """What the action returns in a fork; raises RuntimeError with its traceback, or the status it had."""
    replies, reply = os.pipe()
    process = os.fork()
    if not process:
        os.close(replies)
        try:
            said = pickle.dumps((True, action()))
        except BaseException:
            said = pickle.dumps((False, traceback.format_exc()))
        with open(reply, "wb") as file:
            file.write(said)
        os._exit(0)
    os.close(reply)
    with open(replies, "rb") as file:
        received = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if not received:
        raise RuntimeError(f"it ended with {status}")
    succeeded, result = pickle.loads(received)
    if not succeeded:
        raise RuntimeError(result)
    return result  # type: ignore[no-any-return]  # as the action returned it


def ingest(articles: Path, index: Path, *options: str) -> Run:
    """What the command does with these articles, in this process, with vectors of `Dice`; never raises."""
    pipeline.Sandbox = _Here  # type: ignore[assignment, misc]
    cli.default_encoder = Dice  # type: ignore[assignment]
    errors = io.StringIO()
    status, fault = 1, ""
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = cli.main([str(articles), "--index", str(index), *options])
        except BaseException:
            fault = traceback.format_exc()
    said = tuple(line for line in errors.getvalue().splitlines() if line.startswith("ingest:"))
    return Run(status, said, fault)
