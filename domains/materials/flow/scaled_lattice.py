"""The lattice as six numbers of about unit size: lengths per cube root of the atoms, and angles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_SCALE = np.array([0.05, 0.05, 0.05, 0.5, 0.5, 0.5])
"""Angstrom and degrees: data that hardly vary (all cubic, say) must not blow up the units."""


@dataclass(frozen=True)
class LatticeScale:
    """Mean and standard deviation, float64 [6], of [lengths / N^(1/3), angles] over training crystals."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, lengths_M3: np.ndarray, angles_M3: np.ndarray, counts_M: np.ndarray) -> LatticeScale:
        """Statistics of these crystals (CDVAE's `scale_length` targets)."""
        values = scaled(lengths_M3, angles_M3, counts_M)
        return cls(values.mean(0), np.maximum(values.std(0), LEAST_SCALE))

    def standardise(self, lengths_M3: np.ndarray, angles_M3: np.ndarray, counts_M: np.ndarray) -> np.ndarray:
        """float64 [M, 6]."""
        return (scaled(lengths_M3, angles_M3, counts_M) - self.mean) / self.scale

    def restore(self, standardised_M6: np.ndarray, counts_M: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lengths in angstrom and angles in degrees, float64 [M, 3] each."""
        values = np.asarray(standardised_M6, np.float64) * self.scale + self.mean
        return values[:, :3] * np.cbrt(counts_M)[:, None], values[:, 3:]


def scaled(lengths_M3: np.ndarray, angles_M3: np.ndarray, counts_M: np.ndarray) -> np.ndarray:
    """[lengths / N^(1/3), angles], float64 [M, 6]: nearly independent of the size of the cell."""
    return np.concatenate([lengths_M3 / np.cbrt(counts_M)[:, None], angles_M3], axis=1)
