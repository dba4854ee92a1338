"""Bring a sound to the mel spectrum asked for, keeping its harmonics.

Alternating projections, accelerated as in Perraudin, Balazs and Sondergaard, "A fast Griffin-Lim algorithm"
(2013). Griffin and Lim set each bin to a magnitude; only band sums are known here, so the bins of a band are
scaled together, which leaves the generator's fine structure, its harmonics, as it is.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .argument_checks import whole_number
from .features.mel import mel_basis
from .features.settings import FeatureSettings
from .mel_frames import MelFrames

ITERATIONS = 32
MOMENTUM = 0.99
"""Far larger ones diverge."""
PIECE, FADE = 2_048, 32
"""Frames of a piece of a long sound, and how many of them fade into the next: memory stays bounded."""
STEEPEST = 1e3
"""No bin is scaled by more, or by less than its inverse, in one iteration."""


@torch.no_grad()
def mel_consistent(
    audio_BS: Tensor, log_mel_BMT: Tensor, settings: FeatureSettings, iterations: int = ITERATIONS
) -> Tensor:
    """Samples [B, T * hop] near `audio_BS` whose log-mel is nearer to `log_mel_BMT`.

    Args:
        log_mel_BMT: natural log-mel, not standardised. It has to be one that a sound with these harmonics can
            have: a smoothed one pulls the harmonics away.
        iterations: 0 gives the audio back.

    Raises:
        InputError: `iterations` is no whole number from 0.
    """
    if not whole_number("iterations", iterations):
        return audio_BS
    pieces = [
        _projected(audio_BS, log_mel_BMT, settings, iterations, start)
        for start in range(0, max(log_mel_BMT.shape[-1] - FADE, 1), PIECE)
    ]
    return _joined(pieces, FADE * settings.hop)


def _projected(
    audio_BS: Tensor, log_mel_BMT: Tensor, settings: FeatureSettings, iterations: int, start: int
) -> Tensor:
    """Samples of one piece, from frame `start`, `FADE` frames into the next."""
    part = slice(start, start + PIECE + FADE)
    log_mel_BMT = log_mel_BMT[..., part]
    audio_BS = audio_BS[:, part.start * settings.hop : part.stop * settings.hop]
    frames, bands = MelFrames(settings, log_mel_BMT.shape[-1]), _Bands(settings)
    wanted = log_mel_BMT.exp()
    heard = frames.forward(audio_BS)
    scaled, before = bands.scaled(heard, wanted), heard
    for _ in range(iterations):
        heard = frames.forward(frames.inverse(scaled))
        scaled = bands.scaled(heard + MOMENTUM * (heard - before), wanted)
        before = heard
    return frames.inverse(scaled)


def _joined(pieces: list[Tensor], fade: int) -> Tensor:
    """Pieces that overlap by `fade` samples, each faded into the next."""
    joined = pieces[:1]
    rising = (torch.arange(fade) + 0.5) / fade
    for piece in pieces[1:]:
        end = joined[-1][:, -fade:]
        joined[-1] = joined[-1][:, :-fade]
        joined += [end + rising * (piece[:, :fade] - end), piece[:, fade:]]
    return torch.cat(joined, dim=1)


class _Bands:
    """Mel bands of magnitudes, and a gain a bin from a gain a band (geometric mean of the bands it is in)."""

    def __init__(self, settings: FeatureSettings) -> None:
        basis = mel_basis(
            settings.sample_rate, settings.mel_fft, settings.n_mels, settings.fmin, settings.fmax
        )
        share = basis / np.maximum(basis.sum(axis=0), 1e-9)
        self.basis = torch.from_numpy(basis.astype(np.float32))
        self.share = torch.from_numpy(share.T.astype(np.float32).copy())
        self.floor = settings.log_floor

    def scaled(self, spectrum_BFT: Tensor, wanted_BMT: Tensor) -> Tensor:
        found = (self.basis @ spectrum_BFT.abs()).clamp_min(self.floor)
        gain = (wanted_BMT / found).clamp(1 / STEEPEST, STEEPEST).log()
        return spectrum_BFT * (self.share @ gain).exp()
