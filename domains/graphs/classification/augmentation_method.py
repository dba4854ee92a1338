"""Local augmentation as a node-classifying method: first the generator of features, then LA-GCN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ....shared.training.objective import Phase
from ..systems.feature_generator import FeatureGenerator
from ..systems.feature_rows import FeatureRows
from ..systems.local_augmentation import LocalAugmentationGCN, consistency
from ..systems.node_batch import NodeBatch
from .method import NodeMethod
from .settings import LocalAugmentationSettings
from .whole_graph import NodeObjective, WholeGraph, drawing_from, train

ANSWER_DRAWS = 4
"""Draws of generated features whose answers are averaged; from a fixed seed, so that answers repeat."""


class AugmentationMethod(NodeMethod):
    """Liu et al. (2022). The generator's length of training is given, not searched for as in the paper.

    Features are turned into numbers between 0 and 1 for the generator (each node's largest is 1) where none
    is negative; what it generates has the sum that the node's own features have.
    """

    name = "la-gcn"

    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        how: LocalAugmentationSettings = self.settings
        generator = FeatureGenerator(
            features,
            hidden=how.generator_hidden,
            latent=how.generator_latent,
            likelihood="gaussian" if how.likelihood == "gaussian" else "bernoulli",
        )
        network = LocalAugmentationGCN(
            features, how.hidden, classes, generated=how.generated, dropout=how.dropout
        )
        return {"generator": generator, "network": network}

    def fit(self, graph: NodeBatch, validation: NodeBatch | None, classes: int, run: Path | None) -> None:
        if self.settings.likelihood == "auto":
            kind = "gaussian" if graph.features.any_negative() else "bernoulli"
            self.settings = self.settings.model_copy(update={"likelihood": kind})
        how: LocalAugmentationSettings = self.settings
        self.fresh(graph, classes)
        if graph.edge_index.shape[1]:
            self._fit_generator(graph, None if run is None else run / "generator")
        pool = self._generated(graph, how.pool * how.generated, how.seed)
        objective = AugmentationObjective(self.modules["network"], how, pool)
        held_out = None if validation is None else WholeGraph(validation)
        place = None if run is None else run / "network"
        train(objective, WholeGraph(graph), held_out, how, place)
        self.on_cpu()

    def logits(self, graph: NodeBatch) -> Tensor:
        generated = self.settings.generated
        pool = self._generated(graph, ANSWER_DRAWS * generated, self.settings.seed + 1)
        network = self.modules["network"]
        answers = [
            network(graph, pool[start : start + generated]).log_softmax(-1)
            for start in range(0, len(pool), generated)
        ]
        return torch.stack(answers).exp().mean(0).log()

    @property
    def _generator(self) -> FeatureGenerator:
        generator = self.modules["generator"]
        assert isinstance(generator, FeatureGenerator)
        return generator

    def _fit_generator(self, graph: NodeBatch, run: Path | None) -> None:
        how: LocalAugmentationSettings = self.settings
        words = self._generator.likelihood == "bernoulli"
        pairs = EdgePairs(generator_input(graph.features, words), graph.edge_index)
        batch = min(how.generator_batch, len(pairs))
        steps = max(round(how.generator_epochs * len(pairs) / batch), 1)
        objective = GeneratorObjective(self._generator, how.generator_rate)
        changes = {"steps": steps, "batch_size": batch, "validate_every": None, "metric": None}
        train(objective, pairs, None, how, run, **changes)
        self._generator.cpu()

    @torch.no_grad()
    def _generated(self, graph: NodeBatch, count: int, seed: int) -> list[Tensor]:
        """`count` draws of a neighbour's features for every node, [N, F] each."""
        words = self._generator.likelihood == "bernoulli"
        centre = generator_input(graph.features, words)
        own = graph.features.to_dense().abs().sum(-1, keepdim=True) if words else None
        matrices = []
        with drawing_from(seed):
            for _ in range(count):
                latent = torch.randn(graph.n_nodes, self._generator.latent)
                matrix = self._generator.generate(centre, latent)
                matrices.append(matrix if own is None else matrix / matrix.sum(-1, keepdim=True) * own)
        return matrices


class PairBatch(NamedTuple):
    """Features at both ends of some edges, M rows each."""

    neighbour: FeatureRows
    centre: FeatureRows


@dataclass(frozen=True)
class EdgePairs:
    """The graph's edges as samples (neighbour, centre), by index (a `BatchSource`)."""

    features: FeatureRows
    index: Tensor

    def __len__(self) -> int:
        return self.index.shape[1]

    def batch(self, indices: np.ndarray) -> PairBatch:
        """The pairs at the ends of these edges."""
        sender, receiver = self.index[:, torch.from_numpy(indices)]
        return PairBatch(self.features.select(sender), self.features.select(receiver))


class GeneratorObjective:
    """The negative evidence bound of the generator, mean over pairs."""

    def __init__(self, generator: FeatureGenerator, rate: float) -> None:
        self.generator = generator
        self.modules: Mapping[str, nn.Module] = {"generator": generator}
        self.phases = [
            Phase("generate", ("generator",), self.loss, lambda given: torch.optim.Adam(given, lr=rate))
        ]

    def loss(self, batch: PairBatch) -> tuple[Tensor, Mapping[str, Tensor]]:
        loss = self.generator.loss(batch.neighbour, batch.centre).mean()
        return loss, {"bound": loss.detach()}

    def validate(self, batch: PairBatch) -> Mapping[str, tuple[Tensor, int]]:
        """Sum of the bounds."""
        bound = self.generator.loss(batch.neighbour, batch.centre)
        return {"bound": (bound.sum(), len(bound))}


class AugmentationObjective(NodeObjective):
    """Mean cross-entropy of S draws of generated features, and their disagreement on all nodes."""

    def __init__(self, network: nn.Module, settings: LocalAugmentationSettings, pool: list[Tensor]) -> None:
        super().__init__(network, settings)
        self.how, self.pool = settings, pool

    def loss(self, batch: NodeBatch) -> tuple[Tensor, Mapping[str, Tensor]]:
        answers = torch.stack([self._answer(batch) for _ in range(self.how.samples)])
        label = batch.label[batch.nodes].repeat(self.how.samples)
        misfit = functional.nll_loss(answers[:, batch.nodes].flatten(0, 1), label)
        apart = consistency(answers, self.how.temperature)
        told = {"cross_entropy": misfit.detach(), "consistency": apart.detach()}
        return misfit + self.how.consistency * apart, told

    def logits(self, batch: NodeBatch) -> Tensor:
        return self.network(batch, self._on(batch)[: self.how.generated])

    def _answer(self, batch: NodeBatch) -> Tensor:
        pool = self._on(batch)
        drawn = torch.randint(len(pool), (self.how.generated,)).tolist()
        return self.network(batch, [pool[place] for place in drawn]).log_softmax(-1)

    def _on(self, batch: NodeBatch) -> list[Tensor]:
        """The generated matrices where the batch is; moved once."""
        if self.pool[0].device != batch.edge_weight.device:
            self.pool = [matrix.to(batch.edge_weight.device) for matrix in self.pool]
        return self.pool


def generator_input(features: FeatureRows, words: bool) -> FeatureRows:
    """Features as the generator reads them: where they are counts of words, each node's largest is 1."""
    return features.divided_by(features.largest()) if words else features
