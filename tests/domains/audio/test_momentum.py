"""Both iterations on spectra come nearer with their momentum than without it."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio import mel_consistency
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.mel_consistency import mel_consistent
from fourfold.domains.audio.metrics import griffin_lim as baseline

SETTINGS = PRESETS[16_000]
FEATURES = AudioFeatures(SETTINGS)
PHASE = 2 * np.pi * np.cumsum(np.linspace(120, 180, 8_000)) / 16_000
VOICE = (0.1 * sum(np.sin(k * PHASE) / k for k in range(1, 30))).astype(np.float32)
HISS = np.random.default_rng(0).normal(0, 0.05, 8_000).astype(np.float32)
MEL = FEATURES.mel(VOICE)


def consistent():
    wanted = torch.from_numpy(MEL).T[None]
    return mel_consistent(torch.from_numpy(HISS)[None], wanted, SETTINGS, 16)[0].numpy()


def griffin_lim():
    return baseline.griffin_lim(MEL, SETTINGS, iterations=24)


@pytest.mark.parametrize(("made", "module"), [(consistent, mel_consistency), (griffin_lim, baseline)])
def test_momentum_comes_nearer(made, module, monkeypatch):
    def distance():
        return float(np.abs(FEATURES.mel(made()) - MEL)[5:-5].mean())

    with_it = distance()
    monkeypatch.setattr(module, "MOMENTUM", 0.0)
    assert with_it < 0.95 * distance()
