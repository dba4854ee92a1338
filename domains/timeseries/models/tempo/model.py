"""TEMPO as a forecasting method: fit on a panel, predict windows, keep as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from .....shared.errors import InputError
from .....shared.forecasting.prediction import Prediction
from .....shared.forecasting.windows import Windows
from .....shared.panels.panel import Panel
from .....shared.training.fit import fit
from .....shared.training.module_arrays import load_arrays, module_arrays
from .....shared.training.settings import EarlyStopping, EmaSettings, FitSettings, ScheduleSettings
from ..protocol import ForecastModel
from .gpt import GPT
from .gpt_weights import load_gpt2
from .network import Tempo
from .objective import TempoObjective
from .settings import PRESETS, TempoSettings
from .window_source import WindowSource

BATCH = 512
"""Windows of one forward pass while predicting; answers do not depend on it."""

VALIDATION_WINDOWS = 4096
"""Windows of one validation, evenly spaced over those held out."""

SHORTEST = 8
"""Fine-tuning takes contexts down to this part of the lookback."""


class TempoTraining(BaseModel):
    """How `TempoModel.fit` trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: float = Field(default=1.0, gt=0)
    batch_size: int = Field(default=128, ge=1)
    learning_rate: float = Field(default=5e-4, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)
    patience: int = Field(default=6, ge=1)
    """Validations without improvement before training stops; there are four in an epoch."""
    ema: float = Field(default=0.99, ge=0, lt=1)
    """Decay of the weights' moving average; 0 for none."""
    max_seconds: float | None = Field(default=None, gt=0)
    seed: int = Field(default=0, ge=0)


