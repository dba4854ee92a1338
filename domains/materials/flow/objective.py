"""What CDVAE-flow trains for: flow matching of lattice and coordinates, types one by one, heads and KL.

Flow matching after Lipman et al. (2023) on straight ways: x(t) = (1 - t) noise + t crystal for the lattice,
the shortest way on the torus for coordinates. Types are a masked discrete flow (Campbell et al., 2024): each
atom's type is hidden or known, and the decoder tells the hidden from the latent, the places and the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ....shared.training.objective import Phase
from .autoencoder import CrystalAutoencoder, drawn
from .padded import Padded
from .settings import TYPES_DONE, FlowLosses
from .torus import way_to_crystal


class FlowObjective:
    """One phase; batches are those of `PaddedSource`."""

    def __init__(
        self,
        network: CrystalAutoencoder,
        losses: FlowLosses,
        optimizer: Callable[[Iterable[Any]], torch.optim.Optimizer],
    ) -> None:
        self.network, self.losses = network, losses
        self.modules = {"network": network}
        self.phases = [Phase("network", ("network",), self.loss, optimizer)]

    def loss(self, batch: Padded) -> tuple[Tensor, Mapping[str, Tensor]]:
        parts = self.parts(batch)
        total = sum(
            (getattr(self.losses, name) * part.mean() for name, part in parts.items()), torch.zeros(())
        )
        return total, {name: part.mean().detach() for name, part in parts.items()}

    @torch.no_grad()
    def validate(self, batch: Padded) -> Mapping[str, tuple[Tensor, int]]:
        """Every loss, with the same noise at every validation; `total` weighs them as training does."""
        device = batch["frac"].device
        parts = self.parts(batch, torch.Generator(device).manual_seed(0))
        total = sum(getattr(self.losses, name) * part for name, part in parts.items())
        return {name: (part.sum(), len(part)) for name, part in {"total": total, **parts}.items()}

    def parts(self, batch: Padded, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """Losses by name, [B] each."""
        mean, log_variance = self.network.posterior(batch)
        latent = drawn(mean, log_variance, generator)
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(-1)
        return {**self._heads(batch, latent), **self._flow(batch, latent, generator), "kl": kl}

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

    def _flow(self, batch: Padded, latent: Tensor, generator: torch.Generator | None) -> dict[str, Tensor]:
        frac, numbers, mask, lattice = (batch[name] for name in ("frac", "numbers", "mask", "lattice"))
        size, device = len(frac), frac.device

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, generator=generator, device=device)

        time = uniform(size)
        # Mostly as many types are known as the sampler knows at this time, sometimes any number.
        usual = 1 - time / TYPES_DONE + 0.3 * (uniform(size) - 0.5)
        hidden_share = torch.where(uniform(size) < 0.7, usual, uniform(size))
        noise = uniform(*frac.shape)
        way, numbers = way_to_crystal(noise, frac, numbers, mask)
        start = torch.randn(lattice.shape, generator=generator, device=device)
        hidden = (uniform(*mask.shape) < hidden_share.unsqueeze(-1)) & mask
        with_latent = uniform(size) >= self.losses.without_latent
        at = time.unsqueeze(-1)
        answer = self.network.decoder(
            time,
            (1 - at) * start + at * lattice,
            noise + at.unsqueeze(-1) * way,
            torch.where(hidden, 0, numbers),
            mask,
            latent,
            with_latent,
        )
        counts, unknown = mask.sum(-1), hidden.sum(-1)
        entropy = functional.cross_entropy(
            answer.types.transpose(1, 2), (numbers - 1).clamp_min(0), reduction="none"
        )
        return {
            "coordinates": ((answer.coordinates - way).square().sum(-1) * mask).sum(-1) / counts,
            "lattice": (answer.lattice - (lattice - start)).square().mean(-1),
            "types": (entropy * hidden).sum(-1) / unknown.clamp_min(1),
        }
