"""TEMPO behind the forecasting protocol: it learns, keeps, and answers row by row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.models.tempo.model import TempoModel
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.windows import Windows, gather_windows, targets
from fourfold.shared.panels.panel import Panel

SIZES = {"lookback": 48, "horizon": 12, "patch": 8, "stride": 4, "dropout": 0.0}


def panel(steps: int = 700, seed: int = 0) -> Panel:
    """Two series with a season of 12 and a slow wave, at very different levels."""
    rng = np.random.default_rng(seed)
    time = np.arange(steps)
    wave = np.sin(2 * np.pi * time / 12)[:, None] * [1.0, 30.0] + np.sin(time / 90)[:, None] * [0.5, 20.0]
    values = (wave + rng.normal(size=(steps, 2)) * [0.1, 3.0] + [5.0, -400.0]).astype(np.float32)
    return Panel(
        values=values,
        observed=np.ones(values.shape, dtype=bool),
        time=pd.date_range("2024-01-01", periods=steps, freq="h"),
        series=("a", "b"),
        freq="h",
        period=12,
    )


def last_windows(data: Panel, lookback: int, horizon: int) -> Windows:
    cutoff = np.repeat(np.arange(600, 680, 8), 2)
    return gather_windows(data, np.tile([0, 1], 10), cutoff, lookback, horizon)


@pytest.mark.slow
def test_training_beats_the_seasonal_naive(tmp_path: Path) -> None:
    data = panel()
    model = TempoModel("tempo-nano", training={"epochs": 12, "learning_rate": 3e-3}, **SIZES)
    model.fit(data, horizon=12, train=slice(0, 500), validation=slice(500, 600), run=tmp_path / "run")
    windows = last_windows(data, 48, 12)
    truth, _ = targets(data, windows.series, windows.cutoff, 12)
    prediction = model.predict(windows)
    unit = np.array([0.1, 3.0])[windows.series][:, None]
    ours = np.abs((prediction.point - truth) / unit).mean()
    naive = np.abs((windows.context[:, -12:] - truth) / unit).mean()
    assert ours < 0.9 * naive
    assert (tmp_path / "run" / "metrics.jsonl").is_file()
    assert prediction.quantiles is not None
    inside = (truth >= prediction.quantiles[..., 0]) & (truth <= prediction.quantiles[..., -1])
    assert 0.6 < inside.mean() < 0.95


def test_state_brings_back_the_same_answers() -> None:
    model = TempoModel("tempo-nano", **SIZES)
    model.network = model.build(seed=3).eval()
    again = TempoModel(**model.config())
    again.load_state(model.state())
    windows = last_windows(panel(), 48, 12)
    np.testing.assert_array_equal(again.predict(windows).point, model.predict(windows).point)


def test_a_shorter_horizon_is_the_head_of_a_longer_one() -> None:
    model = TempoModel("tempo-nano", **SIZES)
    model.network = model.build().eval()
    whole = model.predict(last_windows(panel(), 48, 12))
    head = model.predict(last_windows(panel(), 48, 5))
    np.testing.assert_array_equal(head.point, whole.point[:, :5])
    for name, part in whole.components.items():
        np.testing.assert_array_equal(head.components[name], part[:, :5])


def test_what_it_cannot_do_is_told() -> None:
    model = TempoModel("tempo-nano", **SIZES)
    with pytest.raises(InputError, match="not fitted"):
        model.predict(last_windows(panel(), 48, 12))
    model.network = model.build().eval()
    with pytest.raises(InputError, match="at most 12"):
        model.predict(last_windows(panel(), 48, 13))
    with pytest.raises(InputError, match="no window"):
        model.fit(panel(), horizon=12, train=slice(0, 50), validation=slice(50, 50))
    with pytest.raises(InputError, match="tempo-small"):
        TempoModel("tempo-huge")
