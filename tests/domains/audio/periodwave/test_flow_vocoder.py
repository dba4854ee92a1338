"""A flow vocoder is learnt from a folder, says the same after saving, and keeps lengths."""

import json

import numpy as np
import pytest
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.settings import FeatureSettings
from fourfold.domains.audio.periodwave.flow_vocoder import FlowCrops, FlowVocoder
from fourfold.domains.audio.periodwave.network import PeriodWaveSettings
from fourfold.domains.audio.speech_sets.synthetic_set import synthetic_set
from fourfold.shared.errors import InputError, InputWarning

FEATURES = FeatureSettings(sample_rate=16_000, hop=160, n_mels=20)
TINY = PeriodWaveSettings(n_mels=20, width=4, conditioner=4, periods=(1, 2), steps=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return synthetic_set(tmp_path_factory.mktemp("voices") / "set", speakers=3, utterances=1, seconds=1.0)


def test_learnt_saved_and_loaded(folder, tmp_path):
    vocoder = FlowVocoder.fit(folder, FEATURES, TINY, run=tmp_path / "run", steps=3, batch_size=2, frames=16)
    loaded = FlowVocoder.load(vocoder.save(tmp_path / "voice"))
    sound = Audio(np.sin(np.arange(2_001) * 0.1).astype(np.float32) * 0.2, 16_000)
    made = vocoder.resynthesize(sound)
    assert len(made) == 2_001
    np.testing.assert_array_equal(loaded.resynthesize(sound).samples, made.samples)
    assert not np.array_equal(vocoder.resynthesize(sound, seed=1).samples, made.samples)
    fresh = FlowVocoder.untrained(FEATURES, TINY).resynthesize(sound)
    assert not np.array_equal(fresh.samples, made.samples)


def test_a_run_of_other_recordings_does_not_go_on(folder, tmp_path):
    few = {"run": tmp_path / "run", "steps": 1, "batch_size": 1, "frames": 16}
    FlowVocoder.fit(folder, FEATURES, TINY, **few)
    other = synthetic_set(tmp_path / "set", speakers=3, utterances=1, seconds=1.1)
    with pytest.raises(InputError, match=r"run holds a training with other recordings"):
        FlowVocoder.fit(other, FEATURES, TINY, **few)


def test_crops_are_a_function_of_their_number(folder, tmp_path):
    from fourfold.domains.audio.corpus import read_corpus

    utterances = list(read_corpus(folder, FEATURES).utterances)
    crops = FlowCrops(utterances, FEATURES, 16, 100, seed=3)
    batch, again = crops.batch(np.array([5, 9])), crops.batch(np.array([9]))
    assert len(crops) == 100
    assert batch["audio"].shape == (2, 2_560)
    assert batch["log_mel"].shape == (2, 20, 16)
    for name, values in again.items():
        np.testing.assert_array_equal(values[0], batch[name][1])
    with pytest.raises(InputError, match="no recording of 500 frames"):
        FlowCrops(utterances, FEATURES, 500, 1, seed=0)


def test_features_must_fit():
    with pytest.raises(InputError, match="is 100 in the network"):
        FlowVocoder.untrained(FEATURES, PeriodWaveSettings())
    with pytest.raises(InputError, match="20 mel bins"):
        FlowVocoder.untrained(FEATURES, TINY).synthesize(np.zeros((20, 19), np.float32))


@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_a_few_frames_are_samples_too(frames):
    made = FlowVocoder.untrained(FEATURES, TINY).synthesize(np.full((frames, 20), -3.0, np.float32))
    assert made.shape == (160 * frames,)
    assert np.isfinite(made).all()


def test_a_recording_of_300_samples_keeps_its_length():
    sound = Audio(np.sin(np.arange(300) * 0.1).astype(np.float32) * 0.2, 16_000)
    assert len(FlowVocoder.untrained(FEATURES, TINY).resynthesize(sound)) == 300


@pytest.mark.parametrize(
    ("mel", "wish", "sentence"),
    [
        (np.full((8, 20), 500.0), {}, "mel: gives samples that are not finite"),
        (np.full((8, 20), np.nan), {}, "8 of 8 frames are NaN"),
        (None, {}, "mel: is no array of numbers"),
        (np.zeros((0, 20)), {}, "mel: is empty"),
        (np.zeros((8, 20)), {"steps": 0}, "steps: is 0; expected a whole number, 1 or more"),
        (np.zeros((8, 20)), {"solver": "heun"}, "solver: is 'heun'; expected one of euler, midpoint"),
        (np.zeros((8, 20)), {"seed": -1}, "seed: is -1; expected a whole number"),
    ],
)
def test_what_gives_no_sound_is_refused(mel, wish, sentence):
    with pytest.raises(InputError, match=sentence):
        FlowVocoder.untrained(FEATURES, TINY).synthesize(mel, **wish)


def test_samples_that_are_too_loud_are_named():
    sound = Audio(np.sin(np.arange(800) * 0.1).astype(np.float32) * 1e30, 16_000)
    with (
        pytest.warns(InputWarning, match="above full scale"),
        pytest.raises(InputError, match=r"samples: the peak is 1e\+30, too loud"),
    ):
        FlowVocoder.untrained(FEATURES, TINY).resynthesize(sound)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"batch_size": 0}, {"frames": 0}, {"seed": -1}])
def test_a_training_of_nothing_is_refused(tmp_path, wrong):
    (field,) = wrong
    with pytest.raises(InputError, match=f"{field}: is"):
        FlowVocoder.fit(tmp_path, FEATURES, TINY, run=tmp_path / "run", **wrong)
    assert not (tmp_path / "run").exists()


def test_damaged_settings_are_named(tmp_path):
    config = FlowVocoder.untrained(FEATURES, TINY).save(tmp_path / "voice") / "config.json"
    told = json.loads(config.read_text())
    told["config"]["features"]["fmax"] = 7_000.0
    config.write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"config\.json at .*features: not the settings"):
        FlowVocoder.load(tmp_path / "voice")
