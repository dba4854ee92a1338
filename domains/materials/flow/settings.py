"""Sizes and loss weights of the flow-matching generator. Free of torch."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

TYPES_DONE = 0.5
"""Share of the flow's time by which all types are drawn."""


class FlowSettings(BaseModel):
    """Sizes of encoder, latent and decoder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latent: int = Field(default=48, ge=2)
    hidden: int = Field(default=128, ge=8)
    """Width of the decoder."""
    layers: int = Field(default=4, ge=1)
    frequencies: int = Field(default=8, ge=1)
    """Waves per cell edge, up to this one, that describe where two atoms are to each other."""
    encoder_hidden: int = Field(default=96, ge=8)
    encoder_layers: int = Field(default=3, ge=1)
    encoder_frequencies: int = Field(default=4, ge=1)
    radial: int = Field(default=32, ge=2)
    """Shells of distance that the encoder sees, evenly spaced up to `cutoff`."""
    cutoff: float = Field(default=7.0, gt=0)
    """Angstrom."""
    max_atoms: int = Field(default=20, ge=1)


class FlowLosses(BaseModel):
    """What training minimises, and how strongly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinates: float = Field(default=10.0, ge=0)
    lattice: float = Field(default=1.0, ge=0)
    types: float = Field(default=2.0, ge=0)
    composition: float = Field(default=1.0, ge=0)
    num_atoms: float = Field(default=1.0, ge=0)
    latent_lattice: float = Field(default=1.0, ge=0)
    """Of the head that reads the lattice off the latent."""
    property: float = Field(default=2.0, ge=0)
    kl: float = Field(default=0.01, ge=0)
    without_latent: float = Field(default=0.1, ge=0, lt=1)
    """Share of crystals decoded without their latent while the encoder learns."""
    decoder_without_latent: float = Field(default=0.35, ge=0, lt=1)
    """The same while the decoder is trained alone: whether new crystals or those of a formula, they are
    decoded without one."""


class FlowTraining(BaseModel):
    """How long and how fast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=7_000, ge=1)
    """Of everything together."""
    decoder_steps: int = Field(default=15_000, ge=0)
    """Of the decoder alone, afterwards, on latents that no longer change."""
    batch_size: int = Field(default=128, ge=1)
    learning_rate: float = Field(default=1.5e-3, gt=0)
    decoder_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=1e-3, ge=0)
    ema: float = Field(default=0.999, gt=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    validate_every: int = Field(default=500, ge=1)
    seed: int = Field(default=0, ge=0)
    prior_steps: int = Field(default=4_000, ge=1)
    """Of the flow that carries a normal distribution to the latents of the training crystals."""
