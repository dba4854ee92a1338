"""Atoms too near are drawn apart, the others stay."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.lattice import lattice_matrices
from fourfold.domains.materials.flow.steric import GAIN, draw_apart
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

CELL = np.array([[5.0, 0, 0], [1.0, 6.0, 0], [0.5, -1.0, 7.0]])


def drawn(frac, cell=CELL, least=1.0, times=1):
    moved = frac[None].copy()
    for _ in range(times):
        draw_apart(moved, cell[None], np.array([len(frac)]), least)
    return moved[0]


def test_a_pair_moves_by_its_share_of_what_it_lacks():
    frac = np.array([[0.98, 0.5, 0.5], [0.02, 0.5, 0.5], [0.5, 0.1, 0.1]])  # 0.2 angstrom through the wall
    moved = drawn(frac)
    assert np.array_equal(moved[2], frac[2])
    gap = (moved[1] - moved[0] - np.round(moved[1] - moved[0])) @ CELL
    assert np.linalg.norm(gap) == pytest.approx(0.2 + GAIN * 0.8)
    assert np.allclose(moved[0] + moved[1], frac[0] + frac[1])


def test_a_pair_parts_along_the_shortest_way_of_all_images_on_every_axis():
    """In skewed cells the nearest image is often not the one that rounding finds, on either side."""
    random, least = np.random.default_rng(0), 20.0
    grid = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    steps = set()
    for _ in range(400):
        cell = lattice_matrices(random.uniform(3, 7, (1, 3)), random.uniform(60, 120, (1, 3)))[0]
        frac = random.random((2, 3))
        apart = frac[0] - frac[1] - np.round(frac[0] - frac[1])
        images = (apart + grid) @ cell
        nearest = np.linalg.norm(images, axis=1).argsort()
        shortest, image = images[nearest[0]], grid[nearest[0]]
        if np.abs(image).max() > 1:
            continue  # flatter than the 27 around reach
        steps |= {(axis, step) for axis, step in enumerate(image.tolist())}
        moved = drawn(frac, cell, least) - frac
        distance = np.linalg.norm(shortest)
        push = GAIN * (least - distance) / 2 * shortest / distance
        assert np.allclose(moved @ cell, [push, -push], atol=1e-9)
    assert steps == {(axis, step) for axis in range(3) for step in (-1, 0, 1)}


def test_atoms_on_one_spot_part_and_stay_finite():
    moved = drawn(np.full((3, 3), 0.25), times=40)
    gaps = moved - np.roll(moved, 1, 0)
    assert np.linalg.norm((gaps - np.round(gaps)) @ CELL, axis=1).min() > 0.9


def test_a_flat_cell_and_atoms_beyond_the_count_are_left_alone():
    frac = np.full((2, 3), 0.25)
    assert np.array_equal(drawn(frac, np.zeros((3, 3))), frac)
    padded = frac[None].copy()
    draw_apart(padded, CELL[None], np.array([1]), 1.0)
    assert np.array_equal(padded[0], frac)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_order_and_axes_do_not_matter(seed, atoms):
    random = np.random.default_rng(seed)
    frac, order = random.random((atoms, 3)) * 0.2, random.permutation(atoms)
    moved = drawn(frac)
    assert np.allclose(drawn(frac[order]), moved[order], atol=1e-12)
    assert np.allclose(drawn(frac, CELL @ Rotation.random(rng=random).as_matrix()), moved, atol=1e-9)
    assert np.allclose(drawn(frac + 3), moved + 3, atol=1e-12)
