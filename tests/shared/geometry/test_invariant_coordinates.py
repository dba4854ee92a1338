"""Canonical coordinates: what must not change them, and what they must keep."""

import numpy as np
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.geometry.invariant_coordinates import coordinates_from_distances, invariant_coordinates
from hypothesis import given
from hypothesis import strategies as st

SETS = st.tuples(st.integers(0, 10_000), st.integers(4, 12), st.integers(1, 4))


def point_set(seed, n, d):
    return np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(1.0, 2.0, d)


def orthogonal(rng, d, reflect):
    matrix = np.linalg.qr(rng.normal(size=(d, d)))[0]
    if (np.linalg.det(matrix) < 0) != reflect:
        matrix[:, 0] *= -1
    return matrix


def distances(points):
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


@given(SETS, st.booleans(), st.floats(0.01, 100), st.integers(0, 1000))
def test_rotation_reflection_translation_and_scaling_change_nothing(shape, reflect, factor, seed):
    points = point_set(*shape)
    rng = np.random.default_rng(seed)
    moved = factor * points @ orthogonal(rng, points.shape[1], reflect) + 5 * rng.normal(size=points.shape[1])
    here, there = invariant_coordinates(points, scale=True), invariant_coordinates(moved, scale=True)
    assert not here.ambiguous.any()
    np.testing.assert_allclose(there.coordinates, here.coordinates, atol=1e-7)
    assert there.scale == pytest.approx(factor * here.scale)
    size_kept = invariant_coordinates(moved / factor)
    np.testing.assert_allclose(size_kept.coordinates, here.coordinates * here.scale, atol=1e-6)


@given(SETS, st.integers(0, 1000))
def test_permuting_the_points_permutes_the_rows(shape, seed):
    points = point_set(*shape)
    order = np.random.default_rng(seed).permutation(len(points))
    whole, shuffled = invariant_coordinates(points), invariant_coordinates(points[order])
    np.testing.assert_allclose(shuffled.coordinates, whole.coordinates[order], atol=1e-7)


@given(SETS)
def test_distances_are_kept(shape):
    points = point_set(*shape)
    found = invariant_coordinates(points)
    np.testing.assert_allclose(distances(found.coordinates), distances(points), atol=1e-6)
    np.testing.assert_allclose(found.coordinates.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((found.coordinates**2).sum(axis=0), found.eigenvalues, atol=1e-9)
    assert (np.diff(found.eigenvalues) <= 1e-9).all()


@given(SETS)
def test_distances_alone_give_the_same(shape):
    points = point_set(*shape)
    from_points = invariant_coordinates(points)
    found = coordinates_from_distances(distances(points), points.shape[1])
    np.testing.assert_allclose(found.coordinates, from_points.coordinates, atol=1e-6)


def test_equal_eigenvalues_are_settled_by_landmarks():
    # A cross whose arms hold unlike points: equal spread along both axes, no symmetry between them.
    cross = np.array([[3.0, 0], [-3, 0], [0, 1], [0, -1], [0, 2], [0, -2], [0, 2], [0, -2]])
    lopsided = np.vstack([cross, [[0.0, 0.0]]])
    spread = np.linalg.eigvalsh(lopsided.T @ lopsided)
    assert spread[0] == pytest.approx(spread[1]) == pytest.approx(18)
    first = invariant_coordinates(lopsided)
    assert first.degenerate.all()

    # A spiral whitened to equal spread has no symmetry at all, so both axes are settled.
    angle = np.linspace(0, 4, 9)
    spiral = (1 + angle)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    spiral -= spiral.mean(axis=0)
    spiral = spiral @ np.linalg.inv(np.linalg.cholesky(spiral.T @ spiral).T)
    rng = np.random.default_rng(0)
    order = rng.permutation(9)
    here = invariant_coordinates(spiral)
    there = invariant_coordinates(spiral[order] @ orthogonal(rng, 2, True))
    assert here.degenerate.all() and not here.ambiguous.any()
    np.testing.assert_allclose(there.coordinates, here.coordinates[order], atol=1e-7)


def test_what_symmetry_leaves_open_is_said_and_distances_are_kept():
    square = np.array([[0.0, 0], [0, 1], [1, 1], [1, 0]])
    found = invariant_coordinates(square)
    assert found.degenerate.all() and found.ambiguous.all()
    np.testing.assert_allclose(distances(found.coordinates), distances(square), atol=1e-12)
    pair = invariant_coordinates(np.array([[0.0], [2.0]]))
    assert pair.ambiguous.all() and not pair.degenerate.any()
    np.testing.assert_allclose(np.abs(pair.coordinates), 1.0)


def test_axes_beyond_the_points_own_dimension_are_zero():
    line = np.array([[0.0, 0, 0], [1, 1, 1], [3, 3, 3]])
    found = invariant_coordinates(line)
    assert (found.coordinates[:, 1:] == 0).all() and (found.eigenvalues[1:] == 0).all()
    assert (invariant_coordinates(line, dimensions=5).coordinates[:, 3:] == 0).all()
    assert invariant_coordinates(line, dimensions=1).coordinates.shape == (3, 1)
    assert (invariant_coordinates(np.ones((4, 2))).coordinates == 0).all()
    assert (invariant_coordinates(np.array([[7.0, 8.0]])).coordinates == 0).all()


def test_distances_of_no_euclidean_space_lose_their_negative_part():
    star = np.array([[0.0, 1, 1, 1], [1, 0, 2, 2], [1, 2, 0, 2], [1, 2, 2, 0]])
    found = coordinates_from_distances(star, 3)
    assert np.isfinite(found.coordinates).all()
    assert found.eigenvalues[2] == 0
    centring = np.eye(4) - 0.25
    wanted = np.linalg.eigvalsh(-0.5 * centring @ star**2 @ centring)[::-1]
    np.testing.assert_allclose(found.eigenvalues[:2], wanted[:2], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: invariant_coordinates(np.zeros(3)), "points: have shape"),
        (lambda: invariant_coordinates(np.zeros((0, 2))), "points: have shape"),
        (
            lambda: invariant_coordinates([[0.0, 1.0], [np.nan, 0.0]]),
            "points at row 1, column 0: is not finite",
        ),
        (lambda: invariant_coordinates(np.ones((3, 2)), scale=True), "all points coincide"),
        (lambda: invariant_coordinates(np.eye(3), dimensions=-1), "dimensions: -1 is too few"),
        (lambda: coordinates_from_distances([[0.0, 1.0], [2.0, 0.0]], 1), "row 0, column 1: differs"),
        (lambda: coordinates_from_distances([[0.0, -1.0], [-1.0, 0.0]], 1), "is negative"),
        (lambda: coordinates_from_distances([[1.0, 1.0], [1.0, 0.0]], 1), "is not 0 on the diagonal"),
        (lambda: coordinates_from_distances(np.zeros((2, 3)), 1), "distances: have shape"),
    ],
)
def test_bad_input(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
