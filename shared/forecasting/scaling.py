"""Standard scaling per series, fitted on training rows only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError


@dataclass(frozen=True)
class StandardScaler:
    """z = (y - mean) / scale per series, float64; a constant series has scale 1, so z = 0."""

    mean: np.ndarray
    """float64 [N]."""
    scale: np.ndarray
    """float64 [N], population standard deviation (ddof 0)."""

    @classmethod
    def fit(cls, values: np.ndarray, observed: np.ndarray) -> StandardScaler:
        """Mean and deviation over observed steps of values [T, N]; a series without any gets 0 and 1."""
        count = np.maximum(observed.sum(axis=0), 1)
        mean = np.where(observed, values, 0).sum(axis=0, dtype=np.float64) / count
        variance = (np.where(observed, values - mean, 0.0) ** 2).sum(axis=0) / count
        return cls(mean, _usable(np.sqrt(variance), mean))

    def transform(self, values: np.ndarray, series: np.ndarray | slice | int = slice(None)) -> np.ndarray:
        """z-scores of values [..., N] (or of the columns `series` alone), float64."""
        return (values - self.mean[series]) / self.scale[series]

    def inverse(self, values: np.ndarray, series: np.ndarray | slice | int = slice(None)) -> np.ndarray:
        """Back to the unit of the data, float64."""
        return values * self.scale[series] + self.mean[series]

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name."""
        return {"mean": self.mean, "scale": self.scale}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray]) -> StandardScaler:
        """Rebuild from `state()`.

        Raises:
            InputError: the two arrays do not belong together.
        """
        mean, scale = (np.asarray(state[key], dtype=np.float64) for key in ("mean", "scale"))
        if mean.shape != scale.shape or not (scale > 0).all():
            raise InputError("scaler", "mean and scale do not belong together", expected="positive scales")
        return cls(mean, scale)


def _usable(scale: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Deviations at rounding level of the mean are no deviations."""
    return np.where(scale > 1e-12 * np.maximum(np.abs(mean), 1e-300), scale, 1.0)
