"""Graph Transformer as a node-classifying method."""

from __future__ import annotations

from torch import Tensor, nn

from ..systems.graph_transformer import GraphTransformer
from ..systems.node_batch import NodeBatch
from .method import CrossEntropyMethod


class TransformerMethod(CrossEntropyMethod):
    """Attention among neighbours with Laplacian positions, trained on cross-entropy."""

    name = "graph-transformer"

    @property
    def positions(self) -> int:
        return self.settings.positions

    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        how = self.settings
        network = GraphTransformer(
            features,
            classes,
            width=how.width,
            layers=how.layers,
            heads=how.heads,
            positions=how.positions,
            edge_features=int(how.edge_weights),
            dropout=how.dropout,
            feature_dropout=how.feature_dropout,
        )
        return {"transformer": network}

    def logits(self, graph: NodeBatch) -> Tensor:
        edges = graph.edge_weight[:, None] if self.settings.edge_weights else None
        return self.modules["transformer"](graph.features, graph.positions, graph.edge_index, edges)
