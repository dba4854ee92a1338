"""The unit of the property that a latent tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PropertyScale:
    """Which property the latent tells, and its mean and deviation over the training crystals."""

    name: str
    mean: float
    scale: float

    @classmethod
    def of(cls, name: str, values_M: np.ndarray) -> PropertyScale:
        """Of the known values; a property that does not vary keeps unit scale."""
        known = values_M[np.isfinite(values_M)]
        deviation = float(known.std())
        return cls(name, float(known.mean()), deviation if deviation > 1e-9 else 1.0)
