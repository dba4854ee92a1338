"""A voice is learnt from a folder, sounds the same after saving, and keeps lengths."""

import numpy as np
import pytest
from fourfold.domains.audio.ddsp.settings import DDSPSettings
from fourfold.domains.audio.ddsp.voice import DDSPVoice
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.speech_sets.synthetic_set import synthetic_set
from fourfold.domains.audio.vocoder import Vocoder
from fourfold.shared.errors import InputError

TINY = DDSPSettings(width=16, layers=1, harmonics=20, noise_bands=9, latent=0, hop=160)


def buzz(samples: int, pitch: float = 150.0) -> Audio:
    time = np.arange(samples) / 16_000
    waves = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 20))
    return Audio((0.1 * waves).astype(np.float32), 16_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return synthetic_set(tmp_path_factory.mktemp("voices") / "set", speakers=3, utterances=1, seconds=1.0)


def test_learnt_saved_and_loaded(folder, tmp_path):
    voice = DDSPVoice.fit(folder, TINY, run=tmp_path / "run", steps=3, batch_size=2, seconds=0.5)
    loaded = DDSPVoice.load(voice.save(tmp_path / "voice"))
    sound = buzz(4_001)
    made = voice.resynthesize(sound, 1.2, -6.0)
    assert len(made) == 4_001
    np.testing.assert_array_equal(loaded.resynthesize(sound, 1.2, -6.0).samples, made.samples)
    fresh = DDSPVoice.untrained(TINY).resynthesize(sound, 1.2, -6.0)
    assert not np.array_equal(fresh.samples, made.samples)


def test_the_latent_is_of_the_sound():
    voice = DDSPVoice.untrained(TINY.model_copy(update={"latent": 4, "latent_every": 2}))
    assert len(voice.resynthesize(buzz(4_001))) == 4_001


def test_pitch_is_the_harmonics():
    """Random weights already sound at the pitch asked for."""
    voice = DDSPVoice.untrained(TINY.model_copy(update={"noise_bands": 2}))
    made = voice.resynthesize(buzz(8_000), 2.0)
    spectrum = np.abs(np.fft.rfft(made.samples[2_000:6_000] * np.hanning(4_000)))
    peak = np.argmax(spectrum[25:100]) + 25
    assert peak * 4 % 300 == pytest.approx(0, abs=8) or peak * 4 % 300 == pytest.approx(300, abs=8)


def test_what_does_not_fit_is_refused(folder, tmp_path):
    voice = DDSPVoice.untrained(TINY)
    for field, wish in (("pitch", {"pitch": 0.0}), ("loudness", {"loudness": np.nan})):
        with pytest.raises(InputError, match=field):
            voice.resynthesize(buzz(1_600), **wish)
    with pytest.raises(InputError, match="no recording of 9 s"):
        DDSPVoice.fit(folder, TINY, run=tmp_path / "run", steps=1, seconds=9.0)
    with pytest.raises(InputError, match="'ddsp-voice' artefact"):
        Vocoder.load(voice.save(tmp_path / "voice"))
