"""A structure type is an arrangement: other elements make no other, another arrangement does."""

import numpy as np
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.metrics.structure_types import new_structure_types
from pymatgen.core import Lattice, Structure


def rock_salt(a, b, length):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(length), [a, b], [[0, 0, 0], [0.5, 0.5, 0.5]])


def caesium_chloride(a, b, length):
    return Structure(Lattice.cubic(length), [a, b], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_elements_make_no_type():
    known = crystals_of([rock_salt("Na", "Cl", 5.64)])
    tried = crystals_of(
        [
            rock_salt("Mg", "O", 4.21).get_primitive_structure(),
            caesium_chloride("Cs", "Cl", 4.12),
            Structure(Lattice.cubic(2.9), ["Fe"], [[0, 0, 0]]),
        ]
    )
    assert new_structure_types(tried, known).tolist() == [False, True, True]
    assert np.array_equal(new_structure_types(tried, tried), [False] * 3)
