"""A voice is learnt from a folder, sounds the same after saving, and keeps lengths."""

import json

import numpy as np
import pytest
from fourfold.domains.audio.ddsp.settings import PRESETS, DDSPSettings
from fourfold.domains.audio.ddsp.voice import DDSPVoice
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.speech_sets.synthetic_set import synthetic_set
from fourfold.domains.audio.vocoder import Vocoder
from fourfold.shared.errors import InputError, InputWarning
from fourfold.shared.training.schedule import rate_factor
from fourfold.shared.training.settings import ScheduleSettings

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
    wishes = [{"pitch": value} for value in (0.0, np.inf, "high", 0.01)]
    wishes += [{"loudness": value} for value in (np.nan, 1e30, -1e30, 10**400, "loud", None, True)]
    for wish in [*wishes, {"seed": -1}]:
        (field,) = wish
        with pytest.raises(InputError, match=f"{field}: is "):
            voice.resynthesize(buzz(1_600), **wish)
    with pytest.raises(InputError, match="no recording of 9 s"):
        DDSPVoice.fit(folder, TINY, run=tmp_path / "run", steps=1, seconds=9.0)
    with pytest.raises(InputError, match="'ddsp-voice' artefact"):
        Vocoder.load(voice.save(tmp_path / "voice"))


@pytest.mark.parametrize("samples", [1, 300, 512, 513])
def test_short_sounds_keep_their_length(samples):
    """With an encoder too: one step of it has no deviation."""
    sizes = PRESETS["ddsp-autoencoder"].model_copy(update={"width": 8, "layers": 1})
    sound = Audio(buzz(800).samples[100 : 100 + samples], 16_000)
    made = DDSPVoice.untrained(sizes).resynthesize(sound)
    assert len(made) == samples
    assert np.isfinite(made.samples).all()


def test_the_most_that_loudness_takes_is_heard():
    voice = DDSPVoice.untrained(TINY)
    for louder in (1_000.0, -1_000, np.float32(3.0)):
        assert np.isfinite(voice.resynthesize(buzz(800), loudness=louder).samples).all()


def test_samples_that_are_too_loud_are_named():
    sound = Audio(1e30 * buzz(800).samples, 16_000)
    with (
        pytest.warns(InputWarning, match="above full scale"),
        pytest.raises(InputError, match="samples: give a sound that is not finite; their peak is"),
    ):
        DDSPVoice.untrained(TINY).resynthesize(sound)


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0.05}, {"seconds": np.nan}, {"steps": 0}, {"batch_size": 0}, {"seed": -1}]
)
def test_a_training_of_nothing_is_refused(tmp_path, wrong):
    (field,) = wrong
    with pytest.raises(InputError, match=f"{field}: is"):
        DDSPVoice.fit(tmp_path, TINY, run=tmp_path / "run", **wrong)
    assert not (tmp_path / "run").exists()


def test_training_clips_gradients_and_lets_the_rate_fall(folder, tmp_path):
    DDSPVoice.fit(folder, TINY, run=tmp_path, steps=1, batch_size=1, seconds=0.5)
    told = json.loads((tmp_path / "training" / "config.json").read_text())["training"]
    schedule = ScheduleSettings.model_validate(told["schedule"])
    assert told["clip_norm"] == 3.0
    assert rate_factor(schedule, 10_000, 1_000_000) == pytest.approx(0.98, rel=1e-9)
    assert rate_factor(schedule, 1_000_000, 1_000_000) == pytest.approx(0.98**100, rel=1e-9)


def test_a_run_of_other_recordings_does_not_go_on(folder, tmp_path):
    few = {"run": tmp_path / "run", "steps": 1, "batch_size": 1, "seconds": 0.5}
    DDSPVoice.fit(folder, TINY, **few)
    other = synthetic_set(tmp_path / "set", speakers=3, utterances=1, seconds=1.1)
    with pytest.raises(InputError, match=r"run holds a training with other recordings"):
        DDSPVoice.fit(other, TINY, **few)


def test_damaged_settings_are_named(tmp_path):
    config = DDSPVoice.untrained(TINY).save(tmp_path / "voice") / "config.json"
    told = json.loads(config.read_text())
    told["config"]["network"]["width"] = "wide"
    config.write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"config\.json at .*network setting width: "):
        DDSPVoice.load(tmp_path / "voice")
