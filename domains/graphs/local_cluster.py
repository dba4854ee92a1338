"""Find the cluster around a node, at a cost that does not depend on the size of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...shared.errors import InputError
from .kernels.compressed_rows import Graph, compress_rows, require_undirected
from .kernels.flow_diffusion import flow_diffusion
from .kernels.sweep_cut import sweep_cut
from .sensor_graph.sensor_graph import SensorGraph

MASS_PER_VOLUME = 3.0
"""Mass given per expected volume: the flow must fill the cluster and press against its border."""


@dataclass(frozen=True, eq=False)
class LocalCluster:
    """A cluster and how it was found."""

    nodes: np.ndarray
    """int64 [n], the cluster's nodes, most central first."""
    conductance: float
    """Share of the cluster's edge weight that leaves it, labels taken into account; 1: no cluster at all."""
    touched: np.ndarray
    """int64 [m], every node that was looked at."""
    potential: np.ndarray
    """float64 [m], of the touched nodes; the cluster is the best cut through their order."""
    mass: float
    """What was put in at the seeds; an upper bound on the volume of the nodes that passed some on."""
    pushes: int


def local_cluster(
    graph: Graph,
    seed: int | str | Sequence[int] | Sequence[str],
    labels: np.ndarray | Sequence[int] | None = None,
    *,
    size: int = 100,
    mass: float | None = None,
    epsilon: float = 0.05,
    tolerance: float = 1e-3,
) -> LocalCluster:
    """The cluster around one or more nodes, by flow diffusion and a sweep cut.

    Where every node carries a guess at what it is (a classifier's answer, say), pass it as `labels`: an edge
    between nodes of different labels then lets only `epsilon` of the flow through. Guesses need only be
    better than chance (Yang, Veldt & Fountoulakis 2024).

    Args:
        graph: undirected. To ask often, pass `compress_rows(graph)`, which is then not checked again.
        seed: node index or, of a SensorGraph, name; several are seeds of one cluster.
        labels: integers, one per node.
        size: roughly how many nodes the cluster has: `mass` is 3 times their expected degrees.
        mass: instead of `size`, what is put in at the seeds, in units of node degrees.
        epsilon: above 0, at most 1; 1 ignores the labels.
        tolerance: of the diffusion, in parts of each node's degree.

    Raises:
        InputError: directed graph, unknown seed, labels of the wrong length or not integer, mass too large.
    """
    rows = compress_rows(graph)
    require_undirected(rows, "flow diffusion")
    seeds = _seeds(graph, seed)
    known = None if labels is None else np.asarray(labels)
    if mass is None:
        if size < 1:
            raise InputError("size", f"is {size}", expected="at least 1")
        wanted = MASS_PER_VOLUME * size * rows.volume / max(rows.n_nodes, 1)
        mass = min(wanted, 0.5 * rows.volume) or 1.0
    flow = flow_diffusion(rows, seeds, mass, labels=known, epsilon=epsilon, tolerance=tolerance)
    passed = np.flatnonzero(flow.potential > 0)
    order = passed[np.lexsort((flow.nodes[passed], -flow.potential[passed]))]
    ranking = flow.nodes[order] if len(order) else np.unique(seeds)
    length, conductance = sweep_cut(rows, ranking, labels=known, epsilon=epsilon)
    return LocalCluster(ranking[:length], conductance, flow.nodes, flow.potential, mass, flow.pushes)


def _seeds(graph: Graph, seed: int | str | Sequence[int] | Sequence[str]) -> np.ndarray:
    wanted = [seed] if isinstance(seed, (str, int, np.integer)) else list(seed)
    if not any(isinstance(one, str) for one in wanted):
        return np.asarray(wanted)
    names = {name: index for index, name in enumerate(graph.nodes)} if isinstance(graph, SensorGraph) else {}
    unknown = [one for one in wanted if one not in names]
    if unknown:
        raise InputError(
            "seed",
            f"{unknown[0]!r} is no node of the graph",
            expected="a node's name (of a SensorGraph) or its index",
        )
    return np.asarray([names[str(one)] for one in wanted])
