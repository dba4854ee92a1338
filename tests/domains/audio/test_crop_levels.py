"""Crops are louder and softer within the given range, never clip, and their pitch is of the same place."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio import vocoder_samples
from fourfold.domains.audio.corpus import Utterance
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.vocoder_samples import CropSource, UtteranceSource

HOP = 80


def said(samples):
    f0 = np.arange(1, len(samples) // HOP + 1, dtype=np.float32)
    return Utterance("x", "x", np.asarray(samples, np.float32), f0)


@pytest.fixture
def source(small_features):
    statistics = MelStatistics(np.zeros(20), np.ones(20))

    def make(kind, samples):
        more = {"frames": 8, "samples": 500} if kind is CropSource else {}
        return kind([said(samples)], small_features, statistics, **more)

    return make


def test_levels_are_from_six_decibels_up_to_fourteen_down(source):
    batch = source(CropSource, np.full(HOP * 100, 0.01)).batch(np.arange(500))
    levels = 20 * torch.log10(batch["audio"].amax(1) / 0.01).numpy()
    assert levels.min() == pytest.approx(-14, abs=0.3)
    assert levels.max() == pytest.approx(6, abs=0.3)
    assert levels.min() >= -14.001 and levels.max() <= 6.001
    # evenly in decibels between
    np.testing.assert_allclose(np.quantile(levels, [0.25, 0.5, 0.75]), [-9, -4, 1], atol=1.2)


def test_loud_recordings_do_not_clip(source):
    peaks = source(CropSource, np.full(HOP * 100, 0.9)).batch(np.arange(200))["audio"].abs().amax(1)
    assert peaks.max() == pytest.approx(0.99)
    assert (peaks > 0.989).float().mean() > 0.2


@pytest.mark.parametrize("kind", [CropSource, UtteranceSource])
def test_sound_and_pitch_are_of_the_same_frames(source, kind, monkeypatch):
    """Samples hold the number of their frame from 1, and so does the pitch."""
    pitches = []

    def spy(f0_BT, hop, *given, **named):
        pitches.append(f0_BT)
        return torch.zeros(len(f0_BT), f0_BT.shape[1] * hop)

    monkeypatch.setattr(vocoder_samples, "prior", spy)
    crops = source(kind, np.repeat(np.arange(1, 101), HOP) * 1e-3)
    indices = np.arange(min(len(crops), 20))
    batch = crops.batch(indices)
    audio = torch.cat([b["audio"] for b in batch]) if isinstance(batch, list) else batch["audio"]
    f0 = torch.cat(pitches)
    ratio = audio.unflatten(1, (-1, HOP)) / f0[..., None]
    torch.testing.assert_close(ratio, ratio[:, :1, :1].expand_as(ratio))
    if kind is UtteranceSource:
        torch.testing.assert_close(ratio, torch.full_like(ratio, 1e-3))
