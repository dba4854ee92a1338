"""The product: lengths, determinism, saving, and plain words for input that does not fit."""

import warnings

import numpy as np
import pytest
import torch
from fourfold import Vocoder
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.formants import shifted_formants
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.objectives import VocoderRecipe
from fourfold.domains.audio.pitch_free_mel import without_harmonics
from fourfold.domains.audio.synthesis import Synthesis
from fourfold.domains.audio.vocoder_training import StageSettings
from fourfold.domains.audio.wavehax.reference_weights import reference_names
from fourfold.domains.audio.wavehax.settings import WavehaxSettings
from fourfold.shared.errors import InputError, InputWarning


@pytest.fixture
def vocoder(small_corpus, small_network):
    statistics = MelStatistics.of(small_corpus.utterances, small_corpus.features)
    return Vocoder.untrained(small_corpus.features, small_network, statistics)


@pytest.mark.parametrize("frames", [1, 3, 40])
def test_audio_is_frames_times_hop(vocoder, frames):
    f0 = np.full(frames, 120.0)
    audio = vocoder.synthesize(np.full((frames, 20), -4.0), f0)
    assert audio.shape == (frames * 80,)
    assert audio.dtype == np.float32
    np.testing.assert_array_equal(audio, vocoder.synthesize(np.full((frames, 20), -4.0), f0))


@pytest.mark.parametrize("samples", [40, 801, 2_400])
def test_copies_are_as_long_as_what_they_copy(vocoder, samples):
    sound = np.sin(np.arange(samples) * 0.1).astype(np.float32) * 0.2
    copy = vocoder.resynthesize(Audio(sound, 8_000), pitch=1.2)
    assert len(copy) == samples
    assert copy.sample_rate == 8_000


@pytest.fixture
def uncorrected(monkeypatch):
    """Changed pitch as it is asked for, without listening to what comes of it."""
    monkeypatch.setattr("fourfold.domains.audio.vocoder.corrected_track", lambda asked, *_: asked)


def test_changed_pitch_is_corrected_by_what_is_heard(vocoder, monkeypatch):
    asked, spoken = [], []

    def corrected(track, speak, hear):
        asked.append(track)
        assert len(hear(speak(track))) == len(track)
        return track * np.float32(1.1)

    monkeypatch.setattr("fourfold.domains.audio.vocoder.corrected_track", corrected)
    monkeypatch.setattr(Synthesis, "one", lambda _, mel, f0: spoken.append(f0) or np.zeros(80 * len(f0)))
    sound = Audio(np.sin(np.arange(1_600) * 0.1).astype(np.float32) * 0.2, 8_000)
    vocoder.resynthesize(sound, f0=np.full(20, 150.0))
    np.testing.assert_array_equal(asked, np.full((1, 20), 150))
    np.testing.assert_allclose(spoken[-1], 165)


def test_own_pitch_replaces_the_measured_one(vocoder, uncorrected):
    sound = Audio(np.sin(np.arange(1_600) * 0.1).astype(np.float32) * 0.2, 8_000)
    f0 = np.full(20, 150.0, np.float32)
    mel, measured = vocoder.features.of(sound)
    smooth = without_harmonics(mel, measured, vocoder.features.settings)
    wanted = vocoder.synthesize(smooth, f0 * 2)
    np.testing.assert_array_equal(vocoder.resynthesize(sound, 2.0, f0=f0).samples, wanted)


def test_saved_and_loaded_it_says_the_same(vocoder, tmp_path):
    loaded = Vocoder.load(vocoder.save(tmp_path / "voice"))
    assert loaded.features.settings == vocoder.features.settings
    mel, f0 = np.random.default_rng(0).normal(-4, 1, (30, 20)), np.full(30, 130.0)
    np.testing.assert_array_equal(loaded.synthesize(mel, f0), vocoder.synthesize(mel, f0))


@pytest.mark.parametrize(
    ("mel", "f0", "message"),
    [
        (np.zeros((5, 21)), np.zeros(5), "20 mel bins, got 21"),
        (np.zeros((0, 20)), np.zeros(0), "empty"),
        (np.zeros((5, 20)), np.zeros(8), "frames"),
        (np.full((5, 20), np.nan), np.zeros(5), "NaN"),
        (np.zeros((5, 20)), np.full(5, -1.0), "negative"),
        (np.full((5, 20), 1e4), np.full(5, 100.0), "not finite"),
    ],
)
def test_what_does_not_fit_is_refused(vocoder, mel, f0, message):
    with pytest.raises(InputError, match=message):
        vocoder.synthesize(mel, f0)


