"""Formulas of crystals: reduced, and silent about noble gases."""

import numpy as np
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.formulas import formula_texts, written_formulas

NUMBERS = ([8, 8, 22, 8, 38], [17, 11, 17, 11], [10])


def crystals() -> Crystals:
    offsets = np.cumsum([0, *(len(numbers) for numbers in NUMBERS)])
    frac = np.random.default_rng(0).random((offsets[-1], 3))
    names = tuple(f"c{i}" for i in range(len(NUMBERS)))
    lengths, angles = np.full((3, 3), 4.0), np.full((3, 3), 90.0)
    return Crystals(frac, np.concatenate(NUMBERS).astype(np.int32), lengths, angles, offsets, names)


def test_elements_by_atomic_number() -> None:
    assert formula_texts(crystals()) == ["O3Ti1Sr1", "Na1Cl1", "Ne1"]


def test_formulas_as_chemists_write_them_and_neon_without_a_warning() -> None:
    assert written_formulas(crystals()) == ["SrTiO3", "NaCl", "Ne"]
