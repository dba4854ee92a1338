"""How far a run is, and which validation was its best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from .failure import TrainingError
from .settings import FitSettings


@dataclass
class Progress:
    """Step, best and latest validation, and the patience already used."""

    step: int = 0
    best: dict[str, float] | None = None
    best_step: int | None = None
    last: dict[str, float] | None = None
    waited: int = 0
    stopped: Literal["early"] | None = None

    def judge(self, metrics: Mapping[str, float], settings: FitSettings) -> bool:
        """Take note of a validation; True where it is the best so far."""
        name = settings.metric or next(iter(metrics))
        if name not in metrics:
            raise InputError(
                "metric", f"validation reports no {name!r}", expected=f"one of {sorted(metrics)}"
            )
        value = metrics[name]
        if value != value:
            raise TrainingError(f"validation metric {name!r} is NaN at step {self.step}")
        self.last = dict(metrics)
        sign = 1.0 if settings.mode == "min" else -1.0
        margin = settings.early_stopping.min_improvement if settings.early_stopping else 0.0
        if self.best is None or sign * (self.best[name] - value) > margin:
            self.best, self.best_step, self.waited = dict(metrics), self.step, 0
            return True
        self.waited += 1
        if settings.early_stopping and self.waited >= settings.early_stopping.patience:
            self.stopped = "early"
        return False

    def state(self) -> dict[str, Any]:
        """Numbers by name, as a checkpoint keeps them."""
        return {
            "best": self.best,
            "best_step": self.best_step,
            "last": self.last,
            "waited": self.waited,
            "stopped": self.stopped,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Put back what a checkpoint kept: `state()` and the step."""
        self.step, self.best, self.best_step = state["step"], state["best"], state["best_step"]
        self.last, self.waited, self.stopped = state["last"], state["waited"], state["stopped"]
