"""What Citewell promises holds in small experiments; `python -m tests.proofs` makes the large ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.__main__ import SEED
from tests.proofs.proof import Proof, proofs


@pytest.mark.parametrize("proof", proofs(), ids=lambda proof: proof.row)
def test_a_promise_holds(proof: Proof, tmp_path: Path) -> None:
    outcome = proof.run(tmp_path, SEED, proof.quick)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.failures == (), outcome.figure
