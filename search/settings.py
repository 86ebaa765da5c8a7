"""What the commands share: where the index lies."""

from __future__ import annotations

import os
from pathlib import Path


def default_index() -> Path:
    """`$CITEWELL_INDEX`, else `instance/index` below the current folder."""
    return Path(os.environ.get("CITEWELL_INDEX") or "instance/index")