class TempoModel(ForecastModel):
    """`Tempo` behind the protocol of this domain.

    Args:
        preset: "tempo-80m", "tempo-small", "tempo-nano" or "tempo-zero".
        backbone_weights: a folder with GPT-2 weights for the blocks (kept in the state once loaded).
        training: settings of `TempoTraining`.
        sizes: single settings of `TempoSettings` that replace the preset's.
    """

    def __init__(
        self,
        preset: str = "tempo-small",
        *,
        backbone_weights: str | Path | None = None,
        training: dict[str, Any] | None = None,
        pretrained: bool = False,
        **sizes: Any,
    ) -> None:
        if preset not in PRESETS:
            raise InputError("preset", f"{preset!r} is not known", expected=f"one of {', '.join(PRESETS)}")
        self.name = preset
        self.settings = TempoSettings.model_validate({**PRESETS[preset].model_dump(), **sizes})
        self.training = TempoTraining.model_validate(training or {})
        self.needs_fit = not pretrained
        self.network: Tempo | None = None
        self._weights = backbone_weights
        self._sizes = sizes

    @property
    def max_horizon(self) -> int | None:  # type: ignore[override]
        return self.settings.horizon

    @property
    def gives_quantiles(self) -> bool:  # type: ignore[override]
        return bool(self.settings.quantiles)

    def lookback(self, period: int, horizon: int) -> int:
        return self.settings.lookback

    def minimum(self, period: int, horizon: int) -> int:
        """A trained window is a whole one; the zero-shot preset also reads short histories."""
        return 3 if self.settings.decomposition == "stl" else self.settings.lookback

    def build(self, seed: int = 0) -> Tempo:
        """A fresh network with these settings (and backbone weights, when a folder was named)."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Tempo(self.settings)
        if self._weights is not None:
            assert isinstance(network.backbone, GPT)
            load_gpt2(network.backbone, self._weights)
        if self.settings.lora_rank:
            network.freeze_for_lora()
        return network

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None = None
    ) -> None:
        """Train by gradient in the training core; a network that is already there is fine-tuned.

        Raises:
            InputError: the rows hold no window of lookback + horizon steps.
        """
        if self.network is None:
            sizes = {**self.settings.model_dump(), "horizon": horizon, "period": panel.period}
            self.settings = TempoSettings.model_validate(sizes)
            self._sizes = {**self._sizes, "horizon": horizon, "period": panel.period}
            self.network = self.build(self.training.seed)
        steps = (self.settings.lookback, self.settings.horizon)
        # A network trained beforehand has learnt to read short histories, so a small table is enough for it.
        least = self.settings.lookback if self.needs_fit else self.settings.lookback // SHORTEST
        source = WindowSource(panel, train, train, *steps, least=least)
        if not len(source):
            raise InputError(
                "training rows",
                f"{train.stop - train.start} steps hold no window",
                expected=f"at least {least + self.settings.horizon} steps, half of them observed",
                remedy="Give more history, or set a smaller lookback or horizon",
            )
        held_out = WindowSource(panel, validation, train, *steps, most=VALIDATION_WINDOWS, least=least)
        self._train(source, held_out, run)

    def _train(self, source: WindowSource, held_out: WindowSource, run: Path | None) -> None:
        assert self.network is not None
        how = self.training
        objective = TempoObjective(
            self.network,
            lambda parameters: torch.optim.AdamW(
                parameters, lr=how.learning_rate, weight_decay=how.weight_decay
            ),
        )
        batch_size = min(how.batch_size, len(source))
        per_epoch = max(len(source) // batch_size, 1)
        settings = FitSettings(
            epochs=how.epochs,
            batch_size=batch_size,
            seed=how.seed,
            schedule=ScheduleSettings(kind="cosine", warm_up=max(per_epoch // 10, 1), final=0.01),
            clip_norm=1.0,
            ema=EmaSettings(modules=("tempo",), decay=how.ema) if how.ema else None,
            validate_every=max(per_epoch // 4, 1),
            validation_batch_size=BATCH,
            metric="mse" if self.settings.loss == "mse" else "pinball",
            early_stopping=EarlyStopping(patience=how.patience) if len(held_out) else None,
            max_seconds=how.max_seconds,
            progress="off" if run is None else "auto",
        )
        fit(objective, source, settings, run, held_out if len(held_out) else None)

    @torch.no_grad()
    def predict(self, windows: Windows) -> Prediction:
        """Forecast; the point is the mean or the median, as `settings.loss` says.

        Raises:
            InputError: not fitted, or the horizon is longer than the trained one.
        """
        if self.network is None:
            raise InputError(self.name, "is not fitted", remedy="Call fit, or load a fitted one")
        if windows.horizon > self.settings.horizon:
            raise InputError(
                "horizon",
                f"{windows.horizon} steps asked",
                expected=f"at most {self.settings.horizon}, as trained",
            )
        network = self.network.eval()
        device = next(network.parameters()).device
        points, quantiles = [], []
        parts: dict[str, list[np.ndarray]] = {}
        for start in range(0, len(windows), BATCH):
            rows = slice(start, start + BATCH)
            context = torch.from_numpy(np.ascontiguousarray(windows.context[rows])).to(device)
            observed = torch.from_numpy(np.ascontiguousarray(windows.observed[rows])).to(device)
            period = torch.full((len(context),), windows.period, dtype=torch.int64, device=device)
            output = network(context, observed, period)
            points.append(output.point[:, : windows.horizon].cpu().numpy())
            if output.quantiles is not None:
                quantiles.append(output.quantiles[:, : windows.horizon].cpu().numpy())
            for name, component in output.components.items():
                parts.setdefault(name, []).append(component[:, : windows.horizon].cpu().numpy())
        return Prediction(
            point=np.concatenate(points),
            quantiles=np.concatenate(quantiles) if quantiles else None,
            levels=self.settings.quantiles,
            components={name: np.concatenate(piece) for name, piece in parts.items()},
        )

    def config(self) -> dict[str, Any]:
        return {
            "preset": self.name,
            "pretrained": not self.needs_fit,
            "training": self.training.model_dump(mode="json"),
            **{name: self.settings.model_dump(mode="json")[name] for name in self._sizes},
        }

    def state(self) -> dict[str, np.ndarray]:
        if self.network is None:
            return {}
        return module_arrays(self.network)

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        self._weights = None
        network = self.build()
        load_arrays(network, state)
        self.network = network.eval()
