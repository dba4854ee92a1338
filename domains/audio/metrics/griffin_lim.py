"""Sound from mel frames without a model: the baseline that every vocoder must beat.

Griffin and Lim, "Signal estimation from modified short-time Fourier transform" (1984); momentum of Perraudin,
Balazs and Sondergaard, "A fast Griffin-Lim algorithm" (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..features.frame_checks import checked_mel
from ..features.mel import mel_basis
from ..features.settings import FeatureSettings
from ..mel_frames import MelFrames

ITERATIONS = 32
MOMENTUM = 0.99
REFINEMENTS = 50
"""Steps from the pseudo-inverse towards the non-negative least-squares spectrum."""


def griffin_lim(
    mel: Any, settings: FeatureSettings, *, iterations: int = ITERATIONS, seed: int = 0
) -> np.ndarray:
    """float32 [T * hop] samples whose mel frames come near to `mel` [T, n_mels].

    Random phases are replaced, `iterations` times, by those of the signal that the spectrum gives.

    Raises:
        InputError: see `checked_mel`.
    """
    frames = torch.from_numpy(checked_mel(mel, settings))
    magnitude = torch.from_numpy(magnitudes_of(frames.numpy(), settings)).T[None]
    generator = torch.Generator().manual_seed(seed)
    phase = torch.polar(
        torch.ones_like(magnitude), 2 * torch.pi * torch.rand(magnitude.shape, generator=generator)
    )
    analysis = MelFrames(settings, len(frames))
    previous = torch.zeros_like(phase)
    with torch.no_grad():
        for _ in range(iterations):
            rebuilt = analysis.forward(analysis.inverse(magnitude * phase))
            ahead = rebuilt - MOMENTUM / (1 + MOMENTUM) * previous
            phase = ahead / ahead.abs().clamp_min(1e-12)
            previous = rebuilt
        return analysis.inverse(magnitude * phase)[0].numpy()


def magnitudes_of(mel_TM: np.ndarray, settings: FeatureSettings) -> np.ndarray:
    """Non-negative magnitudes float32 [T, mel_fft / 2 + 1] whose mel bands come nearest to exp(mel).

    The pseudo-inverse without its negative values, then multiplicative steps (Lee and Seung, 2001), which
    keep it non-negative and never take it farther away.
    """
    basis = mel_basis(
        settings.sample_rate, settings.mel_fft, settings.n_mels, settings.fmin, settings.fmax
    ).astype(np.float32)
    wanted = np.exp(mel_TM)
    found = np.maximum(wanted @ np.linalg.pinv(basis).T, 1e-8 * wanted.max(initial=0.0) + 1e-12)
    numerator = wanted @ basis
    for _ in range(REFINEMENTS):
        found *= numerator / np.maximum((found @ basis.T) @ basis, 1e-20)
    return found.astype(np.float32)
