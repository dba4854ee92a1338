"""DCRNN: diffusion convolution inside a recurrent encoder and decoder (Li et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .batch import GraphBatch
from .decoder import HorizonDecoder
from .encoder import PlainInputs, node_features
from .graph_convolution import Support
from .graph_gru import isotropic_cell
from .network import SpatioTemporalNetwork
from .node_embedding import build_embedding
from .quantile_head import ascending
from .settings import DiffusionSettings, Dimensions
from .space_time import directions


class DCRNN(SpatioTemporalNetwork):
    """Stacked diffusion GRUs read the context, others write the horizon step by step, or an MLP does at once.

    Diffusion runs along the edges and against them, K steps each. The recurrent decoder starts from zeros and
    reads its own answers (their middle quantile), in training as in use: no scheduled sampling, as a batch
    holds no targets.
    """

    DIRECTIONS = 2

    def __init__(self, dimensions: Dimensions, settings: DiffusionSettings) -> None:
        super().__init__(dimensions)
        self.settings = settings
        self.embedding = build_embedding(dimensions.nodes, settings.embedding)
        node = (settings.embedding.size if self.embedding is not None else 0) + dimensions.static
        self.inputs = PlainInputs(dimensions, node, calendar=settings.calendar, mask=settings.mask)
        self.encoder = self._cells(self.inputs.width)
        if settings.decoder == "recurrent":
            self.decoder = self._cells(dimensions.channels + dimensions.future)
            self.readout = nn.Linear(settings.hidden, dimensions.channels * dimensions.quantiles)
        else:
            self.at_once = HorizonDecoder(dimensions, settings.hidden, node, settings.width, 0.0)

    def forward(self, batch: GraphBatch) -> Tensor:
        """[B, N, H, C, Q]; of a graph that changes in time, the horizon has the last step's."""
        filled = batch.filled_context()
        vectors = self.embedding(batch.node_N) if self.embedding is not None else None
        node = node_features(vectors, batch)
        inputs_LNBF = self.inputs(batch, filled, node).permute(2, 1, 0, 3).contiguous()
        empty = inputs_LNBF.new_zeros(batch.nodes, batch.windows, self.settings.hidden).transpose(0, 1)
        states = [empty] * self.settings.recurrent_layers
        for step in range(batch.lookback):
            supports = directions(batch.edges_at(step), bidirectional=True)
            states = self._step(self.encoder, inputs_LNBF[step].transpose(0, 1), states, supports)
        last = filled[:, :, -1, None, :, None] if self.settings.residual else None
        if self.settings.decoder == "mlp":
            return self.at_once(states[-1], batch, node, last)
        answer = self._write(batch, states)
        return ascending(answer if last is None else answer + last)

    def _cells(self, inputs: int) -> nn.ModuleList:
        settings = self.settings
        sizes = [inputs] + [settings.hidden] * (settings.recurrent_layers - 1)
        return nn.ModuleList(
            isotropic_cell(size, settings.hidden, supports=self.DIRECTIONS, powers=settings.powers)
            for size in sizes
        )

    def _step(
        self, cells: nn.ModuleList, x_BND: Tensor, states: list[Tensor], supports: Sequence[Support]
    ) -> list[Tensor]:
        following = []
        for cell, state in zip(cells, states, strict=True):
            x_BND = cell(x_BND, state, supports)
            following.append(x_BND)
        return following

    def _write(self, batch: GraphBatch, states: list[Tensor]) -> Tensor:
        sizes = self.dimensions
        supports = directions(batch.edges_at(-1), bidirectional=True)
        written = states[-1].new_zeros(batch.windows, batch.nodes, sizes.channels)
        answers = []
        for lead in range(sizes.horizon):
            if batch.future_BNTU is not None:
                written = torch.cat([written, batch.future_BNTU[:, :, batch.lookback + lead]], dim=-1)
            states = self._step(self.decoder, written, states, supports)
            answer = self.readout(states[-1]).unflatten(-1, (sizes.channels, sizes.quantiles))
            answers.append(ascending(answer))
            written = answers[-1][..., sizes.quantiles // 2]
        return torch.stack(answers, dim=2)
