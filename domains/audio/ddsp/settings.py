"""Sizes of the DDSP synthesiser and of the network that steers it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class DDSPSettings(BaseModel):
    """One autoencoder; the defaults are those of the original's `ae` configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rate: int = Field(default=16_000, ge=1)
    hop: int = Field(default=64, ge=2)
    """Samples between two frames (250 frames a second)."""
    width: int = Field(default=512, ge=1)
    """Of the layers and of the recurrent network."""
    layers: int = Field(default=3, ge=1)
    """Of each stack of layers."""
    harmonics: int = Field(default=100, ge=1)
    noise_bands: int = Field(default=65, ge=2)
    latent: int = Field(default=16, ge=0)
    """Numbers per step from the encoder; 0: pitch and loudness alone."""
    latent_every: int = Field(default=8, ge=1)
    """Frames of one step of the encoder."""
    mfcc: int = Field(default=30, ge=1)
    reverb_samples: int = Field(default=0, ge=0)
    """Length of the learnt room; 0: none."""

    @model_validator(mode="after")
    def _fits(self) -> DDSPSettings:
        if self.reverb_samples == 1:
            raise ValueError("reverb_samples must be 0 or above 1: the first sample is the dry sound")
        return self


PRESETS = {
    "ddsp-autoencoder": DDSPSettings(),
    "ddsp-solo": DDSPSettings(latent=0, harmonics=60, reverb_samples=48_000),
    "ddsp-small": DDSPSettings(latent=0, width=128, harmonics=60),
}
"""The first two after `ae.gin` and `solo_instrument.gin`; `ddsp-small` trains on a processor."""
