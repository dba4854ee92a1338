"""One round of messages between all atoms of a cell."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class MessageLayer(nn.Module):
    """Dense message passing (as CSPNet of DiffCSP: no neighbour search, every atom hears every other).

    Args:
        hidden: width of atoms and messages. `pair`: features of a pair of atoms.
        context: features of the crystal as a whole; 0: none.
    """

    def __init__(self, hidden: int, pair: int, context: int = 0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.receiver = nn.Linear(hidden, hidden)
        self.sender = nn.Linear(hidden, hidden, bias=False)
        self.pair = nn.Linear(pair, hidden, bias=False)
        self.message = nn.Linear(hidden, hidden)
        self.update = nn.Linear(2 * hidden, hidden)
        self.context = nn.Linear(context, hidden, bias=False) if context else None
        self.out = nn.Linear(hidden, hidden)

    def forward(
        self,
        atoms_BNH: Tensor,
        pairs_BNNP: Tensor,
        weights_BNN: Tensor | None,
        context_BC: Tensor | None = None,
    ) -> Tensor:
        """`weights_BNN`: of `sender_weights`. Messages' second linear map commutes with their mean."""
        h = self.norm(atoms_BNH)
        message = self.pair(pairs_BNNP)
        # In place: sums over all pairs are what this costs on a processor.
        message += self.receiver(h).unsqueeze(2)
        message += self.sender(h).unsqueeze(1)
        message = functional.silu(message)
        message = message.mean(2) if weights_BNN is None else (message * weights_BNN.unsqueeze(-1)).sum(2)
        heard = self.message(message)
        update = self.update(torch.cat([h, heard], dim=-1))
        if self.context is not None and context_BC is not None:
            update = update + self.context(context_BC).unsqueeze(1)
        return atoms_BNH + self.out(functional.silu(update))


def sender_weights(mask_BN: Tensor, dtype: torch.dtype) -> Tensor | None:
    """Equal shares of all atoms of the crystal, itself included, [B, N (receiver), N]; None: no padding."""
    if bool(mask_BN.all()):
        return None
    pairs = (mask_BN.unsqueeze(1) & mask_BN.unsqueeze(2)).to(dtype)
    return pairs / pairs.sum(-1, keepdim=True).clamp_min(1.0)
