"""Settings of a GraphModel: what it reads and answers, and how it trains. Imports no torch."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...shared.settings_check import checked
from ...shared.training.settings import EarlyStopping, EmaSettings, FitSettings, ScheduleSettings


class GraphTraining(BaseModel):
    """How a network on a graph trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: float = Field(default=30.0, gt=0)
    most_steps: int = Field(default=6000, ge=1)
    """Steps at most, where the epochs have more."""
    batch_size: int = Field(default=16, ge=1)
    """Windows of the whole graph. Small batches serve short histories: it is steps that teach."""
    learning_rate: float = Field(default=3e-3, gt=0)
    finetune_rate: float = Field(default=1e-3, gt=0)
    """Learning rate when a trained network is trained on."""
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Literal["constant", "cosine", "multistep"] = "cosine"
    milestones: tuple[float, ...] = (0.25, 0.5, 0.75)
    """Shares of the run after each of which `multistep` multiplies the rate by `gamma`."""
    gamma: float = Field(default=0.25, gt=0, le=1)
    clip_norm: float | None = Field(default=5.0, gt=0)
    ema: float = Field(default=0.0, ge=0, lt=1)
    """Decay of the weights' moving average; 0 for none."""
    patience: int | None = Field(default=None, ge=1)
    """Validations without improvement before training stops; None: all epochs. The best weights are kept."""
    longest_epoch: int = Field(default=300, ge=1)
    """Steps between validations at most."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Stop after this time; `fit` with the same run folder goes on."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    seed: int = Field(default=0, ge=0)

    def fit_settings(self, windows: int, *, validated: bool, quiet: bool) -> FitSettings:
        """Settings of the training core for this many windows."""
        batch_size = min(self.batch_size, windows)
        per_epoch = -(-windows // batch_size)
        steps = min(max(round(self.epochs * windows / batch_size), 1), self.most_steps)
        return FitSettings(
            steps=steps,
            batch_size=batch_size,
            seed=self.seed,
            schedule=ScheduleSettings(
                kind=self.schedule,
                warm_up=min(per_epoch, steps // 10) if self.schedule == "cosine" else 0,
                final=0.01,
                milestones=tuple(round(share * steps) for share in self.milestones),
                gamma=self.gamma,
            ),
            clip_norm=self.clip_norm,
            ema=EmaSettings(modules=("network",), decay=self.ema) if self.ema else None,
            validate_every=min(per_epoch, self.longest_epoch, steps),
            metric="error" if validated else None,
            early_stopping=EarlyStopping(patience=self.patience) if self.patience and validated else None,
            max_seconds=self.max_seconds,
            device=self.device,
            progress="off" if quiet else "auto",
        )


class GraphModelSettings(BaseModel):
    """What a GraphModel reads and answers, whatever its network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lookback: int = Field(default=12, ge=1)
    """Steps of context."""
    quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)
    """Probabilities answered, 0.5 (the point) among them. (): trained by absolute error, with intervals from
    the errors on validation rows."""
    scaling: Literal["global", "node"] = "global"
    """Mean and deviation of each channel over time and nodes, or of each node's own series."""
    profile: bool = False
    """Forecast deviations from each node's mean at the time of day, and read that mean as a covariate."""
    lags: tuple[int, ...] = ()
    """Steps back (a day, a week), no fewer than the horizon: what was measured that long before each step of
    context and horizon is read beside the covariates known ahead."""
    training: GraphTraining = GraphTraining()

    @model_validator(mode="after")
    def _usable(self) -> GraphModelSettings:
        levels = self.quantiles
        if list(levels) != sorted(set(levels)):
            raise ValueError(f"quantiles {levels} are not strictly increasing")
        if levels and (0.5 not in levels or levels[0] <= 0 or levels[-1] >= 1):
            raise ValueError("quantiles lie inside (0, 1) and include 0.5, the point forecast")
        if any(lag < 1 for lag in self.lags):
            raise ValueError(f"lags {self.lags} are not all 1 or more")
        return self

    @classmethod
    def apart(cls, name: str, given: dict[str, Any]) -> tuple[GraphModelSettings, dict[str, Any]]:
        """These settings, and the rest: sizes of the network.

        Raises:
            InputError: a setting is wrong.
        """
        own = {key: value for key, value in given.items() if key in cls.model_fields}
        settings = checked(cls, own, name)
        return settings, {key: value for key, value in given.items() if key not in own}
