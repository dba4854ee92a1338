"""AR-Net: autoregression trained by gradient, which finds out which of many lags matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ....shared.errors import InputError
from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel
from ....shared.training.fit import fit
from ....shared.training.settings import FitSettings, ScheduleSettings
from .arnet_objective import ARNetwork, ARObjective, LagWindows, Normalisation
from .protocol import ForecastModel

ZERO = 0.01
"""A lag with a smaller weight counts as left out."""


class ARNetSettings(BaseModel):
    """Lags, layers, and how strongly few lags are preferred to many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lags: int | None = Field(None, ge=1)
    """Order p; None: 14 seasons, at most 336 steps, fewer where the training rows are few."""
    hidden: tuple[int, ...] = ()
    """Widths of hidden ReLU layers; none makes it a linear autoregression."""
    normalise: Literal["window", "global"] = "window"
    """"window": each context loses its mean and deviation, so the forecast follows level and unit of any
    series. "global": one mean and deviation of all training values, as in the paper, whose weights are
    those of the autoregression itself."""
    sparsity: float | None = Field(None, gt=0, le=1)
    """Expected share s of lags that matter; None trains without the penalty."""
    strength: tuple[float, ...] = (0.03, 0.1, 0.3)
    """c_lambda in lambda(s) = c_lambda (1/s - 1), for data of unit variance. Of several the one of least
    BIC on the training rows is kept."""
    c1: float = Field(3.0, gt=0)
    c2: float = Field(3.0, gt=0)
    """Shape of the penalty, see `sparsity_penalty`."""
    ramp: float = Field(0.5, ge=0, le=1)
    """Share of the training over which the penalty rises to full strength."""
    steps: int = Field(1000, ge=1)
    batch_size: int = Field(128, ge=1)
    learning_rate: float = Field(5e-3, gt=0)
    seed: int = Field(0, ge=0)


