"""The generator: same seed same series, finite, in the promised types, with the periods it names."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic.generator import FAMILIES, FamilyWeights, SyntheticSeries
from fourfold.shared.errors import InputError


def test_same_seed_gives_the_same_series_and_another_seed_others():
    first, again, other = (SyntheticSeries().sample(np.random.default_rng(s), 120, 256) for s in (3, 3, 4))
    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.period, again.period)
    np.testing.assert_array_equal(first.observed, again.observed)
    assert not np.array_equal(first.values, other.values)


def test_shapes_types_and_finite_values():
    drawn = SyntheticSeries(missing_share=0.5).sample(np.random.default_rng(0), 300, 640)
    assert drawn.values.shape == drawn.observed.shape == (300, 640)
    assert drawn.values.dtype == np.float32
    assert drawn.observed.dtype == np.bool_
    assert drawn.period.dtype == np.int64
    assert drawn.period.min() >= 1
    assert np.isfinite(drawn.values).all()
    assert (drawn.values[~drawn.observed] == 0).all()
    assert 0.3 < (~drawn.observed.all(axis=1)).mean() < 0.7


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_is_finite_and_varied(family):
    values, period = FAMILIES[family](np.random.default_rng(1), 60, 300)
    assert values.shape == (60, 300)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert period.shape == (60,)
    assert (values.std(axis=1) > 0).mean() > 0.9
    assert np.unique(values[:, -1]).size > 1


def test_weights_choose_the_families():
    only_counts = FamilyWeights(**{name: float(name == "counts") for name in FAMILIES})
    drawn = SyntheticSeries(weights=only_counts, missing_share=0).sample(np.random.default_rng(2), 50, 128)
    np.testing.assert_array_equal(drawn.values, np.round(drawn.values))
    assert drawn.values.min() >= 0


def test_impossible_requests_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="length"):
        SyntheticSeries().sample(rng, 3, 2)
    nothing = FamilyWeights(**dict.fromkeys(FAMILIES, 0.0))
    with pytest.raises(InputError, match="weights"):
        SyntheticSeries(weights=nothing).sample(rng, 3, 64)
