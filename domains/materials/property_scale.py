"""The unit of the property that a latent tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...shared.errors import note

FAR = 4.0
"""Deviations from the mean beyond which hardly any crystal was trained on."""


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

    def tell_far(self, field: str, value: float) -> None:
        """A note where a value wished for lies far from those trained on."""
        if abs(value - self.mean) > FAR * self.scale:
            note(
                f"{field}: {value:g} is far from the crystals that the generator was trained on, whose "
                f"{self.name} is {self.mean:.4g} on average with a standard deviation of {self.scale:.3g}; "
                "what it makes is unlikely to come near"
            )
