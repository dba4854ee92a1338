"""Settings of the vocoder run, and its presets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Settings(BaseModel):
    """Everything that decides the outcome of `fourfold run vocoder`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = "auto"
    """A folder of recordings; or debian-prompts, espeak-ng, synthetic-voice; auto: the first of these that
    this machine can have."""
    model: str = "wavehax-16k"
    """The vocoder to begin with: a shipped one, or a folder."""
    train_seconds: float = Field(600.0, gt=0)
    """At most so much speech to learn from; the rest is left out."""
    validation_seconds: float = Field(60.0, gt=0)
    """About so much to decide by whether fine-tuning helped."""
    test_seconds: float = Field(120.0, gt=0)
    """About so much that is only measured."""
    longest: float = Field(12.0, ge=1)
    """Longer recordings are cut into pieces of that many seconds."""
    spectral_steps: int = Field(1_000, ge=0)
    """With spectral losses, which come first."""
    spectral_rate: float = Field(2e-4, gt=0)
    adversarial_steps: int = Field(2_000, ge=0)
    """With discriminators, after that."""
    adversarial_rate: float = Field(1e-4, gt=0)
    discriminators: Literal["small", "full"] = "small"
    batch_size: int = Field(4, ge=1)
    frames: int = Field(32, ge=8)
    """Length of a crop."""
    minutes: float | None = Field(None, gt=0)
    """Of training at most."""
    pitch_up: float = Field(1.41, gt=1, le=4)
    pitch_down: float = Field(0.71, ge=0.25, lt=1)
    formant: float = Field(1.15, ge=0.5, le=2)
    """Factors of the copies to listen to."""
    examples: int = Field(3, ge=1, le=10)
    """Held-out recordings to listen to."""
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _trains(self) -> Settings:
        if not self.spectral_steps + self.adversarial_steps:
            raise ValueError("spectral_steps and adversarial_steps must not both be 0")
        return self


def recipe(preset: str) -> dict[str, Any]:
    """Settings of a preset, by dotted key. quick: about a minute of training on one core, spectral losses."""
    if preset == "full":
        return {}
    return {
        "train_seconds": 90.0,
        "validation_seconds": 12.0,
        "test_seconds": 24.0,
        "spectral_steps": 120,
        "adversarial_steps": 0,
        "minutes": 2.0,
        "examples": 2,
    }