class ARNet(ForecastModel):
    """y_{t+1..t+H} = f(y_t, ..., y_{t-p+1}), one f for all series (Triebe et al. 2019, arXiv 1911.12436).

    The penalty is nearly a count of the lags in use, so those left are hardly shrunk: on a sparse
    process the weights come out far closer to the truth than least squares, which uses every lag.
    """

    name = "arnet"

    def __init__(self, **settings: Any) -> None:
        self.settings = ARNetSettings(**settings)
        self.layers: list[tuple[np.ndarray, np.ndarray]] = []
        """float64 weight [out, in] and bias [out] of each layer; lags newest first."""
        self.normalisation = Normalisation()
        self.strength: float | None = None
        """The c_lambda that was kept."""

    @property
    def max_horizon(self) -> int | None:  # type: ignore[override]
        return len(self.layers[-1][1]) if self.layers else None

    @property
    def weights(self) -> np.ndarray:
        """Weights that read the lags, float64 [H or first hidden width, p], newest lag first."""
        return self._fitted()[0][0]

    def lookback(self, period: int, horizon: int) -> int:
        if self.layers:
            return self.weights.shape[1]
        return self.settings.lags or min(14 * period, max(336 // period, 1) * period)

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None = None
    ) -> None:
        """Train by gradient in the training core, once for each strength.

        Raises:
            InputError: the training rows hold no window of lags + horizon steps.
        """
        self.layers = []
        lags = self.settings.lags or self._affordable(panel, train, horizon)
        self.normalisation = self._normalisation(panel, train)
        source = LagWindows(_head(panel, train), train, lags, horizon, self.normalisation)
        if not len(source):
            raise InputError(
                "training rows",
                f"{train.stop - train.start} steps hold no window of {lags} lags and horizon {horizon}",
                expected=f"a series with at least {lags + horizon} steps, half of them observed",
                remedy="Give more history, or set fewer lags or a smaller horizon",
            )
        held_out = LagWindows(_head(panel, validation), validation, lags, horizon, self.normalisation)
        if not source.teaches():  # constants alone: the untrained network forecasts 0 deviation from them
            network = ARNetwork(lags, self.settings.hidden, horizon, self.settings.seed)
            self.strength = None
            self.load_state({name: value.numpy() for name, value in network.state_dict().items()})
            return
        held_out = held_out if held_out.teaches() else None
        best: tuple[float, float | None, ARNetwork] | None = None
        for strength in self.settings.strength if self.settings.sparsity else (None,):
            network = self._train(source, held_out, strength, run)
            score = _bic(network, source) if self.settings.sparsity else 0.0
            if best is None or score < best[0]:
                best = score, strength, network
        assert best is not None
        self.strength = best[1]
        self.load_state({name: value.numpy() for name, value in best[2].state_dict().items()})

    def predict(self, windows: Windows) -> Prediction:
        """Forecast in float64.

        Raises:
            InputError: the horizon is longer than the one it was fitted for.
        """
        layers = self._fitted()
        if windows.horizon > len(layers[-1][1]):
            raise InputError(
                "horizon",
                f"{windows.horizon} steps asked",
                expected=f"at most {len(layers[-1][1])}, as fitted",
            )
        center, scale = self.normalisation.moments(windows.context)
        signal = ((windows.context - center) / np.where(scale > 0, scale, 1.0))[:, ::-1]
        for depth, (weight, bias) in enumerate(layers):
            signal = (np.maximum(signal, 0) if depth else signal) @ weight.T + bias
        return Prediction((signal[:, : windows.horizon] * scale + center).astype(np.float32))

    def config(self) -> dict[str, Any]:
        return self.settings.model_dump(mode="json")

    def state(self) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}
        for depth, (weight, bias) in enumerate(self.layers):
            arrays[f"layers.{depth}.weight"], arrays[f"layers.{depth}.bias"] = weight, bias
        if self.normalisation.center is not None:
            arrays["normalisation"] = np.array([self.normalisation.center, self.normalisation.scale])
        return arrays

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        depths = sum(name.endswith(".weight") for name in state)
        self.layers = [
            (
                np.asarray(state[f"layers.{depth}.weight"], dtype=np.float64),
                np.asarray(state[f"layers.{depth}.bias"], dtype=np.float64),
            )
            for depth in range(depths)
        ]
        if "normalisation" in state:
            self.normalisation = Normalisation(*map(float, state["normalisation"]))

    def _fitted(self) -> list[tuple[np.ndarray, np.ndarray]]:
        if not self.layers:
            raise InputError("ARNet", "is not fitted", remedy="Call fit, or load a fitted one")
        return self.layers

    def _affordable(self, panel: Panel, train: slice, horizon: int) -> int:
        """Lags nobody asked for, shrunk by whole seasons until there are two windows a lag."""
        lengths = panel.observed[train].sum(axis=0)
        lags = self.lookback(panel.period, horizon)
        while lags > panel.period and np.maximum(lengths - lags - horizon + 1, 0).sum() < 2 * lags:
            lags -= panel.period
        return max(lags, 1)

    def _normalisation(self, panel: Panel, train: slice) -> Normalisation:
        if self.settings.normalise == "window":
            return Normalisation()
        values = panel.values[train][panel.observed[train]].astype(np.float64)
        if not len(values):
            return Normalisation(0.0, 1.0)
        return Normalisation(float(values.mean()), float(values.std()) or 1.0)

    def _train(
        self, source: LagWindows, held_out: LagWindows | None, strength: float | None, run: Path | None
    ) -> ARNetwork:
        setting = self.settings
        network = ARNetwork(source.lags, setting.hidden, source.horizon, setting.seed)
        objective = ARObjective(
            network,
            rate=setting.learning_rate,
            strength=0.0 if strength is None else strength * (1 / (setting.sparsity or 1.0) - 1),
            curve=(setting.c1, setting.c2),
            ramp_passes=round(setting.ramp * setting.steps),
        )
        settings = FitSettings(
            steps=setting.steps,
            batch_size=setting.batch_size,
            seed=setting.seed,
            schedule=ScheduleSettings(kind="cosine", warm_up=setting.steps // 10),
            validate_every=max(setting.steps // 10, 1),
            select="best" if strength is None else "last",
            device="cpu",
            devices=1,
            progress="off" if run is None else "auto",
        )
        folder = run if run is None or strength is None else run / f"strength-{strength:g}"
        fit(objective, source, settings, folder, held_out)
        return network


def _head(panel: Panel, rows: slice) -> Panel:
    """The panel up to the last row that may be read."""
    return Panel(
        values=panel.values[: rows.stop],
        observed=panel.observed[: rows.stop],
        time=panel.time[: rows.stop],
        series=panel.series,
        freq=panel.freq,
        period=panel.period,
    )


def _bic(network: ARNetwork, source: LagWindows) -> float:
    """n log(MSE) + k log(n) over up to 20,000 training windows; k counts the lags in use."""
    import torch

    indices = np.unique(np.linspace(0, len(source) - 1, min(len(source), 20_000)).astype(np.int64))
    batch = source.batch(indices)
    with torch.no_grad():
        error = (network(batch["lags"]) - batch["target"]).square() * batch["weight"]
        used = int((network.lag_weights().abs() > ZERO).sum())
    cells = error.numel()
    return cells * float(np.log(max(float(error.mean()), 1e-12))) + used * float(np.log(cells))
