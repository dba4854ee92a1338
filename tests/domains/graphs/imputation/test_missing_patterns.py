"""The protocols hide what they say: known values only, at their rates, for the lengths they name."""

import numpy as np
import pytest
from fourfold.domains.graphs.imputation.missing_patterns import hide_blocks, hide_points
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis import strategies as st

ALL = np.ones((20_000, 10), dtype=bool)


def runs(hidden):
    """Lengths of the stretches of True in each column, those that touch an end left out."""
    found = []
    for column in hidden.T:
        edges = np.flatnonzero(np.diff(column.astype(int)))
        starts = edges[~column[edges]] + 1
        found += [int(np.argmin(column[start:])) for start in starts if not column[start:].all()]
    return np.array(found)


@given(st.integers(0, 2**32 - 1), st.sampled_from([hide_points, hide_blocks]))
def test_what_is_known_is_either_given_or_judged(seed, hide):
    observed = np.random.default_rng(seed).random((50, 3, 2)) < 0.8
    hidden = hide(observed, seed=seed)
    np.testing.assert_array_equal(hidden.given | hidden.judged, observed)
    assert not (hidden.given & hidden.judged).any()
    again, other = hide(observed, seed=seed), hide(observed, seed=seed + 1)
    np.testing.assert_array_equal(again.judged, hidden.judged)
    assert not np.array_equal(other.judged, hidden.judged)


def test_points_are_hidden_at_the_published_rate():
    hidden = hide_points(ALL, seed=1).judged
    assert hidden.mean() == pytest.approx(0.25, abs=0.005)
    assert np.mean(hidden[1:] & hidden[:-1]) == pytest.approx(0.25**2, abs=0.005)


def test_faults_begin_at_their_rate_and_last_twelve_to_forty_eight_steps():
    faults = hide_blocks(ALL, noise=0.0, seed=2).judged
    # Where no fault runs the next one begins with p; one that lasts m steps on average leaves 1 - m p or so.
    assert faults.mean() == pytest.approx(1 - np.exp(-0.0015 * 30), abs=0.01)
    lengths = runs(faults)
    assert lengths.min() >= 12
    alone = lengths[lengths <= 48]
    assert set(alone) == set(range(12, 49))
    assert alone.mean() == pytest.approx(30, abs=2)


def test_single_values_are_hidden_beside_the_faults():
    assert hide_blocks(ALL, fault_rate=0.0, seed=3).judged.mean() == pytest.approx(0.05, abs=0.003)
    one_length = runs(hide_blocks(ALL, fault_rate=1e-4, fault_steps=(7, 7), noise=0.0, seed=3).judged)
    assert set(one_length) == {7}


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("rate", lambda: hide_points(ALL, rate=1.5)),
        ("fault_rate", lambda: hide_blocks(ALL, fault_rate=-0.1)),
        ("noise", lambda: hide_blocks(ALL, noise=float("nan"))),
        ("fault_steps", lambda: hide_blocks(ALL, fault_steps=(5, 2))),
        ("fault_steps", lambda: hide_blocks(ALL, fault_steps=(0, 2))),
    ],
)
def test_nonsense_is_refused_by_name(field, call):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.field == field
