"""`python -m tests.proofs [ROW ...]`: try to break what Citewell promises, and write what came of it.

Each row that is run takes its place in tests/RELIABILITY.md; the others stay as they are there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.proofs.forks import apart
from tests.proofs.page import Line, write_page
from tests.proofs.proof import Outcome, Proof, proofs

PAGE = Path(__file__).parents[1] / "RELIABILITY.md"
SEED = 20261125


def main(argv: Sequence[str] | None = None) -> int:
    """0: every promise held, or could not be tried here; 1: one was broken, with what shows it on stderr."""
    known = {proof.row: proof for proof in proofs()}
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"any of {', '.join(known)} (all)")
    parser.add_argument("--seed", type=int, default=SEED, help="of everything left to chance (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="as small as in the test suite; write nothing")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.rows) - known.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}: give any of {', '.join(known)}")
    broken = 0
    for row in arguments.rows or known:
        proof = known[row]
        size = proof.quick if arguments.quick else proof.full
        print(f"{row}: {proof.promise} ({size:,} {proof.unit}, seed {arguments.seed})", file=sys.stderr)
        outcome, seconds = _tried(proof, arguments.seed, size)
        print(f"{row}: {outcome.skipped or outcome.figure} [{seconds:.0f} s]", flush=True)
        for failure in outcome.failures:
            print(f"  {failure}", file=sys.stderr)
        broken += bool(outcome.failures)
        if not arguments.quick:
            today = f"{datetime.now(UTC):%Y-%m-%d}"
            write_page(PAGE, known.values(), Line(proof, outcome, arguments.seed, size, seconds, today))
    return 1 if broken else 0


def _tried(proof: Proof, seed: int, size: int) -> tuple[Outcome, float]:
    """What came of it, and how many seconds it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = apart(proof.run, Path(folder), seed, size)  # nothing is left over from the one before
    return outcome, time.monotonic() - began


if __name__ == "__main__":
    raise SystemExit(main())
