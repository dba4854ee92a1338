"""AR-Net: finds the lags of a sparse autoregression, follows level and unit, keeps its state."""

import numpy as np
import pandas as pd
import pytest
import torch
from fourfold.domains.timeseries.models.arnet import ARNet
from fourfold.domains.timeseries.models.arnet_objective import sparsity_penalty
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.windows import Windows, gather_windows
from fourfold.shared.panels.panel import Panel

TRUTH = np.zeros(20)
TRUTH[[0, 2, 9]] = 0.2, 0.3, -0.5
NOWHERE = slice(1000, 1000)


def panel_of(values: np.ndarray, period: int = 1, observed: np.ndarray | None = None) -> Panel:
    values = np.ascontiguousarray(values, dtype=np.float32)
    mask = np.ones(values.shape, dtype=bool) if observed is None else observed
    names = tuple(f"s{n}" for n in range(values.shape[1]))
    return Panel(values * mask, mask, pd.RangeIndex(len(values)), names, 1, period)


def sparse_autoregression(seed: int) -> Panel:
    noise = np.random.default_rng(seed).normal(size=1500)
    values = np.zeros(1500)
    for t in range(20, 1500):
        values[t] = TRUTH @ values[t - 20 : t][::-1] + noise[t]
    return panel_of(values[500:, None])


def total_percentage_error(weights: np.ndarray) -> float:
    return 100 * np.abs(weights - TRUTH).sum() / (np.abs(weights) + np.abs(TRUTH)).sum()


def classic_weights(panel: Panel) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(panel.values[:, 0].astype(np.float64), 21)
    return np.linalg.lstsq(windows[:, 19::-1], windows[:, 20], rcond=None)[0]


def seasonal_panel(scale: float = 1.0, level: float = 0.0) -> Panel:
    t = np.arange(400)[:, None]
    noise = np.random.default_rng(1).normal(size=(400, 2))
    return panel_of(level + scale * (np.sin(2 * np.pi * np.add(t, [[0, 3]]) / 12) + 0.1 * noise), period=12)


def fitted(panel: Panel, horizon: int = 6, **settings: object) -> ARNet:
    model = ARNet(**{"lags": 24, "steps": 60, "batch_size": 32, **settings})
    model.fit(panel, horizon=horizon, train=slice(0, 300), validation=slice(300, 360), run=None)
    return model


def windows_of(panel: Panel, horizon: int = 6, lookback: int = 24) -> Windows:
    return gather_windows(
        panel, np.array([0, 1, 0, 1, 1]), np.array([380, 381, 390, 399, 350]), lookback, horizon
    )


def test_penalty_is_the_papers() -> None:
    weights = torch.tensor([[0.5, -0.2, 1.0]], dtype=torch.float64)
    root = (np.array([0.5, 0.2, 1.0]) + 1e-3) ** (1 / 3)
    expected = np.mean(2 / (1 + np.exp(-3 * root)) - 1)
    assert float(sparsity_penalty(weights, 3.0, 3.0)) == pytest.approx(expected, rel=1e-12)


def test_sparse_autoregression_is_recovered() -> None:
    panel = sparse_autoregression(1)
    model = ARNet(lags=20, normalise="global", sparsity=3 / 20, strength=(0.1,), steps=600)
    model.fit(panel, horizon=1, train=slice(0, 1000), validation=NOWHERE, run=None)
    assert total_percentage_error(classic_weights(panel)) > 15
    assert total_percentage_error(model.weights[0]) <= 5
    assert set(np.flatnonzero(np.abs(model.weights[0]) > 0.01)) == {0, 2, 9}


@pytest.mark.slow
def test_sparse_autoregression_is_recovered_on_average_by_bic() -> None:
    errors, classic = [], []
    for seed in (0, 2):
        panel = sparse_autoregression(seed)
        model = ARNet(lags=20, normalise="global", sparsity=3 / 20)
        model.fit(panel, horizon=1, train=slice(0, 1000), validation=NOWHERE, run=None)
        errors.append(total_percentage_error(model.weights[0]))
        classic.append(total_percentage_error(classic_weights(panel)))
    assert np.mean(classic) > 18
    assert np.mean(errors) <= 5


