"""A gated recurrent unit over all nodes' windows, of which the last state is wanted."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .additive_input import AdditiveInput
from .gated_recurrence import run_gates

CHUNK = 1024
"""Sequences that run through the recurrence together on a processor: their states stay in its cache."""


class Recurrence(nn.GRU):
    """torch's GRU from zero, time-major, that answers the last layer's last state."""

    def forward(self, x_LMD: Tensor) -> Tensor:  # type: ignore[override]
        """[L, M, inputs] to [M, hidden]."""
        if x_LMD.device.type != "cpu":
            return super().forward(x_LMD)[1][-1]
        return torch.cat([super(Recurrence, self).forward(part)[1][-1] for part in x_LMD.split(CHUNK, dim=1)])

    def of_sum(self, x: AdditiveInput) -> Tensor:
        """The same for inputs that are sums of parts, [N * B, hidden], node by node.

        On a processor the parts are mapped to the gates one by one, calendar and node only once: the inputs'
        maps into the recurrence and their gradients, half of its work, all but vanish.
        """
        whole = x.series_LNBK.device.type != "cpu" or torch.is_autocast_enabled("cpu")
        if whole or self.num_layers > 1:
            return self(x.dense().flatten(1, 2))
        into, recurrent, bias_in, bias = (weight for weight in self.parameters())
        gates = 2 * self.hidden_size
        node = x.bias if x.node_ND is None else x.node_ND + x.bias
        node = F.linear(node, into, bias_in + F.pad(bias[:gates], (0, self.hidden_size)))
        steps, nodes, windows, _ = x.series_LNBK.shape
        calendar = x.calendar_LBD
        return run_gates(
            x.series_LNBK.contiguous(),
            into @ x.weight,
            into.new_zeros(steps, windows, len(into)) if calendar is None else calendar @ into.T,
            node.expand(nodes, -1),
            recurrent,
            bias[gates:],
        )
