"""Smooth spectral envelope on the generator's own bins, from the mel bands it is conditioned on."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from ..features.mel import band_corners, mel_basis
from ..features.settings import FeatureSettings


class MelEnvelope(nn.Module):
    """Magnitude of the generator's spectrum, were it noise with the power of the nearby mel bands.

    Power at a bin is the mean of the bands around it, weighted by triangles as wide as the distance of bins
    or of bands, whichever is greater. The buffers hold what it needs to know of features and statistics,
    so that they travel with the weights; `set` fills them.
    """

    mean: Tensor
    scale: Tensor
    gain: Tensor
    weight: Tensor

    def __init__(self, n_mels: int, bins: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_mels))
        self.register_buffer("scale", torch.ones(n_mels))
        self.register_buffer("gain", torch.zeros(n_mels))
        self.register_buffer("weight", torch.full((bins, n_mels), 1 / n_mels))

    def set(self, features: FeatureSettings, n_fft: int, mean: np.ndarray, scale: np.ndarray) -> None:
        """Take over the features' bands and their statistics (log-mel mean and deviation, [M] each)."""
        basis = mel_basis(
            features.sample_rate, features.mel_fft, features.n_mels, features.fmin, features.fmax
        )
        covered = np.maximum(basis.sum(axis=1), basis.sum(axis=1).max() * 1e-3)
        gain = 0.5 * math.log(n_fft / features.mel_fft) - np.log(covered)
        weight = _band_weights(features, n_fft)
        for buffer, value in (
            (self.mean, mean),
            (self.scale, scale),
            (self.gain, gain),
            (self.weight, weight),
        ):
            buffer.copy_(torch.from_numpy(np.asarray(value, np.float32)))

    def forward(self, condition_BMT: Tensor) -> Tensor:
        """Magnitudes [B, F, T] of standardised log-mel."""
        log_mel = condition_BMT * self.scale[:, None] + (self.mean + self.gain)[:, None]
        return (self.weight @ torch.exp(2 * log_mel)).clamp_min(1e-14).sqrt()


def _band_weights(features: FeatureSettings, n_fft: int) -> np.ndarray:
    """Share of each mel band in each bin, float64 [bins, n_mels]; rows sum to 1."""
    corners = band_corners(features.n_mels, features.fmin, features.fmax)
    centres = corners[1:-1]
    spacing = np.maximum((corners[2:] - corners[:-2]) / 2, features.sample_rate / n_fft)
    bins = np.clip(np.linspace(0, features.sample_rate / 2, n_fft // 2 + 1), centres[0], centres[-1])
    share = np.maximum(0, 1 - np.abs(bins[:, None] - centres) / spacing)
    return share / share.sum(axis=1, keepdims=True)
