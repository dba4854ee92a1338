"""Graph Transformer as a node-classifying method."""

from __future__ import annotations

from torch import Tensor, nn

from ..systems.feature_rows import FeatureRows
from ..systems.graph_transformer import GraphTransformer
from ..systems.node_batch import NodeBatch
from .method import CrossEntropyMethod

POSITION_SCALE = 0.2
"""Root mean square of a position. At 1 they drown the words of a paper at first, and their signs, drawn anew
for every step, keep the words from being learnt (Cora's validation nodes)."""
DICTIONARY = 1000
"""Features from which on they are taken for the words of a dictionary."""


class TransformerMethod(CrossEntropyMethod):
    """Attention among neighbours with Laplacian positions, trained on cross-entropy."""

    name = "graph-transformer"

    @property
    def positions(self) -> int:
        return self.settings.positions

    def build(self, features: int, classes: int) -> dict[str, nn.Module]:
        how = self.settings
        dropped = how.feature_dropout
        if dropped is None:
            dropped = 0.9 if features >= DICTIONARY else 0.5
        network = GraphTransformer(
            features,
            classes,
            width=how.width,
            layers=how.layers,
            heads=how.heads,
            positions=how.positions,
            edge_features=int(how.edge_weights),
            dropout=how.dropout,
            feature_dropout=dropped,
        )
        return {"transformer": network}

    def logits(self, graph: NodeBatch) -> Tensor:
        edges = graph.edge_weight[:, None] if self.settings.edge_weights else None
        features, positions = readable(graph.features), POSITION_SCALE * graph.positions
        return self.modules["transformer"](features, positions, graph.edge_index, edges)


def readable(features: FeatureRows) -> FeatureRows:
    """Where no feature is negative, each node's largest is 1: shares of many words are too small to learn."""
    return features if features.any_negative() else features.divided_by(features.largest())
