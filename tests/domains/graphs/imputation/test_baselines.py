"""Imputation without a model, against what pandas and plain arithmetic say."""

import numpy as np
import pandas as pd
from fourfold.domains.graphs.imputation.baselines import fill_line, fill_mean, fill_slot

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=(60, 4))
SEEN = RNG.random(VALUES.shape) < 0.6
KNOWN = pd.DataFrame(np.where(SEEN, VALUES, np.nan))


def test_lines_are_those_of_pandas_and_ends_take_the_nearest():
    want = KNOWN.interpolate(limit_direction="both").to_numpy()
    np.testing.assert_allclose(fill_line(VALUES, SEEN), want)


def test_means_are_those_of_what_is_known():
    np.testing.assert_allclose(fill_mean(VALUES, SEEN), KNOWN.fillna(KNOWN.mean()).to_numpy())


def test_slots_take_their_own_mean():
    slots = np.arange(60) % 7
    want = KNOWN.fillna(KNOWN.groupby(slots).transform("mean")).to_numpy()
    np.testing.assert_allclose(fill_slot(VALUES, SEEN, slots), want)


def test_a_series_without_any_value_takes_the_mean_of_all_and_a_slot_without_any_its_series_mean():
    seen = SEEN.copy()
    seen[:, 2] = False
    seen[::7, 1] = False
    for filled in (
        fill_mean(VALUES, seen),
        fill_line(VALUES, seen),
        fill_slot(VALUES, seen, np.arange(60) % 7),
    ):
        np.testing.assert_allclose(filled[:, 2], VALUES[seen].mean())
        np.testing.assert_array_equal(filled[seen], VALUES[seen])
    np.testing.assert_allclose(
        fill_slot(VALUES, seen, np.arange(60) % 7)[::7, 1], VALUES[seen[:, 1], 1].mean()
    )


def test_single_precision_stays():
    assert fill_slot(VALUES.astype(np.float32), SEEN, np.zeros(60, int)).dtype == np.float32
