"""Theta, ETS, SARIMAX: against statsmodels itself, on seasons and covariates, and when things go wrong."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.models.build import build_model
from fourfold.domains.timeseries.models.local_model import LocalForecast, LocalModel
from fourfold.domains.timeseries.models.seasonal_adjustment import season_at, seasonal_slots
from fourfold.domains.timeseries.models.statistical import ETS, SARIMAX, Theta, _growth, _hannan_rissanen
from fourfold.shared.errors import InputWarning
from fourfold.shared.forecasting.windows import Windows
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

ALL = (Theta, ETS, SARIMAX)


def windows_of(contexts: np.ndarray, horizon: int, period: int = 1, **more: np.ndarray) -> Windows:
    contexts = np.asarray(contexts, dtype=np.float32)
    rows = len(contexts)
    parts = {
        "observed": np.ones(contexts.shape, dtype=bool),
        "series": np.arange(rows),
        "cutoff": np.full(rows, contexts.shape[1] - 1),
    }
    return Windows(contexts, **{**parts, **more}, horizon=horizon, period=period)  # type: ignore[arg-type]


def seasonal(rows: int = 3, length: int = 96, period: int = 12) -> np.ndarray:
    t = np.arange(length)
    noise = np.random.default_rng(5).normal(size=(rows, length))
    return 100 + 0.2 * t + 10 * np.sin(2 * np.pi * t / period) + 0.5 * noise


@pytest.mark.parametrize("model", ALL)
def test_follows_season_and_trend(model: type[LocalModel]) -> None:
    t = np.arange(96, 108)
    expected = 100 + 0.2 * t + 10 * np.sin(2 * np.pi * t / 12)
    prediction = model().predict(windows_of(seasonal(), 12, 12))
    assert prediction.point.dtype == np.float32
    assert np.abs(prediction.point - expected).mean() < 1.6
    assert prediction.quantiles is not None
    assert prediction.quantiles.shape == (3, 12, len(prediction.levels))
    assert (np.diff(prediction.quantiles, axis=-1) >= 0).all()
    median = prediction.quantiles[..., prediction.levels.index(0.5)]
    np.testing.assert_allclose(median, prediction.point, rtol=1e-5)


def test_theta_and_ets_are_those_of_statsmodels() -> None:
    walk = np.random.default_rng(2).normal(size=48).cumsum().astype(np.float32)
    windows = windows_of(walk[None], 8)
    theirs = ThetaModel(walk.astype(float), period=1, deseasonalize=False).fit(disp=False).forecast(8)
    np.testing.assert_allclose(Theta().predict(windows).point[0], theirs, rtol=1e-3, atol=1e-3)
    standard = (walk - walk.mean(dtype=float)) / walk.std(dtype=float)
    forms: tuple[dict, ...] = ({}, {"trend": "add"}, {"trend": "add", "damped_trend": True})
    fits = [ETSModel(standard, initialization_method="heuristic", **form).fit(disp=False) for form in forms]
    best = min(fits, key=lambda fit: fit.aicc)
    expected = best.forecast(8) * walk.std(dtype=float) + walk.mean(dtype=float)
    np.testing.assert_allclose(ETS().predict(windows).point[0], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("form", [{}, {"trend": "add"}, {"trend": "add", "damped_trend": True}])
def test_ets_variance_is_the_exact_one(form: dict) -> None:
    walk = pd.Series(np.random.default_rng(4).normal(size=120).cumsum())
    fitted = ETSModel(walk, initialization_method="heuristic", **form).fit(disp=False)
    exact = fitted.get_prediction(start=120, end=129).forecast_variance
    grown = _growth(dict(zip(fitted.param_names, fitted.params, strict=True)), 10)
    np.testing.assert_allclose(grown, np.asarray(exact) / np.asarray(exact)[0], rtol=1e-6)


def test_hannan_rissanen_finds_an_arma() -> None:
    noise = np.random.default_rng(0).normal(size=4000)
    values = np.zeros(4000)
    for t in range(1, 4000):
        values[t] = 0.7 * values[t - 1] + noise[t] + 0.4 * noise[t - 1]
    found = _hannan_rissanen(values, 1, 1)
    assert found is not None
    np.testing.assert_allclose(found, [0.7, 0.4, 1.0], atol=0.08)


def test_sarimax_uses_covariates_known_ahead() -> None:
    rng = np.random.default_rng(7)
    covariate = rng.normal(size=(2, 112, 1))
    values = 5 + 3 * covariate[..., 0] + 0.1 * rng.normal(size=(2, 112))
    future = covariate.astype(np.float32)
    blind = SARIMAX().predict(windows_of(values[:, :100], 12)).point
    told = SARIMAX().predict(windows_of(values[:, :100], 12, future=future)).point
    assert np.abs(told - values[:, 100:]).mean() < 0.2
    assert np.abs(blind - values[:, 100:]).mean() > 1.0


def test_sarimax_ignores_constant_and_repeated_covariates() -> None:
    values = seasonal(1)
    ramp = np.linspace(0, 1, 108, dtype=np.float32)
    future = np.stack([ramp, ramp, np.full_like(ramp, 3.0)], axis=-1)[None]
    assert np.isfinite(SARIMAX().predict(windows_of(values, 12, 12, future=future)).point).all()


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("length", [3, 5, 8, 11, 25])
def test_short_contexts_are_finite(model: type[LocalModel], length: int) -> None:
    prediction = model().predict(windows_of(seasonal(1, length), 6, 12))
    assert prediction.quantiles is not None
    assert np.isfinite(prediction.quantiles).all()


@pytest.mark.parametrize("model", ALL)
def test_constant_is_continued_exactly_with_width_zero(model: type[LocalModel]) -> None:
    prediction = model().predict(windows_of(np.full((1, 40), 2.5), 4, 12))
    np.testing.assert_array_equal(prediction.point, 2.5)
    assert prediction.quantiles is not None
    np.testing.assert_array_equal(prediction.quantiles, 2.5)


@pytest.mark.parametrize("model", ALL)
def test_unit_and_level_carry_through(model: type[LocalModel]) -> None:
    plain = model().predict(windows_of(seasonal(1), 6, 12)).point
    moved = model().predict(windows_of(seasonal(1) * 1e4 + 1e6, 6, 12)).point
    np.testing.assert_allclose((moved - 1e6) / 1e4, plain, rtol=2e-3)


@pytest.mark.parametrize("model", ALL)
def test_rows_and_processes_do_not_change_the_answer(model: type[LocalModel]) -> None:
    values = seasonal(4)
    together = model().predict(windows_of(values, 6, 12)).point
    alone = model().predict(windows_of(values[2:3], 6, 12)).point
    np.testing.assert_array_equal(alone[0], together[2])


@pytest.mark.slow
def test_two_processes_answer_as_one() -> None:
    windows = windows_of(seasonal(5), 6, 12)
    np.testing.assert_array_equal(ETS(n_jobs=2).predict(windows).point, ETS().predict(windows).point)


def test_padding_on_the_left_is_not_data() -> None:
    values = seasonal(1)
    padded = np.concatenate([np.full((1, 30), values[0, 0]), values], axis=1)
    observed = np.arange(padded.shape[1])[None] >= 30
    ours = Theta(seasons=20).predict(windows_of(padded, 6, 12, observed=observed)).point
    np.testing.assert_array_equal(ours, Theta(seasons=20).predict(windows_of(values, 6, 12)).point)


class _Failing(LocalModel):
    name = "failing"

    def forecast(self, values: np.ndarray, horizon: int, covariates: np.ndarray | None) -> LocalForecast:
        if values[0] > values[1]:
            raise np.linalg.LinAlgError("no")
        return LocalForecast(np.full(horizon, np.nan), np.ones(horizon))


def test_failure_falls_back_to_seasonal_naive_and_is_told() -> None:
    values = np.stack([np.tile([1.0, 2, 3, 5], 6), np.tile([5.0, 3, 2, 1], 6)])
    with pytest.warns(InputWarning, match=r"failing failed on 2 of 2 windows \(first: series 0, cutoff 23\)"):
        point = _Failing().predict(windows_of(values, 6, 4)).point
    np.testing.assert_array_equal(point, values[:, [20, 21, 22, 23, 20, 21]])


def test_season_is_found_only_where_there_is_one() -> None:
    rng = np.random.default_rng(1)
    pattern = np.array([3.0, -1, 0, -2])
    slots = seasonal_slots(np.tile(pattern, 12) + 0.05 * np.arange(48), 4)
    np.testing.assert_allclose(slots, pattern, atol=1e-9)
    np.testing.assert_allclose(season_at(slots, 48, 4), pattern, atol=1e-9)
    assert seasonal_slots(rng.normal(size=200).cumsum(), 24) is None
    assert seasonal_slots(np.ones(7), 4) is None


@pytest.mark.parametrize("name", ["theta", "ets", "sarimax"])
def test_built_by_name_and_remade_from_config(name: str) -> None:
    model = build_model(name, seasons=5)
    assert model.name == name
    assert model.config()["seasons"] == 5
    assert build_model(name, **model.config()).lookback(24, 12) == 120
