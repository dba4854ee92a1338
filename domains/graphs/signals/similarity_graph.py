"""Graphs from the signals themselves: who moves like whom on the training rows."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numba import njit

from ....shared.errors import InputError
from ..sensor_graph.policies import settle_graph
from ..sensor_graph.sensor_graph import SensorGraph
from .signals import Signals

Similarity = Literal["correlation", "correntropy"]


def from_signals(
    signals: Signals,
    k: int = 8,
    *,
    kind: Similarity = "correlation",
    rows: slice | None = None,
    channel: int = 0,
    width: float = 1.0,
    binary: bool = False,
) -> SensorGraph:
    """Each node receives from the k others that are most similar to it on `rows`.

    Similarity is the absolute Pearson correlation, or the correntropy, the mean of
    exp(-(x_t - y_t)^2 / (2 width^2)) over t of the standardised series (Liu, Pokharel & Principe 2007); both
    over the steps where both nodes are observed. Weights are the similarities.

    Args:
        signals: of N nodes.
        k: neighbours of each node, fewer where fewer are similar at all.
        kind: "correlation" or "correntropy".
        rows: the training rows; all when None. Others would leak the test set into the graph.
        channel: number of the channel to compare.
        width: of the correntropy's kernel, in standard deviations.
        binary: weights of 1 instead.

    Raises:
        InputError: k is not among 1 to N - 1, no rows, or an unknown kind.
    """
    n = signals.n_nodes
    if not 1 <= k < n:
        raise InputError("k", f"{k} neighbours of {n} nodes", expected=f"1 to {n - 1}")
    if kind not in ("correlation", "correntropy"):
        raise InputError("kind", f"{kind!r} is not known", expected="correlation or correntropy")
    if not width > 0:
        raise InputError("width", f"{width} is not a width", expected="a positive number")
    part = slice(None) if rows is None else rows
    values = np.ascontiguousarray(signals.values_TNC[part, :, channel].T, np.float64)
    observed = np.ascontiguousarray(signals.observed_TNC[part, :, channel].T)
    if values.shape[1] < 2:
        raise InputError("rows", f"{values.shape[1]} rows tell no similarity", expected="2 and more")
    values = _standardised(values, observed)
    if kind == "correlation":
        sender, weight = _nearest_correlation(values, observed, k)
    else:
        sender, weight = _nearest_correntropy(values, observed, k, width)
    receiver = np.repeat(np.arange(n), k)
    there = weight.ravel() > 0
    index = np.stack([sender.ravel()[there], receiver[there]])
    return settle_graph(signals.nodes, index, None if binary else weight.ravel()[there])


def _standardised(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Series [N, T] less their mean, over their deviation; constant ones are 0."""
    count = np.maximum(observed.sum(1, keepdims=True), 1)
    mean = np.where(observed, values, 0).sum(1, keepdims=True) / count
    centred = np.where(observed, values - mean, 0.0)
    deviation = np.sqrt((centred**2).sum(1, keepdims=True) / count)
    flat = deviation <= 1e-12 * np.maximum(np.abs(mean), 1e-300)
    return np.where(flat, 0.0, centred / np.where(flat, 1.0, deviation))


@njit(cache=True, nogil=True)
def _nearest_correlation(values: np.ndarray, observed: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Senders int64 [N, k] and |Pearson| float64 [N, k] of each node's k most correlated, best first."""
    n, steps = values.shape
    sender, weight = np.zeros((n, k), np.int64), np.zeros((n, k))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            count, si, sj, sii, sjj, sij = 0, 0.0, 0.0, 0.0, 0.0, 0.0
            for t in range(steps):
                if observed[i, t] and observed[j, t]:
                    x, y = values[i, t], values[j, t]
                    count += 1
                    si += x
                    sj += y
                    sii += x * x
                    sjj += y * y
                    sij += x * y
            if count < 2:
                continue
            spread = (sii - si * si / count) * (sjj - sj * sj / count)
            if spread > 1e-20:
                _keep(sender[i], weight[i], j, abs(sij - si * sj / count) / np.sqrt(spread))
    return sender, weight


@njit(cache=True, nogil=True)
def _nearest_correntropy(
    values: np.ndarray, observed: np.ndarray, k: int, width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Senders int64 [N, k] and correntropy float64 [N, k] of each node's k nearest, best first."""
    n, steps = values.shape
    sender, weight = np.zeros((n, k), np.int64), np.zeros((n, k))
    scale = -0.5 / (width * width)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            count, total = 0, 0.0
            for t in range(steps):
                if observed[i, t] and observed[j, t]:
                    gap = values[i, t] - values[j, t]
                    count += 1
                    total += np.exp(scale * gap * gap)
            if count > 0:
                _keep(sender[i], weight[i], j, total / count)
    return sender, weight


@njit(cache=True, nogil=True)
def _keep(sender: np.ndarray, weight: np.ndarray, node: int, value: float) -> None:
    """Put a node among the k best so far, which are sorted, if it belongs there."""
    place = weight.size
    while place > 0 and value > weight[place - 1]:
        place -= 1
    for later in range(weight.size - 1, place, -1):
        weight[later], sender[later] = weight[later - 1], sender[later - 1]
    if place < weight.size:
        weight[place], sender[place] = value, node
