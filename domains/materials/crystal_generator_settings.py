"""What a crystal generator is made of and how it is trained. Free of torch."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .flow.settings import FlowLosses, FlowSettings, FlowTraining


class GeneratorSettings(BaseModel):
    """A CDVAE-flow: networks, losses, training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: FlowSettings = FlowSettings()
    losses: FlowLosses = FlowLosses()
    training: FlowTraining = FlowTraining()
    validation: float = Field(default=0.1, ge=0, lt=1)
    """Share of the crystals held out while training, if none are handed in for that."""

    @classmethod
    def preset(cls, name: Literal["small", "large"]) -> GeneratorSettings:
        """`small`: 0.8 M parameters, for a processor. `large`: 12 M, DiffCSP's sizes, for an accelerator."""
        if name == "small":
            return cls()
        network = FlowSettings(
            latent=256, hidden=512, layers=6, frequencies=64, encoder_hidden=256, encoder_layers=4
        )
        training = FlowTraining(steps=100_000, batch_size=256, learning_rate=5e-4, prior_steps=20_000)
        return cls(network=network, training=training)
