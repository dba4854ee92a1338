"""How a run trains, apart from what it trains. Free of torch, so that a shell can read it fast."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ScheduleSettings(BaseModel):
    """Learning rate over the run, as a factor of each optimiser's own rate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["constant", "cosine", "multistep", "exponential"] = "constant"
    warm_up: int = Field(default=0, ge=0)
    """Steps of linear rise; step k of the warm-up (from 1) runs at k / warm_up."""
    final: float = Field(default=0.0, ge=0.0, le=1.0)
    """Factor at which the cosine ends."""
    milestones: tuple[int, ...] = ()
    """Steps (multistep) after each of which the factor is multiplied by `gamma`."""
    gamma: float = Field(default=0.1, gt=0.0, le=1.0)
    """What the factor is multiplied by after each milestone (multistep) or by each step (exponential)."""


class EmaSettings(BaseModel):
    """Exponential moving average of the weights of named modules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: tuple[str, ...] = Field(min_length=1)
    decay: float = Field(default=0.999, gt=0.0, lt=1.0)
    warm_up: bool = True
    """Use min(decay, (1 + step) / (10 + step)), so that early averages forget the random start."""


class EarlyStopping(BaseModel):
    """Stop when the validation metric has not improved for `patience` validations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patience: int = Field(ge=1)
    min_improvement: float = Field(default=0.0, ge=0.0)
    """Smallest change of the metric that counts as better."""


class FitSettings(BaseModel):
    """Everything `fit` can be told. Say how long by `steps` or by `epochs`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int | None = Field(default=None, ge=1)
    epochs: float | None = Field(default=None, gt=0)
    batch_size: int = Field(default=64, ge=1)
    """Samples of one forward pass over all ranks together; no larger than the data."""
    accumulate: int = Field(default=1, ge=1)
    """Forward passes whose gradients make one step."""
    order: Literal["shuffled", "sequential"] = "shuffled"
    seed: int = Field(default=0, ge=0, lt=2**31)

    schedule: ScheduleSettings = ScheduleSettings()
    clip_norm: float | None = Field(default=None, gt=0)
    ema: EmaSettings | None = None
    precision: Literal["32", "bf16-mixed"] = "32"
    compile: bool = False

    validate_every: int | None = Field(default=None, ge=1)
    """Steps between validations; None: once an epoch. The last step always validates."""
    validation_batch_size: int | None = Field(default=None, ge=1)
    """None: `batch_size`. Results do not depend on it."""
    metric: str | None = None
    """Validation metric that decides what is best; None: the first one reported."""
    mode: Literal["min", "max"] = "min"
    early_stopping: EarlyStopping | None = None
    select: Literal["best", "last"] = "best"
    """Weights the modules hold after `fit` (best needs validation; otherwise the last)."""

    checkpoint_every: int | None = Field(default=None, ge=1)
    """Steps between checkpoints, beside those of `checkpoint_seconds`."""
    checkpoint_seconds: float | None = Field(default=300.0, gt=0)
    keep_last: int = Field(default=2, ge=1)
    """Latest checkpoints kept; the best one is kept besides."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Stop cleanly with a checkpoint after this time; the next `fit` goes on from there."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: int | Literal["auto"] = "auto"
    """Processes of this machine; auto: what torchrun or SLURM started, otherwise 1."""
    strategy: Literal["auto", "ddp"] = "auto"
    log_every: int = Field(default=50, ge=1)
    progress: Literal["auto", "bar", "lines", "off"] = "auto"
    tensorboard: bool = False

    @model_validator(mode="after")
    def _one_length(self) -> FitSettings:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give exactly one of steps and epochs")
        return self


OPERATIONAL = frozenset(
    {
        "checkpoint_every",
        "checkpoint_seconds",
        "keep_last",
        "max_seconds",
        "device",
        "devices",
        "strategy",
        "log_every",
        "progress",
        "tensorboard",
        "validation_batch_size",
    }
)
"""Settings that may change between the pieces of one run, as they do not change what it learns."""
