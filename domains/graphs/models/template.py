"""The template of "Graph Deep Learning for Time Series Forecasting": encoder, space-time block, decoder.

Cini, Marisca, Zambon, Alippi 2023 (arXiv 2310.15978): weights shared by all nodes, and a small local part,
a learnt vector per node, that enters the encoder and the decoder.
"""

from __future__ import annotations

from torch import Tensor, nn

from .batch import GraphBatch
from .decoder import HorizonDecoder
from .encoder import ContextEncoder, node_features
from .network import SpatioTemporalNetwork
from .node_embedding import build_embedding
from .settings import Dimensions, TemplateSettings
from .space_time import build_block


class TemplateNetwork(SpatioTemporalNetwork):
    """Encoder, space-time block and decoder as the settings say."""

    def __init__(self, dimensions: Dimensions, settings: TemplateSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        self.embedding = (
            build_embedding(dimensions.nodes, settings.embedding) if settings.embedding_in else None
        )
        size = settings.embedding.size if self.embedding is not None else 0
        encoding = size * ("encoding" in settings.embedding_in) + dimensions.static
        decoding = size * ("decoding" in settings.embedding_in) + dimensions.static
        self.encoder = ContextEncoder(
            dimensions, settings.hidden, encoding, calendar=settings.calendar, mask=settings.mask
        )
        self.block = build_block(settings, dimensions.nodes)
        self.dropout = nn.Dropout(settings.dropout)
        self.decoder = HorizonDecoder(
            dimensions, settings.hidden, decoding, settings.decoder, settings.dropout
        )

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]."""
        filled = batch.filled_context()
        # A variational embedding draws once per pass: encoder and decoder see the same vector.
        vectors = self.embedding(batch.node_N) if self.embedding is not None else None
        encoded = self.encoder(batch, filled, self._node_features("encoding", vectors, batch))
        state_BND = self.dropout(self.block(encoded, batch))
        last = filled[:, :, -1, None, :, None] if self.settings.residual else None
        return self.decoder(state_BND, batch, self._node_features("decoding", vectors, batch), last)

    def _node_features(self, place: str, vectors: Tensor | None, batch: GraphBatch) -> Tensor | None:
        return node_features(vectors if place in self.settings.embedding_in else None, batch)
