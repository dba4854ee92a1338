"""What the autoencoder hears: loudness as an ear weighs it, and cepstra of the mel spectrum."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from ..features.mel import mel_basis

LOUDNESS_FFT = 512
RANGE = 80.0
"""dB of loudness below full scale that are told apart."""
MFCC_FFT, MFCC_MELS, MFCC_RANGE = 1_024, 128, (20.0, 8_000.0)


def a_weighting(frequencies: np.ndarray) -> np.ndarray:
    """IEC 61672-1 A-weighting in dB; about 0 at 1 kHz."""
    f2 = np.square(np.maximum(frequencies, 1e-3))
    gain = 12_194.0**2 * f2**2
    gain = gain / ((f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12_194.0**2))
    return 20 * np.log10(np.maximum(gain, 1e-12)) + 2.0


class Loudness(nn.Module):
    """A-weighted power of each frame in dB, from -80 (silence) up."""

    weight: Tensor
    window: Tensor

    def __init__(self, sample_rate: int, hop: int) -> None:
        super().__init__()
        self.hop = hop
        weight = 10 ** (a_weighting(np.fft.rfftfreq(LOUDNESS_FFT, 1 / sample_rate)) / 10)
        self.register_buffer("weight", torch.from_numpy(weight).float(), persistent=False)
        self.register_buffer("window", torch.hann_window(LOUDNESS_FFT), persistent=False)

    def forward(self, audio_BS: Tensor) -> Tensor:
        """[B, T] for T * hop samples."""
        spectrum = _spectrum(audio_BS, LOUDNESS_FFT, self.hop, self.window)
        power = (spectrum * self.weight[:, None]).mean(1) / (LOUDNESS_FFT / 4) ** 2
        return 10 * torch.log10(power.clamp_min(10 ** (-RANGE / 10)))


class MFCC(nn.Module):
    """First cepstral coefficients of 128 mel bands, [B, steps, count] for every `stride` samples."""

    basis: Tensor
    cosine: Tensor
    window: Tensor

    def __init__(self, sample_rate: int, stride: int, count: int) -> None:
        super().__init__()
        self.stride = stride
        low, high = MFCC_RANGE
        basis = mel_basis(sample_rate, MFCC_FFT, MFCC_MELS, low, min(high, sample_rate / 2))
        turns = np.outer(np.arange(count), np.arange(MFCC_MELS) + 0.5) * math.pi / MFCC_MELS
        self.register_buffer("basis", torch.from_numpy(np.float32(basis)), persistent=False)
        self.register_buffer(
            "cosine", torch.from_numpy(np.float32(np.cos(turns) * math.sqrt(2 / MFCC_MELS))), persistent=False
        )
        self.register_buffer("window", torch.hann_window(MFCC_FFT), persistent=False)

    def forward(self, audio_BS: Tensor) -> Tensor:
        spectrum = _spectrum(audio_BS, MFCC_FFT, self.stride, self.window)
        log_mel = torch.log((self.basis @ spectrum.clamp_min(0).sqrt()).clamp_min(1e-5))
        return (self.cosine @ log_mel).transpose(1, 2)


def _spectrum(audio_BS: Tensor, n_fft: int, hop: int, window: Tensor) -> Tensor:
    """Power [B, n_fft / 2 + 1, ceil(S / hop)], windows around the middles of frames."""
    frames = -(-audio_BS.shape[-1] // hop)
    edge = max(n_fft - hop, 0)
    short = frames * hop - audio_BS.shape[-1]
    padded = nn.functional.pad(audio_BS, (edge // 2, max(edge - edge // 2, 0) + short))
    return (
        torch.stft(padded, n_fft, hop, window=window, center=False, return_complex=True)
        .abs()
        .square()[..., :frames]
    )
