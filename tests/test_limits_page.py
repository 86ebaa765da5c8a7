"""The page of limits says what the constants say, and every row has its test."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "web" / "LIMITS.md").read_text(encoding="utf-8")
UNITS = {"kB": 1_000, "MB": 1_000_000, "KiB": 1 << 10, "GiB": 1 << 30, "million": 1_000_000}


class Row(NamedTuple):
    limit: str
    value: str
    over: str
    constant: str
    test: str


def rows() -> list[Row]:
    lines = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")]
    return [Row(*(cell.strip().strip("`") for cell in cells)) for cells in lines[1:]]


def number(value: str) -> float:
    """`10 MB`, `1,000 characters`, `1 s` as a number."""
    amount, unit, *_ = value.split()
    return float(amount.replace(",", "")) * UNITS.get(unit, 1)


def constant(path: str) -> float:
    """What stands under a name below its module: `search.deadline.DEADLINE_SECONDS`."""
    module, name = re.fullmatch(r"((?:[a-z_]+\.)+)(.+)", path).groups()  # type: ignore[union-attr]
    namespace = vars(importlib.import_module(module.rstrip(".")))
    return float(eval(name, dict(namespace)))  # our own page, and indexes and calls in it


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.limit)
def test_a_row_says_what_its_constant_says(row: Row) -> None:
    assert number(row.value) == constant(row.constant)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.limit)
def test_a_row_names_a_test_that_exists(row: Row) -> None:
    file, name = row.test.split(".")
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / f"{file}.py").read_text("utf-8"), re.MULTILINE)


def test_a_limit_stands_in_one_row_and_says_what_is_over_it() -> None:
    assert len(rows()) > 30
    assert all(all(row) for row in rows())
    for name in ("limit", "constant"):
        named = [getattr(row, name) for row in rows()]
        assert len(named) == len(set(named))
