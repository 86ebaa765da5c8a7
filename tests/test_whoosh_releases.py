"""The engine on Whoosh 2.7.4, whose API and file format the pinned fork shares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORIGINAL = ROOT / "build" / "whoosh-2.7.4"

pytestmark = pytest.mark.skipif(
    not ORIGINAL.is_dir(),
    reason="run first: .venv/bin/pip install --no-deps --target build/whoosh-2.7.4 Whoosh==2.7.4",
)


def run(arguments: list[str], *, original: bool) -> str:
    path = f"{ORIGINAL}{os.pathsep}{ROOT}" if original else str(ROOT)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_original_is_what_runs() -> None:
    assert run(["-c", "import whoosh; print(whoosh.versionstring())"], original=True).strip() == "2.7.4"
    assert run(["-c", "import whoosh; print(whoosh.versionstring())"], original=False).strip() != "2.7.4"


def test_the_engine_keeps_its_contract_on_the_original() -> None:
    printed = run(["-m", "pytest", "-q", "tests/test_search_engine.py"], original=True)
    assert " passed" in printed
    assert "skipped" not in printed


@pytest.mark.parametrize("original_writes", [True, False])
def test_each_release_reads_what_the_other_wrote(tmp_path: Path, original_writes: bool) -> None:
    run(["-m", "ingest", "--index", str(tmp_path)], original=original_writes)
    search = ["-m", "search", "Who is accountable for NHS money?", "--index", str(tmp_path), "--json"]
    replies = [json.loads(run(search, original=original)) for original in (True, False)]
    for reply in replies:
        del reply["took_ms"]
    assert replies[0] == replies[1]
    assert replies[0]["results"]
