"""Settings of the imputer: sizes of GRIN, and how it trains. Imports no torch."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ImputerTraining(BaseModel):
    """How the imputer trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=2000, ge=1)
    batch_size: int = Field(default=32, ge=1)
    """Windows of the whole graph."""
    learning_rate: float = Field(default=1e-3, gt=0)
    """At first; falls along a cosine to a tenth."""
    clip_norm: float | None = Field(default=5.0, gt=0)
    validations: int = Field(default=20, ge=1)
    """How often the held-out rows are imputed during training; the best weights are kept."""
    patience: int | None = Field(default=None, ge=1)
    """Validations without improvement before training stops; None: to the end."""
    max_seconds: float | None = Field(default=None, gt=0)
    seed: int = Field(default=0, ge=0)


class ImputerSettings(BaseModel):
    """Sizes and switches of GRIN (Cini, Marisca & Alippi, ICLR 2022) and what it reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: int = Field(default=24, ge=2)
    """Steps of one pass."""
    hidden: int = Field(default=64, ge=1)
    feed_forward: int = Field(default=64, ge=1)
    """Width of the network that merges both directions of time."""
    embedding: int = Field(default=8, ge=0)
    """Numbers learnt per node; 0 for none, which makes the network the same at every node."""
    powers: int = Field(default=2, ge=1)
    """K, steps of diffusion in the recurrent cell."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """In the merging network."""
    calendar: bool = True
    """Read the time of day (sine, cosine)."""
    covariates: bool = True
    """Read the panel's past and future covariates, at the step itself."""
    whiten: float = Field(default=0.05, ge=0, lt=1)
    """Share of observed values hidden at random in each training window."""
    whiten_blocks: float = Field(default=0.1, ge=0, lt=1)
    """Chance of each node in a training window to lose a stretch of half a window to two windows."""
    stride: int = Field(default=6, ge=1)
    """Steps between windows while imputing; predictions are averaged where windows overlap."""
    training: ImputerTraining = ImputerTraining()
