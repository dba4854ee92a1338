"""Gap filling: what a GraphForecaster asks an Imputer for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...shared.errors import InputError
from ...shared.settings_check import checked
from .given_graph import given_graph
from .imputation.imputer import Imputer
from .imputation.settings import ImputerSettings
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def filled(
    forecaster: GraphForecaster, data: Any, graph: Any, settings: dict[str, Any], run: Path | None
) -> Signals:
    """Signals without gaps; see `GraphForecaster.impute`."""
    if forecaster.imputer is not None and settings:
        raise InputError(
            "settings",
            "the imputer is trained already",
            remedy="Set forecaster.imputer to None to train it anew, or leave them out",
        )
    signals = forecaster.settings.read(data, forecaster.nodes)
    on = still_graph(graph, forecaster, signals.nodes)
    if forecaster.imputer is None:
        imputer = Imputer(checked(ImputerSettings, settings, "imputer"))
        imputer.fit(signals, on, run=run)
        forecaster.imputer = imputer
    return forecaster.imputer.impute(signals, on)


def still_graph(graph: Any, forecaster: GraphForecaster, nodes: tuple[str, ...]) -> SensorGraph | None:
    """The graph given for these nodes, or the forecaster's own; the mean of one that changes in time."""
    found = forecaster.graph if graph is None else given_graph(graph, nodes)
    return found.mean() if isinstance(found, ChangingGraph) else found