@pytest.mark.parametrize("pitch", [0.0, -1.0, np.nan, np.inf, "2", None, 1j, np.ones(2)])
def test_pitch_and_formant_must_be_positive_factors(vocoder, pitch):
    with pytest.raises(InputError, match="positive factor"):
        vocoder.resynthesize(Audio(np.ones(800, np.float32), 8_000), pitch)
    with pytest.raises(InputError, match="formant"):
        vocoder.resynthesize(Audio(np.ones(800, np.float32), 8_000), formant=pitch)


def test_network_and_features_must_agree(small_corpus):
    statistics = MelStatistics.of(small_corpus.utterances, small_corpus.features)
    with pytest.raises(InputError, match="hop"):
        Vocoder.untrained(small_corpus.features, WavehaxSettings(), statistics)


def voice_at_16_khz(causal: bool = False) -> tuple[Vocoder, Audio]:
    """A small network of the shipped shape, and a gliding voice."""
    network = WavehaxSettings(
        hop=160, n_fft=320, channels=4, blocks=1, framewise_norm=True, envelope=not causal, causal=causal
    )
    phase = 2 * np.pi * np.cumsum(np.linspace(120, 180, 12_000)) / 16_000
    breath = np.random.default_rng(0).normal(0, 1e-3, 12_000)
    sound = Audio(
        (0.1 * sum(np.sin(k * phase) / k for k in range(1, 30)) + breath).astype(np.float32), 16_000
    )
    mel, _ = AudioFeatures(PRESETS[16_000]).of(sound)
    statistics = MelStatistics(mel.mean(axis=0), mel.std(axis=0) + 0.1)
    return Vocoder.untrained(PRESETS[16_000], network, statistics), sound


def mel_error(vocoder: Vocoder, samples: np.ndarray, mel: np.ndarray) -> float:
    return float(np.abs(vocoder.features.mel(samples) - mel)[5:-5].mean())


def test_a_copy_is_brought_to_its_mel_spectrum():
    vocoder, sound = voice_at_16_khz()
    mel, f0 = vocoder.features.of(sound)
    alone, refined = vocoder.synthesize(mel, f0, iterations=0), vocoder.synthesize(mel, f0)
    assert mel_error(vocoder, refined, mel) < 0.1 * mel_error(vocoder, alone, mel)
    np.testing.assert_array_equal(vocoder.resynthesize(sound).samples, refined[: len(sound)])


def test_another_pitch_than_the_spectrum_shows_is_not_pulled_back():
    vocoder, sound = voice_at_16_khz()
    mel, f0 = vocoder.features.of(sound)
    higher = f0 * np.float32(1.41)
    alone = vocoder.synthesize(mel, higher, iterations=0)
    np.testing.assert_array_equal(vocoder.synthesize(mel, higher), alone)
    assert np.abs(vocoder.synthesize(mel, higher, iterations=4) - alone).max() > 1e-3


def test_causal_generators_look_at_no_whole_spectrum():
    vocoder, sound = voice_at_16_khz(causal=True)
    mel, f0 = vocoder.features.of(sound)
    np.testing.assert_array_equal(vocoder.synthesize(mel, f0), vocoder.synthesize(mel, f0, iterations=0))
    with pytest.raises(InputError, match="iterations: is -1"):
        vocoder.synthesize(mel, f0, iterations=-1)


@pytest.mark.parametrize("as_list", [list, tuple])
def test_a_list_says_what_each_says_alone(vocoder, as_list):
    draws = np.random.default_rng(1)
    lengths = (30, 3, 41, 16, 1)
    mels = as_list(draws.normal(-4, 1, (n, 20)) for n in lengths)
    tracks = as_list(np.where(np.arange(n) % 7, draws.uniform(90, 300, n), 0) for n in lengths)
    together = vocoder.synthesize(mels, tracks, seed=5)
    for mel, f0, audio in zip(mels, tracks, together, strict=True):
        alone = vocoder.synthesize(mel, f0, seed=5)
        assert audio.shape == alone.shape
        np.testing.assert_allclose(audio, alone, atol=1e-5)


def test_a_norm_over_the_utterance_keeps_to_each_row(small_features):
    network = WavehaxSettings(n_mels=20, hop=80, n_fft=160, channels=4, blocks=2)
    bands = np.zeros(20, np.float32)
    vocoder = Vocoder.untrained(small_features, network, MelStatistics(bands - 4, bands + 1))
    draws = np.random.default_rng(2)
    mels, tracks = [draws.normal(-4, 1, (n, 20)) for n in (40, 17)], [np.full(40, 150.0), np.full(17, 90.0)]
    for mel, f0, audio in zip(mels, tracks, vocoder.synthesize(mels, tracks), strict=True):
        np.testing.assert_allclose(audio, vocoder.synthesize(mel, f0), atol=1e-5)


