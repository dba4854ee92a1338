"""Diagnosis of a forecaster: are its one-step residuals still correlated, and where?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from ...shared.panels.time_stamps import to_zone
from .clock import steps_per_day
from .diagnosis.az_whiteness import WhitenessTest, az_whiteness_test
from .diagnosis.node_findings import node_findings
from .diagnosis.whiteness_maps import WhitenessMap, WhitenessMaps, whiteness_maps
from .gap_filling import still_graph
from .sensor_graph.sensor_graph import SensorGraph

if TYPE_CHECKING:
    from .forecaster import GraphForecaster

CLEAR = 0.01
"""P-value below which residuals are called correlated."""
Periods = int | Sequence[int] | np.ndarray | None


@dataclass(frozen=True)
class Diagnosis:
    """What the residuals of T steps at N nodes say about a model."""

    test: WhitenessTest
    """Of all residuals. A small p-value: neighbours, or steps in a row, still err alike."""
    maps: WhitenessMaps
    """The same statistic of each node, each period and both."""
    space: WhitenessMap
    """That of each node's edges alone."""
    time: WhitenessMap
    """That of each node's successive steps alone."""
    residuals: np.ndarray
    """float64 [T, N, C], actual minus forecast over the root mean square of each series' own errors (those
    that were given, as they were given); 0 where not observed."""
    observed: np.ndarray
    """bool [T, N, C]."""
    nodes: tuple[str, ...]

    @property
    def white(self) -> bool:
        """Whether nothing was found at the level of 1 %."""
        return self.test.p_value >= CLEAR

    def by_node(self) -> pd.DataFrame:
        """A row for each node, the clearest first; see `node_findings` for what its signs mean."""
        return node_findings(self.nodes, self.maps.nodes, self.space, self.time)

    def verdict(self) -> str:
        """The outcome in a sentence: whether errors are correlated, where, and which way."""
        test = self.test
        if self.white:
            told = f"p = {test.p_value:.2g}, not below {CLEAR:g}"
            return f"The residuals show no correlation in space or time ({told})."
        alike = "neighbours err alike" if test.spatial > 0 else "neighbours err against each other"
        lasting = "errors go on" if test.temporal > 0 else "errors alternate"
        places = (
            (f"along the graph ({alike}", test.spatial_p_value),
            (f"in time ({lasting}", test.temporal_p_value),
        )
        found = " and ".join(f"{place}, p = {p:.2g})" for place, p in places if p < CLEAR) or (
            f"in space and time taken together (p = {test.p_value:.2g}; along the graph "
            f"{test.spatial_p_value:.2g}, in time {test.temporal_p_value:.2g})"
        )
        return f"The residuals are still correlated {found}. There is more to learn: p is below {CLEAR:g}."


def diagnosed(
    forecaster: GraphForecaster,
    data: Any,
    residuals: np.ndarray | None,
    observed: np.ndarray | None,
    *,
    graph: Any,
    test: float | int | slice,
    periods: Periods,
) -> Diagnosis:
    """See `GraphForecaster.diagnose`."""
    if (data is None) == (residuals is None):
        raise InputError("data", "give either data or residuals", expected="one of the two")
    nodes = forecaster.nodes
    if residuals is None:
        residuals, observed, nodes, hours = _one_step_residuals(forecaster, data, graph, test)
        periods = hours if periods is None else periods
    on = still_graph(graph, forecaster, nodes)
    if on is None:
        raise InputError(
            "graph",
            "the test needs one",
            remedy="Pass graph= (--graph in the shell) with the edges to test along",
        )
    on = on.select(nodes) if nodes else on
    apart, seen = _apart(residuals, observed, on)
    rows = max(len(apart) // 8, 1) if periods is None else periods
    alone = [whiteness_maps(apart, on, seen, periods=len(apart), mix=mix).nodes for mix in (1.0, 0.0)]
    return Diagnosis(
        test=az_whiteness_test(apart, on, seen),
        maps=whiteness_maps(apart, on, seen, periods=rows),
        space=alone[0],
        time=alone[1],
        residuals=np.where(seen, apart, 0.0),
        observed=seen,
        nodes=on.nodes,
    )


def _apart(
    residuals: np.ndarray, observed: np.ndarray | None, graph: SensorGraph
) -> tuple[np.ndarray, np.ndarray]:
    """Residuals and mask as [T, N, C]."""
    values = np.asarray(residuals, dtype=np.float64)
    if values.ndim not in (2, 3) or values.shape[1] != graph.n_nodes:
        raise InputError(
            "residuals",
            f"have shape {values.shape}",
            expected=f"(T, {graph.n_nodes}) or (T, {graph.n_nodes}, C), a column for each node of the graph",
        )
    values = values.reshape(len(values), graph.n_nodes, -1)
    seen = np.ones(values.shape, bool) if observed is None else np.asarray(observed, bool)
    return values, np.broadcast_to(seen.reshape(len(values), graph.n_nodes, -1), values.shape)


def _one_step_residuals(
    forecaster: GraphForecaster, data: Any, graph: Any, test: float | int | slice
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], np.ndarray | None]:
    """Residuals [T, N, C] over each series' deviation, their mask, the nodes, and the hour of each row."""
    signals = forecaster.settings.read(data, forecaster.nodes)
    forecast = forecaster.backtest(signals, 1, graph=graph, test=test, levels=()).forecast
    assert forecast is not None
    panel = signals.panel
    rows = forecast.rows.max(axis=1) + 1
    seen = panel.observed[rows] & forecast.present
    error = np.where(seen, panel.values[rows].astype(np.float64) - forecast.values[:, 0], 0.0)
    spread = np.sqrt((error**2).sum(axis=0) / np.maximum(seen.sum(axis=0), 1))
    shape = (-1, signals.n_nodes, signals.n_channels)
    scaled = error / np.where(spread > 0, spread, 1.0)
    return scaled.reshape(shape), seen.reshape(shape), signals.nodes, _hours(panel, rows)


def _hours(panel: Panel, rows: np.ndarray) -> np.ndarray | None:
    """Hour of the day of each row, on the panel's clock; None where a step is a day or more, or a number."""
    if steps_per_day(panel) == 1 or not isinstance(panel.time, pd.DatetimeIndex):
        return None
    return to_zone(panel.time[rows], panel.timezone, local=panel.local).hour.to_numpy(np.int64)
