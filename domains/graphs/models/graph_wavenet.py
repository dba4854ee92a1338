"""Graph WaveNet (Wu et al. 2019): gated dilated convolution in time, diffusion in space, adaptive graph."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batch import GraphBatch
from .decoder import LeadReadout
from .encoder import PlainInputs, node_features
from .graph_convolution import GraphConvolution, Support
from .latent_graph import LatentGraph
from .network import SpatioTemporalNetwork
from .node_embedding import build_embedding
from .quantile_head import QuantileHead
from .settings import Dimensions, WaveNetSettings
from .space_time import directions


class GraphWaveNet(SpatioTemporalNetwork):
    """Layers of gated temporal convolution and graph convolution; skip connections feed the readout.

    The answer depends on the last `settings.receptive_field` steps of the context (13 by default; shorter
    contexts are padded with zeros before). Parts of the authors' network that never reach its answer are not
    built: residual convolutions, and graph convolution and normalisation after the last skip connection.
    Batch normalisation ties windows of a batch together in training only. Of a graph that changes in time,
    the last step's counts.
    """

    def __init__(self, dimensions: Dimensions, settings: WaveNetSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        self.embedding = build_embedding(dimensions.nodes, settings.embedding)
        node = (settings.embedding.size if self.embedding is not None else 0) + dimensions.static
        self.inputs = PlainInputs(dimensions, node, calendar=settings.calendar, mask=settings.mask)
        self.start = nn.Linear(self.inputs.width, settings.hidden)
        latent = settings.latent_graph
        self.latent = LatentGraph(dimensions.nodes, latent) if latent else None
        supports = 2 + (self.latent is not None)
        self.times = nn.ModuleList(
            GatedTemporalConvolution(
                settings.hidden, settings.kernel, settings.dilations[layer % len(settings.dilations)]
            )
            for layer in range(settings.layers)
        )
        self.skips = nn.ModuleList(nn.Linear(settings.hidden, settings.skip) for _ in range(settings.layers))
        self.spaces = nn.ModuleList(
            GraphConvolution(settings.hidden, settings.hidden, supports=supports, powers=settings.powers)
            for _ in range(settings.layers - 1)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(settings.hidden) for _ in range(settings.layers - 1))
        self.dropout = nn.Dropout(settings.dropout)
        self.end = nn.Linear(settings.skip, settings.end)
        self.readout = QuantileHead(settings.end, dimensions)
        self.lead = LeadReadout(dimensions, settings.end) if dimensions.future else None

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]."""
        filled = batch.filled_context()
        edges = batch.edges_at(-1)
        supports = directions(edges, bidirectional=True)
        if edges.n_nodes != batch.nodes:
            supports = [_step_by_step(support, batch.windows) for support in supports]
        if self.latent is not None:
            supports.append(self.latent(batch.node_N))
        skip = self._skips(self._started(batch, filled), supports)
        hidden_BNE = F.relu(self.end(F.relu(skip))).transpose(0, 1)
        offset = filled[:, :, -1, None, :, None] if self.settings.residual else None
        if self.lead is not None and batch.future_BNTU is not None:
            ahead = self.lead(hidden_BNE, batch.future_BNTU[:, :, batch.lookback :])
            offset = ahead if offset is None else ahead + offset
        return self.readout(hidden_BNE, offset)

    def _started(self, batch: GraphBatch, filled_BNLC: Tensor) -> Tensor:
        """First map of the receptive field, [N, R, B, D]."""
        vectors = self.embedding(batch.node_N) if self.embedding is not None else None
        inputs = self.inputs(batch, filled_BNLC, node_features(vectors, batch))
        field = self.settings.receptive_field
        inputs = inputs[:, :, -field:]
        inputs = F.pad(inputs, (0, 0, field - inputs.shape[2], 0))
        return self.start(inputs.permute(1, 2, 0, 3).contiguous())

    def _skips(self, x_NTBD: Tensor, supports: Sequence[Support]) -> Tensor:
        """Sum of the layers' skip connections at the last step, [N, B, skip]."""
        total: Tensor | None = None
        for layer, (time, skip) in enumerate(zip(self.times, self.skips, strict=True)):
            passed = time(x_NTBD)
            term = skip(passed[:, -1])
            total = term if total is None else total + term
            if layer == len(self.times) - 1:
                break
            spread = self._in_space(self.spaces[layer], passed, supports)
            x_NTBD = spread + x_NTBD[:, -passed.shape[1] :]
            x_NTBD = self.norms[layer](x_NTBD.flatten(0, 2)).view_as(x_NTBD)
        assert total is not None
        return total

    def _in_space(self, layer: nn.Module, x_NTBD: Tensor, supports: Sequence[Support]) -> Tensor:
        """A graph convolution of every step, [N, T, B, D]: steps and windows are alike to it."""
        mixed = layer(x_NTBD.flatten(1, 2).transpose(0, 1), supports)
        return self.dropout(mixed).transpose(0, 1).unflatten(1, x_NTBD.shape[1:3])


def _step_by_step(support: Support, windows: int) -> Support:
    """A propagation on the nodes of B windows together, for the steps of those windows as [T * B, N, D]."""

    def propagate(x_TND: Tensor) -> Tensor:
        return support(x_TND.unflatten(0, (-1, windows)).flatten(1, 2)).reshape(x_TND.shape)

    return propagate


class GatedTemporalConvolution(nn.Module):
    """tanh(W_f * x) sigmoid(W_g * x), causal and dilated, on [N, T, B, D] along T."""

    def __init__(self, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.ModuleList(nn.Linear(width, 2 * width, bias=tap == 0) for tap in range(kernel))

    def forward(self, x_NTBD: Tensor) -> Tensor:
        """[N, T - (kernel - 1) * dilation, B, D]; the first tap reads the earliest step."""
        reach = self.dilation * (len(self.taps) - 1)
        steps = x_NTBD.shape[1] - reach
        both = torch.stack(
            [tap(x_NTBD.narrow(1, place * self.dilation, steps)) for place, tap in enumerate(self.taps)]
        ).sum(0)
        signal, gate = both.chunk(2, dim=-1)
        return torch.tanh(signal) * torch.sigmoid(gate)
