"""One recurrence over all nodes together: what sharing weights between nodes is compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .encoder import CALENDAR, calendar_features, series_features, series_width
from .network import SpatioTemporalNetwork
from .quantile_head import ascending
from .recurrence import Recurrence
from .settings import Dimensions, FullyConnectedSettings


class FullyConnectedRNN(SpatioTemporalNetwork):
    """A GRU on the vector of all nodes' values, then an MLP to all nodes' horizons (FC-RNN).

    It is tied to its nodes and their order. Covariates known ahead are read over the whole window; facts
    per node are not read, since every weight is a node's own.
    """

    inductive = False

    def __init__(self, dimensions: Dimensions, settings: FullyConnectedSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        calendar = CALENDAR if settings.calendar else 0
        inputs = dimensions.nodes * series_width(dimensions, settings.mask) + calendar
        self.encoder = nn.Linear(inputs, settings.hidden)
        self.recurrence = Recurrence(settings.hidden, settings.hidden, settings.recurrent_layers)
        ahead = dimensions.nodes * dimensions.horizon * dimensions.future
        self.decoder = nn.Linear(settings.hidden + ahead, settings.decoder)
        self.dropout = nn.Dropout(settings.dropout)
        self.readout = nn.Linear(settings.decoder, dimensions.nodes * dimensions.outputs)

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]."""
        filled = batch.filled_context()
        series = series_features(batch, filled, self.settings.mask)
        parts = [series.transpose(1, 2).flatten(2)]
        if self.settings.calendar:
            parts.append(calendar_features(batch, slice(0, batch.lookback), series.dtype))
        encoded_LBD = self.encoder(torch.cat(parts, dim=-1)).transpose(0, 1)
        state = self.dropout(self.recurrence(encoded_LBD))
        if batch.future_BNTU is not None:
            state = torch.cat([state, batch.future_BNTU[:, :, batch.lookback :].flatten(1)], dim=-1)
        sizes = self.dimensions
        answer = self.readout(self.dropout(F.elu(self.decoder(state)))).unflatten(
            -1, (sizes.nodes, sizes.horizon, sizes.channels, sizes.quantiles)
        )
        return ascending(answer + filled[:, :, -1, None, :, None] if self.settings.residual else answer)
