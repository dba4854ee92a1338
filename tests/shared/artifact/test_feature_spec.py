"""Data prepared otherwise than the model's is refused, field by field."""

import hypothesis.strategies as st
import numpy as np
import pytest
from fourfold.shared.artifact import require_match
from fourfold.shared.errors import InputError
from hypothesis import given

SPEC = {"freq": "h", "scaler": {"kind": "zscore", "mean": [0.5, 1.0]}, "lookback": 336}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=3), values, max_size=4))
def test_every_spec_matches_itself(spec):
    require_match(spec, spec, "spec")


def test_tuples_and_arrays_are_lists():
    given = SPEC | {"scaler": {"kind": "zscore", "mean": np.array([0.5, 1.0])}, "lookback": np.int64(336)}
    require_match(SPEC, given, "scaling")
    require_match({"levels": [1, [2]]}, {"levels": (1, (2,))}, "levels")


def test_each_difference_is_named_with_both_values():
    given = {"freq": "D", "scaler": {"kind": "zscore", "mean": [0.5, 2.0]}, "period": 7}
    with pytest.raises(InputError) as caught:
        require_match(SPEC, given, "feature spec")
    sentence = str(caught.value)
    assert caught.value.field == "feature spec"
    assert "4 field(s)" in sentence
    assert "freq: the model has 'h', given 'D'" in sentence
    assert "scaler.mean: the model has [0.5, 1.0], given [0.5, 2.0]" in sentence
    assert "lookback: the model has 336, given absent" in sentence
    assert "period: the model has absent, given 7" in sentence
    assert "kind" not in sentence
