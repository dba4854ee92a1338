"""Scores against plain float64 formulas, in any batches."""

import numpy as np
import pytest
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.forecasting.metrics import Scores, seasonal_naive_scale
from hypothesis import given
from hypothesis import strategies as st

LEVELS = (0.1, 0.5, 0.9)


def data(seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    point = generator.normal(5, 2, (40, 6)).astype(np.float32)
    return {
        "series": generator.integers(0, 3, 40),
        "target": generator.normal(5, 2, (40, 6)).astype(np.float32),
        "observed": generator.random((40, 6)) < 0.8,
        "point": point,
        "quantiles": (point[..., None] + np.array([-2, 0, 2])).astype(np.float32),
    }


def scored(rows: dict[str, np.ndarray], size: int = 1000, **options: object) -> Scores:
    scores = Scores(6, ("a", "b", "c"), levels=LEVELS, naive_scale=np.array([1.0, 2, 4]), **options)  # type: ignore[arg-type]
    for start in range(0, 40, size):
        scores.add(**{name: value[start : start + size] for name, value in rows.items()})
    return scores


def test_every_score_is_its_formula() -> None:
    rows = data()
    seen, y, f = rows["observed"], rows["target"].astype(float), rows["point"].astype(float)
    error = np.abs(y - f)
    scale = np.array([1.0, 2, 4])[rows["series"]][:, None]
    q = rows["quantiles"].astype(float)
    loss = np.stack(
        [np.maximum(p * (y - q[..., i]), (p - 1) * (y - q[..., i])) for i, p in enumerate(LEVELS)]
    )
    inside = (q[..., 0] <= y) & (y <= q[..., 2])
    expected = {
        "mse": (error**2)[seen].mean(),
        "mae": error[seen].mean(),
        "rmse": np.sqrt((error**2)[seen].mean()),
        "smape": (200 * error / (np.abs(y) + np.abs(f)))[seen].mean(),
        "mase": (error / scale)[seen].mean(),
        "pinball": loss[:, seen].mean(),
        "crps": 2 * loss[:, seen].mean(),
        "wql": 2 * loss.mean(axis=0)[seen].sum() / np.abs(y)[seen].sum(),
        "coverage_80": inside[seen].mean(),
    }
    scores = scored(rows)
    overall = scores.overall()
    assert overall.keys() == expected.keys()
    for name, value in expected.items():
        assert overall[name] == pytest.approx(value, rel=1e-12), name
    assert scores.count == seen.sum()
    assert scores.by_lead()["mae"][2] == pytest.approx(error[:, 2][seen[:, 2]].mean(), rel=1e-12)
    one = rows["series"] == 1
    assert scores.by_series()["mse"][1] == pytest.approx((error**2)[one][seen[one]].mean(), rel=1e-12)


@given(st.integers(0, 1000), st.integers(1, 40))
def test_scores_are_the_same_bits_in_any_batches(seed: int, size: int) -> None:
    rows = data(seed)
    whole, cut = scored(rows), scored(rows, size)
    assert whole.overall() == cut.overall()
    for name, value in whole.by_lead().items():
        np.testing.assert_array_equal(value, cut.by_lead()[name])


def test_unit_gives_the_scores_of_scaled_data() -> None:
    rows, unit = data(), np.array([2.0, 5.0, 0.5])
    by = unit[rows["series"]][:, None]
    scaled = rows | {
        "target": rows["target"] / by,
        "point": rows["point"] / by,
        "quantiles": rows["quantiles"] / by[..., None],
    }
    ours, reference = scored(rows, unit=unit).overall(), scored(scaled).overall()
    for name in ("mse", "mae", "rmse", "pinball", "crps", "coverage_80"):
        assert ours[name] == pytest.approx(reference[name], rel=1e-6)


def test_unobserved_targets_count_nowhere() -> None:
    rows = data()
    other = rows | {"target": np.where(rows["observed"], rows["target"], np.float32(1e9))}
    assert scored(rows).overall() == scored(other).overall()


def test_smape_of_zero_and_zero_is_zero() -> None:
    scores = Scores(1, ("a",))
    scores.add(np.array([0]), np.zeros((1, 1)), np.ones((1, 1), bool), np.zeros((1, 1)))
    assert scores.overall()["smape"] == 0


def test_mase_of_a_constant_series_is_nan_with_a_warning_and_never_infinite() -> None:
    scores = Scores(1, ("flat", "fine"), naive_scale=np.array([0.0, 2.0]))
    scores.add(np.array([0, 1]), np.ones((2, 1)), np.ones((2, 1), bool), np.zeros((2, 1)))
    with pytest.warns(InputWarning, match="MASE is undefined for 1 series .* 'flat'"):
        by_series = scores.by_series()["mase"]
    assert np.isnan(by_series[0]) and by_series[1] == 0.5
    with pytest.warns(InputWarning):
        assert scores.overall()["mase"] == 0.5


def test_naive_scale_is_the_mean_seasonal_change_of_observed_pairs() -> None:
    values = np.array([[1.0, 0], [5, 0], [2, 0], [9, 0], [4, 0]])
    seen = np.ones((5, 2), bool)
    seen[3, 0] = False
    np.testing.assert_allclose(seasonal_naive_scale(values, seen, 2), [(1 + 2) / 2, 0])
    np.testing.assert_allclose(seasonal_naive_scale(values[:2], seen[:2], 24), [4, 0])
    assert np.isnan(seasonal_naive_scale(values[:1], seen[:1], 24)).all()


def test_missing_quantiles_are_refused() -> None:
    scores = Scores(1, ("a",), levels=LEVELS)
    with pytest.raises(InputError, match="none were given"):
        scores.add(np.array([0]), np.ones((1, 1)), np.ones((1, 1), bool), np.ones((1, 1)))
