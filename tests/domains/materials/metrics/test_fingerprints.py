"""Vectors of structure and composition: what they must not see, what they must see, and known values."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.domains.materials.metrics import composition_fingerprint, structure_fingerprint
from fourfold.domains.materials.metrics.composition_fingerprint import composition_fingerprints
from fourfold.domains.materials.metrics.fingerprints import fingerprints
from fourfold.domains.materials.metrics.structure_fingerprint import structure_fingerprints
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

SITE = structure_fingerprint.SITE


def random_crystal(seed: int, atoms: int = 5) -> Structure:
    rng = np.random.default_rng(seed)
    lattice = Lattice.from_parameters(*rng.uniform(3.5, 6, 3), *rng.uniform(70, 110, 3))
    corners = np.array(list(itertools.product((0.0, 0.5), repeat=3)))[rng.permutation(8)[:atoms]]
    return Structure(
        lattice, rng.choice(["Na", "Cl", "O"], atoms), corners + rng.uniform(0, 0.25, (atoms, 3))
    )


def vector(structure: Structure) -> np.ndarray:
    return structure_fingerprints(crystals_of([structure]))[0]


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_order_origin_cell_scale_and_rotation_are_not_seen(seed):
    rng, one = np.random.default_rng(seed), random_crystal(seed)
    order = rng.permutation(len(one))
    moved = Structure(one.lattice, [one.species[i] for i in order], one.frac_coords[order] + rng.random(3))
    moved.make_supercell([[1, 1, 0], [0, 1, 0], [0, -1, 1]])
    moved.make_supercell([1, 1, 2])
    moved.scale_lattice(moved.volume * 1.7)
    np.testing.assert_allclose(vector(moved), vector(one), atol=1e-6)


def test_known_structures_have_known_coordination_and_bond_order():
    fcc = vector(Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.6), ["Cu"], [[0, 0, 0]]))
    assert fcc[11] == pytest.approx(1.0)  # 12 neighbours
    # Steinhardt's values for a cuboctahedron: Q4 = 0.1909, Q6 = 0.5745.
    assert fcc[structure_fingerprint.COORDINATIONS + 2] == pytest.approx(0.1909, abs=1e-4)
    assert fcc[structure_fingerprint.COORDINATIONS + 3] == pytest.approx(0.5745, abs=1e-4)
    np.testing.assert_allclose(fcc[SITE:], 0, atol=1e-9)
    diamond = vector(Structure.from_spacegroup("Fd-3m", Lattice.cubic(3.57), ["C"], [[0, 0, 0]]))
    assert diamond[3] == pytest.approx(1.0)
    salt = vector(
        Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.6), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
    )
    assert salt[5] == pytest.approx(1.0)
    # Of a lone octahedron: Q4 = sqrt(7 / 12), Q6 = sqrt(1 / 8).
    assert salt[structure_fingerprint.COORDINATIONS + 2] == pytest.approx(np.sqrt(7 / 12), abs=1e-4)
    assert salt[structure_fingerprint.COORDINATIONS + 3] == pytest.approx(np.sqrt(1 / 8), abs=1e-4)


def test_moved_atoms_are_seen_a_little_and_other_structures_much():
    one = random_crystal(3)
    shaken = one.copy()
    shaken.perturb(0.02, seed=1)
    near = np.linalg.norm(vector(one) - vector(shaken))
    far = np.linalg.norm(vector(one) - vector(random_crystal(4)))
    assert 0 < near < 0.3 * far
    assert vector(one).shape == (structure_fingerprint.COLUMNS,)
    assert vector(one).min() >= 0
    assert vector(one).max() <= 1 + 1e-9


def test_a_composition_has_the_statistics_of_its_atoms():
    salt = Structure(Lattice.cubic(5), ["Na", "Cl", "Cl"], [[0, 0, 0], [0.5] * 3, [0.25] * 3])
    row = composition_fingerprints(crystals_of([salt]))[0].reshape(5, -1)
    low, high, wide, mean, away = row[:, 0]
    assert (low, high, wide) == (11, 17, 6)
    assert mean == pytest.approx(15)
    assert away == pytest.approx((4 + 2 + 2) / 3)
    assert row[3, -4:] == pytest.approx([(1 + 2 + 2) / 3, 10 / 3, 0, 0])  # valence electrons of Na and Cl
    assert row.size == composition_fingerprint.COLUMNS


def test_every_element_has_finite_data():
    every = Crystals(
        np.zeros((100, 3)),
        np.arange(1, 101, dtype=np.int32),
        np.full((100, 3), 3.0),
        np.full((100, 3), 90.0),
        np.arange(101),
        tuple(map(str, range(100))),
    )
    assert np.isfinite(composition_fingerprints(every)).all()


def test_what_is_not_valid_has_no_fingerprint_and_spoils_no_other():
    good = crystals_of([random_crystal(0)])
    three = crystals_of([random_crystal(0), random_crystal(0), random_crystal(0)], ids="abc")
    overlapping = three.frac.copy()
    overlapping[5:10] = 0.0
    three = replace(three, frac=overlapping)
    found = fingerprints(three)
    alone = fingerprints(good)
    assert found.known.tolist() == [bool(alone.known[0]), False, bool(alone.known[0])]
    np.testing.assert_array_equal(found.structure[2], alone.structure[0])
    assert len(fingerprints(good.take([]))) == 0
    assert len(structures_of(good)) == 1
