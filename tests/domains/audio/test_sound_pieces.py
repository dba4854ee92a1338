"""Sounds that come in pieces are what they are as a whole, and as long as they said."""

import numpy as np
import pytest
from fourfold import Vocoder
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.sound_pieces import first_samples
from fourfold.domains.audio.wavehax.settings import WavehaxSettings
from fourfold.shared.errors import InputError

RATE, HOP = 8_000, 80


def vocoder_of(features, **changed):
    network = WavehaxSettings(
        n_mels=20, hop=HOP, n_fft=160, channels=4, blocks=2, kernel=(3, 3), projection_kernel=3, **changed
    )
    bands = np.zeros(20, np.float32)
    return Vocoder.untrained(features, network, MelStatistics(bands - 4, bands + 1))


@pytest.fixture(scope="module")
def vocoder(small_features):
    return vocoder_of(small_features, framewise_norm=True)


@pytest.fixture(scope="module")
def voice():
    time = np.arange(5 * RATE + 17) / RATE
    samples = sum(np.sin(2 * np.pi * k * 130 * time) / k for k in range(1, 12)) * 0.1
    return {"audio": samples.astype(np.float32), "sample_rate": RATE}


@pytest.mark.parametrize("factors", [(1.2, 1.0), (1.0, 0.9), (1.0, 1.0)])
def test_changed_speech_in_pieces(vocoder, voice, factors):
    whole = vocoder.resynthesize(voice["audio"], *factors, seed=3, sample_rate=RATE)
    made = vocoder.resynthesize_in_pieces(voice["audio"], *factors, seed=3, sample_rate=RATE)
    pieces = list(made.pieces)
    assert (made.samples, made.sample_rate) == (len(whole), RATE)
    # With nothing changed it is refined as a whole.
    assert len(pieces) == (1 if factors == (1.0, 1.0) else 3)
    np.testing.assert_allclose(np.concatenate(pieces), whole.samples, atol=1e-5 * np.abs(whole.samples).max())


def test_features_in_pieces(vocoder, voice):
    mel, f0 = vocoder.features.of(vocoder.features.read(voice["audio"], sample_rate=RATE))
    for iterations in (None, 0, 2):
        whole = vocoder.synthesize(mel, f0, iterations=iterations)
        made = vocoder.synthesize_in_pieces(mel, f0, iterations=iterations)
        np.testing.assert_allclose(np.concatenate(list(made.pieces)), whole, atol=1e-5 * np.abs(whole).max())
        assert made.samples == len(whole)
    with pytest.raises(InputError, match="0 or more"):
        vocoder.synthesize_in_pieces(mel, f0, iterations=-1)
    with pytest.raises(InputError, match="20 mel bins"):
        vocoder.synthesize_in_pieces(mel[:, 1:], f0)


def test_a_norm_over_the_whole_makes_one_piece(small_features, voice):
    vocoder = vocoder_of(small_features)
    whole = vocoder.resynthesize(voice["audio"], 1.2, sample_rate=RATE)
    (piece,) = vocoder.resynthesize_in_pieces(voice["audio"], 1.2, sample_rate=RATE).pieces
    np.testing.assert_array_equal(piece, whole.samples)


def test_no_more_than_is_wanted():
    pieces = [np.zeros(0), np.arange(3.0), np.zeros(0), np.arange(4.0), np.arange(5.0)]
    assert [len(piece) for piece in first_samples(iter(pieces), 5)] == [3, 2]
    assert list(first_samples(iter(pieces), 0)) == []
