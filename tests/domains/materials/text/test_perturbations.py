"""Each change does what it says, the same for a seed, whatever stands beside the crystal."""

import numpy as np
import pytest
from fourfold.domains.materials.neighbors.neighbor_list import neighbor_list
from fourfold.domains.materials.text import (
    permute_structure,
    perturb_structure,
    shuffle_coordinates,
    translate_single_atom,
    translate_structure,
)
from fourfold.shared.errors import InputError
from told_crystals import crystals, many


def moved(before, after):
    """Cartesian movement of each atom, least image."""
    apart = after.frac - before.frac
    apart -= np.round(apart)
    matrices = np.repeat(before.matrices(), before.counts, axis=0)
    return np.einsum("ai,aij->aj", apart, matrices)


CHANGES = [
    permute_structure,
    translate_structure,
    translate_single_atom,
    lambda given, seed: perturb_structure(given, 0.3, seed=seed),
    shuffle_coordinates,
]


@pytest.mark.parametrize("change", CHANGES)
def test_seeded_and_independent_of_the_batch(change):
    given = crystals()
    copy = given.frac.copy()
    once, again, other = change(given, seed=3), change(given, seed=3), change(given, seed=4)
    assert np.array_equal(given.frac, copy)
    assert np.array_equal(once.frac, again.frac) and not np.array_equal(once.frac, other.frac)
    alone = change(given.take([2]), seed=3)
    assert np.array_equal(alone.frac, once.take([2]).frac)
    assert np.array_equal(alone.numbers, once.take([2]).numbers)
    assert (once.frac >= 0).all() and (once.frac < 1).all()
    with pytest.raises(InputError, match="seed"):
        change(given, seed=-1)


def test_permuted_sites_are_the_same_sites():
    given = crystals()
    found = permute_structure(given, seed=1)
    for m in range(len(given)):
        one, other = given.take([m]), found.take([m])
        sites = [sorted(zip(c.numbers.tolist(), *c.frac.T.tolist(), strict=True)) for c in (one, other)]
        assert sites[0] == sites[1]


def test_translation_keeps_every_distance():
    given = many(5)
    found = translate_structure(given, seed=1)
    assert np.linalg.norm(moved(given, found), axis=1).min() > 0.1
    lists = [neighbor_list(c, 5.0) for c in (given, found)]
    shells = [np.sort(f.distance) for f in lists]
    assert np.allclose(*shells)
    by_vector = translate_structure(given, vector=(0.25, 0, 0))
    assert np.allclose(moved(given, by_vector), [1.0, 0, 0])


@pytest.mark.parametrize("atoms", [1, 3, 99])
def test_so_many_atoms_are_moved(atoms):
    given = many(6)
    found = translate_single_atom(given, seed=2, atoms=atoms)
    far = np.linalg.norm(moved(given, found), axis=1)
    assert np.allclose(far[far > 0], np.sqrt(3))
    assert ((far > 0).reshape(6, 5).sum(axis=1) == min(atoms, 5)).all()


def test_perturbed_atoms_of_a_crystal_move_by_one_distance():
    given = many(20)
    far = np.linalg.norm(moved(given, perturb_structure(given, 0.3, seed=0)), axis=1).reshape(20, 5)
    assert np.allclose(far, far[:, :1])
    assert far.min() > 0 and far.max() <= 0.3 and far[:, 0].std() > 0.03


def test_shuffled_coordinates_are_the_same_numbers():
    given = crystals()
    found = shuffle_coordinates(given, seed=0)
    assert np.array_equal(found.numbers, given.numbers)
    for a, b in zip(given.offsets[:-1], given.offsets[1:], strict=True):
        assert sorted(found.frac[a:b].ravel()) == sorted(given.frac[a:b].ravel())


@pytest.mark.parametrize(
    "change",
    [
        lambda c: perturb_structure(c, -1.0),
        lambda c: perturb_structure(c, np.nan),
        lambda c: translate_single_atom(c, atoms=0),
        lambda c: translate_structure(c, vector=(1, 2)),
        lambda c: translate_single_atom(c, vector=(1, 2, np.inf)),
    ],
)
def test_what_is_refused(change):
    with pytest.raises(InputError):
        change(crystals())
