"""What is left in a model's errors one step ahead: the AZ-whiteness test, whole and node by node."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...domains.graphs.diagnosis.az_whiteness import az_whiteness_test
from ...domains.graphs.diagnosis.whiteness_maps import whiteness_maps
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ...domains.graphs.signals.signals import Signals
from ...shared.errors import InputError
from ...shared.forecasting.origins import cutoffs_within, origins
from ...shared.forecasting.windows import targets
from ..comparison.contestants import Entrant
from ..comparison.rolling import TestWindows, answers_of
from .record import Whiteness


def one_step_errors(
    entrant: Entrant, signals: Signals, rows: slice, minimum: int
) -> tuple[np.ndarray, np.ndarray]:
    """Errors one step ahead at every row of `rows`, in units of each series' spread.

    Args:
        minimum: steps a series must have had before.

    Returns:
        float64 [T, N, C] and bool [T, N, C], False where not observed or not forecast.
    """
    panel, steps = signals.panel, rows.stop - rows.start
    errors, known = np.zeros((steps, panel.n_series)), np.zeros((steps, panel.n_series), dtype=bool)
    series, cutoff = origins(panel, cutoffs_within(rows, 1), minimum)
    windows = TestWindows(series, cutoff, 1)
    for batch, point, _ in answers_of(entrant.ask((0.5,)), panel, windows):
        place = cutoff[batch] + 1 - rows.start, series[batch]
        truth, observed = targets(panel, series[batch], cutoff[batch], 1)
        errors[place] = np.where(observed[:, 0], truth[:, 0].astype(np.float64) - point[:, 0], 0.0)
        known[place] = observed[:, 0]
    # Channels of unlike units weigh the same; where one never errs there is nothing to divide by.
    spread = np.sqrt((errors**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    shape = (steps, signals.n_nodes, signals.n_channels)
    scaled = errors / np.where(spread > 0, spread, 1.0)
    return scaled.reshape(shape), known.reshape(shape)


def whiteness_of(errors: np.ndarray, known: np.ndarray, graph: SensorGraph) -> Whiteness | None:
    """The test on errors [T, N, C]; None where there is nothing to compare."""
    try:
        found = az_whiteness_test(errors, _unsigned(graph), known, remove_median=True)
    except InputError:
        return None
    return Whiteness(
        statistic=found.statistic,
        p_value=found.p_value,
        spatial=found.spatial,
        spatial_p_value=found.spatial_p_value,
        temporal=found.temporal,
        temporal_p_value=found.temporal_p_value,
        spatial_pairs=found.spatial_edges,
        temporal_pairs=found.temporal_edges,
    )


def whiteness_of_nodes(errors: np.ndarray, known: np.ndarray, graph: SensorGraph) -> np.ndarray:
    """The statistic at each node, float64 [N]; NaN where nothing could be compared."""
    maps = whiteness_maps(errors, _unsigned(graph), known, periods=len(errors), remove_median=True)
    return np.where(maps.nodes.count > 0, maps.nodes.statistic, np.nan)


def _unsigned(graph: SensorGraph) -> SensorGraph:
    return replace(graph, edge_weight=np.abs(graph.edge_weight)) if graph.signed else graph
