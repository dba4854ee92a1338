"""GCN as a node-classifying method."""

from __future__ import annotations

from torch import Tensor, nn

from ..systems.gcn import GCN
from ..systems.node_batch import NodeBatch
from .method import CrossEntropyMethod


class ConvolutionMethod(CrossEntropyMethod):
    """Two graph convolutions, trained on cross-entropy (Kipf & Welling 2017)."""

    name = "gcn"

    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        return {"gcn": GCN(features, self.settings.hidden, classes, dropout=self.settings.dropout)}

    def logits(self, graph: NodeBatch) -> Tensor:
        return self.modules["gcn"](graph)
