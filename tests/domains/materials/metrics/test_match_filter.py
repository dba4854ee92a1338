"""The filter before StructureMatcher: it never turns away a pair that matches, and it turns away many."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.metrics.match_filter import PrimitiveCells, formulas, may_match
from fourfold.domains.materials.metrics.tolerances import CDVAE, STRICT, Tolerances
from pymatgen.core import Lattice, Structure


def random_pair(rng: np.random.Generator) -> tuple[Structure, Structure]:
    """A structure and another made of it: strained, moved, in other axes, sometimes doubled."""
    angles = rng.uniform(60, 110, 3)
    cell = Lattice.from_parameters(*rng.uniform(2.5, 6, 3), *angles)
    atoms = int(rng.integers(1, 3))
    species = rng.choice(["Na", "Cl"], atoms)
    one = Structure(cell, species, rng.random((atoms, 3)))
    strain = np.eye(3) + rng.uniform(0, 0.7) * rng.uniform(-1, 1, (3, 3))
    moved = one.frac_coords + rng.uniform(0, 0.1) * rng.normal(size=(atoms, 3)) + rng.random(3)
    other = Structure(Lattice(cell.matrix @ strain), species, moved)
    if rng.random() < 0.3:
        other.make_supercell(np.diag(rng.permutation([1, 1, 2])))
    change = np.eye(3, dtype=int)
    change[0, 1], change[2, 0] = rng.integers(-1, 2, 2)
    other.make_supercell(change)
    return one, other


@pytest.mark.parametrize("tolerances", [CDVAE, STRICT, Tolerances(site=0.5, angle=60, length=0.05)], ids=str)
def test_a_pair_that_matches_is_never_turned_away(tolerances):
    rng, matcher = np.random.default_rng(1), tolerances.matcher()
    matches = refused = 0
    for _ in range(24):
        one, other = random_pair(rng)
        match = matcher.get_rms_dist(one, other) is not None or matcher.fit(one, other)
        kept = may_match(
            PrimitiveCells(crystals_of([one])), 0, PrimitiveCells(crystals_of([other])), 0, tolerances
        )
        assert kept or not match
        matches += match
        refused += not kept
    assert matches > 2
    assert refused > 0


def crystal(numbers, lengths=(4, 4, 4)) -> Crystals:
    atoms = len(numbers)
    frac = np.random.default_rng(atoms).random((atoms, 3))
    return Crystals(
        frac,
        np.array(numbers, np.int32),
        np.array([lengths], float),
        np.full((1, 3), 90.0),
        np.array([0, atoms]),
        ("x",),
    )


def test_another_formula_and_another_number_of_sites_are_turned_away():
    salt = PrimitiveCells(crystal([11, 17]))
    assert not may_match(salt, 0, PrimitiveCells(crystal([11, 9])), 0, CDVAE)
    assert not may_match(salt, 0, PrimitiveCells(crystal([11, 11, 17, 17])), 0, CDVAE)
    assert not may_match(salt, 0, PrimitiveCells(crystal([11, 17], (4, 4, 40))), 0, CDVAE)
    assert may_match(
        salt, 0, PrimitiveCells(crystal([17, 11], (40, 40, 40))), 0, CDVAE
    )  # volume is no matter


def test_formulas_are_reduced_and_rows_are_found_by_them():
    cells = PrimitiveCells(crystal([11, 17, 11, 17]))
    assert formulas(cells.crystals) == [((11, 17), (1, 1))]
    assert cells.rows == {((11, 17), (1, 1)): [0]}
    assert len(cells) == 1
