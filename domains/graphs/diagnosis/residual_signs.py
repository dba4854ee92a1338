"""Sums of residuals' sign products over a space-time graph: what every whiteness statistic is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from ....shared.errors import InputError
from ..sensor_graph.checks import counted
from ..sensor_graph.sensor_graph import SensorGraph


@dataclass(frozen=True)
class Residuals:
    """Residuals made ready: checked, float64, one feature axis, in units of the largest."""

    values: np.ndarray
    """float64 [T, N, F], 0 where not observed, magnitudes at most 1; a copy of the caller's."""
    observed: np.ndarray
    """bool [T, N, F]."""

    def feature(self, f: int) -> Residuals:
        """Feature f alone, [T, N, 1]."""
        return Residuals(*(np.ascontiguousarray(part[:, :, f : f + 1]) for part in self._parts()))

    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        return self.values, self.observed


@dataclass(frozen=True)
class SignSums:
    """Sums over the edges that touch each node, in each of G groups of steps; all [G, N]."""

    spatial: np.ndarray
    """float64, sum of w sgn<r_u, r_v>; each edge stands at both of its nodes."""
    squares: np.ndarray
    """float64, sum of w^2 of the same edges."""
    edges: np.ndarray
    """int64, how many edges these are."""
    temporal: np.ndarray
    """float64, sum of sgn<r_{t-1}, r_t>, in the group of step t."""
    steps: np.ndarray
    """int64, how many pairs of steps these are."""


def prepare_residuals(
    residuals: np.ndarray, graph: SensorGraph, observed: np.ndarray | None, remove_median: bool
) -> Residuals:
    """Checked residuals; the caller's arrays are left as they are.

    Args:
        residuals: [T, N] or [T, N, F].
        observed: bool [T, N] or as residuals; None where all are.
        remove_median: subtract each node's median over observed steps, feature by feature.

    Raises:
        InputError: shapes do not belong together, or an observed residual is not finite.
    """
    values = np.array(residuals, dtype=np.float64)
    if values.ndim == 2:
        values = values[:, :, None]
    if values.ndim != 3 or values.shape[1] != graph.n_nodes or 0 in values.shape:
        raise InputError(
            "residuals",
            f"have shape {np.shape(residuals)}",
            expected=f"[T, {graph.n_nodes}] or [T, {graph.n_nodes}, F], as the graph has "
            f"{graph.n_nodes} nodes",
        )
    seen = _observed(observed, values.shape)
    bad = seen & ~np.isfinite(values)
    if bad.any():
        t, v, f = (int(axis[0]) for axis in np.nonzero(bad))
        raise InputError(
            "residuals",
            f"{counted(np.count_nonzero(bad), 'is', 'are')} not finite",
            where=f"step {t}, node {graph.nodes[v]!r}, feature {f}",
            expected="finite numbers wherever observed",
            remedy="Pass observed= with False there",
        )
    values[~seen] = 0.0
    if remove_median:
        medians = _medians(values, seen)
        values = np.where(seen, values - medians, 0.0)
    # Signs of products know no unit; in this one no product of large residuals overflows.
    largest = np.abs(values).max()
    return Residuals(values / largest if largest > 0 else values, seen)


