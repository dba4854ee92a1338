"""MODEL where it stands for a network on a graph: a method fitted on the spot, or a trained one."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domains.graphs.models.presets import GRAPH_FREE, NAMES
from ..domains.graphs.sensor_graph.changing_graph import ChangingGraph
from ..domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ..domains.graphs.signals.signals import Signals
from ..shared.artifact.shipped import shipped_folder
from ..shared.errors import InputError, InputWarning
from .contestant import is_method

if TYPE_CHECKING:
    from ..domains.graphs.forecaster import GraphForecaster

GRAPH_KIND = "graph-forecaster"
LEARNS_ITS_GRAPH = ("graph-wavenet",)


def is_graph_method(model: str) -> bool:
    """Whether `model` names a network that is fitted on the signals at hand."""
    return model in NAMES


def is_graph_model(model: str) -> bool:
    """Whether `model` is a network on a graph: one by name, or an artefact that holds one."""
    return is_graph_method(model) or artifact_kind(model) == GRAPH_KIND


def artifact_kind(model: str) -> str | None:
    """Kind of the artefact that `model` names here; None when there is none."""
    folder = shipped_folder(model) or Path(model).expanduser()
    try:
        return str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require_graph(model: str, graph: object) -> None:
    """Raise InputError when a network by name needs a graph and there is none."""
    if graph is None and is_graph_method(model) and model not in (*GRAPH_FREE, *LEARNS_ITS_GRAPH):
        raise InputError(
            "--graph",
            f"{model} passes messages along edges and was given none",
            expected="a file of edges (from,to,weight) or an adjacency",
            remedy=f"Give --graph edges.csv, or choose a model without: {', '.join(GRAPH_FREE)}",
        )


def refuse_graph(model: str, graph: object) -> None:
    """Raise InputError when a graph is given to a model of single series."""
    if graph is not None and not is_graph_model(model):
        known = is_method(model) or artifact_kind(model) is not None
        problem = "forecasts every series by itself and reads no graph" if known else "is no network"
        raise InputError(
            "--graph",
            f"{model} {problem}",
            expected=f"a network ({', '.join(NAMES)}) or a folder that holds one",
            remedy="Leave --graph out, or choose such a model",
        )


def ready_graph_forecaster(
    model: str,
    signals: Signals,
    graph: SensorGraph | ChangingGraph | None,
    horizon: int,
    *,
    validation: float | slice = 0.2,
    train: slice | None = None,
    run: Path | None = None,
    model_settings: dict[str, Any] | None = None,
    **settings: Any,
) -> GraphForecaster:
    """A network to ask: one by name is fitted on `signals`, a trained one loaded and used as it is.

    Args:
        graph: with the nodes of the signals.
        validation, train, run: as in `GraphForecaster.fit`, for networks by name.
        model_settings, settings: as for `GraphForecaster`, for networks by name.

    Raises:
        InputError: no such model, or the data do not suit it.
    """
    from ..domains.graphs.forecaster import GraphForecaster

    if not is_graph_method(model):
        return GraphForecaster.load(model)
    require_graph(model, graph)
    given = None if model in GRAPH_FREE else graph
    with warnings.catch_warnings():
        # A thin calibration is told when intervals are asked for, not at every fit.
        warnings.filterwarnings("ignore", r"only \d+ calibration windows", InputWarning)
        forecaster = GraphForecaster(model, model_settings=model_settings, **settings)
        return forecaster.fit(signals, given, horizon, validation=validation, train=train, run=run)
