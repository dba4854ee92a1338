"""Where trackers draw their lines, on signals made to lie on either side."""

import numpy as np
import pytest
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.pyin import pyin
from fourfold.domains.audio.pitch.smoothing import smooth
from fourfold.domains.audio.pitch.yin import yin
from scipy import stats

RATE = 16_000
FRAMES = PitchFrames(RATE, 160, 60.0, 600.0)
TIME = np.arange(RATE) / RATE


def test_yin_passes_a_shallow_trough_at_half_the_period():
    """Half a period away, the fundamental (a fifth of the power) still differs: 0.4 of the mean."""
    x = 0.5 * np.sin(2 * np.pi * 100 * TIME) + np.sin(2 * np.pi * 200 * TIME)
    f0, depth = yin(x.astype(np.float32), FRAMES)
    np.testing.assert_allclose(f0[5:-5], 100, rtol=2e-3)
    assert depth[5:-5].max() < 0.01
    eager, depth = yin(x.astype(np.float32), FRAMES, threshold=0.6)
    np.testing.assert_allclose(eager[5:-5], 200, rtol=2e-2)
    assert (np.abs(depth[5:-5] - 0.4) < 0.2).all()


def test_a_voice_below_35_decibels_is_not_heard_as_one():
    voice = sum(np.sin(2 * np.pi * 150 * k * TIME) / k for k in range(1, 10))
    x = np.concatenate([voice * 10 ** (level / 20) for level in (0, -45, 0, -25)])
    f0, _ = pyin(x.astype(np.float32), FRAMES)
    loud, faint, again, soft = (part[8:-8] for part in f0.reshape(4, 100))
    assert not faint.any()
    for part in (loud, again, soft):
        np.testing.assert_allclose(part, 150, rtol=5e-3)


def test_voicing_is_the_share_of_thresholds_above_the_deepest_trough():
    """Thresholds are spread as Beta(2, 18); 0.004 of those below go to the trough as well."""
    noise = np.random.default_rng(0).normal(size=RATE)
    x = np.sin(2 * np.pi * 200 * TIME) + 0.3 * np.linspace(0, 1, RATE) * noise
    frames = PitchFrames(RATE, 160, 140.0, 280.0)
    _, voicing = pyin(x.astype(np.float32), frames)
    _, deepest = yin(x.astype(np.float32), frames, threshold=0.0)
    wanted = 1 - (1 - 0.004) * stats.beta.cdf(deepest, 2, 18)
    assert wanted[5:-5].min() < 0.8
    np.testing.assert_allclose(voicing[5:-5], wanted[5:-5], atol=0.02)


@pytest.mark.parametrize("hertz", [5.0, 30.0, 60.0])
def test_what_moves_thirty_times_a_second_is_halved(hertz):
    """Butterworth's power response of second order, forwards and backwards: 1 / (1 + (f / 30)^4)."""
    time = np.arange(2_000) * 1e-3
    found = smooth(200 + 20 * np.sin(2 * np.pi * hertz * time), 1e-3)[500:1_500] - 200
    wave = np.exp(-2j * np.pi * hertz * time[500:1_500])
    amplitude = 2 * np.mean(found * wave) * 1j  # a sine without delay is real here
    warped = np.tan(np.pi * hertz * 1e-3) / np.tan(np.pi * 30 * 1e-3)
    assert amplitude == pytest.approx(20 / (1 + warped**4), abs=0.02)
