"""Prepare: a network by name, or files of one's own, become signals, a graph and a summary."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...domains.graphs.forecaster_files import graph_from, graph_state
from ...domains.graphs.sensor_graph.changing_graph import ChangingGraph
from ...domains.graphs.sensor_graph.graph_files import read_graph
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ...domains.graphs.signals.reading import read_signals
from ...domains.graphs.signals.signals import Signals
from ...domains.graphs.signals.similarity_graph import from_signals
from ...shared.errors import InputError
from ..comparison.data_summary import DataSummary, Named, is_file, split_rows, summarise
from ..comparison.evaluation import load_arrays, save_arrays
from ..comparison.panel_file import load_panel, save_panel
from ..network_files import read_network
from .settings import Settings

SIMILARITY = "similarity"


@dataclass(frozen=True)
class Prepared:
    """What all later stages work on."""

    signals: Signals
    graph: SensorGraph | ChangingGraph
    """Its nodes in the order of the signals."""
    summary: DataSummary

    @property
    def static_graph(self) -> SensorGraph:
        """The graph, or the mean of one that changes in time."""
        return self.graph.mean() if isinstance(self.graph, ChangingGraph) else self.graph


def prepare(settings: Settings) -> Prepared:
    """What the settings ask for.

    Raises:
        InputError: whatever the readers find wrong with signals, graph or coordinates; no graph is given; or
            the signals are too short.
    """
    signals, graph, named = _own(settings) if is_file(settings.data) else _known(settings)
    splits = split_rows(
        signals.panel,
        settings.horizon,
        test_share=settings.test_share,
        validation_share=settings.validation_share,
    )
    if graph is None:
        rows = slice(*splits["train"])
        graph = from_signals(signals, min(settings.neighbours, signals.n_nodes - 1), rows=rows)
    if settings.coordinates is not None:
        graph = read_graph(graph, coordinates=settings.coordinates)
    if settings.title is not None:
        named = named._replace(title=settings.title)
    if settings.unit is not None:
        named = named._replace(unit=settings.unit)
    return Prepared(signals, graph, summarise(signals.panel, named, settings.horizon, splits))


def _known(settings: Settings) -> tuple[Signals, SensorGraph | ChangingGraph, Named]:
    from ...domains.graphs.datasets import load_network
    from ...shared.datasets.card import read_card

    if settings.graph is not None:
        raise InputError(
            "graph",
            f"{settings.data} comes with a graph of its own",
            remedy="Leave graph out, or give signals as a file",
        )
    card = read_card(settings.data)
    signals, graph = load_network(card.name, settings.signals.channels or None)
    note = f"{card.note} Licence: {card.licence}. Unit: {card.unit}."
    return signals, graph, Named(card.title, note, card.unit, f"{card.name} ({card.package or 'fetched'})")


def _own(settings: Settings) -> tuple[Signals, SensorGraph | ChangingGraph | None, Named]:
    if settings.graph is None:
        raise InputError(
            "graph",
            f"{Path(settings.data).name} has no graph with it",
            expected="a file of edges (from,to,weight) or an adjacency",
            remedy=f"--set graph=edges.csv, or --set graph={SIMILARITY} to join nodes that move alike",
        )
    name = Path(settings.data).name
    named, reading = Named(name, "", "", name), settings.signals.reading()
    if settings.graph == SIMILARITY:
        return read_signals(settings.data, **reading), None, named
    how = {"directed": settings.directed, "signed": settings.signed}
    return *read_network(settings.data, settings.graph, **how, **reading), named


def save_prepared(prepared: Prepared, folder: Path) -> None:
    """Write panel.npz, graph.npz, network.json and summary.json."""
    save_panel(prepared.signals.panel, folder / "panel.npz")
    save_arrays(folder / "graph.npz", graph_state(prepared.graph))
    facts = {
        "nodes": prepared.signals.nodes,
        "channels": prepared.signals.channels,
        "geographic": prepared.graph.geographic,
    }
    (folder / "network.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / "summary.json").write_text(prepared.summary.model_dump_json(indent=2), encoding="utf-8")


def load_prepared(folder: Path) -> Prepared:
    """Read what `save_prepared` wrote."""
    facts = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    nodes = tuple(facts["nodes"])
    signals = Signals(load_panel(folder / "panel.npz"), nodes, tuple(facts["channels"]))
    graph = graph_from(load_arrays(folder / "graph.npz"), nodes, geographic=facts["geographic"])
    text = (folder / "summary.json").read_text(encoding="utf-8")
    return Prepared(signals, graph, DataSummary.model_validate_json(text))


def node_series(signals: Signals, node: int) -> np.ndarray:
    """int64 [C], the series of a node."""
    return node * signals.n_channels + np.arange(signals.n_channels)
