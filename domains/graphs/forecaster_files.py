"""GraphForecasters as artefacts: settings, feature spec, weights, graph and intervals in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.named_arrays import below, under
from ...shared.artifact.saving import save_artifact
from ...shared.forecasting.fitted_data import plain_card
from ...shared.forecasting.kept_forecaster import kept_arrays, kept_facts, restore
from ...shared.settings_check import checked
from .fit_record import FitRecord
from .forecaster_settings import GraphForecasterSettings
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph

if TYPE_CHECKING:
    from .forecaster import GraphForecaster

KIND = "graph-forecaster"
"""Kind of the artefacts that hold a network on a graph."""
TAGS = ("time-series-forecasting", "graph-ml")


def save_forecaster(forecaster: GraphForecaster, folder: str | Path, card: ModelCard | None) -> Path:
    """Write the artefact; `card` None writes one of what is known of the fit.

    Raises:
        InputError: the folder cannot be written.
    """
    model, graph = forecaster.model, forecaster.graph
    config = {
        "model": {"name": model.name, "config": model.config(), "dimensions": model.dimensions},
        **kept_facts(forecaster),
        "nodes": list(forecaster.nodes),
        "channels": list(forecaster.channels),
        "geographic": graph.geographic if graph is not None else None,
        "began": forecaster.began,
        "imputer": forecaster.imputer.config() if forecaster.imputer is not None else None,
        "record": forecaster.record.model_dump(mode="json") if forecaster.record is not None else None,
    }
    state = kept_arrays(forecaster)
    if graph is not None:
        state |= under("graph", graph_state(graph))
    if forecaster.imputer is not None:
        state |= under("imputer", forecaster.imputer.state())
    return save_artifact(folder, KIND, config, state, card or fitted_card(forecaster))


def fitted_card(forecaster: GraphForecaster, data: str = "signals", command: str | None = None) -> ModelCard:
    """What is known of a network: its nodes and edges, and what its last fit came to.

    Args:
        data: name of the signals it was fitted on.
        command: that made it; None: the calls in Python.
    """
    model, graph = forecaster.model, forecaster.graph
    card = plain_card("GraphForecaster", model.name, forecaster.horizon, forecaster.spec, TAGS)
    size = f"{len(forecaster.nodes)} nodes" + (
        f", {graph.n_edges} edges" if isinstance(graph, SensorGraph) else ""
    )
    card = card.model_copy(update={"title": f"{card.title}, {size}", "command": command or card.command})
    return card if forecaster.record is None else forecaster.record.on_card(card, data)


def load_forecaster(
    kind: type[GraphForecaster], name_or_folder: str | Path, changed: dict[str, Any]
) -> GraphForecaster:
    """Read the artefact into a forecaster of class `kind`; `changed` settings replace the saved ones."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    config, arrays = artifact.config, artifact.arrays()
    model = config["model"]
    settings = checked(GraphForecasterSettings, {**config["settings"], **changed}, "GraphForecaster")
    loaded = kind(model["name"], model_settings=model["config"], **settings.model_dump())
    weights = below("model", arrays)
    if weights:
        loaded.model.load_state(weights, model["dimensions"])
    restore(loaded, config, arrays)
    loaded.nodes, loaded.channels = tuple(config["nodes"]), tuple(config["channels"])
    loaded.began = config["began"]
    if config.get("record") is not None:
        loaded.record = FitRecord.model_validate(config["record"])
    graph = below("graph", arrays)
    if graph:
        loaded.graph = graph_from(graph, loaded.nodes, geographic=config["geographic"])
    if config["imputer"] is not None:
        from .imputation.imputer import Imputer

        loaded.imputer = Imputer.from_state(config["imputer"], below("imputer", arrays))
    return loaded


def graph_state(graph: SensorGraph | ChangingGraph) -> dict[str, np.ndarray]:
    """Arrays of a graph by name; one that changes in time has all steps' edges one after the other."""
    if isinstance(graph, ChangingGraph):
        parts = graph.graphs
        state = {
            "edge_index": np.concatenate([part.edge_index for part in parts], axis=1),
            "edge_weight": np.concatenate([part.edge_weight for part in parts]),
            "edges_of_step": np.array([part.n_edges for part in parts], dtype=np.int64),
        }
    else:
        state = {"edge_index": graph.edge_index, "edge_weight": graph.edge_weight}
    return state if graph.coordinates is None else {**state, "coordinates": graph.coordinates}


def graph_from(
    state: dict[str, np.ndarray], nodes: tuple[str, ...], *, geographic: bool
) -> SensorGraph | ChangingGraph:
    """What `graph_state` gave, as a graph again."""
    index, weight, places = state["edge_index"], state["edge_weight"], state.get("coordinates")
    signed = bool((weight < 0).any())
    if "edges_of_step" not in state:
        return SensorGraph(nodes, index, weight, places, geographic, signed)
    stops = state["edges_of_step"].cumsum()
    pairs = zip(stops - state["edges_of_step"], stops, strict=True)
    return ChangingGraph(
        tuple(
            SensorGraph(nodes, index[:, start:stop], weight[start:stop], places, geographic, signed)
            for start, stop in pairs
        )
    )
