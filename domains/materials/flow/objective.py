"""What CDVAE-flow trains for: first all of it together, then the decoder alone on the latents found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ....shared.training.objective import Phase
from .autoencoder import CrystalAutoencoder, drawn
from .flow_losses import flow_losses
from .padded import Padded, by_size
from .settings import FlowLosses

Optimizer = Callable[[Iterable[Any]], torch.optim.Optimizer]


class _Weighted:
    """Losses by name, weighed by the settings of that name."""

    losses: FlowLosses

    def parts(self, batch: Padded, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """Losses by name, [B] each."""
        raise NotImplementedError

    def losses_of(self, batch: Padded, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """The same, [B] in order of size."""
        pieces = [self.parts(piece, generator) for piece in by_size(batch)]
        return {name: torch.cat([piece[name] for piece in pieces]) for name in pieces[0]}

    def loss(self, batch: Padded) -> tuple[Tensor, Mapping[str, Tensor]]:
        parts = self.losses_of(batch)
        total = sum(
            (getattr(self.losses, name) * part.mean() for name, part in parts.items()), torch.zeros(())
        )
        return total, {name: part.mean().detach() for name, part in parts.items()}

    @torch.no_grad()
    def validate(self, batch: Padded) -> Mapping[str, tuple[Tensor, int]]:
        """Every loss, with the same noise at every validation; `total` weighs them as training does."""
        device = batch["frac"].device
        parts = self.losses_of(batch, torch.Generator(device).manual_seed(0))
        total = sum(getattr(self.losses, name) * part for name, part in parts.items())
        return {name: (part.sum(), len(part)) for name, part in {"total": total, **parts}.items()}


class FlowObjective(_Weighted):
    """All of the network at once; batches are those of `PaddedSource`."""

    def __init__(
        self,
        network: CrystalAutoencoder,
        losses: FlowLosses,
        optimizer: Optimizer,
    ) -> None:
        self.network, self.losses = network, losses
        self.modules = {"network": network}
        self.phases = [Phase("network", ("network",), self.loss, optimizer)]

    def parts(self, batch: Padded, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """Losses by name, [B] each."""
        mean, log_variance = self.network.posterior(batch)
        latent = drawn(mean, log_variance, generator)
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(-1)
        flow = flow_losses(self.network.decoder, batch, latent, self.losses.without_latent, generator)
        return {**self._heads(batch, latent), **flow, "kl": kl}

    def _heads(self, batch: Padded, latent: Tensor) -> dict[str, Tensor]:
        network, mask = self.network, batch["mask"]
        counts = mask.sum(-1)
        logits = network.composition(latent).log_softmax(-1)
        each = -logits.gather(1, (batch["numbers"] - 1).clamp_min(0))
        error = network.property(latent).squeeze(-1) - batch["property"]
        return {
            "num_atoms": functional.cross_entropy(network.num_atoms(latent), counts, reduction="none"),
            "latent_lattice": (network.lattice(latent) - batch["lattice"]).square().mean(-1),
            "composition": (each * mask).sum(-1) / counts,
            "property": functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.2, reduction="none")
            * batch["known"],
        }


class DecoderObjective(_Weighted):
    """The decoder alone; batches are those of a `PaddedSource` that was given posteriors."""

    def __init__(self, network: CrystalAutoencoder, losses: FlowLosses, optimizer: Optimizer) -> None:
        self.decoder, self.losses = network.decoder, losses
        self.modules = {"decoder": network.decoder}
        self.phases = [Phase("decoder", ("decoder",), self.loss, optimizer)]

    def parts(self, batch: Padded, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """Losses by name, [B] each."""
        latent = drawn(batch["mean"], batch["log_variance"], generator)
        return flow_losses(self.decoder, batch, latent, self.losses.decoder_without_latent, generator)
