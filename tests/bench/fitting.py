"""The two fits behind the weights: a softmax within groups, and a logistic regression; by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STEPS = 60
_ENOUGH = 1e-7  # of the loss gained in a step
_SMALLEST_STEP = 1e-4
_TINY = 1e-12


def softmax_weights(groups: Sequence[tuple[Floats, Bools]], fixed: Floats, l2: float = 1e-3) -> Floats:
    """The weights under which the right rows of each group are likeliest, with an L2 penalty.

    A group is its rows' features and which rows are right (one at least). Features whose weight in `fixed`
    is not NaN keep it.
    """
    features = np.concatenate([rows for rows, _ in groups])
    right = np.concatenate([labels for _, labels in groups]).astype(float)
    sizes = [len(labels) for _, labels in groups]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    group = np.repeat(np.arange(len(groups)), sizes)
    free = np.isnan(fixed)
    offset = features[:, ~free] @ fixed[~free]
    features = features[:, free]

    def look(weights: Floats) -> tuple[float, Floats, Floats]:
        scores = features @ weights + offset
        odds = np.exp(scores - np.maximum.reduceat(scores, first)[group])
        chances = odds / np.add.reduceat(odds, first)[group]
        found = np.maximum(np.add.reduceat(chances * right, first), _TINY)
        return -np.log(found).mean() + l2 * weights @ weights, chances, chances * right / found[group]

    weights = np.zeros(free.sum())
    for _ in range(_STEPS):
        loss, chances, wanted = look(weights)
        mean = np.add.reduceat(features * chances[:, None], first, axis=0)
        gradient = features.T @ (chances - wanted) / len(groups) + 2 * l2 * weights
        curve = (features.T @ (features * chances[:, None]) - mean.T @ mean) / len(groups)
        step = np.linalg.solve(curve + 2 * l2 * np.eye(len(weights)), gradient)
        size = 1.0
        while size > _SMALLEST_STEP and look(weights - size * step)[0] > loss:
            size /= 2
        if size <= _SMALLEST_STEP:
            break
        weights = weights - size * step
        if loss - look(weights)[0] < _ENOUGH:
            break
    whole = fixed.copy()
    whole[free] = weights
    return whole


def logistic_weights(
    features: Floats, labels: Bools, counts: Floats, l2: float = 3e-3, offset: Floats | float = 0.0
) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression in which a row counts as `counts` says.

    `offset` is what each row has already. The L2 penalty is on the weights of standardised features; what is
    returned is for features as they are.
    """
    mean, spread = features.mean(0), features.std(0) + _TINY
    rows = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    share = counts / counts.sum()
    penalty = np.array([l2] * features.shape[1] + [0.0])
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-rows @ weights - offset))
        gradient = rows.T @ (share * (chances - labels)) + penalty * weights
        curve = (rows * (share * chances * (1 - chances))[:, None]).T @ rows + np.diag(penalty)
        weights = weights - np.linalg.solve(curve + _TINY * np.eye(len(weights)), gradient)
    raw = weights[:-1] / spread
    return raw, float(weights[-1] - raw @ mean)
