"""Wrong labels: how many, where, and that they are wrong."""

import numpy as np
import pytest
from fourfold.domains.graphs.systems.label_noise import noisy_labels
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.integers(2, 8),
    st.integers(1, 200),
    st.sampled_from([0.0, 0.1, 0.4, 1.0]),
    st.sampled_from(["symmetric", "asymmetric"]),
    st.integers(0, 99),
)
def test_the_share_is_exact_and_every_changed_label_is_wrong(classes, count, ratio, kind, seed):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, classes, count)
    kept = label.copy()
    noisy = noisy_labels(label, classes, ratio, kind, rng)
    np.testing.assert_array_equal(label, kept)  # not in place
    assert noisy.min() >= 0 and noisy.max() < classes
    wrong = noisy != label
    if kind == "symmetric":
        assert wrong.sum() == round(ratio * count)
    else:
        for place in range(classes):
            assert wrong[label == place].sum() == round(ratio * (label == place).sum())
            assert len(set(noisy[wrong & (label == place)])) <= 1


def test_symmetric_noise_goes_to_all_other_classes_alike():
    label = np.zeros(6000, np.int64)
    noisy = noisy_labels(label, 7, 0.6, "symmetric", np.random.default_rng(0))
    counts = np.bincount(noisy, minlength=7)
    assert counts[0] == 2400
    assert (np.abs(counts[1:] - 600) < 90).all()


@pytest.mark.parametrize(
    ("classes", "ratio", "field"), [(1, 0.4, "classes"), (3, 1.5, "ratio"), (3, -0.1, "ratio")]
)
def test_impossible_noise(classes, ratio, field):
    with pytest.raises(InputError, match=field):
        noisy_labels(np.zeros(4, np.int64), classes, ratio, "symmetric", np.random.default_rng(0))
