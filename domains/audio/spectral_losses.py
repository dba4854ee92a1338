"""Distances between waveforms that look at magnitude spectra only."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .features.mel import LogMel
from .features.settings import FeatureSettings

RESOLUTIONS = ((256, 64), (512, 128), (1_024, 256))
"""Window and hop in samples."""
FLOOR = 1e-4
"""Magnitudes below are raised to it."""
FULL_BAND = 44_100
"""Hz; from this sample rate on sound reaches as high as is heard."""


class MelDistance(nn.Module):
    """Mean absolute difference of log-mel spectra up to half the sample rate.

    Windows of 1,024 samples and 100 bands, for full band 2,048 and 120, as in Wavehax's recipes
    (`wavehax.yaml`, `wavehax_fb.yaml`). The hop is 256 at 24 kHz and in proportion elsewhere (even, as
    framing asks): 512 at 48 kHz.

    Args:
        sample_rate: Hz.
        n_mels: bands; None: those of the recipe.
    """

    def __init__(self, sample_rate: int, n_mels: int | None = None) -> None:
        super().__init__()
        mel_fft, bands = (2_048, 120) if sample_rate >= FULL_BAND else (1_024, 100)
        hop = 2 * round(128 * sample_rate / 24_000)
        self.log_mel = LogMel(
            FeatureSettings(
                sample_rate=sample_rate,
                hop=hop,
                mel_fft=mel_fft,
                n_mels=bands if n_mels is None else n_mels,
                fmax=sample_rate / 2,
                f0_ceil=min(600.0, sample_rate / 4),
            )
        )

    def forward(self, made_BS: Tensor, wanted_BS: Tensor) -> Tensor:
        return (self.log_mel(made_BS) - self.log_mel(wanted_BS)).abs().mean()


class MultiResolutionDistance(nn.Module):
    """Spectral convergence and log magnitude, the mean over resolutions of their sum.

    |‖Y| - |X|‖ / ‖|X|‖ over each utterance (Frobenius), and mean |ln |Y| - ln |X|| (Yamamoto et al.,
    "Parallel WaveGAN", 2020, eq. 6-7).
    """

    def __init__(self, resolutions: tuple[tuple[int, int], ...] = RESOLUTIONS) -> None:
        super().__init__()
        self.resolutions = resolutions
        for n_fft, _ in resolutions:
            self.register_buffer(f"window_{n_fft}", torch.hann_window(n_fft), persistent=False)

    def forward(self, made_BS: Tensor, wanted_BS: Tensor) -> Tensor:
        total = made_BS.new_zeros(())
        for n_fft, hop in self.resolutions:
            made, wanted = (self._magnitude(x, n_fft, hop) for x in (made_BS, wanted_BS))
            lengths = torch.linalg.vector_norm(wanted, dim=(1, 2))
            convergence = torch.linalg.vector_norm(made - wanted, dim=(1, 2)) / lengths
            total = total + convergence.mean() + (made.log() - wanted.log()).abs().mean()
        return total / len(self.resolutions)

    def _magnitude(self, x_BS: Tensor, n_fft: int, hop: int) -> Tensor:
        window = self.get_buffer(f"window_{n_fft}")
        spectrum = torch.stft(x_BS, n_fft, hop, window=window, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return power.clamp_min(FLOOR**2).sqrt()
