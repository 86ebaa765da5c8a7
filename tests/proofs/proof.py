"""A proof: a promise, and an experiment of any size that tries to break it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tests.proofs


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment showed."""

    figure: str  # what was done how often, and what came of it, in one line
    failures: tuple[str, ...] = ()  # each with what it takes to see it again; none: the promise held
    skipped: str | None = None  # why it cannot be done on this machine


# Given an empty folder, a seed for everything left to chance, and how large an experiment to make.
Run = Callable[[Path, int, int], Outcome]


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise with its experiment; `size` counts what `unit` names."""

    row: str  # "T1"
    promise: str
    run: Run
    unit: str
    quick: int  # size in the test suite: seconds
    full: int  # size in the long run


def proofs() -> tuple[Proof, ...]:
    """Every `PROOF` of the modules beside this one, by row."""
    names = (module.name for module in pkgutil.iter_modules(tests.proofs.__path__))
    modules = (importlib.import_module(f"tests.proofs.{name}") for name in names if re.match(r"t\d", name))
    return tuple(sorted((module.PROOF for module in modules), key=lambda proof: int(proof.row[1:])))
