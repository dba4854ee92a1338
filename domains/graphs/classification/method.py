"""What every node-classifying method is to the product: fit, answer, and weights by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from ....shared.artifact.named_arrays import under
from ....shared.training.module_arrays import module_arrays
from ..systems.node_batch import NodeBatch
from .settings import TrainingSettings
from .whole_graph import NodeObjective, WholeGraph, drawing_from, train


class NodeMethod(ABC):
    """A way to learn classes of nodes from one graph.

    Args:
        settings: of the method's own kind.
    """

    name: ClassVar[str]

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.modules: dict[str, nn.Module] = {}
        """Empty before the first fit."""

    @property
    def positions(self) -> int:
        """Laplacian eigenvectors that the network reads for each node."""
        return 0

    @abstractmethod
    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        """Fresh modules for graphs with these many features and classes."""

    @abstractmethod
    def fit(self, graph: NodeBatch, validation: NodeBatch | None, classes: int, run: Path | None) -> None:
        """Learn from `graph.nodes`, choose by `validation.nodes`; both on the same graph."""

    @abstractmethod
    def logits(self, graph: NodeBatch) -> Tensor:
        """[N, C]; the modules are in evaluation mode, and no gradient is wanted."""

    @torch.no_grad()
    def probabilities(self, graph: NodeBatch) -> np.ndarray:
        """float64 [N, C]."""
        for module in self.modules.values():
            module.eval()
        return self.logits(graph).double().softmax(-1).cpu().numpy()

    def fresh(self, graph: NodeBatch, classes: int) -> None:
        """Modules drawn from the settings' seed."""
        with drawing_from(self.settings.seed):
            self.modules = self.build(graph.features.width, classes)

    def on_cpu(self) -> None:
        """Bring everything back from where it was trained."""
        for module in self.modules.values():
            module.cpu()

    def state(self) -> dict[str, np.ndarray]:
        """Weights by "module.name"."""
        parts: dict[str, np.ndarray] = {}
        for place, module in self.modules.items():
            parts |= under(place, module_arrays(module))
        return parts


class CrossEntropyMethod(NodeMethod):
    """Methods that train one network on the cross-entropy of the labelled nodes."""

    def fit(self, graph: NodeBatch, validation: NodeBatch | None, classes: int, run: Path | None) -> None:
        self.fresh(graph, classes)
        objective = self.objective(self.settings)
        held_out = None if validation is None else WholeGraph(validation)
        train(objective, WholeGraph(graph), held_out, self.settings, run)
        self.on_cpu()

    def objective(self, settings: TrainingSettings) -> NodeObjective:
        """What the training core follows."""
        return _MethodObjective(self, settings)


class _MethodObjective(NodeObjective):
    """The method's own way from a batch to logits."""

    def __init__(self, method: NodeMethod, settings: TrainingSettings) -> None:
        super().__init__(next(iter(method.modules.values())), settings)
        self.method = method

    def logits(self, batch: NodeBatch) -> Tensor:
        return self.method.logits(batch)
