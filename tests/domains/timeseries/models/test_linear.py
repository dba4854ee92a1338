"""Linear against explicit least squares over materialised windows, and against published figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.models.linear import RIDGES, Linear
from fourfold.domains.timeseries.models.window_moments import WindowMoments
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.answering import answer
from fourfold.shared.forecasting.backtest import backtest
from fourfold.shared.forecasting.metrics import Scores
from fourfold.shared.forecasting.origins import cutoffs_within
from fourfold.shared.forecasting.scaling import StandardScaler
from fourfold.shared.forecasting.splits import ett_split
from fourfold.shared.forecasting.windows import Windows, gather_windows
from fourfold.shared.panels.panel import Panel
from hypothesis import given
from hypothesis import strategies as st


def panel_of(values: np.ndarray, observed: np.ndarray | None = None, period: int = 4) -> Panel:
    values = np.asarray(values, dtype=np.float32)
    seen = np.ones(values.shape, bool) if observed is None else observed
    names = tuple(f"s{n}" for n in range(values.shape[1]))
    return Panel(
        np.where(seen, values, 0).astype(np.float32), seen, pd.RangeIndex(len(values)), names, 1, period
    )


def noisy(seed: int, steps: int = 120, series: int = 2) -> np.ndarray:
    generator = np.random.default_rng(seed)
    season = np.sin(np.arange(steps)[:, None] * np.pi / 2 + generator.normal(size=series))
    return 5 * season + generator.normal(size=(steps, series)).cumsum(axis=0) * 0.3 + 100


@given(st.integers(0, 2**32 - 1), st.integers(2, 30))
def test_moments_equal_the_product_of_materialised_windows(seed: int, size: int) -> None:
    generator = np.random.default_rng(seed)
    values, starts = generator.normal(size=100), generator.random(101 - size) < 0.9
    moments = WindowMoments(size)
    moments.add(values, starts)
    windows = np.lib.stride_tricks.sliding_window_view(values, size)[starts]
    np.testing.assert_allclose(moments.matrix, windows.T @ windows, atol=1e-10)
    assert moments.count == starts.sum()
    lookback = max(size // 2, 1)
    centred = windows - windows[:, :lookback].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(moments.centred(lookback), centred.T @ centred, atol=1e-9)


def reference_weights(values: np.ndarray, lookback: int, horizon: int, ridge: float) -> np.ndarray:
    """The recipe in plain numpy: every window, mean removed, normal equations with ridge n I."""
    values = values.astype(np.float32).astype(np.float64)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    rows = np.concatenate([np.lib.stride_tricks.sliding_window_view(s, lookback + horizon) for s in scaled.T])
    rows = rows - rows[:, :lookback].mean(axis=1, keepdims=True)
    x, y = rows[:, :lookback], rows[:, lookback:]
    return np.linalg.solve(x.T @ x + ridge * len(x) * np.eye(lookback), x.T @ y)


def test_weights_equal_explicit_ridge_regression() -> None:
    values = noisy(0)
    model = Linear(lookback=12, ridge=1e-2)
    model.fit(panel_of(values), horizon=5, train=slice(0, 90), validation=slice(90, 90))
    np.testing.assert_allclose(model.weights, reference_weights(values[:90], 12, 5, 1e-2), atol=1e-8)
    assert (model.max_horizon, model.lookback(4, 5)) == (5, 12)


def test_the_ridge_is_the_best_on_the_validation_rows() -> None:
    values, panel = noisy(1), panel_of(noisy(1))
    model = Linear(lookback=12)
    model.fit(panel, horizon=4, train=slice(0, 80), validation=slice(80, 120))
    scaler = StandardScaler.fit(panel.values[:80], panel.observed[:80])
    errors = []
    for ridge in RIDGES:
        weights, total = reference_weights(values[:80], 12, 4, ridge), 0.0
        for cutoff in range(79, 116):
            window = scaler.transform(panel.values[cutoff - 11 : cutoff + 5])
            window = window - window[:12].mean(axis=0)
            total += float(((window[12:] - weights.T @ window[:12]) ** 2).sum())
        errors.append(total)
    assert model.ridge == RIDGES[int(np.argmin(errors))]


@given(st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_forecasts_follow_level_and_unit(shift: float, scale: float) -> None:
    model = Linear(lookback=12)
    model.load_state({"weights": np.random.default_rng(0).normal(size=(12, 5))})
    context = noisy(3, 12, 4).T
    plain, moved = (
        model.predict(windows_of(c)).point.astype(np.float64) for c in (context, scale * context + shift)
    )
    np.testing.assert_allclose(
        moved, scale * plain + shift, rtol=1e-4, atol=1e-4 * (abs(shift) + 100 * scale)
    )


def windows_of(context: np.ndarray) -> Windows:
    zeros = np.zeros(len(context), np.int64)
    return Windows(context.astype(np.float32), np.ones(context.shape, bool), zeros, zeros, 5, 4)


def test_gaps_are_bridged_and_barely_change_the_weights() -> None:
    values = noisy(2, 400, 3)
    seen = np.random.default_rng(0).random(values.shape) > 0.02
    whole, gappy = Linear(lookback=12, ridge=1e-2), Linear(lookback=12, ridge=1e-2)
    whole.fit(panel_of(values), horizon=4, train=slice(0, 400), validation=slice(400, 400))
    gappy.fit(panel_of(values, seen), horizon=4, train=slice(0, 400), validation=slice(400, 400))
    windows = gather_windows(panel_of(values), np.arange(3), np.full(3, 399), 12, 4)
    gap = np.abs(whole.predict(windows).point - gappy.predict(windows).point).max()
    assert 0 < gap < 0.3 * values.std()


def test_rows_after_training_and_validation_are_never_read() -> None:
    values = noisy(4)
    changed = values.copy()
    changed[100:] = 1e6
    models = [Linear(lookback=8) for _ in range(2)]
    for model, data in zip(models, (values, changed), strict=True):
        model.fit(panel_of(data), horizon=4, train=slice(0, 70), validation=slice(70, 100))
    np.testing.assert_array_equal(models[0].weights, models[1].weights)


def test_too_few_rows_name_the_required_length() -> None:
    with pytest.raises(
        InputError, match=r"20 observed steps; expected at least 25 \(lookback 21 \+ horizon 4\)"
    ):
        Linear(lookback=21).fit(
            panel_of(noisy(0, 20)), horizon=4, train=slice(0, 20), validation=slice(20, 20)
        )


def test_an_open_lookback_shrinks_with_the_data() -> None:
    model = Linear()
    assert model.lookback(24, 96) == 336
    model.fit(panel_of(noisy(0, 40, 1)), horizon=4, train=slice(0, 40), validation=slice(40, 40))
    assert len(model.weights) == 12  # 25 windows of 12 + 4 steps; 16 would have 21 windows


def test_state_round_trip() -> None:
    model = Linear(lookback=12)
    model.fit(panel_of(noisy(0)), horizon=5, train=slice(0, 90), validation=slice(90, 120))
    again = Linear(**model.config())
    again.load_state(model.state())
    windows = windows_of(noisy(5, 12, 3).T)
    np.testing.assert_array_equal(model.predict(windows).point, again.predict(windows).point)


ANCHOR = {
    ("ETTh1", 336, 96): (0.3702, 0.3914, 2785),
    ("ETTh1", 336, 192): (0.4033, 0.4107, 2689),
    ("ETTh1", 336, 336): (0.4264, 0.4246, 2545),
    ("ETTh1", 336, 720): (0.4225, 0.4430, 2161),
    ("ETTh2", 720, 96): (0.2698, 0.3341, 2785),
    ("ETTh2", 720, 192): (0.3308, 0.3731, 2689),
    ("ETTh2", 720, 336): (0.3538, 0.3946, 2545),
    ("ETTh2", 720, 720): (0.3778, 0.4226, 2161),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "lookback", "horizon"), ANCHOR)
def test_published_ett_figures_to_four_digits(
    benchmark_data: Path, name: str, lookback: int, horizon: int
) -> None:
    frame = pd.read_csv(benchmark_data / "timeseries" / "ETT" / f"{name}.csv", index_col="date")
    panel = panel_of(frame.to_numpy(), period=24)
    split = ett_split()
    model = Linear(lookback=lookback, ridge=1e-6)
    model.fit(panel, horizon=horizon, train=split.train, validation=slice(8640, 8640))
    unit = StandardScaler.fit(panel.values[split.train], panel.observed[split.train]).scale
    scores = Scores(horizon, panel.series, unit=unit)
    cutoffs = cutoffs_within(split.test, horizon)
    backtest(
        lambda windows: answer(model, windows), panel, cutoffs, scores, lookback=lookback, minimum=lookback
    )
    found = scores.overall()
    mse, mae, count = ANCHOR[name, lookback, horizon]
    assert len(cutoffs) == count and scores.count == count * 7 * horizon
    assert (round(found["mse"], 4), round(found["mae"], 4)) == (mse, mae)
