"""Many crystals as packed arrays: what every kernel, network and metric of this domain works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from .lattice import lattice_matrices


@dataclass(frozen=True)
class Crystals:
    """M crystals of A atoms in all; atoms of crystal m are rows offsets[m]:offsets[m + 1]."""

    frac: np.ndarray
    """Fractional coordinates in [0, 1), float64 [A, 3]."""
    numbers: np.ndarray
    """Atomic numbers 1-100, int32 [A]."""
    lengths: np.ndarray
    """a, b, c in angstrom, float64 [M, 3]."""
    angles: np.ndarray
    """alpha, beta, gamma in degrees, float64 [M, 3]."""
    offsets: np.ndarray
    """int64 [M + 1], from 0 to A."""
    ids: tuple[str, ...]
    """A name of each, unique."""
    properties: Mapping[str, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))
    """float64 [M] by name; NaN where a value is not known."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def counts(self) -> np.ndarray:
        """Atoms of each crystal, int64 [M]."""
        return np.diff(self.offsets)

    def matrices(self) -> np.ndarray:
        """Rows are lattice vectors, float64 [M, 3, 3]; c along z, a in the x-z plane."""
        return lattice_matrices(self.lengths, self.angles)

    def volumes(self) -> np.ndarray:
        """Cubic angstrom, float64 [M]."""
        return np.abs(np.linalg.det(self.matrices()))

    def take(self, rows: Sequence[int] | np.ndarray) -> Crystals:
        """The crystals of these rows, in this order."""
        chosen = np.asarray(rows, np.int64)
        counts = self.counts[chosen]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        atoms = np.repeat(self.offsets[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
        return Crystals(
            self.frac[atoms],
            self.numbers[atoms],
            self.lengths[chosen],
            self.angles[chosen],
            offsets,
            tuple(self.ids[i] for i in chosen),
            {name: values[chosen] for name, values in self.properties.items()},
        )
