"""Sound in memory: mono samples, their rate, and what was done to them on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SILENCE_DBFS = -60.0
"""A signal whose RMS lies below is silence."""


@dataclass(frozen=True)
class Remark:
    """What a reader noticed or changed.

    Args:
        kind: one word for counting ("clipped", "channels", "rate" …).
        text: the sentence without the file's name.
        warns: whether the user must hear of it.
    """

    kind: str
    text: str
    warns: bool = True


@dataclass(frozen=True)
class Audio:
    """Samples float32 [S], full scale 1, at `sample_rate` Hz."""

    samples: np.ndarray
    sample_rate: int
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.samples) / self.sample_rate

    @property
    def silent(self) -> bool:
        """RMS below -60 dBFS."""
        return rms_dbfs(self.samples) < SILENCE_DBFS


def rms_dbfs(samples: np.ndarray) -> float:
    """Root mean square in dB of full scale (a constant 1 has 0 dBFS); -inf for zeros or nothing at all."""
    if not samples.size:
        return -np.inf
    flat = np.ravel(samples)
    power = float(np.einsum("i,i->", flat, flat, dtype=np.float64)) / flat.size
    return 10 * float(np.log10(power)) if power > 0 else -np.inf
