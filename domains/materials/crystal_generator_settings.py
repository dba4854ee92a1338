"""What a crystal generator is made of and how it is trained. Free of torch."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .cdvae.settings import CdvaeRecipe, CdvaeSettings, LangevinSettings
from .flow.settings import FlowLosses, FlowSettings, FlowTraining

PRIOR_STEPS = 4
"""Of the prior for each step of fine-tuning, at most as many as in training: it goes on from the old one."""


class GeneratorSettings(BaseModel):
    """Networks, losses and training of a CDVAE-flow, or of CDVAE as published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decoder: Literal["flow", "cdvae"] = "flow"
    """flow: CDVAE-flow, sampled in tens of steps. cdvae: CDVAE with GemNet-dT and Langevin dynamics, in
    thousands."""
    network: FlowSettings = FlowSettings()
    """Of the flow; `max_atoms` is that of both."""
    losses: FlowLosses = FlowLosses()
    training: FlowTraining = FlowTraining()
    """Of cdvae `steps`, `batch_size`, `ema`, `validate_every`, `seed` and `prior_steps`."""
    cdvae: CdvaeSettings = CdvaeSettings.preset("small")
    recipe: CdvaeRecipe = CdvaeRecipe()
    """How a cdvae is trained besides."""
    by_latent: bool = False
    """Whether new crystals come from draws of the latent's prior, as CDVAE's, unless told otherwise, or from
    the decoder alone. Which makes fewer wrong formulas differs from one set of crystals to another."""
    slope: float = Field(default=10.0, ge=0)
    """How a flow hurries the coordinates of new crystals: 1 + slope t times the velocity (anti-annealing;
    Miller et al. 2024, FlowMM). It sharpens crystals of one kind, such as perovskites; where those trained
    on are of many kinds, it draws atoms together before they know where to, and 0 is better."""
    apart: float = Field(default=0.7, ge=0, lt=2)
    """Angstrom: while a flow makes new crystals, atoms nearer than this are drawn apart and the decoder goes
    on from there. Nothing known is nearer than the two atoms of hydrogen, 0.74. 0: it is left alone."""
    langevin: LangevinSettings = LangevinSettings()
    """How a cdvae is sampled."""
    validation: float = Field(default=0.1, ge=0, lt=1)
    """Share of the crystals held out while training, if none are handed in for that."""

    def cdvae_with(self, property: bool) -> CdvaeSettings:
        """Sizes of a cdvae for crystals of at most `network.max_atoms`, with a property or without."""
        facts = {"max_atoms": self.network.max_atoms, "predict_property": property}
        return self.cdvae.model_copy(update={"latent": self.cdvae.latent.model_copy(update=facts)})

    def finetuning(self, steps: int, learning_rate: float) -> GeneratorSettings:
        """The same for a training that goes on from a generator with these settings."""
        training = self.training.model_copy(
            update={
                "steps": steps,
                "decoder_steps": 0,
                "prior_steps": min(self.training.prior_steps, PRIOR_STEPS * steps),
                "learning_rate": learning_rate,
            }
        )
        recipe = self.recipe.model_copy(update={"learning_rate": learning_rate, "teacher_forcing_steps": 0})
        return self.model_copy(update={"training": training, "recipe": recipe})

    @classmethod
    def preset(cls, name: Literal["small", "large"]) -> GeneratorSettings:
        """`small`: 0.8 M parameters, for a processor. `large`: 12 M, DiffCSP's sizes, for an accelerator.

        With `decoder="cdvae"` 0.6 M and the 4.9 M of CDVAE's paper.
        """
        if name == "small":
            return cls()
        network = FlowSettings(
            latent=256, hidden=512, layers=6, frequencies=64, encoder_hidden=256, encoder_layers=4
        )
        training = FlowTraining(steps=100_000, batch_size=256, learning_rate=5e-4, prior_steps=20_000)
        return cls(network=network, training=training, cdvae=CdvaeSettings.preset("paper"))
