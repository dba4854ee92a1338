"""Crystals made by hand, to be told as text."""

from functools import cache

import numpy as np
from fourfold.domains.materials.crystals.structures import crystals_of
from pymatgen.core import Lattice, Structure


@cache
def structures():
    """Rock salt, wurtzite, a perovskite with atoms off their places, and a triclinic cell."""
    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    wurtzite = Structure.from_spacegroup(
        "P6_3mc", Lattice.hexagonal(3.82, 6.26), ["Zn", "S"], [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.3748]]
    )
    perovskite = Structure(
        Lattice.tetragonal(3.99, 4.03),
        ["Ba", "Ti", "O", "O", "O"],
        [[0, 0, 0], [0.5, 0.5, 0.5122], [0.5, 0.5, 0.977], [0.5, 0, 0.4868], [0, 0.5, 0.4868]],
    )
    triclinic = Structure(
        Lattice.from_parameters(4.1, 5.3, 6.7, 77.3, 84.6, 68.9),
        ["C", "H", "O", "N"],
        [[0.11, 0.22, 0.33], [0.31, 0.27, 0.29], [0.64, 0.71, 0.12], [0.52, 0.18, 0.81]],
    )
    return [salt, wurtzite, perovskite, triclinic]


@cache
def crystals():
    """The same, packed."""
    return crystals_of(structures(), ids=["salt", "wurtzite", "perovskite", "triclinic"])


def many(count=150, seed=0):
    """Five-atom cells of one size, with random elements and places; every distance above 1 angstrom."""
    rng = np.random.default_rng(seed)
    ideal = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    names = ["Na", "K", "Mg", "Ca", "Ti", "Zr", "N", "O", "F"]
    made = []
    for _ in range(count):
        places = ideal + rng.uniform(-0.08, 0.08, (5, 3))
        made.append(Structure(Lattice.cubic(4.0), rng.choice(names, 5).tolist(), places % 1))
    return crystals_of(made)
