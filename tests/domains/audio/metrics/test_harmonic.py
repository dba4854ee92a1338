"""Energy beside the harmonics."""

import numpy as np
import pytest
from fourfold.domains.audio.metrics.harmonic import off_grid_energy
from fourfold.shared.errors import InputError

RATE = 24_000


def harmonics(f0: float, seconds: float = 1.0) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return 0.1 * sum(np.sin(2 * np.pi * k * f0 * time + k) for k in range(1, int(RATE / 2 / f0)))


@pytest.mark.parametrize("f0", [100.0, 237.3, 440.0, 1_000.0])
def test_a_clean_voice_has_hardly_any(f0):
    assert off_grid_energy(harmonics(f0), RATE, f0).value < -80


@pytest.mark.parametrize("level", [0.01, 0.1])
def test_an_alias_counts_with_its_energy(level):
    x = harmonics(400.0)
    alias = level * np.sin(2 * np.pi * 1_010 * np.arange(len(x)) / RATE)
    wanted = 10 * np.log10((alias**2).mean() / ((x + alias) ** 2).mean())
    assert off_grid_energy(x + alias, RATE, 400.0).value == pytest.approx(wanted, abs=0.1)


def test_white_noise_has_the_share_beside_the_grid():
    x = np.random.default_rng(0).normal(size=20 * RATE)
    assert off_grid_energy(x, RATE, 400.0).value == pytest.approx(10 * np.log10(1 - 40 / 400), abs=0.1)


def test_a_track_is_used_where_it_stands_still():
    x = np.concatenate([harmonics(200.0), harmonics(300.0), 0.1 * np.random.default_rng(0).normal(size=RATE)])
    track = np.repeat([200.0, 300.0, 0.0], 100)
    assert off_grid_energy(x, RATE, track, hop=240).value < -80
    assert off_grid_energy(x, RATE, track[::-1], hop=240).value > -20
    moving = off_grid_energy(x, RATE, np.linspace(100, 300, 300), hop=240)
    assert moving.reason == "no quarter of a second with sound and steady pitch"


def test_silence_and_short_sounds_have_reasons():
    assert off_grid_energy(np.zeros(RATE), RATE, 200.0).reason == "the sound is silence"
    assert np.isnan(off_grid_energy(harmonics(200.0)[:5_000], RATE, 200.0).value)


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(InputError, match="at least 50 Hz"):
        off_grid_energy(harmonics(200.0), RATE, 30.0)
    with pytest.raises(InputError, match="hop"):
        off_grid_energy(harmonics(200.0), RATE, np.full(100, 200.0))
    with pytest.raises(InputError, match="finite"):
        off_grid_energy(np.full(RATE, np.nan), RATE, 200.0)
