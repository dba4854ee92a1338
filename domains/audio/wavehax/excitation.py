"""What a generator is excited by, frame after frame: the prior at a running phase, and noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..argument_checks import whole_number
from .harmonic_prior import PriorKind, prior


class Excitation:
    """Prior and noise of successive stretches of pitch; put together they are those of the whole.

    Args:
        hop, sample_rate: samples of a frame, and Hz.
        kind: of the prior.
        seed: of the noise.

    Raises:
        InputError: the seed is no whole number from 0.
    """

    def __init__(self, hop: int, sample_rate: int, kind: PriorKind, seed: int) -> None:
        self.hop, self.sample_rate = hop, sample_rate
        self.kind: PriorKind = kind
        self.draws = np.random.default_rng(whole_number("seed", seed))
        self.phase = torch.zeros(1, dtype=torch.float64)
        """Cycles after the last frame, below 1."""

    def of(self, f0_T: np.ndarray) -> tuple[Tensor, Tensor]:
        """Prior and standard normal noise, [1, T * hop] each, for the next T frames of pitch in Hz."""
        f0 = torch.from_numpy(f0_T)[None]
        size = (1, len(f0_T) * self.hop)
        noise = torch.from_numpy(self.draws.standard_normal(size, dtype=np.float32))
        signal = prior(f0, self.hop, self.sample_rate, kind=self.kind, start_B=self.phase, noise_BS=noise)
        cycles = f0.double().sum(1) * self.hop / self.sample_rate
        self.phase = (self.phase + cycles).remainder(1.0)
        return signal, noise


def gliding(f0_T: np.ndarray, parts: int) -> np.ndarray:
    """float32 [T * parts], Hz: pitch in parts of frames, on straight lines between voiced frames.

    In each voiced stretch it is level before the middle of the first frame and after that of the last.
    """
    place = (np.arange(len(f0_T) * parts) + 0.5) / parts - 0.5
    fine = np.zeros(len(place), np.float32)
    ends = np.flatnonzero(np.diff(f0_T > 0, prepend=False, append=False))
    for start, stop in zip(ends[::2], ends[1::2], strict=True):
        inside = slice(start * parts, stop * parts)
        fine[inside] = np.interp(place[inside], np.arange(start, stop), f0_T[start:stop])
    return fine
