"""From flags to a request of a network on a graph, and what such a network does not take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...shared.errors import InputError
from .table_options import GraphOptions, TableOptions

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
    from ..network_commands import NetworkRequest

    refuse_graph(model, network.graph)
    if not is_graph_model(model):
        return None
    for flag, value in (refused or {}).items():
        if value:
            raise InputError(flag, f"{model} is a network and does not take it", remedy="Leave it out")
    reading = table.given()
    if network.zero_is_missing:
        reading["zero_is_missing"] = True
    if past:
        reading["past"] = past
    if future:
        reading["future"] = future
    settings = {
        "preset": network.size,
        "lookback": network.lookback,
        "scaling": network.scaling,
        "profile": network.profile,
        "training": {"epochs": network.epochs},
    }
    return NetworkRequest(
        model=model,
        signals=data,
        graph=network.graph,
        directed=not network.undirected,
        signed=network.signed,
        reading=reading,
        model_settings=settings,
    )