def test_long_sounds_that_cannot_be_cut_are_warned_of(small_features, monkeypatch):
    from fourfold.domains.audio import synthesis

    network = WavehaxSettings(n_mels=20, hop=80, n_fft=160, channels=4, blocks=1)
    bands = np.zeros(20, np.float32)
    vocoder = Vocoder.untrained(small_features, network, MelStatistics(bands - 4, bands + 1))
    monkeypatch.setattr(synthesis, "FRAMES_AT_ONCE", 50)
    monkeypatch.setattr(synthesis, "MUCH_MEMORY", 1e-5)
    with pytest.warns(InputWarning, match="norm spans the whole sound"):
        assert len(vocoder.synthesize(np.full((60, 20), -4.0), np.full(60, 120.0))) == 4_800


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": "a"}, {"iterations": 2.5}, {"iterations": np.nan}])
def test_numbers_that_are_none_are_refused_before_anything_is_computed(vocoder, wrong):
    (name,) = wrong
    with pytest.raises(InputError, match=f"^{name}: is .*expected a whole number"):
        vocoder.synthesize(None, None, **wrong)
    with pytest.raises(InputError, match=f"^{name}: "):
        vocoder.synthesize_in_pieces(None, None, **wrong)
    if name == "seed":
        for call in (vocoder.resynthesize, vocoder.resynthesize_in_pieces):
            with pytest.raises(InputError, match=r"^seed: "):
                call("nowhere.wav", **wrong)
        with pytest.raises(InputError, match=r"^seed: "):
            vocoder.stream(**wrong)


@pytest.mark.parametrize("f0", [None, "a", 5, {1: 2}])
def test_several_spectra_need_as_many_tracks(vocoder, f0):
    with pytest.raises(InputError, match=r"^f0: is .*expected a list of 1 pitch tracks"):
        vocoder.synthesize([np.zeros((5, 20))], f0)


def test_ragged_spectra_are_refused(vocoder):
    with pytest.raises(InputError, match=r"^mel: is no array of numbers"):
        vocoder.synthesize([[[1], [1, 2]]], [[1]])


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"rate": 8_000}, "^rate: is 8,000 Hz by the model, and cannot be chosen. Leave it out"),
        (
            {"chanel": 0},
            "^chanel: there is no such argument; expected sample_rate, channel, nan, level, limit",
        ),
    ],
)
def test_arguments_that_reading_does_not_take_are_refused(vocoder, policy, told):
    with pytest.raises(InputError, match=told):
        vocoder.resynthesize(np.zeros(800, np.float32), sample_rate=8_000, **policy)


