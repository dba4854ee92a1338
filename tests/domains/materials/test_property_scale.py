"""The unit of a property: mean and deviation of what is known."""

import numpy as np
import pytest
from fourfold.domains.materials.property_scale import PropertyScale


def test_unknown_values_do_not_count():
    scale = PropertyScale.of("gap", np.array([1.0, np.nan, 3.0, 8.0, np.nan]))
    assert scale.name == "gap"
    assert scale.mean == pytest.approx(4.0)
    assert scale.scale == pytest.approx(np.sqrt((9 + 1 + 16) / 3))


@pytest.mark.parametrize("value", [0.0, -7.25, 1e6])
def test_a_property_that_does_not_vary_has_unit_scale(value):
    scale = PropertyScale.of("gap", np.full(3, value))
    assert (scale.mean, scale.scale) == (value, 1.0)
