"""Sound from mel frames without a model: the baseline that every vocoder must beat.

Griffin and Lim, "Signal estimation from modified short-time Fourier transform" (1984); momentum of Perraudin,
Balazs and Sondergaard, "A fast Griffin-Lim algorithm" (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..features.frame_checks import checked_mel
from ..features.mel import mel_basis
from ..features.settings import FeatureSettings

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
    magnitude = torch.from_numpy(magnitudes_of(frames.numpy(), settings)).T
    generator = torch.Generator().manual_seed(seed)
    phase = torch.polar(
        torch.ones_like(magnitude), 2 * torch.pi * torch.rand(magnitude.shape, generator=generator)
    )
    analysis = _Frames(settings, len(frames))
    previous = torch.zeros_like(phase)
    with torch.no_grad():
        for _ in range(iterations):
            rebuilt = analysis.forward(analysis.inverse(magnitude * phase))
            ahead = rebuilt - MOMENTUM / (1 + MOMENTUM) * previous
            phase = ahead / ahead.abs().clamp_min(1e-12)
            previous = rebuilt
        return analysis.inverse(magnitude * phase).numpy()


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


class _Frames:
    """Transform with the mel analysis' own frames, whose hop need not divide the window, and its inverse."""

    def __init__(self, settings: FeatureSettings, frames: int) -> None:
        self.size, self.hop, self.frames = settings.mel_fft, settings.hop, frames
        self.edge = (self.size - self.hop) // 2
        self.window = torch.hann_window(self.size)
        weight = self._add((self.window**2)[:, None].expand(-1, frames))
        self.weight = weight.clamp_min(1e-8)

    def forward(self, x_S: Tensor) -> Tensor:
        x = functional.pad(x_S, (self.edge, self.edge))
        return torch.stft(x, self.size, self.hop, window=self.window, center=False, return_complex=True)

    def inverse(self, spectrum_FT: Tensor) -> Tensor:
        pieces = torch.fft.irfft(spectrum_FT, n=self.size, dim=0) * self.window[:, None]
        return self._add(pieces) / self.weight

    def _add(self, pieces_NT: Tensor) -> Tensor:
        length = (self.frames - 1) * self.hop + self.size
        total = functional.fold(pieces_NT[None], (1, length), (1, self.size), stride=(1, self.hop))
        return total[0, 0, 0, self.edge : self.edge + self.frames * self.hop]
