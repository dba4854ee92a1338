"""What a vocoder trains for, as phases of the training core.

The recipe of Wavehax (its configuration `wavehax.yaml`): 45 times the log-mel distance, 2 times feature
matching, and a hinge game with the discriminators. Without discriminators only spectra count, to which a
multi-resolution distance may be added: on a processor that is the first leg.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from ...shared.training.objective import Phase
from .adversarial_losses import deceit, feature_distance, hinge
from .discriminators.ensemble import Discriminators
from .spectral_losses import MelDistance, MultiResolutionDistance

Crops = dict[str, Tensor]


class VocoderRecipe(BaseModel):
    """Weights of the losses and the optimiser."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mel: float = Field(default=45.0, ge=0)
    resolutions: float = Field(default=0.0, ge=0)
    """Weight of the multi-resolution distance."""
    features: float = Field(default=2.0, ge=0)
    adversarial: float = Field(default=1.0, ge=0)
    learning_rate: float = Field(default=2e-4, gt=0)
    betas: tuple[float, float] = (0.8, 0.9)


class VocoderObjective:
    """Generator phase and, with discriminators, discriminator phase; batches are those of `CropSource`.

    The discriminators judge the audio that the generator phase made just before its step, as in the
    recipe's code, so that the generator runs once a step.
    """

    def __init__(
        self,
        generator: nn.Module,
        sample_rate: int,
        recipe: VocoderRecipe,
        discriminators: Discriminators | None = None,
    ) -> None:
        self.generator, self.discriminators, self.recipe = generator, discriminators, recipe
        self.modules: dict[str, nn.Module] = {"generator": generator}
        self.mel, self.resolutions = MelDistance(sample_rate), MultiResolutionDistance()
        self.phases = [Phase("generator", ("generator",), self.generator_loss, self._optimizer)]
        if discriminators is not None:
            self.modules["discriminators"] = discriminators
            self.phases.append(
                Phase("discriminators", ("discriminators",), self.discriminator_loss, self._optimizer)
            )

    def _optimizer(self, parameters: Any) -> torch.optim.Optimizer:
        rate, betas = self.recipe.learning_rate, self.recipe.betas
        return torch.optim.AdamW(parameters, lr=rate, betas=betas, weight_decay=0.0)

    def generator_loss(self, batch: Crops) -> tuple[Tensor, Mapping[str, Tensor]]:
        made, wanted = self._made(batch), batch["audio"]
        mel = self._on(self.mel, made)(made, wanted)
        loss, metrics = self.recipe.mel * mel, {"mel": mel.detach()}
        if self.recipe.resolutions:
            distance = self._on(self.resolutions, made)(made, wanted)
            loss = loss + self.recipe.resolutions * distance
            metrics["resolutions"] = distance.detach()
        if self.discriminators is None:
            return loss, metrics
        of_made = self.discriminators(made)
        with torch.no_grad():
            of_real = self.discriminators(wanted)
        deceived, matched = deceit(of_made), feature_distance(of_made, of_real)
        batch["made"] = made.detach()
        metrics |= {"deceit": deceived.detach(), "features": matched.detach()}
        return loss + self.recipe.adversarial * deceived + self.recipe.features * matched, metrics

    def discriminator_loss(self, batch: Crops) -> tuple[Tensor, Mapping[str, Tensor]]:
        assert self.discriminators is not None
        made = batch.get("made")
        if made is None:
            with torch.no_grad():
                made = self._made(batch)
        loss = hinge(self.discriminators(made), self.discriminators(batch["audio"]))
        return loss, {"hinge": loss.detach()}

    @torch.no_grad()
    def validate(self, batch: list[Crops]) -> Mapping[str, tuple[Tensor, int]]:
        """Both distances of every utterance; each utterance counts once."""
        mel, resolutions = [], []
        for utterance in batch:
            made, wanted = self._made(utterance), utterance["audio"]
            mel.append(self._on(self.mel, made)(made, wanted))
            resolutions.append(self._on(self.resolutions, made)(made, wanted))
        return {
            "mel": (torch.stack(mel).sum(), len(mel)),
            "resolutions": (torch.stack(resolutions).sum(), len(resolutions)),
        }

    def _made(self, batch: Crops) -> Tensor:
        return self.generator(batch["condition"], batch["prior"], batch["noise"])

    @staticmethod
    def _on(module: nn.Module, like: Tensor) -> nn.Module:
        """Losses have no weights, so the core does not move them."""
        return module.to(like.device)
