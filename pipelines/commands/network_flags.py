"""From flags to a request of a network on a graph, and what such a network does not take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...shared.errors import InputError
from .graph_options import GraphFile, GraphOptions
from .table_options import TableOptions

if TYPE_CHECKING:
    from ..network_commands import NetworkRequest


def network_request(
    model: str,
    data: Path,
    table: TableOptions,
    network: GraphOptions,
    *,
    past: tuple[str, ...] = (),
    future: tuple[str, ...] = (),
    refused: Mapping[str, object] | None = None,
) -> NetworkRequest | None:
    """What is asked of a network on a graph; None where MODEL forecasts single series.

    Args:
        past, future: covariates.
        refused: values of flags that only make sense for single series, by name.

    Raises:
        InputError: a graph for a model of single series, or a flag that networks do not take.
    """
    from ..graph_contestant import is_graph_model, refuse_graph

    refuse_graph(model, network.graph)
    if not is_graph_model(model):
        return None
    for flag, value in (refused or {}).items():
        if value:
            raise InputError(flag, f"{model} is a network and does not take it", remedy="Leave it out")
    settings = {
        "preset": network.size,
        "lookback": network.lookback,
        "scaling": network.scaling,
        "profile": network.profile,
        "training": {"epochs": network.epochs},
    }
    return request_of_network(model, data, table, network, past=past, future=future, settings=settings)


def request_of_network(
    model: str,
    data: Path,
    table: TableOptions,
    network: GraphFile,
    *,
    past: tuple[str, ...] = (),
    future: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
) -> NetworkRequest:
    """What is asked of a model that is known to be a network; `settings` are those of one that is fitted."""
    from ..network_commands import NetworkRequest

    covariates = {"past": past, "future": future}
    reading = table.given() | {name: columns for name, columns in covariates.items() if columns}
    if network.zero_is_missing:
        reading["zero_is_missing"] = True
    return NetworkRequest(
        model=model,
        signals=data,
        graph=network.graph,
        directed=not network.undirected,
        signed=network.signed,
        reading=reading,
        model_settings=settings or {},
    )
