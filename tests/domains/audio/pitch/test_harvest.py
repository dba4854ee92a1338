"""Harvest against known pitches, its parts against their definitions, and the whole against the original."""

import os
from pathlib import Path

import numpy as np
import pytest
from fourfold.domains.audio.pitch.candidates import accompanied, nearest, offered, refine
from fourfold.domains.audio.pitch.contours import contours
from fourfold.domains.audio.pitch.filter_bank import agreed_rates, band_centres
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.harvest import harvest
from fourfold.shared.errors import InputError

RATE = 16_000
FRAMES = PitchFrames(RATE, 160, 60.0, 600.0)


def glide(low: float, high: float, rate: int = RATE) -> tuple[np.ndarray, np.ndarray]:
    """A second of falling harmonics of a gliding pitch, and that pitch in the middle of each 10 ms."""
    pitch = np.geomspace(low, high, rate)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    x = sum(np.sin(k * phase) / k for k in range(1, 11) if k * high < rate / 2)
    return np.asarray(x, np.float32), pitch[rate // 200 :: rate // 100]


@pytest.mark.parametrize("rate", [16_000, 24_000])
@pytest.mark.parametrize(("low", "high"), [(80, 160), (150, 300), (250, 550)])
def test_harmonics_are_followed(rate, low, high):
    x, wanted = glide(low, high, rate)
    f0, agreement = harvest(x, PitchFrames(rate, rate // 100, 60.0, 600.0))
    error = np.abs(f0[5:-5] / wanted[5:-5] - 1)
    assert np.median(error) < 0.002
    assert error.max() < 0.02
    assert (agreement[5:-5] > 0.9).all()


def test_a_soft_fundamental_is_found():
    x, wanted = glide(100, 130)
    phase = 2 * np.pi * np.cumsum(np.geomspace(100, 130, RATE)) / RATE
    f0, _ = harvest((x - 0.7 * np.sin(phase)).astype(np.float32), FRAMES)
    assert np.median(np.abs(f0[5:-5] / wanted[5:-5] - 1)) < 0.002


def test_silence_has_no_pitch():
    f0, agreement = harvest(np.zeros(RATE, np.float32), FRAMES)
    assert len(f0) == len(agreement) == 100
    assert not f0.any()
    assert not agreement.any()


def test_noise_has_hardly_any_pitch():
    x = np.random.default_rng(0).normal(size=2 * RATE).astype(np.float32)
    assert (harvest(x, FRAMES)[0] > 0).mean() < 0.1


def test_loudness_and_offset_do_not_matter():
    x, _ = glide(100, 200)
    np.testing.assert_allclose(harvest(x, FRAMES)[0], harvest(0.25 * x, FRAMES)[0], rtol=1e-4)
    np.testing.assert_allclose(harvest(x, FRAMES)[0], harvest(x + 0.5, FRAMES)[0], rtol=1e-3)


@pytest.mark.parametrize("x", [np.full(4000, np.nan), np.zeros(0), np.zeros(99), np.zeros((4000, 2))])
def test_bad_samples_are_refused(x):
    with pytest.raises(InputError, match=r"^x"):
        harvest(x, FRAMES)


def test_only_ten_agreeing_bands_make_a_candidate():
    rates = np.zeros((30, 2), np.float32)
    rates[3:12, 0] = 100.0
    rates[3:13, 1] = np.linspace(99, 101, 10)
    found = agreed_rates(rates, 60.0, 600.0)
    assert not found[0].any()
    assert found[1].tolist() == [100.0, 0.0, 0.0]


def test_bands_cover_the_range_with_forty_an_octave():
    centres = band_centres(60.0, 600.0)
    assert centres[0] < 60
    assert centres[-1] > 600
    np.testing.assert_allclose(centres[40:] / centres[:-40], 2.0)


def test_harmonics_correct_a_candidate():
    t = np.arange(8000) / 8000
    x = sum(np.cos(2 * np.pi * 123.4 * k * t) for k in range(1, 8)).astype(np.float32)
    raw = np.array([[120.0, 0.0]] * 900, np.float32)
    exact, off = refine(x, 8000.0, 1e-3, raw, 60.0, 600.0)
    np.testing.assert_allclose(exact[100:-100, 0], 123.4, rtol=2e-3)
    np.testing.assert_allclose(off[100:-100, 0], 3.4 / 120, rtol=0.1)
    assert not exact[:, 1].any()


def test_candidates_are_offered_to_neighbours_and_the_lonely_dropped():
    raw = np.zeros((9, 1), np.float32)
    raw[4] = 100.0
    assert (offered(raw)[:, 0] > 0).tolist() == [False, True, True, True, True, True, True, True, False]
    assert not accompanied(raw).any()
    raw[5] = 104.0
    assert accompanied(raw)[:, 0].tolist() == [0, 0, 0, 0, 100.0, 104.0, 0, 0, 0]
    assert nearest(np.array([80.0, 0.0, 130.0]), 100.0) == 80.0


def test_contours_start_steady_go_on_freely_and_bridge_short_gaps():
    steps = 300
    pitches = np.zeros((steps, 1), np.float32)
    pitches[100:150] = 200.0
    pitches[150:170, 0] = 200.0 * 1.05 ** np.arange(1, 21)
    pitches[172:180] = pitches[169]
    pitches[220:224] = 150.0
    track = contours(pitches, np.zeros_like(pitches), 1e-3, 8)
    assert (track[102:180] > 0).all()
    assert not track[:100].any()
    assert not track[180:].any()
    np.testing.assert_allclose(track[160], pitches[160, 0])


@pytest.mark.slow
def test_speech_agrees_with_the_original():
    pyworld = pytest.importorskip("pyworld", reason="pyworld is the oracle", exc_type=ImportError)
    soundfile = pytest.importorskip("soundfile", reason="soundfile reads the speech")
    if "FOURFOLD_DATA" not in os.environ:
        pytest.skip("FOURFOLD_DATA names the folder of the benchmark sets and is unset")
    files = sorted(Path(os.environ["FOURFOLD_DATA"], "audio", "librispeech_train100").glob("*.flac"))[3::25]
    different = frames = wrong = both = 0
    for file in files:
        x, rate = soundfile.read(file, frames=5 * RATE)
        theirs = pyworld.harvest(x, rate, f0_floor=60.0, f0_ceil=600.0, frame_period=5.0)[0][1::2]
        ours = harvest(x, FRAMES)[0][: len(theirs)]
        theirs = theirs[: len(ours)]
        voiced = (ours > 0) & (theirs > 0)
        different += int(((ours > 0) != (theirs > 0)).sum())
        wrong += int((np.abs(ours[voiced] / theirs[voiced] - 1) > 0.2).sum())
        frames, both = frames + len(ours), both + int(voiced.sum())
    assert both > 500
    assert different / frames <= 0.08
    assert wrong / both <= 0.03
