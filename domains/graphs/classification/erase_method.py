"""ERASE as a node-classifying method: codes that bear wrong labels, then a linear classifier on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..systems.coding_rate import rate_reduction_loss
from ..systems.erase import AttentionEncoder, LabelCorrection
from ..systems.node_batch import NodeBatch
from .method import NodeMethod
from .settings import EraseSettings
from .whole_graph import NodeObjective, WholeGraph, drawing_from, judged, train

RIDGE = 1e-3
"""Of the linear classifier's weights, beside the mean cross-entropy."""
LINEAR_STEPS = 100


class EraseMethod(NodeMethod):
    """Chen et al. (2023). The given labels of the training nodes are only where the correction begins.

    The encoder learns by the reduction of coding rate over all nodes, with labels that are corrected in
    every step; then it is frozen, and a linear classifier learns the corrected labels of all nodes.
    """

    name = "erase"

    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        how: EraseSettings = self.settings
        encoder = AttentionEncoder(
            features, how.codes, width=how.width, heads=how.heads, layers=how.layers, dropout=how.dropout
        )
        return {"encoder": encoder, "linear": nn.Linear(how.codes, classes)}

    def fit(self, graph: NodeBatch, validation: NodeBatch | None, classes: int, run: Path | None) -> None:
        self.fresh(graph, classes)
        how: EraseSettings = self.settings
        correction = LabelCorrection(
            graph,
            classes,
            alpha=how.alpha,
            beta=how.beta,
            steps=how.propagation,
            temperature=how.temperature,
        )
        objective = EraseObjective(self.modules["encoder"], how, correction, classes)
        held_out = None if validation is None else WholeGraph(validation)
        train(objective, WholeGraph(graph), held_out, how, run)
        self.on_cpu()
        encoder = self.modules["encoder"].eval()
        with torch.no_grad():
            codes = encoder(graph)
            label = correction.corrected(codes, graph).argmax(-1)
        self._fit_linear(codes, label)

    def logits(self, graph: NodeBatch) -> Tensor:
        return self.modules["linear"](self.modules["encoder"](graph))

    def _fit_linear(self, codes: Tensor, label: Tensor) -> None:
        """Logistic regression with a small ridge, to its optimum."""
        linear = self.modules["linear"]
        optimizer = torch.optim.LBFGS(
            linear.parameters(), max_iter=LINEAR_STEPS, line_search_fn="strong_wolfe"
        )

        def loss() -> Tensor:
            optimizer.zero_grad()
            penalty = sum(parameter.square().sum() for parameter in linear.parameters())
            value = functional.cross_entropy(linear(codes), label) + RIDGE * penalty
            value.backward()
            return value

        with drawing_from(self.settings.seed):
            optimizer.step(loss)


class EraseObjective(NodeObjective):
    """Coding rate reduction with labels corrected in every step.

    Validation answers by the nearest prototype: cosines over the temperature are the logits.
    """

    def __init__(
        self, encoder: nn.Module, settings: EraseSettings, correction: LabelCorrection, classes: int
    ) -> None:
        super().__init__(encoder, settings)
        self.how, self.correction, self.classes = settings, correction, classes

    def loss(self, batch: NodeBatch) -> tuple[Tensor, Mapping[str, Tensor]]:
        label = self.correction.corrected(self._steady_codes(batch), batch).argmax(-1)
        codes = self.network(batch)
        loss = rate_reduction_loss(
            codes,
            label,
            self.classes,
            epsilon=self.how.epsilon,
            gamma1=self.how.gamma1,
            gamma2=self.how.gamma2,
        )
        changed = (label[batch.nodes] != batch.label[batch.nodes]).float().mean()
        return loss, {"rate": loss.detach(), "changed": changed}

    @torch.no_grad()
    def validate(self, batch: NodeBatch) -> Mapping[str, tuple[Tensor, int]]:
        codes = self.network(batch)
        return judged(self.correction.cosines(codes) / self.how.temperature, batch)

    @torch.no_grad()
    def _steady_codes(self, batch: NodeBatch) -> Tensor:
        """Codes without dropout, as labels corrected by noisy codes are noisy themselves."""
        self.network.eval()
        codes = self.network(batch)
        self.network.train()
        return codes
