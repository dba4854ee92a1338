"""What a formula is made of, as a vector: statistics of pymatgen's element data."""

from __future__ import annotations

import functools
import warnings

import numpy as np

from ..crystals.crystals import Crystals
from ..crystals.elements import MAX_NUMBER

DATA = (
    "Z",
    "mendeleev_no",
    "atomic_mass",
    "melting_point",
    "group",
    "row",
    "X",
    "atomic_radius",
    "van_der_waals_radius",
    "average_ionic_radius",
    "molar_volume",
    "electron_affinity",
    "ionization_energy",
)
"""Attributes of pymatgen's Element; besides them the valence electrons in s, p, d and f shells."""
STATISTICS = ("minimum", "maximum", "range", "mean", "average deviation")
COLUMNS = (len(DATA) + 4) * len(STATISTICS)


def composition_fingerprints(crystals: Crystals) -> np.ndarray:
    """Minimum, maximum, range, mean and average deviation of each element datum over the atoms.

    The statistics are those of Ward et al. (npj Comput. Mater. 2, 2016) without the mode; the element data
    are pymatgen's. Where pymatgen knows no value, the median over the elements stands.

    Returns:
        float64 [M, COLUMNS], one statistic of all data after the other, in the units of the data.
    """
    values = _element_data()[np.asarray(crystals.numbers) - 1]
    starts, counts = crystals.offsets[:-1], crystals.counts[:, None]
    if not len(crystals):
        return np.zeros((0, COLUMNS))
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    mean = np.add.reduceat(values, starts) / counts
    away = np.abs(values - np.repeat(mean, crystals.counts, axis=0))
    return np.concatenate([low, high, high - low, mean, np.add.reduceat(away, starts) / counts], axis=1)


def composition_spread() -> np.ndarray:
    """Standard deviation of each datum over the elements, for each column [COLUMNS]."""
    return np.tile(_element_data().std(axis=0), len(STATISTICS))


@functools.cache
def _element_data() -> np.ndarray:
    """float64 [100, data]."""
    from pymatgen.core import Element

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns of every value that it does not know
        rows = []
        for number in range(1, MAX_NUMBER + 1):
            element = Element.from_Z(number)
            given = [getattr(element, name) for name in DATA]
            known = [np.nan if value is None else float(value) for value in given]
            rows.append([*known, *_valence(element.full_electronic_structure, number)])
    table = np.array(rows)
    return np.where(np.isnan(table), np.nanmedian(table, axis=0), table)


def _valence(shells: list[tuple[int, str, int]], number: int) -> list[float]:
    """Electrons in s, p, d and f shells outside the noble gas below."""
    inside = max((core for core in (2, 10, 18, 36, 54, 86) if core < number), default=0)
    outside = dict.fromkeys("spdf", 0.0)
    for _, kind, electrons in shells:
        if inside > 0:
            inside -= electrons
        else:
            outside[kind] += electrons
    return list(outside.values())
