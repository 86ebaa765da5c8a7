"""What a comparison found: a row for each engine and size, and what the run was."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.processes import Built


@dataclass(frozen=True, slots=True)
class Row:
    """What one engine makes of one number of passages."""

    key: str
    name: str
    version: str
    passages: int
    built: Built | None  # None: asks the index of another row
    threads: str  # that built
    memory: int  # bytes after the last question
    questions: int
    median: float  # milliseconds
    p95: float
    agreement: float  # mean share of the ten best, by its own formula, that it found
    floor: float  # the least that this may be


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one command measured."""

    command: str
    date: str  # ISO
    machine: str
    seed: int
    questions: int
    rows: tuple[Row, ...]  # of one size together
    missing: Mapping[str, str]  # engines that are not installed, with how to get them


def machine() -> str:
    """Processor, cores, memory, and the Python that it all ran on, in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    gigabytes = psutil.virtual_memory().total / 2**30
    return (
        f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, {gigabytes:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )
