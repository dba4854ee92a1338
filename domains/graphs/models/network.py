"""What every network here has in common: its dimensions, and what it knows about single nodes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from .batch import GraphBatch
from .node_embedding import NodeEmbedding
from .settings import Dimensions


class SpatioTemporalNetwork(nn.Module, ABC):
    """Reads windows of all nodes, answers the horizon of all nodes.

    Everything local to nodes lives in `NodeEmbedding` modules; the rest is shared and moves to other graphs.
    """

    inductive = True
    """Whether another set of nodes can be read after `adapt_nodes`."""

    def __init__(self, dimensions: Dimensions) -> None:
        super().__init__()
        self.dimensions = dimensions

    @abstractmethod
    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q] in the scale of the context; quantiles ascend."""

    def embeddings(self) -> Iterator[tuple[str, NodeEmbedding]]:
        """Modules with one row a node, by their names."""
        for name, module in self.named_modules():
            if isinstance(module, NodeEmbedding):
                yield name, module

    def regularisation(self) -> Tensor:
        """What the node embeddings add to the loss, weighted; call it once per training step."""
        terms = [embedding.regularisation() for _, embedding in self.embeddings()]
        return torch.stack(terms).sum() if terms else next(self.parameters()).new_zeros(())

    def local_parameters(self) -> set[str]:
        """Names of the parameters that belong to single nodes."""
        return {f"{name}.{own}" for name, module in self.embeddings() for own in module.local_parameters()}

    def freeze_shared(self, frozen: bool = True) -> None:
        """Stop (or resume) training everything but what belongs to single nodes."""
        local = self.local_parameters()
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(not frozen or name in local)

    def forget_nodes(self, unknown_N: Tensor) -> None:
        """Give the nodes marked in bool [N] the embeddings of nodes of which nothing is known."""
        for _, embedding in self.embeddings():
            embedding.forget(unknown_N)

    def adapt_nodes(
        self, nodes: int, *, cold: bool = False, generator: torch.Generator | None = None
    ) -> None:
        """Replace every node's embedding by fresh ones for `nodes` other nodes; shared weights stay.

        Args:
            nodes: number of nodes of the new graph.
            cold: choose embeddings that serve without training: the mean of the old ones, that of the prior
                (variational), or that of the centroids (clustered).
            generator: randomness of the fresh embeddings.

        Raises:
            InputError: the network is tied to its nodes.
        """
        if not self.inductive:
            raise InputError(
                "model",
                f"{type(self).__name__} is tied to its {self.dimensions.nodes} nodes",
                remedy="Choose a model that shares its weights between nodes, such as tts-imp",
            )
        for _, embedding in self.embeddings():
            embedding.resize(nodes, cold=cold, generator=generator)
        self.dimensions = replace(self.dimensions, nodes=nodes)
