"""Experiments in a Python of their own, which may be forked at will: it has no threads."""

from __future__ import annotations

import logging
import multiprocessing
import os
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# The status of a process that died where it was told to; no other exit has it.
DIED = 77


def apart(
    function: Callable[_Arguments, _Result], *arguments: _Arguments.args, **named: _Arguments.kwargs
) -> _Result:
    """What the function returns, called in a fresh Python; all of it has to be picklable.

    Nothing is logged there: what Citewell warns of was done to it on purpose.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, logging.disable, (logging.CRITICAL,)) as pool:
        return pool.submit(function, *arguments, **named).result()


def fork(action: Callable[[], object], errors: Path) -> int:
    """Starts a fork that does it and ends with status 0, or 1 and a traceback in `errors`; its process id."""
    process = os.fork()
    if process:
        return process
    try:
        action()
        os._exit(0)
    except BaseException:
        errors.write_text(traceback.format_exc(), encoding="utf-8")
        os._exit(1)


def ended(process: int) -> int:
    """The status with which the fork ended, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
