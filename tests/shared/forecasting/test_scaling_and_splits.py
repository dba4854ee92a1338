"""Scaling by observed training rows; splits with the benchmark's borders."""

from typing import Any

import numpy as np
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.horizon import require_horizon
from fourfold.shared.forecasting.probabilities import central_probabilities
from fourfold.shared.forecasting.scaling import StandardScaler
from fourfold.shared.forecasting.splits import ett_split, fraction_split, last_rows


def test_scaler_is_population_mean_and_deviation_of_observed_values() -> None:
    generator = np.random.default_rng(0)
    values, seen = generator.normal(1e4, 3, (50, 2)).astype(np.float32), generator.random((50, 2)) < 0.7
    scaler = StandardScaler.fit(np.where(seen, values, 0), seen)
    for n in range(2):
        known = values[seen[:, n], n].astype(np.float64)
        assert scaler.mean[n] == pytest.approx(known.mean(), rel=1e-12)
        assert scaler.scale[n] == pytest.approx(known.std(), rel=1e-9)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(values)), values, rtol=1e-12)
    again = StandardScaler.from_state(scaler.state())
    np.testing.assert_array_equal(again.scale, scaler.scale)


def test_constant_and_empty_series_scale_to_zero() -> None:
    values, seen = np.full((9, 2), 0.1, np.float32), np.ones((9, 2), bool)
    seen[:, 1] = False
    scaler = StandardScaler.fit(values, seen)
    np.testing.assert_array_equal(scaler.scale, [1, 1])
    assert (scaler.transform(values)[:, 0] == 0).all()


def test_broken_state_is_refused() -> None:
    with pytest.raises(InputError, match="do not belong together"):
        StandardScaler.from_state({"mean": np.zeros(2), "scale": np.ones(3)})


def test_ett_borders() -> None:
    split = ett_split()
    assert (split.train, split.validation, split.test) == (
        slice(0, 8640),
        slice(8640, 11520),
        slice(11520, 14400),
    )
    assert ett_split(4).test == slice(46080, 57600)


def test_fraction_split_covers_all_rows_once() -> None:
    split = fraction_split(7588)
    assert (split.train.stop, split.validation.start) == (5311, 5311)
    assert split.test == slice(7588 - 1517, 7588) and split.validation.stop == split.test.start
    with pytest.raises(InputError, match="do not fit"):
        fraction_split(100, 0.9, 0.2)


@pytest.mark.parametrize("share", [1.5, -0.1, -3, 11, "half", None, float("nan")])
def test_held_out_rows_that_are_none(share: Any) -> None:
    with pytest.raises(InputError, match="is no share and no number of the 10 rows"):
        last_rows(share, 10, 1)
    three: Any = np.int64(3)
    assert last_rows(0, 10, 1) == slice(10, 10) and last_rows(three, 10, 1) == slice(7, 10)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, "3", True])
def test_horizons_that_are_none(horizon: Any) -> None:
    with pytest.raises(InputError, match="is not a number of steps; expected a whole number, 1 or more"):
        require_horizon(horizon)
    three: Any = np.int64(3)
    assert require_horizon(three) == 3


def test_a_horizon_that_was_not_given_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"is not said.* Pass horizon= \(in the shell: --horizon\)"):
        require_horizon(None)


def test_probabilities_are_told_once_and_none_take_the_name_of_others() -> None:
    third = 100 / 3
    assert central_probabilities([80, 80.0], [0.1, 0.5]) == (0.1, 0.5, 0.9)
    assert len(central_probabilities([third, 99.9], [1 / 3])) == 4
    for levels, quantiles in (([80, 80.0000000001], []), ([80.000001, 80], []), ([80], [0.1000001])):
        with pytest.raises(InputError, match="would have columns of one name"):
            central_probabilities(levels, quantiles)


@pytest.mark.parametrize("wrong", ["80", ["80"], 80, [None], [0], [float("nan")]])
def test_levels_that_are_none(wrong: Any) -> None:
    with pytest.raises(InputError, match=r"levels: .* expected .*between 0 and 100"):
        central_probabilities(wrong, ())
    with pytest.raises(InputError, match=r"quantiles: .* expected .*between 0 and 1\."):
        central_probabilities((), wrong)
