"""Neighbour sampling (Hamilton et al. 2017): some of the nodes that seeds hear from, hop by hop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np

from ....shared.errors import InputError
from .compressed_rows import Graph, checked_nodes, compress_rows


@dataclass(frozen=True, eq=False)
class SampledNeighbourhood:
    """A subgraph with nodes of its own numbering, ready for `torch_geometric.data.Data`.

    `Data(x=x[nodes], edge_index=edge_index, edge_attr=weights)`; the first `n_seeds` rows of a network's
    output belong to the seeds.
    """

    nodes: np.ndarray
    """int64 [n], index in the whole graph of every node: the seeds, then hop by hop as they were found."""
    edge_index: np.ndarray
    """int64 [2, e], sender and receiver in the subgraph's numbering."""
    weights: np.ndarray
    """float32 [e], weights of the edges as in the whole graph."""
    n_seeds: int
    nodes_per_hop: tuple[int, ...]
    """Seeds, nodes first reached in hop 1, 2, ..."""
    edges_per_hop: tuple[int, ...]
    """Edges of hop 1, 2, ... in the order of `edge_index`."""


class NeighbourSampler:
    """Samples senders of edges that end at the seeds, then at what was found, as messages travel.

    Args:
        graph: a SensorGraph, sparse matrix or compressed rows, A[i, j] from sender i to receiver j.
        fan_outs: how many edges are drawn per node in each hop; -1 takes them all.
        replace: draw with replacement (always exactly the fan-out where a node has any edge).
        seed: of all draws; the n-th call of `sample` draws the same as that of another sampler alike.

    Each node is expanded once, in the hop after the one that found it. Edges are drawn uniformly.

    Raises:
        InputError: no fan-outs, one that is 0 or below -1, bad weights.
    """

    def __init__(
        self, graph: Graph, fan_outs: Sequence[int], *, replace: bool = False, seed: int = 0
    ) -> None:
        if not len(fan_outs) or any(number == 0 or number < -1 for number in fan_outs):
            raise InputError(
                "fan_outs",
                f"are {list(fan_outs)}",
                expected="one per hop, each positive, or -1 for all edges",
            )
        self.incoming = compress_rows(graph).transposed
        self.fan_outs = tuple(int(number) for number in fan_outs)
        self.replace, self.seed = replace, seed
        self._local = np.full(self.incoming.n_nodes, -1, dtype=np.int64)
        self._draws = 0

    def sample(self, seeds: object, *, draw: int | None = None) -> SampledNeighbourhood:
        """Draw the neighbourhood of `seeds` (distinct node indices [S]).

        Not for several threads at once: the table of node numbers is kept between calls and only what a call
        touched is reset, so that a call costs nothing that grows with the graph.

        Args:
            draw: number of this draw, for reproducing one out of turn; None counts on.

        Raises:
            InputError: seeds outside of the graph, or twice.
        """
        chosen = checked_nodes("seeds", seeds, self.incoming.n_nodes)
        if len(np.unique(chosen)) < len(chosen):
            raise InputError("seeds", "name a node more than once", remedy="Pass np.unique(seeds)")
        number = self._draws if draw is None else draw
        self._draws = number + 1
        start = np.random.SeedSequence([self.seed, number]).generate_state(1, np.uint64)
        edges = self.incoming.offsets, self.incoming.neighbours, self.incoming.weights
        nodes, ends, weights, node_counts, edge_counts = _sample(
            *edges, chosen, np.asarray(self.fan_outs, dtype=np.int64), self.replace, self._local, start
        )
        return SampledNeighbourhood(
            nodes, ends, weights, len(chosen), tuple(node_counts.tolist()), tuple(edge_counts.tolist())
        )


@numba.njit(cache=True, nogil=True)
def _sample(
    offsets: np.ndarray,
    neighbours: np.ndarray,
    weights: np.ndarray,
    seeds: np.ndarray,
    fan_outs: np.ndarray,
    replace: bool,
    local: np.ndarray,
    state: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Nodes, edge ends [2, e], weights, nodes per hop (seeds first), edges per hop; leaves `local` at -1."""
    nodes = np.empty(max(4 * len(seeds), 64), dtype=np.int64)
    ends, kept = np.empty((2, 256), dtype=np.int64), np.empty(256, dtype=np.float32)
    node_counts = np.zeros(len(fan_outs) + 1, dtype=np.int64)
    edge_counts = np.zeros(len(fan_outs), dtype=np.int64)
    for s in range(len(seeds)):
        nodes[s] = seeds[s]
        local[seeds[s]] = s
    n_nodes, n_edges, done = len(seeds), 0, 0
    node_counts[0] = n_nodes
    for hop in range(len(fan_outs)):
        last, first_edge = n_nodes, n_edges
        for receiver in range(done, last):
            begin = offsets[nodes[receiver]]
            picked = _pick(np.int64(offsets[nodes[receiver] + 1] - begin), fan_outs[hop], replace, state)
            while n_edges + len(picked) > ends.shape[1]:
                ends = np.concatenate((ends, np.empty_like(ends)), axis=1)
                kept = np.concatenate((kept, np.empty_like(kept)))
            while n_nodes + len(picked) > len(nodes):
                nodes = np.concatenate((nodes, np.empty_like(nodes)))
            for i in range(len(picked)):
                sender = neighbours[begin + picked[i]]
                if local[sender] < 0:
                    local[sender] = n_nodes
                    nodes[n_nodes] = sender
                    n_nodes += 1
                ends[0, n_edges], ends[1, n_edges] = local[sender], receiver
                kept[n_edges] = weights[begin + picked[i]]
                n_edges += 1
        done = last
        node_counts[hop + 1], edge_counts[hop] = n_nodes - last, n_edges - first_edge
    for i in range(n_nodes):
        local[nodes[i]] = -1
    return nodes[:n_nodes].copy(), ends[:, :n_edges].copy(), kept[:n_edges].copy(), node_counts, edge_counts


@numba.njit(cache=True, nogil=True)
def _pick(degree: np.int64, fan_out: int, replace: bool, state: np.ndarray) -> np.ndarray:
    """Positions in 0..degree-1: all, with replacement, or distinct (Floyd 1987; for many Knuth's S)."""
    if degree == 0 or fan_out < 0 or (not replace and degree <= fan_out):
        return np.arange(degree)
    picked = np.empty(fan_out, dtype=np.int64)
    if replace:
        for i in range(fan_out):
            picked[i] = _below(degree, state)
    elif fan_out * fan_out <= 8 * degree or fan_out <= 16:
        for i in range(fan_out):
            top = degree - fan_out + i
            candidate = _below(top + 1, state)
            for j in range(i):
                if picked[j] == candidate:
                    candidate = top
                    break
            picked[i] = candidate
    else:
        missing = fan_out
        for position in range(degree):
            if _below(degree - position, state) < missing:
                picked[fan_out - missing] = position
                missing -= 1
    return picked


@numba.njit(cache=True, nogil=True)
def _below(bound: int | np.signedinteger, state: np.ndarray) -> np.int64:
    """A number in 0..bound-1 by splitmix64 (Steele et al. 2014), scaled from 53 bits."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    mixed = state[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return np.int64(np.float64(mixed >> np.uint64(11)) * 2.0**-53 * bound)
