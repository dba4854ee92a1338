"""A deep echo-state network: recurrent layers with random weights that are never trained."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

ROWS = 8192
"""Sequences that run together: their states stay in the cache of the processor."""
LEAST_LEAK = 0.1


class Reservoir(nn.Module):
    """h^l_t = (1 - g_l) h^l_{t-1} + g_l tanh(U_l h^{l-1}_t + W_l h^l_{t-1} + b_l), h^0 the input, h_0 = 0.

    (Gallicchio, Micheli & Pedrelli 2017; Cini et al. 2023, "Scalable spatiotemporal graph neural networks".)
    U, W and b are uniform in [-1, 1], W thinned out and scaled to its spectral radius, U by the number of its
    inputs. They are buffers: saved with a model, of no interest to an optimiser.

    Args:
        inputs: size of the input per step.
        units: R, of each layer.
        layers: number of layers.
        leak: g of the first layer; each further one has `leak_decay` less, never below 0.1.
        radius, density: of W.
    """

    def __init__(
        self,
        inputs: int,
        units: int,
        layers: int,
        *,
        leak: float,
        leak_decay: float,
        radius: float,
        density: float,
    ) -> None:
        super().__init__()
        self.units, self.layers = units, layers
        self.leaks = tuple(max(leak - layer * leak_decay, min(LEAST_LEAK, leak)) for layer in range(layers))
        for layer in range(layers):
            size = units if layer else inputs
            into = (2 * torch.rand(size, units) - 1) / size**0.5
            kept = torch.rand(units, units) < density
            recurrent = torch.where(kept, 2 * torch.rand(units, units) - 1, 0)
            recurrent *= radius / max(_spectral_radius(recurrent), 1e-6)
            self.register_buffer(f"weight_{layer}", torch.cat([into, recurrent]))
            self.register_buffer(f"bias_{layer}", 2 * torch.rand(units) - 1)

    @torch.no_grad()
    def forward(self, x_SLF: Tensor) -> Tensor:
        """States after the last step, all layers side by side: [S, L, F] to [S, layers * R]."""
        if not len(x_SLF):
            return x_SLF.new_zeros(0, self.layers * self.units)
        return torch.cat([self._run(rows) for rows in x_SLF.split(ROWS)])

    def _run(self, x_SLF: Tensor) -> Tensor:
        states = [x_SLF.new_zeros(len(x_SLF), self.units) for _ in range(self.layers)]
        for step in x_SLF.unbind(1):
            below = step
            for layer, leak in enumerate(self.leaks):
                weight, bias = self.get_buffer(f"weight_{layer}"), self.get_buffer(f"bias_{layer}")
                fresh = torch.addmm(bias, torch.cat([below, states[layer]], dim=1), weight).tanh_()
                below = states[layer] = states[layer].lerp_(fresh, leak)
        return torch.cat(states, dim=1)


def _spectral_radius(matrix: Tensor) -> float:
    return float(np.abs(np.linalg.eigvals(matrix.double().numpy())).max())
