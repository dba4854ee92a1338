"""Questions for relational reasoning: what holds between a path's ends, where that leaves one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ....shared.errors import InputError
from .relation_algebra import RelationAlgebra


class RelationGraphs(NamedTuple):
    """G graphs side by side, with V nodes and E edges together; each asks for one relation."""

    edge_index: Tensor
    """int64 [2, E]."""
    relation: Tensor
    """int64 [E], the relation of the sender to the receiver."""
    source: Tensor
    """int64 [G], the node asked about, and `target`, the one it stands in a relation to."""
    target: Tensor
    answer: Tensor
    """int64 [G]."""
    node_graph: Tensor
    """int64 [V]."""
    hops: int
    """Longest path: as many rounds of messages carry something from source to target."""


@dataclass(frozen=True)
class RelationPaths:
    """M paths of k relations each, with the only relation that they leave possible between their ends.

    Also a source of batches for the training core.
    """

    relations: np.ndarray
    """int64 [M, k]."""
    answers: np.ndarray
    """int64 [M]."""

    def __len__(self) -> int:
        return len(self.answers)

    def batch(self, indices: np.ndarray) -> RelationGraphs:
        """The paths at `indices` as graphs; node 0 of each is the source, the last one the target."""
        chosen = self.relations[indices]
        count, hops = chosen.shape
        nodes = np.arange(count * (hops + 1)).reshape(count, hops + 1)
        return RelationGraphs(
            edge_index=torch.from_numpy(np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()])),
            relation=torch.from_numpy(chosen.ravel()),
            source=torch.from_numpy(nodes[:, 0].copy()),
            target=torch.from_numpy(nodes[:, -1].copy()),
            answer=torch.from_numpy(self.answers[indices]),
            node_graph=torch.arange(count).repeat_interleave(hops + 1),
            hops=hops,
        )


class MixedPaths:
    """Paths of several lengths as one source of batches: a batch may hold all lengths."""

    def __init__(self, parts: list[RelationPaths]) -> None:
        self.parts = parts
        self.first = np.cumsum([0, *(len(part) for part in parts)])

    def __len__(self) -> int:
        return int(self.first[-1])

    def batch(self, indices: np.ndarray) -> RelationGraphs:
        """Graphs in order of their length, not of `indices`."""
        which = np.searchsorted(self.first, indices, side="right") - 1
        return graphs_side_by_side(
            [
                part.batch(indices[which == place] - self.first[place])
                for place, part in enumerate(self.parts)
                if (which == place).any()
            ]
        )


def graphs_side_by_side(batches: list[RelationGraphs]) -> RelationGraphs:
    """Several batches as one."""
    nodes = np.cumsum([0, *(len(batch.node_graph) for batch in batches)]).tolist()
    graphs = np.cumsum([0, *(len(batch.answer) for batch in batches)]).tolist()
    pairs = list(zip(batches, nodes, strict=False))
    return RelationGraphs(
        edge_index=torch.cat([batch.edge_index + node for batch, node in pairs], dim=1),
        relation=torch.cat([batch.relation for batch in batches]),
        source=torch.cat([batch.source + node for batch, node in pairs]),
        target=torch.cat([batch.target + node for batch, node in pairs]),
        answer=torch.cat([batch.answer for batch in batches]),
        node_graph=torch.cat([b.node_graph + graph for b, graph in zip(batches, graphs, strict=False)]),
        hops=max(batch.hops for batch in batches),
    )


def sample_paths(algebra: RelationAlgebra, hops: int, count: int, rng: np.random.Generator) -> RelationPaths:
    """Paths of `hops` relations other than the identity that entail one relation, not the identity.

    Every answer that some path of this length has comes equally often (but for the remainder); among the
    paths with that answer all are equally likely. Drawn exactly, backwards through the automaton whose states
    are the sets of relations that a path may leave possible.
    """
    if hops < 1:
        raise InputError("hops", f"{hops} is too few", expected="at least 1")
    steps = [r for r in range(algebra.n_relations) if r != algebra.identity]
    after = _automaton(algebra, steps)
    paths_to = _path_counts(after, hops)
    single = {sets.index(True): state for state, sets in enumerate(after.sets) if sum(sets) == 1}
    answers = [r for r in steps if r in single and paths_to[hops, single[r]] > 0]
    drawn = np.resize(rng.permutation(answers), count)
    relations = np.zeros((count, hops), dtype=np.int64)
    for row, answer in enumerate(drawn):
        state = single[int(answer)]
        for hop in range(hops, 0, -1):
            origins, labels = after.incoming[state]
            weights = paths_to[hop - 1, origins]
            pick = int(rng.choice(len(origins), p=weights / weights.sum()))
            relations[row, hop - 1], state = labels[pick], int(origins[pick])
    return RelationPaths(relations, drawn.astype(np.int64))


class _Automaton(NamedTuple):
    sets: list[tuple[bool, ...]]
    """What each state leaves possible; state 0 is the start."""
    incoming: list[tuple[np.ndarray, np.ndarray]]
    """For each state: the states before it, and the relation on the way, int64 each."""


def _automaton(algebra: RelationAlgebra, steps: list[int]) -> _Automaton:
    start = tuple(relation == algebra.identity for relation in range(algebra.n_relations))
    place, edges, waiting = {start: 0}, [], [start]
    while waiting:
        held = waiting.pop()
        for relation in steps:
            result = tuple(algebra.composition[np.array(held), relation].any(axis=0).tolist())
            if result not in place:
                place[result] = len(place)
                waiting.append(result)
            edges.append((place[held], relation, place[result]))
    table = np.array(edges)
    incoming = [
        (table[table[:, 2] == state, 0], table[table[:, 2] == state, 1]) for state in range(len(place))
    ]
    return _Automaton(list(place), incoming)


def _path_counts(after: _Automaton, hops: int) -> np.ndarray:
    """float64 [hops + 1, states]: how many paths of each length lead from the start to each state."""
    counts = np.zeros((hops + 1, len(after.sets)))
    counts[0, 0] = 1
    for hop in range(1, hops + 1):
        for state, (origins, _) in enumerate(after.incoming):
            counts[hop, state] = counts[hop - 1, origins].sum()
    return counts
