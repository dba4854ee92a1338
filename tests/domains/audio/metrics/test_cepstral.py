"""Mel-cepstral distortion against its definition."""

import numpy as np
import pytest
from fourfold.domains.audio.metrics.cepstral import mel_cepstral_distortion
from fourfold.shared.errors import InputError

MEL = np.random.default_rng(0).normal(size=(7, 40))


def test_equals_the_sum_written_out():
    other = np.random.default_rng(1).normal(size=(7, 40))
    centre = np.arange(40) + 0.5
    distances = []
    for t in range(7):
        squares = 0.0
        for d in range(1, 25):
            wave = np.cos(np.pi * d * centre / 40)
            squares += (2 / 40 * (MEL[t] * wave).sum() - 2 / 40 * (other[t] * wave).sum()) ** 2
        distances.append(10 * np.sqrt(2) / np.log(10) * np.sqrt(squares))
    assert mel_cepstral_distortion(MEL, other).value == pytest.approx(np.mean(distances), rel=1e-12)


@pytest.mark.parametrize("order", [1, 5, 24])
def test_a_ripple_counts_with_its_root_mean_square_in_decibels(order):
    ripple = 0.3 * np.cos(np.pi * order * (np.arange(40) + 0.5) / 40)
    wanted = 20 / np.log(10) * np.sqrt(np.mean(ripple**2))
    assert mel_cepstral_distortion(MEL, MEL + ripple).value == pytest.approx(wanted, rel=1e-9)


def test_level_and_fine_ripples_do_not_count():
    assert mel_cepstral_distortion(MEL, MEL + 2.0).value == pytest.approx(0, abs=1e-9)
    fine = 0.3 * np.cos(np.pi * 25 * (np.arange(40) + 0.5) / 40)
    assert mel_cepstral_distortion(MEL, MEL + fine).value == pytest.approx(0, abs=1e-9)


def test_quiet_frames_do_not_count():
    one, other = MEL.copy(), MEL.copy()
    one[3] = -11.5
    other[3] = np.linspace(-11, -5, 40)
    assert mel_cepstral_distortion(one, other).value == pytest.approx(0, abs=1e-9)


def test_what_cannot_be_compared_is_refused_and_nothing_has_a_reason():
    assert mel_cepstral_distortion(MEL[:0], MEL[:0]).reason == "there are no frames"
    with pytest.raises(InputError, match="cannot be compared"):
        mel_cepstral_distortion(MEL, MEL[:, :30])
    with pytest.raises(InputError, match="cannot be compared"):
        mel_cepstral_distortion(MEL, MEL[:5])
    with pytest.raises(InputError, match="expected 1 to 39"):
        mel_cepstral_distortion(MEL, MEL, coefficients=40)
    with pytest.raises(InputError, match="NaN"):
        mel_cepstral_distortion(MEL, MEL * np.nan)
