"""Log-mel spectra on the Slaney scale, frame by frame aligned with the samples they describe."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .settings import FeatureSettings


def mel_from_hz(hz: np.ndarray | float) -> np.ndarray:
    """Slaney's mel: linear below 1,000 Hz (3 mel per 200 Hz), logarithmic above."""
    hz = np.asarray(hz, dtype=np.float64)
    high = 15.0 + 27.0 * np.log(np.maximum(hz, 1e-9) / 1_000.0) / np.log(6.4)
    return np.where(hz < 1_000.0, hz * 3.0 / 200.0, high)


def hz_from_mel(mel: np.ndarray) -> np.ndarray:
    """Inverse of `mel_from_hz`."""
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1_000.0 * 6.4 ** ((mel - 15.0) / 27.0))


def band_corners(n_mels: int, fmin: float, fmax: float) -> np.ndarray:
    """Where bands begin, peak and end, in Hz [n_mels + 2]: band m from corner m over m + 1 to m + 2."""
    return hz_from_mel(np.linspace(mel_from_hz(fmin), mel_from_hz(fmax), n_mels + 2))


def mel_basis(sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float) -> np.ndarray:
    """Triangles of unit area in Hz, float64 [n_mels, n_fft / 2 + 1] (Slaney, Auditory Toolbox, 1998)."""
    corners = band_corners(n_mels, fmin, fmax)
    bins = np.linspace(0, sample_rate / 2, n_fft // 2 + 1)
    ramps = corners[:, None] - bins[None, :]
    widths = np.diff(corners)
    rising, falling = -ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return triangles * (2.0 / (corners[2:] - corners[:-2]))[:, None]


class LogMel(nn.Module):
    """Natural logarithm of mel magnitudes, [B, n_mels, T] of [B, T * hop] samples."""

    basis: Tensor
    window: Tensor

    def __init__(self, settings: FeatureSettings) -> None:
        super().__init__()
        self.settings = settings
        basis = mel_basis(
            settings.sample_rate, settings.mel_fft, settings.n_mels, settings.fmin, settings.fmax
        )
        self.register_buffer("basis", torch.from_numpy(basis.astype(np.float32)), persistent=False)
        self.register_buffer("window", torch.hann_window(settings.mel_fft), persistent=False)

    def forward(self, x_BS: Tensor) -> Tensor:
        edge = (self.settings.mel_fft - self.settings.hop) // 2
        return self.of_padded(functional.pad(x_BS, (edge, edge)))

    def of_padded(self, x_BS: Tensor) -> Tensor:
        """The same of samples that carry (mel_fft - hop) / 2 more on each side."""
        spectrum = torch.stft(
            x_BS,
            self.settings.mel_fft,
            self.settings.hop,
            window=self.window,
            center=False,
            return_complex=True,
        )
        return (self.basis @ spectrum.abs()).clamp_min(self.settings.log_floor).log()
