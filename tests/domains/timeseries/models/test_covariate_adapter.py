"""CovariateAdapter: takes what a covariate gives, leaves the base alone where it gives nothing."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.models.build import blank_model
from fourfold.domains.timeseries.models.covariate_adapter import CovariateAdapter
from fourfold.domains.timeseries.models.linear import Linear
from fourfold.domains.timeseries.models.naive import SeasonalNaive
from fourfold.domains.timeseries.models.protocol import ForecastModel
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.windows import Windows, gather_windows, targets
from fourfold.shared.panels.panel import Panel

HORIZON, PERIOD, STEPS = 24, 24, 1200


def panel_with(effect: float, shape=lambda x: x, seed: int = 0) -> Panel:
    """Season plus effect times a persistent random covariate, plus noise of deviation 0.3."""
    rng = np.random.default_rng(seed)
    t = np.arange(STEPS)[:, None]
    covariate = np.zeros((STEPS, 2))
    for step in range(1, STEPS):
        covariate[step] = 0.8 * covariate[step - 1] + 0.6 * rng.normal(size=2)
    season = 2 * np.sin(2 * np.pi * t / PERIOD)
    values = 10 + season + effect * shape(covariate) + 0.3 * rng.normal(size=(STEPS, 2))
    return Panel(
        values.astype(np.float32),
        np.ones((STEPS, 2), dtype=bool),
        pd.RangeIndex(STEPS),
        ("a", "b"),
        1,
        PERIOD,
        future={"x": covariate.astype(np.float32)},
    )


def origins(panel: Panel, model: ForecastModel, count: int = 5) -> tuple[Windows, np.ndarray]:
    cutoff = np.repeat(STEPS - HORIZON * np.arange(1, count + 1) - 1, 2)
    series = np.tile([0, 1], count)
    windows = gather_windows(panel, series, cutoff, model.lookback(PERIOD, HORIZON), HORIZON)
    return windows, targets(panel, series, cutoff, HORIZON)[0]


def errors(panel: Panel, base: ForecastModel) -> tuple[float, float]:
    """Mean absolute error of the base alone and adapted."""
    adapter = CovariateAdapter(base)
    windows, actual = origins(panel, adapter)
    prediction = adapter.predict(windows)
    alone = prediction.components["base"]
    return float(np.abs(alone - actual).mean()), float(np.abs(prediction.point - actual).mean())


def fitted_linear(panel: Panel) -> Linear:
    base = Linear(lookback=72)
    base.fit(panel, horizon=HORIZON, train=slice(0, 700), validation=slice(700, 800), run=None)
    return base


def test_most_of_the_gain_is_recovered_with_seasonal_naive() -> None:
    base, adapted = errors(panel_with(2.0), SeasonalNaive())
    noise = 0.3 * np.sqrt(2 / np.pi)  # nobody can do better
    assert base > 1.5
    assert (base - adapted) / (base - noise) > 0.85


def test_most_of_the_gain_is_recovered_with_linear() -> None:
    panel = panel_with(2.0)
    base, adapted = errors(panel, fitted_linear(panel))
    assert (base - adapted) / (base - 0.24) > 0.7


def test_a_stretch_without_values_is_no_evidence() -> None:
    whole = panel_with(2.0)
    observed = whole.observed.copy()
    observed[-HORIZON * 9 : -HORIZON * 7, 0] = False
    gone = Panel(
        np.where(observed, whole.values, 0),
        observed,
        whole.time,
        whole.series,
        1,
        PERIOD,
        future=whole.future,
    )
    base, adapted = errors(gone, SeasonalNaive())  # a warning of an empty mean would be an error here
    assert adapted < 0.5 * base


def test_bent_effects_are_learnt() -> None:
    base, adapted = errors(panel_with(2.0, np.abs), SeasonalNaive())
    assert adapted < 0.65 * base


@pytest.mark.parametrize("seed", [0, 1])
def test_an_idle_covariate_does_little_harm(seed: int) -> None:
    panel = panel_with(0.0, seed=seed)
    for base in (SeasonalNaive(), fitted_linear(panel)):
        alone, adapted = errors(panel, base)
        assert adapted <= 1.05 * alone


def test_falls_back_to_the_base_exactly() -> None:
    panel = panel_with(2.0)
    adapter = CovariateAdapter(SeasonalNaive(), margin=0.99)
    windows, _ = origins(panel, adapter)
    prediction = adapter.predict(windows)
    np.testing.assert_array_equal(prediction.components["covariates"], 0)
    plain = gather_windows(panel, windows.series, windows.cutoff, 4 * PERIOD, HORIZON)
    np.testing.assert_array_equal(prediction.point, SeasonalNaive().predict(plain).point)


def test_short_history_is_answered_by_the_base() -> None:
    panel = panel_with(2.0)
    adapter = CovariateAdapter(SeasonalNaive())
    windows = gather_windows(panel, np.array([0]), np.array([40]), adapter.lookback(PERIOD, HORIZON), HORIZON)
    np.testing.assert_array_equal(adapter.predict(windows).components["covariates"], 0)


def test_rows_do_not_depend_on_each_other() -> None:
    adapter = CovariateAdapter(SeasonalNaive())
    panel = panel_with(2.0)
    windows, _ = origins(panel, adapter)
    together = adapter.predict(windows).point
    one = gather_windows(
        panel, windows.series[3:4], windows.cutoff[3:4], adapter.lookback(PERIOD, HORIZON), HORIZON
    )
    np.testing.assert_allclose(adapter.predict(one).point[0], together[3], rtol=1e-6)


def test_what_happens_after_the_cutoff_is_never_read() -> None:
    adapter = CovariateAdapter(SeasonalNaive())
    panel, spoiled = panel_with(2.0), panel_with(2.0)
    cutoff = STEPS - HORIZON - 1
    spoiled.values[cutoff + 1 :] = 1e6
    lookback = adapter.lookback(PERIOD, HORIZON)
    ours, theirs = (
        adapter.predict(gather_windows(p, np.array([0]), np.array([cutoff]), lookback, HORIZON)).point
        for p in (panel, spoiled)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_outliers_in_the_past_do_not_spoil_it() -> None:
    panel = panel_with(2.0)
    panel.values[np.random.default_rng(3).integers(700, STEPS - 200, 8), 0] = 500.0
    base, adapted = errors(panel, SeasonalNaive())
    assert adapted < base


def test_horizons_shorter_and_longer_than_the_season() -> None:
    panel, adapter = panel_with(2.0), CovariateAdapter(SeasonalNaive())
    for horizon in (1, 5, 60):
        lookback = adapter.lookback(PERIOD, horizon)
        windows = gather_windows(panel, np.array([0, 1]), np.array([1100, 1101]), lookback, horizon)
        point = adapter.predict(windows).point
        assert point.shape == (2, horizon)
        assert np.isfinite(point).all()


def test_bad_covariates_are_told() -> None:
    adapter = CovariateAdapter(SeasonalNaive())
    panel = panel_with(1.0)
    windows, _ = origins(panel, adapter, count=1)
    assert windows.future is not None
    lookback = windows.context.shape[1]
    with pytest.raises(InputError, match="no covariates"):
        adapter.predict(Windows(**{**vars(windows), "future": None}))
    with pytest.raises(InputError, match=f"expected {lookback + HORIZON}"):
        adapter.predict(Windows(**{**vars(windows), "future": windows.future[:, :-3]}))
    broken = windows.future.copy()
    broken[1, lookback + 2, 0] = np.nan
    row = int(windows.cutoff[1]) + 3
    with pytest.raises(InputError, match=rf"series 1, row {row}: covariate 0 is not a finite"):
        adapter.predict(Windows(**{**vars(windows), "future": broken}))


def test_remade_from_config_and_state() -> None:
    panel = panel_with(2.0)
    adapter = CovariateAdapter(Linear(lookback=48), history=240)
    adapter.fit(panel, horizon=HORIZON, train=slice(0, 700), validation=slice(700, 800), run=None)
    remade = blank_model("covariate-adapter", **adapter.config())
    remade.load_state(adapter.state())
    windows, _ = origins(panel, adapter)
    np.testing.assert_array_equal(remade.predict(windows).point, adapter.predict(windows).point)
    assert adapter.max_horizon == remade.max_horizon == HORIZON
