"""Numbers that are none, or out of bounds, get a sentence with their name."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.argument_checks import positive_factor, whole_number
from fourfold.shared.errors import InputError


@pytest.mark.parametrize("given", [-1, 1.5, "a", None, float("nan"), True, 2.0, 1j, np.ones(2), [3]])
def test_no_whole_number_is_refused(given):
    with pytest.raises(InputError, match=r"^seed: is .*; expected a whole number, 0 or more\.$"):
        whole_number("seed", given)


@pytest.mark.parametrize("given", [0, 7, np.int64(7), 2**70])
def test_whole_numbers_are_taken(given):
    assert whole_number("seed", given) == given


@pytest.mark.parametrize(
    "given", ["2", None, 1j, np.ones(2), np.ones(1), [1.0], True, 0, -1.0, np.nan, np.inf, 10**400]
)
def test_no_factor_is_refused(given):
    with pytest.raises(InputError, match=r"^pitch: is .*; expected a positive factor"):
        positive_factor("pitch", given)


@pytest.mark.parametrize("given", [2, 0.5, np.float32(0.5), np.array(1.5), torch.tensor(1.5)])
def test_factors_are_taken(given):
    assert positive_factor("pitch", given) == float(given)


def test_long_values_are_told_by_their_type():
    with pytest.raises(InputError, match="is of type list"):
        whole_number("seed", list(range(1_000)))
