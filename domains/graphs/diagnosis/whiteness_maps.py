"""Where and when residuals are correlated: the AZ statistic, restricted to nodes, periods and both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph
from .az_whiteness import Multivariate, by_feature, check_options, overall
from .residual_signs import SignSums, prepare_residuals, sum_signs, undirected_edges


@dataclass(frozen=True)
class WhitenessMap:
    """The statistic of many parts of the space-time graph, each N(0, 1) for uncorrelated residuals."""

    statistic: np.ndarray
    """float64, C restricted to the edges of each part; 0 where there are none."""
    p_value: np.ndarray
    """float64, two-sided; 1 where there are no edges."""
    count: np.ndarray
    """int64, edges compared, in space and in time."""


@dataclass(frozen=True)
class WhitenessMaps:
    """Local statistics. Of many tests some come out small by chance: compare with 1 / their number."""

    nodes: WhitenessMap
    """[N], all edges in space at a node, and its steps in time."""
    periods: WhitenessMap
    """[G], all edges in space at the steps of a period, and the steps in time that end there."""
    patches: WhitenessMap
    """[G, N], a node in a period. Few edges: the normal law is a rough one below some 30 of them."""
    labels: np.ndarray
    """[G], each period's label: the first row of a window, or the label that was given."""


def whiteness_maps(
    residuals: np.ndarray,
    graph: SensorGraph,
    observed: np.ndarray | None = None,
    *,
    periods: int | Sequence[int] | np.ndarray,
    multivariate: Multivariate = "inner",
    temporal_weight: float | None = None,
    mix: float = 0.5,
    remove_median: bool = False,
) -> WhitenessMaps:
    """The statistic of `az_whiteness_test` on parts of the space-time graph (arXiv 2302.01701).

    The weight of time is that of the whole graph, so that the parts divide one statistic among them.

    Args:
        periods: windows of that many rows; or a label for each of the T rows, such as the hour of the
            day: rows of equal label make a period.
        residuals, graph, observed, multivariate, temporal_weight, mix, remove_median: as there.

    Raises:
        InputError: as there, or the periods do not fit the rows. Parts with nothing to compare are
            no error: statistic 0, p-value 1, count 0.
    """
    check_options(multivariate, temporal_weight, mix)
    ready = prepare_residuals(residuals, graph, observed, remove_median)
    labels, group = _groups(periods, len(ready.values))
    pairs, weights = undirected_edges(graph)
    parts = [sum_signs(part, pairs, weights, group, len(labels)) for part in by_feature(ready, multivariate)]
    times = [overall(part).time_weight(temporal_weight) for part in parts]
    return WhitenessMaps(
        nodes=_map([_over(part, 0) for part in parts], times, mix),
        periods=_map([_over_nodes(part) for part in parts], times, mix),
        patches=_map(parts, times, mix),
        labels=labels,
    )


def _groups(periods: int | Sequence[int] | np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels [G] and each row's group int64 [T]."""
    if isinstance(periods, (int, np.integer)):
        if periods < 1:
            raise InputError("periods", f"windows of {periods} rows", expected="at least 1")
        group = np.arange(rows) // int(periods)
        return np.arange(group[-1] + 1) * int(periods), group
    given = np.asarray(periods)
    if given.shape != (rows,):
        raise InputError(
            "periods", f"labels of shape {given.shape}", expected=f"one for each of the {rows} rows"
        )
    labels, group = np.unique(given, return_inverse=True)
    return labels, group


def _over(sums: SignSums, axis: int) -> SignSums:
    """Sums over an axis."""
    fields = (sums.spatial, sums.squares, sums.edges, sums.temporal, sums.steps)
    return SignSums(*(field.sum(axis=axis) for field in fields))


def _over_nodes(sums: SignSums) -> SignSums:
    """Sums over all nodes, where an edge in space stands at two."""
    total = _over(sums, 1)
    return SignSums(total.spatial / 2, total.squares / 2, total.edges // 2, total.temporal, total.steps)


def _map(parts: list[SignSums], times: list[float], mix: float) -> WhitenessMap:
    """One statistic a part, of several features their sum over the root of the number that have any."""
    scores, usable, counts = [], [], []
    for part, weight in zip(parts, times, strict=True):
        time = (1 - mix) * weight
        variance = mix**2 * part.squares + time**2 * part.steps
        scale = np.sqrt(np.where(variance > 0, variance, 1.0))
        scores.append(np.where(variance > 0, (mix * part.spatial + time * part.temporal) / scale, 0.0))
        usable.append(variance > 0)
        counts.append((part.edges if mix > 0 else 0) + (part.steps if mix < 1 else 0))
    tests = np.maximum(np.sum(usable, axis=0), 1)
    statistic = np.sum(scores, axis=0) / np.sqrt(tests)
    return WhitenessMap(statistic, erfc(np.abs(statistic) / np.sqrt(2)), np.sum(counts, axis=0))
