"""How long a question may take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

# Over 20,963 passages an answer takes 2 ms at the median, and the costliest question that can be asked .15 s
# over 100,000: only where something is badly wrong does one take so long. Then who asks is better served with
# the best so far, and everybody else with the processor.
DEADLINE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which no more work on a question is begun; what has begun is finished."""

    at: float  # seconds, as the clock has them
    clock: Callable[[], float] = time.monotonic

    @property
    def is_over(self) -> bool:
        """Whether it has passed; to ask takes a third of a microsecond."""
        return self.clock() >= self.at

    def check(self) -> None:
        """Raises OutOfTime when it has passed, where a part of the work is of no use."""
        if self.is_over:
            raise OutOfTime


class OutOfTime(Exception):
    """The deadline has passed; whoever set it catches this."""


# For who waits as long as it takes.
NEVER = Deadline(math.inf, lambda: 0.0)


def in_seconds(seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
    """The deadline in so many seconds from now."""
    return Deadline(clock() + seconds, clock)
