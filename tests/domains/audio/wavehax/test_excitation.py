"""Noise is drawn from a whole number."""

import pytest
from fourfold.domains.audio.wavehax.excitation import Excitation
from fourfold.shared.errors import InputError


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None])
def test_other_seeds_are_refused(seed):
    with pytest.raises(InputError, match=r"seed: is .*expected a whole number"):
        Excitation(80, 8_000, "harmonic", seed)
