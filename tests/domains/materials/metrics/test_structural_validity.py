"""Shortest distances in any cell, and the bounds that make a structure valid."""

import itertools

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.metrics.nearest_distance import nearest_distances
from fourfold.domains.materials.metrics.structural_validity import structural_validity, validity
from hypothesis import given, settings
from hypothesis import strategies as st


def one(frac, lengths, angles=(90, 90, 90), numbers=None) -> Crystals:
    frac = np.atleast_2d(np.asarray(frac, float))
    numbers = np.full(len(frac), 6, np.int32) if numbers is None else np.asarray(numbers, np.int32)
    return Crystals(
        frac, numbers, np.array([lengths], float), np.array([angles], float), np.array([0, len(frac)]), ("x",)
    )


def by_images(crystal: Crystals, reach: int = 7) -> float:
    """Every pair in (2 reach + 1)^3 images."""
    images = np.array(list(itertools.product(range(-reach, reach + 1), repeat=3)))
    difference = crystal.frac[:, None, None] - crystal.frac[None, :, None] + images
    distance = np.linalg.norm(difference @ crystal.matrices()[0], axis=-1)
    return float(distance[distance > 1e-9].min())


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.integers(1, 4),
    st.tuples(*[st.floats(2.0, 7.0)] * 3),
    st.tuples(st.floats(35, 145), st.floats(35, 145), st.floats(0.1, 0.9)),
)
def test_shortest_distance_equals_the_search_of_many_images(seed, atoms, lengths, shape):
    alpha, beta, between = shape
    low, high = abs(alpha - beta), min(alpha + beta, 360 - alpha - beta)
    crystal = one(
        np.random.default_rng(seed).random((atoms, 3)), lengths, (alpha, beta, low + between * (high - low))
    )
    assert nearest_distances(crystal)[0] == pytest.approx(by_images(crystal), abs=1e-6)


@given(st.integers(0, 10_000), st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_the_choice_of_cell_does_not_matter(seed, shear):
    rng = np.random.default_rng(seed)
    frac, cell = rng.random((3, 3)), np.diag(rng.uniform(3, 6, 3))
    change = np.array([[1, shear[0], shear[1]], [0, 1, shear[2]], [0, 0, 1]])
    skewed = change @ cell
    lengths = np.linalg.norm(skewed, axis=1)
    cosine = (skewed @ skewed.T) / np.outer(lengths, lengths)
    angles = np.degrees(np.arccos([cosine[1, 2], cosine[0, 2], cosine[0, 1]]))
    other = one(frac @ np.linalg.inv(change) % 1, lengths, angles)
    assert nearest_distances(other)[0] == pytest.approx(
        nearest_distances(one(frac, np.diag(cell)))[0], rel=1e-6
    )


def test_atoms_at_the_bound_their_own_images_and_small_cells_are_not_valid():
    assert not structural_validity(one([[0, 0, 0], [0.05, 0, 0]], (10, 10, 10)))[0]
    assert structural_validity(one([[0, 0, 0], [0.051, 0, 0]], (10, 10, 10)))[0]
    assert not structural_validity(one([[0, 0, 0]], (0.4, 10, 10)))[0]  # its own image
    assert not structural_validity(one([[0, 0, 0], [0.96, 0, 0]], (10, 10, 10)))[0]  # across the border
    assert not structural_validity(one([[0, 0, 0]], (3, 3, 3), (30, 30, 170)))[0]  # no such cell
    assert not structural_validity(one([[0, 0, 0]], (3, 0, 3)))[0]


@pytest.mark.parametrize(
    "crystal",
    [
        one([[np.nan, 0, 0], [0.5, 0, 0]], (4, 4, 4)),
        one([[0, 0, 0]], (np.inf, 4, 4)),
        one([[0, 0, 0]], (4, 4, 4), (90, np.nan, 90)),
        one([[0, 0, 0]], (4, 4, 4), (90, 0, 90)),
        one(np.zeros((0, 3)), (4, 4, 4)),
    ],
)
def test_what_is_not_finite_or_empty_is_not_valid_and_never_raises(crystal):
    assert not structural_validity(crystal)[0]


def test_both_kinds_of_validity_together():
    salt = one([[0, 0, 0], [0.5, 0.5, 0.5]], (3.5, 3.5, 3.5), numbers=[11, 17])
    gas = one([[0, 0, 0], [0.5, 0.5, 0.5]], (3.5, 3.5, 3.5), numbers=[2, 17])
    assert validity(salt)[0]
    assert not validity(gas)[0]
