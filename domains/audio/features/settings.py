"""What a vocoder hears and speaks: sample rate, frames, mel bands, pitch range."""

from __future__ import annotations

import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FeatureSettings(BaseModel):
    """Everything that fixes the numbers a model is fed with; kept in every artefact, with its hash.

    Frame t covers the samples t * hop up to (t + 1) * hop, so T frames stand for exactly T * hop samples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rate: int = Field(default=24_000, ge=4_000)
    """Hz."""
    hop: int = Field(default=240, ge=1)
    """Samples of a frame."""
    mel_fft: int = Field(default=1_024, ge=16)
    """Window of the mel analysis in samples."""
    n_mels: int = Field(default=100, ge=1)
    fmin: float = Field(default=0.0, ge=0)
    fmax: float = Field(default=8_000.0, gt=0)
    """Hz; mel bands reach from fmin to fmax."""
    log_floor: float = Field(default=1e-5, gt=0)
    """Magnitudes below are raised to it before the natural logarithm."""
    f0_floor: float = Field(default=60.0, ge=20)
    f0_ceil: float = Field(default=600.0, gt=20)
    """Hz; pitch is looked for between these."""

    @model_validator(mode="after")
    def _fits(self) -> FeatureSettings:
        if self.mel_fft < self.hop or (self.mel_fft - self.hop) % 2:
            raise ValueError("mel_fft must exceed hop by an even number of samples")
        if not self.fmin < self.fmax <= self.sample_rate / 2:
            raise ValueError("fmin < fmax <= sample_rate / 2 must hold")
        if not self.f0_floor < self.f0_ceil <= self.sample_rate / 4:
            raise ValueError("f0_floor < f0_ceil <= sample_rate / 4 must hold")
        return self

    @property
    def frame_seconds(self) -> float:
        """Seconds of a frame."""
        return self.hop / self.sample_rate

    def digest(self) -> str:
        """Hash of all fields, hexadecimal."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()[:16]


PRESETS = {
    16_000: FeatureSettings(sample_rate=16_000, hop=160, fmax=8_000.0),
    22_050: FeatureSettings(sample_rate=22_050, hop=220, fmax=8_000.0),
    24_000: FeatureSettings(),
    48_000: FeatureSettings(sample_rate=48_000, hop=480, mel_fft=2_048, fmax=24_000.0),
}
"""By sample rate in Hz: frames of 10 ms (9.98 at 22,050).

All have 100 bands, those of the published full-band generator too; 120 are only of its loss. Its window and
range are not published: here those of 24 kHz in proportion, up to half the sample rate.
"""
