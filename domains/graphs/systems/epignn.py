"""EpiGNN: a graph network whose node states say what is known, so that it reasons over longer paths than it
saw (Khalid and Schockaert, "Systematic relational reasoning with epistemic graph neural networks").

A state is F probability vectors (facets) of d entries: which of d kinds of relation the node may have to the
source. Relations are such vectors too; composing both is bilinear and stays on the simplex.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional

from .relation_paths import RelationGraphs

TINY = 1e-12
Message = Callable[[Tensor, Tensor], Tensor]
"""Node states [V, F, d] and edges int64 [M] to what these edges tell, [M, F, d]."""


class EpiGNNSettings(BaseModel):
    """Sizes of an EpiGNN."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    relations: int = Field(ge=2)
    """R."""
    facets: int = Field(default=8, ge=1)
    """F."""
    facet_size: int = Field(default=8, ge=2)
    """d."""
    aggregation: Literal["min", "product"] = "min"
    """How what several paths say is joined: both may only exclude."""


class Composition(nn.Module):
    """phi(h, r)_p = sum_ij A_pij h_i r_j on facets [..., d].

    A_p0j = 1 if p = j and A_pi0 = 1 if p = i, so the one-hot vector e_0 is a unit on both sides; the other
    columns of A are softmax-normalised over p, so a composition of probability vectors is one.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.randn(size, size - 1, size - 1))

    def table(self) -> Tensor:
        """A, [d, d, d]."""
        size = len(self.logits)
        eye = torch.eye(size, dtype=self.logits.dtype, device=self.logits.device)
        inner = torch.cat([eye[:, 1:, None], self.logits.softmax(0)], dim=2)
        return torch.cat([eye[:, None, :], inner], dim=1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Both [..., d]; `first` comes first on the way."""
        pairs = first[..., :, None] * second[..., None, :]
        return pairs.flatten(-2) @ self.table().flatten(1).T


class EpiGNN(nn.Module):
    """Scores [G, R] of the relation between source and target of each graph."""

    def __init__(self, settings: EpiGNNSettings) -> None:
        super().__init__()
        self.settings = settings
        size = (settings.relations, settings.facets, settings.facet_size)
        self.relation_logits = nn.Parameter(torch.randn(size))
        self.composition = Composition(settings.facet_size)

    def prototypes(self) -> Tensor:
        """The relations as states, [R, F, d]."""
        return self.relation_logits.softmax(-1)

    def forward(self, graphs: RelationGraphs, layers: int | None = None) -> Tensor:
        """Negative cross-entropy, summed over facets, between each relation's state and the answer's state.

        Args:
            layers: rounds of messages, by one shared layer; None: `graphs.hops`, which is enough.
        """
        return self._scores(self.answer_state(graphs, layers))

    def answer_state(self, graphs: RelationGraphs, layers: int | None = None) -> Tensor:
        """[G, F, d]: forward and backward states composed at every node, and joined over a graph's nodes."""
        relation = self.prototypes()[graphs.relation]
        (sender, receiver), rounds = graphs.edge_index, layers or graphs.hops

        def onward(state: Tensor, edges: Tensor) -> Tensor:
            return self.composition(state[sender[edges]], relation[edges])

        def backward(state: Tensor, edges: Tensor) -> Tensor:
            return self.composition(relation[edges], state[receiver[edges]])

        nodes = len(graphs.node_graph)
        ahead, from_source = self._spread(nodes, graphs.source, sender, receiver, onward, rounds)
        behind, to_target = self._spread(nodes, graphs.target, receiver, sender, backward, rounds)
        between = from_source & to_target
        whole = self.composition(ahead[between], behind[between])
        return self._join(whole, graphs.node_graph[between], len(graphs.answer))

    def _spread(
        self, nodes: int, start: Tensor, origin: Tensor, end: Tensor, message: Message, rounds: int
    ) -> tuple[Tensor, Tensor]:
        """States [V, F, d] after `rounds`, and which nodes have heard from `start`, bool [V].

        `start` stays e_0, its relation to itself. The others begin with uniform states; nodes that have not
        heard anything say nothing, as what follows from no knowledge is none.
        """
        facets, size = self.settings.facets, self.settings.facet_size
        state = self.relation_logits.new_full((nodes, facets, size), 1 / size)
        unit = functional.one_hot(start.new_zeros(1), size).to(state.dtype)
        state = state.index_put((start,), unit.expand(len(start), facets, size))
        begins = torch.zeros(nodes, dtype=torch.bool, device=start.device).index_fill(0, start, True)
        heard = begins
        for _ in range(rounds):
            edges = (heard[origin] & ~begins[end]).nonzero().squeeze(1)
            if not len(edges):
                break
            hears = torch.zeros_like(heard).index_fill(0, end[edges], True)
            joined = self._join(message(state, edges), end[edges], nodes)
            state = torch.where(hears[:, None, None], joined, state)
            heard = heard | hears
        return state, heard

    def _join(self, states: Tensor, index: Tensor, size: int) -> Tensor:
        """States [M, F, d] joined into `size` by `index`: element-wise minimum or product, summing to 1.
        Where nothing comes in, or all is excluded, the state is uniform."""
        shape = (size, *states.shape[1:])
        if self.settings.aggregation == "product":
            logs = states.clamp(min=TINY).log()
            return states.new_zeros(shape).index_add(0, index, logs).softmax(-1)
        places = index[:, None, None].expand_as(states)
        least = states.new_ones(shape).scatter_reduce(0, places, states, "amin", include_self=True) + TINY
        return least / least.sum(-1, keepdim=True)

    def loss(self, graphs: RelationGraphs) -> Tensor:
        """Cross-entropy of the true relation among all."""
        return functional.cross_entropy(self(graphs), graphs.answer)

    @torch.no_grad()
    def accuracy(self, graphs: RelationGraphs) -> float:
        """Share of right answers."""
        return float((self(graphs).argmax(-1) == graphs.answer).double().mean())

    def _scores(self, state: Tensor) -> Tensor:
        return torch.einsum("rfp,gfp->gr", self.prototypes(), state.clamp(min=TINY).log())
