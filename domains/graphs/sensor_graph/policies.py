"""What becomes of loops, repeated edges and directions when a graph is made from a list of edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ....shared.errors import InputError
from .checks import checked_index, checked_names, checked_weight, counted
from .sensor_graph import SensorGraph

SelfLoops = Literal["drop", "keep"]
Duplicates = Literal["sum", "max", "min", "error"]


def settle_graph(
    nodes: int | Sequence[object],
    edge_index: object,
    weight: object = None,
    *,
    self_loops: SelfLoops = "drop",
    duplicates: Duplicates = "sum",
    directed: bool = True,
    signed: bool = False,
    coordinates: np.ndarray | None = None,
    geographic: bool = True,
) -> SensorGraph:
    """A graph from raw edges: sorted by sender and receiver, each pair once, edges of weight 0 left out.

    Args:
        nodes: N, or the N names.
        edge_index: integers [2, E].
        weight: numbers [E]; 1 for every edge when None.
        self_loops: "drop" them, or "keep" (one a node).
        duplicates: what becomes of the weights of a pair that is listed more than once: their "sum", their
            "max" or "min", or an "error".
        directed: False adds the opposite of every edge; pairs listed both ways take the larger weight.
        signed: whether negative weights are meant.

    Raises:
        InputError: what is wrong with nodes, edges or weights, or duplicates where they are refused.
    """
    _require("self_loops", self_loops, ("drop", "keep"))
    _require("duplicates", duplicates, ("sum", "max", "min", "error"))
    names = checked_names(nodes)
    index = checked_index(edge_index, len(names))
    values = np.ones(index.shape[1], np.float32) if weight is None else weight
    values = checked_weight(values, index.shape[1], signed=signed)
    if self_loops == "drop":
        kept = index[0] != index[1]
        index, values = index[:, kept], values[kept]
    index, values = coalesce(index, values, len(names), duplicates, names)
    if not directed:
        index, values = both_ways(index, values, len(names))
    kept = values != 0
    return SensorGraph(names, index[:, kept], values[kept], coordinates, geographic, signed)


def coalesce(
    index: np.ndarray, weight: np.ndarray, nodes: int, how: Duplicates, names: Sequence[str] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Edges [2, E] sorted by sender and receiver, each pair once, with weights float32 [E].

    Raises:
        InputError: `how` is "error" and a pair repeats.
    """
    keys = index[0] * nodes + index[1]
    order = np.argsort(keys, kind="stable")
    keys, weight = keys[order], weight[order]
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if keys.size else np.zeros(0, np.int64)
    if first.size < keys.size:
        if how == "error":
            pair = int(keys[int(np.flatnonzero(keys[1:] == keys[:-1])[0])])
            sender, receiver = divmod(pair, nodes)
            raise InputError(
                "edges",
                f"{counted(keys.size - first.size, 'edge is', 'edges are')} listed more than once",
                where=f"{names[sender]} to {names[receiver]}" if names else f"{sender} to {receiver}",
                remedy='Drop them, or pass duplicates="sum" or "max"',
            )
        join = {"sum": np.add, "max": np.maximum, "min": np.minimum}[how]
        weight = join.reduceat(weight.astype(np.float64), first).astype(np.float32)
    return np.stack(np.divmod(keys[first], nodes)), np.ascontiguousarray(weight)


def both_ways(index: np.ndarray, weight: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """The edges and their opposites; pairs there both ways take the weight that is larger in size."""
    doubled = np.concatenate([index, index[::-1]], axis=1)
    order = np.argsort(np.abs(np.r_[weight, weight]), kind="stable")[::-1]
    keys = (doubled[0] * nodes + doubled[1])[order]
    keys, first = np.unique(keys, return_index=True)
    return np.stack(np.divmod(keys, nodes)), np.r_[weight, weight][order][first]


def _require(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(field, f"{value!r} is not known", expected=" or ".join(known))
