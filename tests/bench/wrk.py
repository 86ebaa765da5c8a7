"""Load from the tool wrk: its script that asks one question after the other, and what it printed."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Longer than any queue here lasts; wrk counts what takes longer as an error.
TIMEOUT_SECONDS = 10

_SCRIPT = """
local at = 0
init = function(args) at = tonumber(args[1]) end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("counted requests=%d microseconds=%d p50=%d p99=%d errors=%d\\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
_COUNTED = re.compile(r"^counted requests=(\d+) microseconds=(\d+) p50=(\d+) p99=(\d+) errors=(\d+)$", re.M)


@dataclass(frozen=True, slots=True)
class Load:
    """What a server made of so many clients."""

    clients: int
    per_second: float  # requests answered
    p50: float  # milliseconds
    p99: float
    errors: int  # replies other than 2xx or 3xx, broken connections, timeouts


def write_script(file: Path, paths: Sequence[str]) -> None:
    """A script for wrk that asks for the paths in turn, from the one on whose number it is given."""
    listed = "".join(f"  {json.dumps(path)},\n" for path in paths)
    file.write_text(f"local paths = {{\n{listed}}}\n{_SCRIPT}", encoding="utf-8")


def run_wrk(address: str, script: Path, clients: int, seconds: int, first: int) -> Load:
    """So many clients for so many seconds, from the path of that number on; one thread asks for all."""
    options = [f"-c{clients}", f"-d{seconds}s", f"--timeout={TIMEOUT_SECONDS}s", f"-s{script}"]
    command = ["wrk", "-t1", *options, address, "--", str(first)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return parsed(done.stdout, clients)


def parsed(printed: str, clients: int) -> Load:
    """What wrk counted, from what it printed with the script; raises ValueError where that is not there."""
    found = _COUNTED.search(printed)
    if found is None:
        raise ValueError(f"wrk did not say what it counted: {printed!r}")
    requests, microseconds, p50, p99, errors = map(int, found.groups())
    return Load(clients, requests / (microseconds / 1e6), p50 / 1000, p99 / 1000, errors)