def _observed(observed: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    if observed is None:
        return np.ones(shape, dtype=bool)
    mask = np.asarray(observed).astype(bool)
    if mask.ndim == 2:
        mask = mask[:, :, None]
    if mask.ndim != 3 or mask.shape[:2] != shape[:2] or mask.shape[2] not in (1, shape[2]):
        raise InputError(
            "observed",
            f"has shape {np.shape(observed)}",
            expected=f"{list(shape[:2])} or {list(shape)}, as the residuals",
        )
    return np.ascontiguousarray(np.broadcast_to(mask, shape))


def _medians(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Median over observed steps, [1, N, F]; 0 where there is none."""
    with np.errstate(invalid="ignore"):
        known = np.where(observed, values, np.nan)
    never = ~observed.any(axis=0)
    known[:, never] = 0.0
    return np.nanmedian(known, axis=0, keepdims=True)


def undirected_edges(graph: SensorGraph) -> tuple[np.ndarray, np.ndarray]:
    """Pairs u < v int64 [P, 2] and their weights float64 [P]: both directions and duplicates summed.

    Self-loops and edges of weight 0 are left out.

    Raises:
        InputError: a weight of a signed graph is negative.
    """
    sender, receiver = graph.edge_index
    weight = graph.edge_weight.astype(np.float64)
    bad = np.flatnonzero(weight < 0)
    if bad.size:
        edge = int(bad[0])
        raise InputError(
            "edge weight",
            f"{weight[edge]:g}, and {bad.size} such in all",
            where=f"{graph.nodes[sender[edge]]!r} to {graph.nodes[receiver[edge]]!r}",
            expected="weights of 0 and more",
            remedy="Give the graph absolute weights, or all 1, for this test",
        )
    kept = (sender != receiver) & (weight > 0)
    low, high = np.minimum(sender, receiver)[kept], np.maximum(sender, receiver)[kept]
    keys, place = np.unique(low * graph.n_nodes + high, return_inverse=True)
    pairs = np.stack([keys // max(graph.n_nodes, 1), keys % max(graph.n_nodes, 1)], axis=1)
    return pairs.astype(np.int64), np.bincount(place, weights=weight[kept], minlength=len(keys))


def sum_signs(
    residuals: Residuals, pairs: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int
) -> SignSums:
    """Sums per group of steps and node over pairs whose two ends share an observed feature.

    Args:
        pairs, weights: as `undirected_edges` gives them.
        group: int64 [T], each step's group.
        groups: G.
    """
    shape = (groups, residuals.values.shape[1])
    sums = SignSums(
        spatial=np.zeros(shape),
        squares=np.zeros(shape),
        edges=np.zeros(shape, np.int64),
        temporal=np.zeros(shape),
        steps=np.zeros(shape, np.int64),
    )
    group = np.ascontiguousarray(group, dtype=np.int64)
    values, seen = residuals.values, residuals.observed
    _sum_spatial(values, seen, pairs, weights, group, sums.spatial, sums.squares, sums.edges)
    _sum_temporal(values, seen, group, sums.temporal, sums.steps)
    return sums


@numba.njit(cache=True, nogil=True)
def _sign_product(values: np.ndarray, seen: np.ndarray, t: int, u: int, s: int, v: int) -> tuple[bool, float]:
    """Whether r_tu and r_sv share an observed feature, and the sign of their product over those shared."""
    shared, inner = False, 0.0
    for f in range(values.shape[2]):
        if seen[t, u, f] and seen[s, v, f]:
            shared = True
            inner += values[t, u, f] * values[s, v, f]
    return shared, np.sign(inner)


@numba.njit(cache=True, nogil=True)
def _sum_spatial(
    values: np.ndarray,
    seen: np.ndarray,
    pairs: np.ndarray,
    weights: np.ndarray,
    group: np.ndarray,
    sums: np.ndarray,
    squares: np.ndarray,
    counts: np.ndarray,
) -> None:
    for t in range(len(values)):
        g = group[t]
        for e in range(len(pairs)):
            u, v, w = pairs[e, 0], pairs[e, 1], weights[e]
            shared, sign = _sign_product(values, seen, t, u, t, v)
            if shared:
                for node in (u, v):
                    sums[g, node] += w * sign
                    squares[g, node] += w * w
                    counts[g, node] += 1


@numba.njit(cache=True, nogil=True)
def _sum_temporal(
    values: np.ndarray, seen: np.ndarray, group: np.ndarray, sums: np.ndarray, counts: np.ndarray
) -> None:
    for t in range(1, len(values)):
        g = group[t]
        for v in range(values.shape[1]):
            shared, sign = _sign_product(values, seen, t - 1, v, t, v)
            if shared:
                sums[g, v] += sign
                counts[g, v] += 1
