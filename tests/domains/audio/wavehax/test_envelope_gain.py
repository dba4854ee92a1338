"""An impulse has a flat spectrum, so its envelope is known exactly, without the statistics of noise."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.features.mel import LogMel
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.wavehax.envelope import MelEnvelope

FEATURES = PRESETS[16_000]


@pytest.mark.parametrize("n_fft", [320, 1_024, 2_048])
@pytest.mark.parametrize("height", [0.01, 0.5])
def test_an_impulse_has_its_height_times_the_root_of_the_windows_ratio(n_fft, height):
    """Powers of noise in two transforms are as their windows' lengths, so magnitudes are as the roots."""
    x = torch.zeros(1, 9 * FEATURES.hop)
    x[0, 4 * FEATURES.hop + FEATURES.hop // 2] = height  # under the top of the fifth frame's window
    mean, scale = np.linspace(-5, -2, FEATURES.n_mels), np.linspace(0.5, 2, FEATURES.n_mels)
    envelope = MelEnvelope(FEATURES.n_mels, n_fft // 2 + 1)
    envelope.set(FEATURES, n_fft, mean, scale)
    condition = (LogMel(FEATURES)(x) - torch.tensor(mean)[:, None]) / torch.tensor(scale)[:, None]
    found = envelope(condition.float())[0, :, 4]
    wanted = height * (n_fft / FEATURES.mel_fft) ** 0.5
    torch.testing.assert_close(found, torch.full_like(found, wanted), rtol=1e-3, atol=0)
