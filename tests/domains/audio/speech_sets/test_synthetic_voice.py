"""The synthetic voice has the pitch, the resonances and the labels it says."""

import json

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.metrics.harmonic import off_grid_energy
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.pyin import pyin
from fourfold.domains.audio.speech_sets.synthetic_set import synthetic_set
from fourfold.domains.audio.speech_sets.synthetic_voice import (
    FRICATIVES,
    VOWELS,
    speech_contour,
    synthetic_voice,
)
from fourfold.shared.errors import InputError


@pytest.mark.parametrize("f0", [100.0, 400.0, 1_000.0])
def test_nothing_but_harmonics_where_pitch_and_sound_stand(f0):
    said = synthetic_voice(np.full(100, f0), vowel="ɑ", breath=0.0)
    assert said.samples.shape == (16_000,)
    assert off_grid_energy(said.samples, 16_000, f0).value < -50
    breathy = synthetic_voice(np.full(100, f0), vowel="ɑ", breath=0.2)
    assert off_grid_energy(breathy.samples, 16_000, f0).value > -30


def test_its_pitch_is_found_again():
    wanted = speech_contour(200, 100, 250, np.random.default_rng(0))
    assert wanted.min() >= 100
    assert wanted.max() <= 250
    said = synthetic_voice(wanted, seed=3)
    found, _ = pyin(said.samples, PitchFrames(16_000, 160, 60.0, 600.0))
    both = (found > 0) & (said.f0 > 0)
    assert both.sum() > 0.8 * (said.f0 > 0).sum()
    assert np.median(np.abs(found[both] / said.f0[both] - 1)) < 0.01


def test_labels_follow_the_sound():
    said = synthetic_voice(np.full(400, 120.0), seed=0)
    sounds = np.array(said.sounds)
    voiced = np.isin(sounds, list(VOWELS))
    assert set(np.unique(sounds)) - {""} <= set(VOWELS) | set(FRICATIVES)
    np.testing.assert_array_equal(said.f0 > 0, voiced)
    power = np.square(said.samples.reshape(400, 160)).mean(1)
    assert np.median(power[voiced]) > 4 * np.median(power[np.isin(sounds, list(FRICATIVES))])
    assert np.array_equal(said.samples, synthetic_voice(np.full(400, 120.0), seed=0).samples)


def test_a_shorter_tract_moves_the_resonances_up():
    def centroid(tract):
        spectrum = np.abs(
            np.fft.rfft(synthetic_voice(np.full(100, 80.0), tract=tract, consonants=False).samples)
        )
        return (spectrum * np.arange(len(spectrum))).sum() / spectrum.sum()

    assert centroid(1.2) > 1.1 * centroid(1.0)


@pytest.mark.parametrize("wrong", [np.zeros(5), np.full(5, np.nan), np.full(5, 9_000.0), np.zeros(0)])
def test_a_pitch_that_is_none_is_refused(wrong):
    with pytest.raises(InputError, match="f0"):
        synthetic_voice(wrong)


def test_a_set_is_made_once(tmp_path):
    folder = synthetic_set(tmp_path / "voices", speakers=2, utterances=1, seconds=0.5)
    files = sorted(folder.glob("*.wav"))
    assert [file.name for file in files] == ["synthetic0-0.wav", "synthetic1-0.wav"]
    samples, rate = soundfile.read(files[0])
    labels = json.loads(files[0].with_suffix(".json").read_text())
    assert rate == 16_000
    assert len(labels["f0"]) * labels["hop"] == len(samples)
    before = files[0].stat().st_mtime_ns
    assert synthetic_set(folder, speakers=9) == folder
    assert files[0].stat().st_mtime_ns == before
    assert not list(tmp_path.glob(".voices-*"))