@pytest.mark.parametrize("change", [{}, {"pitch": 1.2}, {"formant": 1.2}])
def test_samples_far_beyond_full_scale_are_blamed_themselves(vocoder, change):
    sound = Audio(np.where(np.arange(1_600) // 40 % 2, 1e30, -1e30).astype(np.float32), 8_000)
    warnings.simplefilter("ignore", InputWarning)  # a peak above full scale, and clipping
    with pytest.raises(InputError, match=r"^samples: the peak is 1e\+30"):
        vocoder.resynthesize(sound, **change)
    with pytest.raises(InputError, match=r"^samples: the peak is 1e\+30"):
        list(vocoder.resynthesize_in_pieces(sound, **change).pieces)


def test_a_pitch_that_nobody_hears_names_the_factor(vocoder):
    sound = Audio(np.sin(np.arange(1_600) * 0.1).astype(np.float32) * 0.2, 8_000)
    with pytest.raises(InputError, match=r"^pitch: is 0\.001, which brings .* below 20 Hz.*Raise pitch"):
        vocoder.resynthesize(sound, 0.001)


def test_lists_must_be_of_one_length(vocoder):
    with pytest.raises(InputError, match="1 pitch tracks for 2"):
        vocoder.synthesize([np.zeros((5, 20)), np.zeros((5, 20))], [np.zeros(5)])


def test_formants_move_and_pitch_stays(vocoder, monkeypatch, uncorrected):
    time = np.arange(4_000) / 8_000
    buzz = sum(np.sin(2 * np.pi * k * 150 * time) / k for k in range(1, 20)).astype(np.float32) * 0.1
    given = {}
    monkeypatch.setattr(vocoder, "synthesize", lambda mel, f0, **_: given.update(mel=mel, f0=f0) or buzz)
    vocoder.resynthesize(Audio(buzz, 8_000), formant=1.0)
    mel, f0 = given["mel"], given["f0"]
    monkeypatch.setattr(Synthesis, "one", lambda _, mel, f0: given.update(mel=mel, f0=f0) or buzz)
    vocoder.resynthesize(Audio(buzz, 8_000), formant=1.3)
    np.testing.assert_array_equal(given["f0"], f0)
    smooth = without_harmonics(mel, f0, vocoder.features.settings)
    np.testing.assert_array_equal(given["mel"], shifted_formants(smooth, 1.3, vocoder.features.settings))


@pytest.mark.parametrize("missing", [0, 1])
def test_a_track_one_frame_short_still_gives_the_whole_length(vocoder, missing):
    sound = Audio(np.sin(np.arange(1_590) * 0.1).astype(np.float32) * 0.2, 8_000)
    assert len(vocoder.resynthesize(sound, f0=np.full(20 - missing, 140.0))) == 1_590


def test_weights_in_the_authors_layout_make_the_same_vocoder(small_features, tmp_path):
    network = WavehaxSettings(
        n_mels=20, hop=80, n_fft=40, streams=4, channels=4, blocks=2, framewise_norm=True
    )
    bands = np.zeros(20, np.float32)
    statistics = MelStatistics(bands - 4, bands + 1)
    vocoder = Vocoder.untrained(small_features, network, statistics, seed=1)
    ours = vocoder.generator.state_dict()
    # Theirs has both parts of a stream together: re0 im0 re1 im1 …
    together = torch.arange(8).view(2, 4).T.flatten()
    enter = torch.cat([torch.arange(4), 4 + together])
    ours["backbone.enter.weight"] = ours["backbone.enter.weight"][:, enter, None, None]
    for leaf in ("weight", "bias"):
        ours[f"backbone.leave.{leaf}"] = ours[f"backbone.leave.{leaf}"][together]
    state = {theirs: ours[name] for name, theirs in reference_names(vocoder.generator).items()}
    torch.save({"model": {"generator": state}}, tmp_path / "theirs.pkl")
    loaded = Vocoder.from_reference(tmp_path / "theirs.pkl", small_features, network, statistics)
    mel, f0 = np.random.default_rng(0).normal(-4, 1, (30, 20)), np.full(30, 130.0)
    np.testing.assert_allclose(loaded.synthesize(mel, f0), vocoder.synthesize(mel, f0), atol=1e-5)
    other = network.model_copy(update={"blocks": 3})
    with pytest.raises(InputError, match="missing"):
        Vocoder.from_reference(state, small_features, other, statistics)


@pytest.mark.slow
def test_causal_streams_are_tuned_too(speech_folder, small_features, tmp_path):
    network = WavehaxSettings(
        n_mels=20, hop=80, n_fft=40, streams=4, channels=4, blocks=1, framewise_norm=True, causal=True
    )
    bands = np.zeros(20, np.float32)
    vocoder = Vocoder.untrained(small_features, network, MelStatistics(bands - 4, bands + 1))
    stage = StageSettings(recipe=VocoderRecipe(learning_rate=1e-3), steps=2, batch_size=2, frames=16)
    tuned = vocoder.finetune(speech_folder, stage)
    weights = (v.generator.state_dict()["analysis.weight"] for v in (vocoder, tuned))
    assert not torch.equal(*weights)


@pytest.mark.slow
def test_fitted_and_tuned_on_a_folder(speech_folder, small_features, small_network, tmp_path):
    stage = StageSettings(recipe=VocoderRecipe(learning_rate=1e-3), steps=3, batch_size=2, frames=16)
    fitted = Vocoder.fit(speech_folder, small_features, small_network, stage, tmp_path / "fit")
    tuned = fitted.finetune(speech_folder, stage.model_copy(update={"seed": 5}), tmp_path / "tuned")
    assert tuned.statistics is fitted.statistics
    before, after = fitted.generator.state_dict(), tuned.generator.state_dict()
    assert not torch.equal(before["backbone.leave.weight"], after["backbone.leave.weight"])
    assert torch.equal(before["envelope.mean"], after["envelope.mean"])
    again = Vocoder.fit(speech_folder, small_features, small_network, stage, tmp_path / "fit")
    assert all(torch.equal(value, before[name]) for name, value in again.generator.state_dict().items())
