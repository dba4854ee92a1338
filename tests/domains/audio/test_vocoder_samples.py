"""Crops are pure functions of seed and index, and equal what the whole utterance gives."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.vocoder_samples import CropSource, UtteranceSource


@pytest.fixture
def statistics(small_corpus):
    return MelStatistics.of(small_corpus.utterances, small_corpus.features)


def crops(corpus, statistics, **changed):
    given = {"frames": 16, "samples": 100, "seed": 3, **changed}
    return CropSource(corpus.utterances, corpus.features, statistics, **given)


def test_statistics_standardise(small_corpus, statistics):
    whole = UtteranceSource(small_corpus.utterances, small_corpus.features, statistics)
    frames = torch.cat([row["condition"][0] for row in whole.batch(np.arange(6))], dim=1)
    torch.testing.assert_close(frames.mean(1), torch.zeros(20), atol=1e-4, rtol=0)
    torch.testing.assert_close(frames.std(1), torch.ones(20), atol=1e-2, rtol=0)


def test_the_same_index_gives_the_same_batch_and_another_seed_another(small_corpus, statistics):
    indices = np.array([5, 17])
    first = crops(small_corpus, statistics).batch(indices)
    again = crops(small_corpus, statistics).batch(indices)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["audio"], crops(small_corpus, statistics, seed=4).batch(indices)["audio"])
    assert first["condition"].shape == (2, 20, 16)
    assert first["prior"].shape == first["noise"].shape == first["audio"].shape == (2, 16 * 80)


def test_a_crop_s_mel_is_that_of_the_whole_utterance(small_corpus, statistics):
    utterance = small_corpus.utterances[0]
    source = CropSource([utterance], small_corpus.features, statistics, frames=16, samples=1)
    whole = UtteranceSource([utterance], small_corpus.features, statistics).batch(np.array([0]))[0]
    crop = source.batch(np.array([0]))
    audio, wanted = crop["audio"][0], whole["audio"][0]
    places = [t for t in range(len(utterance.f0) - 15) if _parallel(wanted[t * 80 : (t + 16) * 80], audio)]
    assert len(places) == 1
    here = slice(places[0] * 80, places[0] * 80 + 1_280)
    gain = float((audio @ wanted[here]) / (wanted[here] @ wanted[here]))
    frames = slice(places[0], places[0] + 16)
    shift = (crop["condition"] - whole["condition"][:, :, frames])[0].numpy() * statistics.scale[:, None]
    np.testing.assert_allclose(shift, np.log(gain), atol=1e-3)


def _parallel(x, y):
    return float(torch.dot(x, y).abs()) > 0.9999 * float(x.norm() * y.norm()) > 0


def test_short_utterances_are_filled_with_silence(small_corpus, statistics):
    batch = crops(small_corpus, statistics, frames=200).batch(np.arange(4))
    assert batch["condition"].shape == (4, 20, 200)
    assert torch.isfinite(batch["condition"]).all()
    assert (batch["audio"][:, -80 * 100 :] == 0).all()


def test_smoothed_crops_keep_their_sound_and_lose_their_harmonics(small_corpus, statistics):
    indices = np.arange(6)
    plain = crops(small_corpus, statistics).batch(indices)
    smooth = crops(small_corpus, statistics, smoothed=1.0).batch(indices)
    assert torch.equal(plain["audio"], smooth["audio"])
    scale = torch.from_numpy(statistics.scale)[:, None]
    roughness = [(batch["condition"] * scale).diff(dim=1).abs().mean() for batch in (plain, smooth)]
    assert roughness[1] < roughness[0]
