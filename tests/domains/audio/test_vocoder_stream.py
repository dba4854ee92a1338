"""Streams say what the whole says, soon, and hold no more of a long sound than of a short one."""

import tracemalloc

import numpy as np
import pytest
from fourfold import Vocoder
from fourfold.domains.audio.features.settings import PRESETS as FEATURES
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.wavehax.settings import PRESETS, WavehaxSettings
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st


def spoken(bands, frames, seed=0):
    """Mel frames and pitch with an unvoiced stretch."""
    draws = np.random.default_rng(seed)
    mel = draws.normal(-4, 1, (frames, bands)).astype(np.float32)
    f0 = np.where(np.arange(frames) % 11 < 8, draws.uniform(90, 300, frames), 0).astype(np.float32)
    return mel, f0


@pytest.fixture(scope="module")
def causal(small_features):
    network = WavehaxSettings(
        n_mels=20, hop=80, n_fft=40, streams=4, channels=8, blocks=2, framewise_norm=True, causal=True
    )
    bands = np.zeros(20, np.float32)
    return Vocoder.untrained(small_features, network, MelStatistics(bands - 4, bands + 1))


def whole_and_pieces(vocoder, mel, f0, cuts, seed=3):
    stream = vocoder.stream(seed=seed)
    ends = [*sorted(cuts), len(f0)]
    pieces = [stream.push(mel[a:b], f0[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    pieces.append(stream.flush())
    return vocoder.synthesize(mel, f0, iterations=0, seed=seed), np.concatenate(pieces)


@settings(max_examples=15)
@given(st.integers(1, 45), st.lists(st.integers(0, 45), max_size=10), st.integers(0, 9))
def test_pieces_make_what_the_whole_says(causal, frames, cuts, seed):
    mel, f0 = spoken(20, frames, seed)
    whole, pieces = whole_and_pieces(causal, mel, f0, [cut for cut in cuts if cut < frames], seed)
    assert pieces.shape == (frames * 80,)
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


def test_generators_that_look_ahead_stream_too(small_corpus, small_network):
    statistics = MelStatistics.of(small_corpus.utterances, small_corpus.features)
    vocoder = Vocoder.untrained(small_corpus.features, small_network, statistics)
    mel, f0 = spoken(20, 50)
    whole, pieces = whole_and_pieces(vocoder, mel, f0, range(1, 50))
    np.testing.assert_allclose(pieces, whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize(("name", "rate"), [("wavehax-ms-causal", 24_000), ("wavehax-16k-causal", 16_000)])
def test_the_first_samples_leave_within_80_ms(name, rate):
    features = FEATURES[rate]
    bands = np.zeros(100, np.float32)
    vocoder = Vocoder.untrained(features, PRESETS[name], MelStatistics(bands - 4, bands + 1))
    stream, (mel, f0) = vocoder.stream(), spoken(100, 9)
    first = next(n for n in range(9) if len(stream.push(mel[n], f0[n : n + 1])))
    assert (first + 1) * features.frame_seconds <= 0.06
    assert stream.behind <= 0.06


def test_single_frames_are_gathered_so_that_layers_run_on_several(causal, monkeypatch):
    sizes = []
    stream, (mel, f0) = causal.stream(), spoken(20, 30)
    advance = stream._advance
    monkeypatch.setattr(stream, "_advance", lambda m, f: sizes.append(len(f)) or advance(m, f))
    for n in range(30):
        stream.push(mel[n], f0[n])
        assert stream.behind <= 0.07
    stream.flush()
    assert sizes == [4] * 7 + [2]


def test_a_closed_stream_and_a_norm_over_the_utterance_are_refused(causal, small_features):
    stream = causal.stream()
    assert not len(stream.flush())
    with pytest.raises(InputError, match="closed"):
        stream.push(*spoken(20, 3))
    network = WavehaxSettings(n_mels=20, hop=80, n_fft=160, channels=4, blocks=1)
    bands = np.zeros(20, np.float32)
    with pytest.raises(InputError, match="whole utterance"):
        Vocoder.untrained(small_features, network, MelStatistics(bands, bands + 1)).stream()


@pytest.mark.parametrize(
    ("mel", "f0", "message"),
    [
        (np.zeros((3, 20)), np.zeros(4), "4 frames"),
        (np.zeros((3, 19)), np.zeros(3), "got 19"),
        (np.full((3, 20), np.nan), np.zeros(3), "NaN"),
        (np.full((30, 20), 3e38), np.zeros(30), "not finite"),
        (None, None, "mel: is no array of numbers"),
        ("a", "b", "mel: is no array of numbers"),
        ([[1], [1, 2]], [1, 2], "mel: is no array of numbers"),
        (np.zeros((3, 20)), None, "f0: is no array of numbers"),
        (1.0, 2.0, r"got shape \(\)"),
    ],
)
def test_what_does_not_fit_is_refused(causal, mel, f0, message):
    with pytest.raises(InputError, match=message):
        stream = causal.stream()
        stream.push(mel, f0)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(causal):
    mel, f0 = spoken(20, 2_000)  # 20 seconds
    peaks = []
    for times in (1, 5):
        stream = causal.stream()
        tracemalloc.start()
        for _ in range(times):
            for at in range(0, 2_000, 50):
                stream.push(mel[at : at + 50], f0[at : at + 50])
        stream.flush()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        held = sum(
            context.kept.numel()
            for context in (
                *stream._stream.backbone.contexts,
                stream._stream.analysis,
                stream._stream.synthesis,
            )
            if context.kept is not None
        )
        assert held < 50_000
    assert peaks[1] < 1.5 * peaks[0] + 200_000


def test_long_sounds_are_cut_and_say_the_same(causal, monkeypatch):
    from fourfold.domains.audio import synthesis

    mel, f0 = spoken(20, 300)
    whole = causal.synthesize(mel, f0)
    monkeypatch.setattr(synthesis, "FRAMES_AT_ONCE", 100)
    monkeypatch.setattr(synthesis, "PIECE", 64)
    np.testing.assert_allclose(causal.synthesize(mel, f0), whole, atol=1e-5)
