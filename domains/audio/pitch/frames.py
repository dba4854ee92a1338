"""Where pitch is measured, and over how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from .difference import normalised_difference
from .samples import checked_samples

FRAMES_AT_ONCE = 1_024
"""Curves held at a time, so that memory does not grow with the sound."""


@dataclass(frozen=True)
class PitchFrames:
    """Frames of `hop` samples; pitch is measured in the middle of each, between `floor` and `ceil` Hz.

    The sums reach over two periods of the lowest pitch.

    Raises:
        InputError: no frames, or a range that the sample rate does not hold.
    """

    sample_rate: int
    hop: int
    floor: float = 60.0
    ceil: float = 600.0

    def __post_init__(self) -> None:
        if self.hop < 1:
            raise InputError("hop", f"{self.hop} samples are no frame", expected="at least 1 sample")
        if not 0 < self.floor < self.ceil <= self.sample_rate / 4:
            raise InputError(
                "floor, ceil",
                f"{self.floor} to {self.ceil} Hz is no pitch range at {self.sample_rate} Hz",
                expected="0 < floor < ceil <= sample_rate / 4",
            )

    @property
    def min_lag(self) -> int:
        """Samples of the shortest period, at least 2."""
        return max(int(self.sample_rate / self.ceil), 2)

    @property
    def max_lag(self) -> int:
        """Samples of the longest period, and one for the parabola."""
        return int(np.ceil(self.sample_rate / self.floor)) + 1

    @property
    def window(self) -> int:
        """Samples that are summed over, and the least number of samples that are taken."""
        return 2 * self.max_lag

    def centres(self, samples: int) -> np.ndarray:
        """Middle of each frame in samples, int64 [ceil(S / hop)]."""
        return np.arange(-(-samples // self.hop), dtype=np.int64) * self.hop + self.hop // 2

    def checked(self, x: np.ndarray) -> np.ndarray:
        """Samples as contiguous float32 [S]; InputError if they cannot be measured."""
        return checked_samples(x, self.window)

    def curves(self, x: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Frames, and the normalised difference of checked samples there, float32 [frames, max_lag + 1]."""
        centres = self.centres(len(x))
        for first in range(0, len(centres), FRAMES_AT_ONCE):
            piece = slice(first, min(first + FRAMES_AT_ONCE, len(centres)))
            out = np.empty((piece.stop - first, self.max_lag + 1), np.float32)
            normalised_difference(x, centres[piece], self.window, self.max_lag, out)
            yield piece, out

    def levels(self, x: np.ndarray) -> np.ndarray:
        """Decibels of the longest period around each centre, relative to the loud frames, float64 [T].

        Loud is the 95th percentile, so that clicks do not count. Frames of silence are at -inf; where all
        is silent, so is every frame.
        """
        starts = self.centres(len(x)) - self.max_lag // 2
        power = np.empty(len(starts))
        for first in range(0, len(starts), FRAMES_AT_ONCE):
            piece = starts[first : first + FRAMES_AT_ONCE]
            low, high = np.clip(piece, 0, len(x)), np.clip(piece + self.max_lag, 0, len(x))
            energy = np.concatenate(([0.0], np.cumsum(x[low[0] : high[-1]].astype(np.float64) ** 2)))
            power[first : first + len(piece)] = np.maximum(energy[high - low[0]] - energy[low - low[0]], 0)
        loud = np.percentile(power, 95)
        with np.errstate(divide="ignore"):
            return 10 * np.log10(power / loud) if loud > 0 else np.full(len(power), -np.inf)
