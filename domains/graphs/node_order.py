"""Node order: which place each node of a model has in the data, matched by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...shared.errors import InputError
from .sensor_graph.checks import listed


def require_nodes(fitted: Sequence[str], nodes: Sequence[str]) -> np.ndarray:
    """int64 [N], where each fitted node stands in the data.

    Raises:
        InputError: the data have other nodes than the forecaster was fitted on.
    """
    place = {name: number for number, name in enumerate(nodes)}
    lost, new = [name for name in fitted if name not in place], set(nodes) - set(fitted)
    if not lost and not new:
        return np.array([place[name] for name in fitted], dtype=np.int64)
    parts = [f"without data: {listed(lost)}"] * bool(lost)
    parts += [f"not known: {listed([name for name in nodes if name in new])}"] * bool(new)
    raise InputError(
        "nodes",
        f"the model knows {len(fitted)} nodes, the data have {len(nodes)}; {'; '.join(parts)}",
        expected="the nodes it was fitted on, in any order, unobserved ones too",
        remedy="Use transfer(graph, data), which keeps the shared weights and fits the new nodes"
        if new
        else "Give them a column without values: they are forecast from the others",
    )


def require_channels(fitted: Sequence[str], channels: Sequence[str]) -> None:
    """Raise InputError when the data have other channels than the forecaster was fitted on."""
    if fitted and tuple(channels) != tuple(fitted):
        raise InputError(
            "channels",
            f"the data have {', '.join(channels)}",
            expected=", ".join(fitted),
            remedy="Give the channels the model was fitted on, or fit a model on these",
        )


def series_order(nodes: np.ndarray, channels: int) -> np.ndarray:
    """int64 [N * C]: an order of nodes as an order of series, node by node."""
    return (nodes[:, None] * channels + np.arange(channels)).ravel()
