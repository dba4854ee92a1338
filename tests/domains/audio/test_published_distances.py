"""The spectral distances with their published resolutions, written out with plain transforms."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.metrics.spectral import stft_distance
from fourfold.domains.audio.spectral_losses import MultiResolutionDistance
from scipy import signal

DRAWS = np.random.default_rng(0)
LOUD = 0.1 * DRAWS.normal(size=6_000) * (np.arange(6_000) < 3_000)  # half of it lies below the floors
QUIET = LOUD + 1e-7 * DRAWS.normal(size=6_000)
OTHER = np.roll(LOUD, 700)


def distance(one, other, *, size, hop, width, floor, mode):
    """Spectral convergence to `one`, and mean difference of logarithms."""
    window = np.pad(signal.get_window("hann", width), (size - width) // 2)
    spectra = []
    for x in (one, other):
        pieces = np.lib.stride_tricks.sliding_window_view(np.pad(x, size // 2, mode=mode), size)[::hop]
        spectra.append(np.maximum(np.abs(np.fft.rfft(pieces * window)), floor))
    x, y = spectra
    return np.linalg.norm(x - y) / np.linalg.norm(x) + np.abs(np.log(x / y)).mean()


@pytest.mark.parametrize("made", [QUIET, OTHER])
def test_what_training_lowers(made):
    wanted = [
        distance(LOUD, made, size=size, hop=size // 4, width=size, floor=1e-4, mode="reflect")
        for size in (256, 512, 1_024)
    ]
    found = MultiResolutionDistance()(*(torch.from_numpy(x[None].astype(np.float32)) for x in (made, LOUD)))
    assert float(found) == pytest.approx(np.mean(wanted), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("copy", [QUIET, OTHER])
def test_what_is_measured(copy):
    """Transforms, hops and windows of Parallel WaveGAN."""
    wanted = [
        distance(LOUD, copy, size=size, hop=hop, width=width, floor=1e-5, mode="constant")
        for size, hop, width in ((512, 50, 240), (1_024, 120, 600), (2_048, 240, 1_200))
    ]
    assert stft_distance(LOUD, copy).value == pytest.approx(np.mean(wanted), rel=1e-6)
