"""Forecaster from frame to frame: every kind of answer, kept conventions, and refusals that help."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.forecaster import Forecaster
from fourfold.domains.timeseries.models.protocol import ForecastModel
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.forecasting.forecast import NonFinite
from fourfold.shared.forecasting.prediction import Prediction
from fourfold.shared.forecasting.splits import ett_split
from fourfold.shared.forecasting.windows import Windows
from fourfold.shared.panels.panel import Panel

STEPS = 24 * 20


def long_frame(
    steps: tuple[int, ...] = (STEPS, STEPS - 30), tz: str | None = "Europe/Berlin"
) -> pd.DataFrame:
    """Hourly series 10 (and 7) with a daily season; they start together and may end apart."""
    parts = []
    for number, (name, count) in enumerate(zip((10, 7, 3), steps, strict=False)):
        noise = np.random.default_rng(number).normal(0, 0.3, count)
        y = 20 * (number + 1) + 3 * np.sin(np.arange(count) * 2 * np.pi / 24) + noise
        ds = pd.date_range("2024-03-15", periods=count, freq="h", tz=tz)
        parts.append(pd.DataFrame({"unique_id": name, "ds": ds, "y": y}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def linear() -> Forecaster:
    return Forecaster("linear", model_settings={"lookback": 48}).fit(long_frame(), 12)


def test_long_frames_come_back_in_their_own_types_and_zone(linear: Forecaster) -> None:
    frame = long_frame()
    answered = linear.predict(frame, levels=(80, 95)).to_long()
    expected = ["unique_id", "ds", "linear", "linear-lo-95", "linear-lo-80", "linear-hi-80", "linear-hi-95"]
    assert list(answered.columns) == expected
    assert answered.dtypes[["unique_id", "ds"]].equals(frame.dtypes[["unique_id", "ds"]])
    assert answered["linear"].dtype == frame["y"].dtype == np.float64
    for name, rows in answered.groupby("unique_id"):
        end = frame.loc[frame["unique_id"] == name, "ds"].max()
        steps = pd.date_range(end, periods=13, freq="h")[1:]
        assert list(rows["ds"]) == list(steps)  # through the change to summer time, from its own end
    assert (np.diff(answered[expected[3:]].to_numpy(), axis=1) >= 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_value_types_are_kept(dtype: str) -> None:
    frame = long_frame()
    frame["y"] = frame["y"].round().astype(dtype)
    answered = Forecaster("seasonal-naive").predict(frame, 3).to_long()
    assert answered["seasonal-naive"].dtype == (dtype if dtype.startswith("float") else "float64")


def test_decimal_columns_wide_frames_and_xarray_hold_the_same(linear: Forecaster) -> None:
    forecast = linear.predict(long_frame(), quantiles=(0.1, 0.5, 0.9))
    long, wide, dataset = forecast.to_long("decimal"), forecast.to_wide(), forecast.to_xarray()
    assert list(long.columns) == ["unique_id", "ds", "linear", "0.1", "0.5", "0.9"]
    assert list(wide.columns) == [10, 7] and wide.shape == (24, 2)  # 30 hours apart: no step in common
    np.testing.assert_array_equal(wide[10].dropna(), long.loc[long["unique_id"] == 10, "linear"])
    assert dataset["linear"].dims == ("cutoff", "lead", "series")
    assert dataset["linear_quantiles"].dims == ("cutoff", "lead", "series", "quantile")
    assert dataset["valid_time"].shape == (1, 12, 2) and dataset.attrs["timezone"] == "Europe/Berlin"
    utc = pd.DatetimeIndex(dataset["valid_time"].to_numpy()[0, :, 1]).tz_localize("UTC")
    assert list(utc.tz_convert("Europe/Berlin")) == list(long.loc[long["unique_id"] == 7, "ds"])
    np.testing.assert_array_equal(forecast.quantile(0.9), dataset["linear_quantiles"].sel(quantile=0.9))
    with pytest.raises(InputError, match="was not forecast"):
        forecast.quantile(0.7)


@pytest.mark.filterwarnings("ignore:rows up to")
def test_answers_do_not_depend_on_batch_size_or_on_other_series() -> None:
    frame = long_frame((STEPS, STEPS, STEPS))
    whole = Forecaster("linear", batch_size=1000).fit(frame, 6)
    single = Forecaster("linear", batch_size=1).fit(frame, 6)
    one, many = single.predict(frame, levels=(80,)), whole.predict(frame, levels=(80,))
    np.testing.assert_allclose(one.values, many.values, rtol=1e-6)
    np.testing.assert_allclose(one.quantiles, many.quantiles, rtol=1e-5)
    alone = whole.predict(frame[frame["unique_id"] == 7])
    np.testing.assert_allclose(alone.values[..., 0], many.values[..., 1], rtol=1e-6)
    first, second = (forecaster.evaluate(frame, test=100, step=3).overall() for forecaster in (whole, single))
    assert first == pytest.approx(second, rel=1e-6)


def test_models_that_learn_nothing_need_no_fit() -> None:
    frame = long_frame()
    answered = Forecaster("seasonal-naive").predict(frame, 24, levels=(80,)).to_long()
    last_day = frame[frame["unique_id"] == 10]["y"].to_numpy()[-24:]
    np.testing.assert_allclose(
        answered.loc[answered["unique_id"] == 10, "seasonal-naive"], last_day, rtol=1e-6
    )
    width = answered["seasonal-naive-hi-80"] - answered["seasonal-naive-lo-80"]
    noise = 2 * 1.2816 * 0.3 * np.sqrt(2)  # of a difference of two noisy values
    assert width.mean() == pytest.approx(noise, rel=0.15)
    with pytest.raises(InputError, match="linear is not fitted"):
        Forecaster("linear").predict(frame, 24)


def test_horizon_one() -> None:
    answered = Forecaster("linear").fit(long_frame(), 1).predict(long_frame(), levels=(80,))
    assert answered.values.shape == (1, 1, 2) and len(answered.to_long()) == 2


def test_beyond_the_trained_horizon_it_rolls_with_a_warning(linear: Forecaster) -> None:
    frame = long_frame()
    with pytest.warns(InputWarning, match="horizon 30 is beyond the trained 12"):
        far = linear.predict(frame, 30, levels=(80,))
    near = linear.predict(frame, levels=(80,))
    np.testing.assert_array_equal(far.values[:, :12], near.values)
    truth = 20 + 3 * np.sin((np.arange(STEPS, STEPS + 30)) * 2 * np.pi / 24)
    assert np.abs(far.values[0, :, 0] - truth).mean() < 0.5
    width = np.diff(far.quantiles, axis=-1)[0, :, 0, 0]
    assert width[29] > width[11]


@pytest.mark.parametrize("horizon", [0, -3])
def test_horizons_must_be_positive(horizon: int) -> None:
    with pytest.raises(InputError, match="not a number of steps"):
        Forecaster("linear").fit(long_frame(), horizon)
    with pytest.raises(InputError, match="not a number of steps"):
        Forecaster("seasonal-naive").predict(long_frame(), horizon)


def test_short_series_are_refused_padded_or_left_out(linear: Forecaster) -> None:
    frame = long_frame((STEPS, 40))
    with pytest.raises(InputError, match=r"7.*has 40; expected at least 48 steps.*pad=\"edge\""):
        linear.predict(frame)
    skipping, padding = Forecaster(linear.model, short="skip"), Forecaster(linear.model, pad="edge")
    for other in (skipping, padding):
        other.horizon, other.spec = 12, linear.spec
    with pytest.warns(InputWarning, match="1 series too short"):
        left = skipping.predict(frame)
    assert set(left.to_long()["unique_id"]) == {10}
    assert np.isnan(left.to_xarray()["linear"].sel(series="7")).all()
    padded = padding.predict(frame).to_long()
    assert set(padded["unique_id"]) == {10, 7} and np.isfinite(padded["linear"]).all()
    with pytest.raises(InputError, match="2 series too short"):
        skipping.predict(long_frame((20, 20)))


def test_a_constant_series_is_forecast_exactly_with_no_width(linear: Forecaster) -> None:
    frame = long_frame()
    frame.loc[frame["unique_id"] == 7, "y"] = 0.1
    for forecaster in (linear, Forecaster("seasonal-naive"), Forecaster("linear").fit(frame, 12)):
        answered = forecaster.predict(frame, 12, levels=(80,)).to_long().set_index("unique_id").loc[7]
        assert (answered[forecaster.model.name] == np.float32(0.1)).all()
        assert (answered.filter(like="-hi-80").to_numpy() == np.float32(0.1)).all()
        assert (answered.filter(like="-lo-80").to_numpy() == np.float32(0.1)).all()
    with pytest.warns(InputWarning, match="MASE is undefined"):
        by_series = Forecaster("seasonal-naive").evaluate(frame, 12).by_series()
    assert np.isnan(by_series["mase"][1]) and by_series["mae"][1] == 0


def test_data_of_another_kind_are_told_field_by_field(linear: Forecaster) -> None:
    frame = long_frame()
    daily = frame.assign(
        ds=frame.groupby("unique_id")["ds"].transform(lambda ds: ds.iloc[0] + (ds - ds.iloc[0]) * 24)
    )
    with pytest.raises(
        InputError, match=r"freq: the model has 'h', given 'D'.*period: the model has 24, given 7"
    ):
        linear.predict(daily.assign(ds=daily["ds"].dt.tz_localize(None).dt.normalize()))


def test_saved_and_loaded_it_answers_the_same(linear: Forecaster, tmp_path: Path) -> None:
    again = Forecaster.load(linear.save(tmp_path / "model"))
    frame = long_frame()
    before, after = linear.predict(frame, levels=(80,)), again.predict(frame, levels=(80,))
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.quantiles, after.quantiles)
    assert (again.horizon, again.spec, again.settings) == (12, linear.spec, linear.settings)
    assert Forecaster.load(tmp_path / "model", pad="edge").settings.pad == "edge"
    naive = Forecaster.load(Forecaster("seasonal-naive").save(tmp_path / "naive"))
    assert naive.horizon is None and naive.predict(frame, 2).horizon == 2


def test_backtest_holds_forecasts_beside_what_happened() -> None:
    frame = long_frame((STEPS, STEPS))
    fitted = Forecaster("linear", model_settings={"lookback": 48}).fit(frame, 12, validation=slice(300, 400))
    result = fitted.backtest(frame, n_windows=3, step=12)
    long = result.to_long()
    assert result.windows == 6 and len(long) == 6 * 12
    assert list(long.columns) == ["unique_id", "ds", "cutoff", "y", "linear", "linear-lo-80", "linear-hi-80"]
    merged = long.merge(frame, on=["unique_id", "ds"], suffixes=("", "_true"))
    np.testing.assert_allclose(merged["y"], merged["y_true"], rtol=1e-6)
    assert (merged["ds"] > merged["cutoff"]).all() and merged["cutoff"].nunique() == 3
    error = long["y"] - long["linear"]
    assert result.scores.overall()["mse"] == pytest.approx((error**2).mean(), rel=1e-6)
    single = fitted.predict(frame[frame["ds"] <= long["cutoff"].min()])
    np.testing.assert_allclose(
        single.to_long()["linear"], long[long["cutoff"] == long["cutoff"].min()]["linear"]
    )


def test_targets_that_were_not_observed_are_missing_beside_their_forecasts() -> None:
    frame = long_frame((STEPS,))
    frame.loc[STEPS - 10, "y"] = np.nan
    long = Forecaster("last-value", missing="mask").backtest(frame, 12, test=48, step=12).to_long()
    assert list(long.loc[long["y"].isna(), "ds"]) == [frame.loc[STEPS - 10, "ds"]]


def test_the_scale_of_mase_is_that_of_the_rows_before_the_test() -> None:
    frame = long_frame((STEPS,))
    frame.loc[STEPS - 48 :, "y"] *= 100
    found = Forecaster("last-value").evaluate(frame, 12, test=48, levels=()).overall()
    known = frame["y"].to_numpy()[:-48]
    assert found["mase"] == pytest.approx(found["mae"] / np.abs(known[24:] - known[:-24]).mean(), rel=1e-5)


def test_refit_learns_only_from_what_was_known() -> None:
    frame = long_frame((STEPS, STEPS))
    poisoned = frame.copy()
    late = poisoned["ds"] > frame["ds"].max() - pd.Timedelta(hours=12)
    poisoned.loc[late, "y"] = 1e5
    forecaster = Forecaster("linear", model_settings={"lookback": 24})
    clean, other = (
        forecaster.backtest(data, 12, n_windows=2, step=12, refit=True) for data in (frame, poisoned)
    )
    assert clean.forecast is not None and other.forecast is not None
    np.testing.assert_array_equal(clean.forecast.values, other.forecast.values)
    assert forecaster.horizon is None  # the forecaster itself is left as it was


def test_rows_seen_in_fitting_are_told(linear: Forecaster) -> None:
    with pytest.warns(InputWarning, match="were used in fitting"):
        linear.evaluate(long_frame())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_windows": 500}, "hold .* windows"),
        ({"n_windows": 0}, "must be 1 or more"),
        ({"test": slice(470, 475)}, "hold 0 windows"),
        ({"levels": (180,)}, "not a level"),
    ],
)
def test_backtests_that_cannot_be_are_refused(linear: Forecaster, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        linear.backtest(long_frame(), **options)


def test_unused_covariates_are_told_and_do_no_harm() -> None:
    frame = long_frame().assign(x=1.0)
    forecaster = Forecaster("seasonal-naive", future=("x",))
    with pytest.warns(InputWarning, match="does not use covariates: x"):
        assert forecaster.predict(frame, 3).horizon == 3


class FollowCovariate(ForecastModel):
    """The forecast is the future covariate itself."""

    name, needs_fit, reads = "follow", False, frozenset({"future"})

    def lookback(self, period: int, horizon: int) -> int:
        return 2

    def predict(self, windows: Windows) -> Prediction:
        assert windows.future is not None
        return Prediction(windows.future[:, -windows.horizon :, 0])


def test_future_covariates_arrive_row_by_row_and_missing_ones_are_named() -> None:
    frame = long_frame()
    frame["x"] = np.arange(len(frame), dtype=float)
    ahead = pd.concat(
        pd.DataFrame({"unique_id": name, "ds": pd.date_range(end, periods=4, freq="h")[1:], "x": [1.0, 2, 3]})
        for name, end in frame.groupby("unique_id")["ds"].max().items()
    )
    ahead.loc[ahead["unique_id"] == 7, "x"] += 10
    forecaster = Forecaster(FollowCovariate(), future=("x",))
    answered = forecaster.predict(frame, 3, future=ahead).to_long()
    np.testing.assert_array_equal(answered["follow"], [1, 2, 3, 11, 12, 13])
    one = forecaster.predict(frame, 1, future=ahead.groupby("unique_id").head(1))
    np.testing.assert_array_equal(one.values[0, 0], [1, 11])
    with pytest.raises(InputError, match=r"\(10, .*\(10, .*2 pairs of series and time lack"):
        forecaster.predict(frame, 3, future=ahead.head(4))
    with pytest.raises(InputError, match=r"future values are missing for 3 rows: \(10, 2024-04-04 .*future="):
        forecaster.predict(frame, 3)


class Broken(FollowCovariate):
    """Answers infinity for the second series."""

    name, reads = "broken", frozenset()

    def predict(self, windows: Windows) -> Prediction:
        point = np.ones((len(windows), windows.horizon), np.float32)
        point[windows.series == 1, 1:] = np.inf
        return Prediction(point)


def test_nothing_non_finite_leaves() -> None:
    with pytest.raises(NonFinite, match="series '7', step 2"):
        Forecaster(Broken()).predict(long_frame(), 3)
    with pytest.raises(NonFinite, match="series '7', step 2"):
        Forecaster(Broken()).evaluate(long_frame(), 3, levels=())


def test_decomposition_adds_up_and_keeps_gaps() -> None:
    frame = long_frame()
    frame.loc[100:130, "y"] = np.nan
    parts = Forecaster("linear", missing="mask").decompose(frame)
    total = parts["trend"] + parts["season"] + parts["residual"]
    np.testing.assert_allclose(total, parts["observed"], atol=1e-9)
    assert int(np.isnan(parts["observed"].sel(series="10")).sum()) == 31
    assert not np.isnan(parts["trend"].sel(series="10")).any()
    with pytest.raises(InputError, match="expected at least 48 steps"):
        Forecaster("linear").decompose(long_frame((STEPS, 40)))


@pytest.mark.parametrize("missing", ["mask", "interpolate"])
def test_gaps_in_history_give_finite_forecasts(missing: str) -> None:
    frame = long_frame()
    frame.loc[np.random.default_rng(0).random(len(frame)) < 0.1, "y"] = np.nan
    fitted = Forecaster("linear", missing=missing, model_settings={"lookback": 48}).fit(frame, 12)
    answered = fitted.predict(frame, levels=(80,)).to_long()
    assert np.isfinite(answered.filter(like="linear").to_numpy()).all()


def test_unknown_names_and_settings_are_told() -> None:
    with pytest.raises(InputError, match="'prophet' is not a model; expected last-value"):
        Forecaster("prophet")
    with pytest.raises(InputError, match="linear setting depth"):
        Forecaster("linear", model_settings={"depth": 3})
    with pytest.raises(InputError, match="slot-mean settings"):
        Forecaster("slot-mean", model_settings={"depth": 3})


@pytest.mark.slow
def test_intervals_cover_ett_test_rows_as_they_say(benchmark_data: Path) -> None:
    frame = pd.read_csv(benchmark_data / "timeseries/ETT/ETTh1.csv", parse_dates=["date"], index_col="date")
    values = frame.to_numpy(np.float32)
    panel = Panel(values, np.ones(values.shape, bool), pd.DatetimeIndex(frame.index), tuple(frame), "h", 24)
    split = ett_split()
    fitted = Forecaster("linear", model_settings={"lookback": 336, "ridge": 1e-6})
    fitted.fit(panel, 96, train=split.train, validation=split.validation)
    scores = fitted.evaluate(panel, test=split.test, standardise=split.train).overall()
    assert 0.75 <= scores["coverage_80"] <= 0.85
    assert round(scores["mse"], 4) == 0.3702


@pytest.mark.parametrize("horizon", [10**6, 10**20])
def test_absurd_horizons_are_refused_before_memory_and_hours_are_spent(horizon: int) -> None:
    frame = long_frame()
    with pytest.raises(InputError, match="too many; expected at most"):
        Forecaster("seasonal-naive").predict(frame, horizon)
    with pytest.raises(InputError, match="too many; expected at most"):
        Forecaster("linear").fit(frame, horizon)


def test_a_refused_fit_leaves_what_was_fitted() -> None:
    forecaster = Forecaster("linear", model_settings={"lookback": 48}).fit(long_frame(), 12)
    before = forecaster.predict(long_frame(), levels=(80,)).values
    with pytest.raises(InputError):
        forecaster.fit(long_frame().head(20), 12)
    np.testing.assert_array_equal(forecaster.predict(long_frame(), levels=(80,)).values, before)


def test_rows_are_learnt_from_or_held_out() -> None:
    with pytest.raises(InputError, match="overlap"):
        Forecaster("linear", model_settings={"lookback": 48}).fit(
            long_frame(), 12, train=slice(0, 400), validation=slice(350, 480)
        )


def test_what_was_seen_ends_with_the_last_row_used() -> None:
    frame = long_frame((STEPS,), tz=None)
    fitted = Forecaster("linear", model_settings={"lookback": 48}).fit(
        frame, 12, train=slice(0, 300), validation=0
    )
    assert fitted.seen_until == str(frame["ds"][299])


def test_a_run_folder_belongs_to_its_data(tmp_path: Path) -> None:
    forecaster = Forecaster("linear", model_settings={"lookback": 48})
    forecaster.fit(long_frame(), 12, run=tmp_path)
    forecaster.fit(long_frame(), 12, run=tmp_path)
    with pytest.raises(InputError, match="other data"):
        forecaster.fit(long_frame().assign(y=lambda frame: 3 * frame["y"]), 12, run=tmp_path)


def test_filled_gaps_are_history_and_never_truth() -> None:
    frame = long_frame((STEPS,), tz=None)
    frame.loc[STEPS - 20 : STEPS - 10, "y"] = np.nan
    forecaster = Forecaster("last-value", missing="interpolate")
    actual = forecaster.backtest(frame, 12, test=48, step=12).to_long()
    assert actual["cutoff"].nunique() == 3  # the fourth lies in the gap
    assert actual["y"].isna().sum() == 8


def test_settings_that_do_not_exist_are_named() -> None:
    with pytest.raises(InputError, match="colour"):
        Forecaster("linear", colour=3)
    with pytest.raises(InputError, match="refit"):
        Forecaster("last-value").backtest(long_frame(), 12, refit=-1)


def test_a_future_that_nothing_reads_is_refused(linear: Forecaster) -> None:
    with pytest.raises(InputError, match="future"):
        linear.predict(long_frame(), future=long_frame())
