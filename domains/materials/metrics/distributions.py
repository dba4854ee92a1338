"""How alike the distributions of a figure are among generated and real crystals."""

from __future__ import annotations

import functools
import warnings

import numpy as np
from scipy.stats import wasserstein_distance

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from ..crystals.elements import MAX_NUMBER

_GRAMS_PER_CM3 = 1.66053906660
"""Of one dalton per cubic angstrom."""


def densities(crystals: Crystals) -> np.ndarray:
    """Grams per cubic centimetre, float64 [M]; infinite in a cell without volume."""
    masses = _masses()[np.asarray(crystals.numbers) - 1]
    atoms = np.repeat(np.arange(len(crystals)), crystals.counts)
    with np.errstate(all="ignore"):
        return _GRAMS_PER_CM3 * np.bincount(atoms, masses, len(crystals)) / crystals.volumes()


def element_counts(crystals: Crystals) -> np.ndarray:
    """Different elements of each crystal, int64 [M]."""
    pairs = zip(crystals.offsets[:-1], crystals.offsets[1:], strict=True)
    return np.array([len(np.unique(crystals.numbers[start:stop])) for start, stop in pairs], np.int64)


def wasserstein(field: str, generated: np.ndarray, reference: np.ndarray) -> float:
    """First Wasserstein distance of two samples, in the unit of the figure.

    Raises:
        InputError: a sample is empty or holds a value that is not finite.
    """
    for whose, values in (("generated", generated), ("reference", reference)):
        if not len(values):
            raise InputError(field, f"has no value of a {whose} crystal")
        bad = ~np.isfinite(values)
        if bad.any():
            where = f"{whose} crystal {int(bad.argmax())}"
            raise InputError(field, f"{int(bad.sum())} values are not finite", where=where)
    return float(wasserstein_distance(generated, reference))


@functools.cache
def _masses() -> np.ndarray:
    """Daltons of elements 1 to 100."""
    from pymatgen.core import Element

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([float(Element.from_Z(z).atomic_mass) for z in range(1, MAX_NUMBER + 1)])
