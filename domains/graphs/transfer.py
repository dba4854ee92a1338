"""Transfer: what a network shares among nodes, on other nodes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...shared.errors import InputError, note
from ...shared.forecasting.fitted_data import claim_panel, last_seen
from ...shared.forecasting.splits import last_rows, training_rows
from .clock import Clock
from .fit_record import FitRecord
from .fitting import calibrated
from .given_graph import given_graph, paired
from .graph_model import Graph, GraphModel
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.checks import listed
from .sensor_graph.sensor_graph import SensorGraph
from .signal_scaler import SignalScaler
from .signals.signals import Signals

if TYPE_CHECKING:
    from .forecaster import GraphForecaster


def transferred(
    forecaster: GraphForecaster,
    graph: Any,
    data: Any,
    *,
    validation: float | int | slice,
    train: slice | None,
    run: Path | None,
) -> GraphForecaster:
    """A copy of a fitted forecaster on other nodes; see `GraphForecaster.transfer`."""
    signals = known = None
    if data is not None:
        signals, known = paired(forecaster.settings, data, graph, forecaster.model)
        forecaster.of_kind(signals)
    elif graph is not None:
        known = _with_known_nodes(given_graph(graph, None), graph, forecaster)
    else:
        raise InputError("graph", "neither graph nor data name the new nodes", remedy="Pass one of them")
    other = copy.copy(forecaster)
    other.nodes = signals.nodes if signals is not None else known.nodes if known is not None else ()
    other.model = adapted_model(forecaster.model, len(other.nodes))
    other.graph, other.began, other.seen_until, other.imputer = known, None, None, None
    other.record = None
    if signals is not None:
        other.began = str(signals.panel.time[0])
        fit_local(other, signals, validation=validation, train=train, run=run)
    return other


def _with_known_nodes(found: Graph, graph: Any, forecaster: GraphForecaster) -> Graph:
    """The graph, and the known nodes that no edge of a list names: they are still there, without neighbours.

    A list that names none of the known nodes is of another network, whose nodes are those it names.
    """
    lost = [name for name in forecaster.nodes if name not in set(found.nodes)]
    if isinstance(graph, SensorGraph | ChangingGraph) or not lost or len(lost) == len(forecaster.nodes):
        return found
    note(f"without an edge, kept as known: {listed(lost)}; data, or a SensorGraph, would say otherwise")
    return given_graph(graph, (*found.nodes, *lost))


def adapted_model(model: GraphModel, nodes: int) -> GraphModel:
    """A copy of a fitted model for N other nodes of which nothing is known (cold start).

    Each new node stands where the known ones are on average: at the mean of plain embeddings, at the prior's
    mean of variational ones, at the mean of the centroids of clustered ones. Its mean and deviation are the
    average ones too.

    Raises:
        InputError: not fitted, or the network is tied to its nodes.
    """
    if model.network is None or model.scaler is None:
        raise InputError("model", f"{model.name} is not fitted", remedy="Call fit, or load a fitted one")
    network = copy.deepcopy(model.network)
    network.adapt_nodes(nodes, cold=True)
    adapted = GraphModel(model.name, **model.config())
    adapted.network, adapted.weekdays = network.eval(), model.weekdays
    adapted.dimensions = {**model.dimensions, "nodes": nodes}
    adapted.scaler = model.scaler.for_other_nodes(nodes, model.dimensions["channels"])
    return adapted


def fit_local(
    forecaster: GraphForecaster,
    signals: Signals,
    *,
    validation: float | int | slice,
    train: slice | None,
    run: Path | None,
) -> None:
    """Fit to these signals, in place, what belongs to single nodes: embeddings, and means where these are.

    What is shared stays as it is, bit for bit, buffers included.
    """
    model, horizon = forecaster.model, forecaster.horizon
    assert model.network is not None and model.scaler is not None and horizon is not None
    held_out = last_rows(validation, signals.panel.n_steps, horizon)
    rows = training_rows(train, held_out, signals.panel.n_steps)
    how = model.settings.scaling
    clock = Clock.of(signals.panel, horizon) if model.settings.profile else None
    model.scaler = model.scaler.refitted(SignalScaler.fit(signals, rows, how, clock), how)
    network = model.network
    local = network.local_parameters()
    if local:
        shared = {name: value.clone() for name, value in network.state_dict().items() if name not in local}
        network.freeze_shared()
        try:
            claim_panel(run, signals.panel, rows, held_out)
            result = model.fit(
                signals, forecaster.graph,
                horizon=horizon, train=rows, validation=held_out, run=run, local_only=True,
            )  # fmt: skip
            forecaster.record = FitRecord.of(result, signals.panel, rows, held_out)
        finally:
            network.freeze_shared(False)
            network.load_state_dict(shared, strict=False)
    else:
        note(f"{model.name} has no weights of single nodes: nothing but its scaling follows the data")
    forecaster.intervals = calibrated(forecaster, signals, held_out, horizon)
    forecaster.seen_until = last_seen(signals.panel, rows, held_out)