def test_forecast_follows_level_and_unit() -> None:
    plain, moved = seasonal_panel(), seasonal_panel(50.0, -300.0)
    ours = fitted(plain).predict(windows_of(plain)).point
    theirs = fitted(moved).predict(windows_of(moved)).point
    np.testing.assert_allclose(theirs, ours * 50 - 300, atol=0.05)
    expected = np.stack([plain.values[r + 1 : r + 7, n] for n, r in ((0, 380), (0, 390))])
    assert np.abs(ours[[0, 2]] - expected).mean() < 0.25


@pytest.mark.parametrize("settings", [{}, {"hidden": (8,)}, {"normalise": "global", "sparsity": 0.2}])
def test_state_and_config_remake_the_model(settings: dict) -> None:
    panel = seasonal_panel()
    model = fitted(panel, **settings, **({"strength": (0.1,)} if "sparsity" in settings else {}))
    remade = ARNet(**model.config())
    remade.load_state(model.state())
    windows = windows_of(panel)
    np.testing.assert_array_equal(remade.predict(windows).point, model.predict(windows).point)
    assert remade.max_horizon == 6
    assert remade.lookback(12, 6) == 24


def test_rows_do_not_depend_on_each_other() -> None:
    panel = seasonal_panel()
    model = fitted(panel)
    together = model.predict(windows_of(panel)).point
    alone = model.predict(gather_windows(panel, np.array([1]), np.array([399]), 24, 6)).point
    np.testing.assert_allclose(alone[0], together[3], rtol=1e-6)


def test_rows_after_validation_are_never_read() -> None:
    panel = seasonal_panel()
    spoiled = seasonal_panel()
    spoiled.values[360:] = 1e6
    np.testing.assert_array_equal(fitted(panel).weights, fitted(spoiled).weights)


def test_gaps_are_not_learnt_as_values() -> None:
    panel = seasonal_panel(level=1000.0)
    observed = np.ones((400, 2), dtype=bool)
    observed[np.random.default_rng(3).random((400, 2)) < 0.1] = False
    gappy = panel_of(panel.values, 12, observed)
    forecast = fitted(gappy).predict(windows_of(gappy)).point
    assert np.abs(forecast - fitted(panel).predict(windows_of(panel)).point).max() < 1.0


def test_constant_series_is_continued_exactly() -> None:
    panel = seasonal_panel()
    model = fitted(panel)
    flat = panel_of(np.full((400, 2), 7.25), 12)
    np.testing.assert_array_equal(model.predict(windows_of(flat)).point, np.float32(7.25))


@pytest.mark.parametrize("settings", [{}, {"sparsity": 0.5}, {"hidden": (4,)}, {"normalise": "global"}])
def test_fitted_on_constants_alone_it_continues_them_exactly(settings: dict) -> None:
    values = np.tile(np.float32([7.3, 7.3]), (400, 1))
    model = fitted(panel_of(values, 12), steps=20, **settings)
    np.testing.assert_array_equal(model.predict(windows_of(panel_of(values, 12))).point, np.float32(7.3))


def test_constant_validation_rows_are_no_obstacle() -> None:
    panel = seasonal_panel()
    values = panel.values.copy()
    values[250:] = 5
    assert np.isfinite(fitted(panel_of(values, 12), steps=20).predict(windows_of(panel)).point).all()


def test_too_short_and_too_far_are_told() -> None:
    panel = seasonal_panel()
    with pytest.raises(InputError, match="at least 306"):
        fitted(panel, lags=300)
    with pytest.raises(InputError, match="at most 6"):
        fitted(panel).predict(windows_of(panel, horizon=7))
    with pytest.raises(InputError, match="not fitted"):
        ARNet().predict(windows_of(panel))
