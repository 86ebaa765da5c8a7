"""What the commands share: where the index lies, which model compares meanings, what searches, and the
threads of NumPy."""

from __future__ import annotations

import os
from pathlib import Path

from threadpoolctl import threadpool_limits


def default_index() -> Path:
    """`$CITEWELL_INDEX`, else `instance/index` below the current folder."""
    return Path(os.environ.get("CITEWELL_INDEX") or "instance/index")


def chosen_model() -> str:
    """`$CITEWELL_MODEL`: the folder of a model, `off`, or empty for the default model."""
    return os.environ.get("CITEWELL_MODEL", "").strip()


def chosen_kernel_name() -> str:
    """`$CITEWELL_KERNEL`: `compiled`, or empty for NumPy alone."""
    return os.environ.get("CITEWELL_KERNEL", "").strip()


def one_thread_a_product() -> None:
    """Has NumPy multiply on one thread in this process, as suits one that answers questions.

    What a question multiplies is small: on two cores a whole answer over 20,963 passages takes 10.8 ms at
    the median and 14.5 at the 95th percentile so, 13.4 and 20.1 with a thread for each core, which then wait
    for each other and for the encoder's.
    """
    threadpool_limits(limits=1, user_api="blas")
