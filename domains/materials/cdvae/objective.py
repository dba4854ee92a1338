"""What a CDVAE trains for, as one phase of the training core.

The paper's recipe: Adam at 1e-3 with each gradient element clipped to 0.5, and a rate that falls by 0.6 after
30 validations without progress, down to 1e-4. The core's schedules depend on the step alone, so that a
resumed run ends bit for bit the same: choose `cosine` with `final=0.1`, or `multistep` with `gamma=0.6`, in
`FitSettings.schedule`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ....shared.training.objective import Phase
from .cdvae import Cdvae
from .latent import CrystalLatent
from .noise import Noise
from .settings import CdvaeRecipe


class TrainingClock(nn.Module):
    """Counts training passes; kept in checkpoints, so that a resumed run knows when teaching ends."""

    passes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("passes", torch.zeros((), dtype=torch.int64))


class CdvaeObjective:
    """Weighted losses of decoder and latent; batches are those of `CrystalSource`.

    Modules: `latent`, `decoder` (which `FitSettings.compile` compiles) and `clock`.

    Args:
        steps: of the training; a recipe that leaves teacher forcing to its length needs them.
    """

    def __init__(self, model: Cdvae, recipe: CdvaeRecipe, steps: int = 0) -> None:
        self.model, self.recipe = model, recipe.taught(steps)
        self.clock = TrainingClock()
        self.modules = {"latent": model.latent, "decoder": model.decoder, "clock": self.clock}
        self.phases = [
            Phase(
                name="cdvae",
                modules=("latent", "decoder"),
                loss=self.loss,
                optimizer=self._optimizer,
                trains=lambda name, parameter: parameter.requires_grad,
            )
        ]

    def loss(self, batch: Mapping[str, Any]) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Total of the weighted means over crystals, and the means themselves."""
        crystals = batch["crystals"]
        settings = self.model.settings
        noise = Noise.draw(crystals, settings.latent.width, settings.noise.levels)
        teacher = self._teacher()
        parts = self.model.losses(
            crystals, noise, graph=batch["graph"], values=batch["property"], teacher=teacher
        )
        self.clock.passes += 1
        weights = self.recipe.weights
        loss = CrystalLatent.total(parts, weights.latent) + self._decoder_loss(parts).mean()
        return loss, {name: part.detach().mean() for name, part in parts.items()}

    @torch.no_grad()
    def validate(self, batch: Mapping[str, Any]) -> Mapping[str, tuple[Tensor, int]]:
        """Sums over crystals: `score`, the weighted coordinates and types the paper watches, and all parts.

        The noise is the source's own, the same for a crystal at every validation; the lattice is what the
        decoder is given at this time of the training.
        """
        crystals = batch["crystals"]
        teacher = self._teacher()
        parts = self.model.losses(
            crystals, batch["noise"], graph=batch["graph"], values=batch["property"], teacher=teacher
        )
        named = {"score": self._decoder_loss(parts), **parts}
        return {name: (part.double().sum(), len(crystals)) for name, part in named.items()}

    def _teacher(self) -> bool:
        return int(self.clock.passes) < (self.recipe.teacher_forcing_steps or 0)

    def _decoder_loss(self, parts: Mapping[str, Tensor]) -> Tensor:
        weights = self.recipe.weights
        return weights.coordinates * parts["coordinates"] + weights.types * parts["types"]

    def _optimizer(self, parameters: Any) -> torch.optim.Optimizer:
        optimizer = torch.optim.Adam(parameters, lr=self.recipe.learning_rate, betas=self.recipe.betas)
        limit = self.recipe.clip_value
        if limit is not None:

            def clip(optimizer: torch.optim.Optimizer, *_: Any) -> None:
                held = [p for group in optimizer.param_groups for p in group["params"]]
                torch.nn.utils.clip_grad_value_(held, limit)

            optimizer.register_step_pre_hook(clip)
        return optimizer
