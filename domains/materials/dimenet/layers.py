"""Blocks of DimeNet++: embedding of edges, interaction, output.

Source: Gasteiger, Giri, Margraf, Günnemann, "Fast and Uncertainty-Aware Directional Message Passing for
Non-Equilibrium Molecules" (2020), on the blocks of DimeNet (2020), figures 4 and 5.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..message_graph import Slots

ELEMENTS = 95
"""Rows of the embedding, hydrogen to americium; curium to fermium (96-100) share the last."""


def orthogonal_linear(inputs: int, outputs: int, bias: bool = True, scale: float = 2.0) -> nn.Linear:
    """A linear layer: orthogonal weight of variance scale / (inputs + outputs), as Glorot's; bias 0."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    with torch.no_grad():
        nn.init.orthogonal_(layer.weight)
        layer.weight.mul_((scale / ((inputs + outputs) * layer.weight.var(correction=0))).sqrt())
        if bias:
            layer.bias.zero_()
    return layer


class Residual(nn.Module):
    """x + act(W2 act(W1 x))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = orthogonal_linear(width, width), orthogonal_linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + functional.silu(self.second(functional.silu(self.first(x))))


class EdgeEmbedding(nn.Module):
    """First message of each edge, of both atoms and their distance."""

    def __init__(self, num_radial: int, width: int) -> None:
        super().__init__()
        self.element = nn.Embedding(ELEMENTS, width)
        nn.init.uniform_(self.element.weight, -math.sqrt(3), math.sqrt(3))
        self.radial, self.mix = nn.Linear(num_radial, width), nn.Linear(3 * width, width)

    def forward(self, numbers_A: Tensor, radial: Tensor, receiver: Tensor, sender: Tensor) -> Tensor:
        element = self.element((numbers_A - 1).clamp(0, ELEMENTS - 1))
        distance = functional.silu(self.radial(radial))
        return functional.silu(self.mix(torch.cat([element[receiver], element[sender], distance], dim=-1)))


class Interaction(nn.Module):
    """Messages k -> j, weighted by distance and by the angle to j -> i, update the message j -> i.

    The two linear maps of the 2-d basis have nothing between them, and the sum over k is linear, so the basis
    is never formed for each triplet: what depends on edge k -> j alone is multiplied out per edge, and the
    sum over k is one matrix product with the angular functions, atom by atom.
    """

    def __init__(self, width: int, inner: int, basis: int, num_spherical: int, num_radial: int) -> None:
        super().__init__()
        self.radial_down = orthogonal_linear(num_radial, basis, bias=False)
        self.radial_up = orthogonal_linear(basis, width, bias=False)
        self.angular_down = orthogonal_linear(num_spherical * num_radial, basis, bias=False)
        self.angular_up = orthogonal_linear(basis, inner, bias=False)
        self.outer, self.own = orthogonal_linear(width, width), orthogonal_linear(width, width)
        self.down = orthogonal_linear(width, inner, bias=False)
        self.up = orthogonal_linear(inner, width, bias=False)
        self.before_skip = nn.ModuleList([Residual(width)])
        self.skip = orthogonal_linear(width, width)
        self.after_skip = nn.ModuleList([Residual(width), Residual(width)])

    def forward(
        self, x: Tensor, radial: Tensor, waves_ESR: Tensor, angular: Tensor, incoming: Slots, outgoing: Slots
    ) -> Tensor:
        own = functional.silu(self.own(x))
        outer = functional.silu(self.outer(x)) * self.radial_up(self.radial_down(radial))
        outer = functional.silu(self.down(outer))
        edges, degrees, _ = waves_ESR.shape
        weight = self.angular_down.weight.view(-1, degrees, waves_ESR.shape[2])
        spread = self.angular_up(torch.einsum("esr,bsr->esb", waves_ESR, weight)) * outer[:, None]
        gathered = incoming.gather(spread).flatten(1, 2)  # [N, K_in * S, inner]
        summed = outgoing.scatter(angular @ gathered) if edges else outer
        hidden = own + functional.silu(self.up(summed))
        for layer in self.before_skip:
            hidden = layer(hidden)
        hidden = functional.silu(self.skip(hidden)) + x
        for layer in self.after_skip:
            hidden = layer(hidden)
        return hidden


class Output(nn.Module):
    """What the messages of one level say about each atom; the last layer starts at 0."""

    def __init__(self, num_radial: int, width: int, out_width: int, outputs: int, layers: int) -> None:
        super().__init__()
        self.radial = orthogonal_linear(num_radial, width, bias=False)
        self.up = orthogonal_linear(width, out_width, bias=False)
        self.layers = nn.ModuleList(orthogonal_linear(out_width, out_width) for _ in range(layers))
        self.last = nn.Linear(out_width, outputs, bias=False)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor, radial: Tensor, receiver: Tensor, n_atoms: int) -> Tensor:
        weighted = self.radial(radial) * x
        y = self.up(weighted.new_zeros(n_atoms, weighted.shape[1]).index_add(0, receiver, weighted))
        for layer in self.layers:
            y = functional.silu(layer(y))
        return self.last(y)
