"""Coordinates of a point set that no rotation, reflection, translation or (if wished) scaling changes.

Classical multidimensional scaling of the pairwise distances: double centring G = -1/2 J D^2 J, its leading
eigenpairs, X = U Lambda^(1/2) (Torgerson 1952; as an input transform of networks, TinvNN). Eigenvectors are
known up to sign only, and up to a rotation where eigenvalues coincide. Here both are settled by *landmarks*:
functions of the points that depend on distances alone, and therefore turn with the points. Within each
eigenspace, the first axis points along the projection of the first landmark, the next along what the second
one adds, and so on. What no landmark settles, the points' own symmetry leaves open (`ambiguous`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError

SAME = 1e-6
"""Eigenvalues closer than this share of the largest one count as equal, so span one eigenspace."""
SEEN = 1e-5
"""A landmark whose part in an eigenspace is smaller than this share of its length settles nothing there."""


@dataclass(frozen=True)
class InvariantCoordinates:
    """Canonical coordinates of N points in K dimensions."""

    coordinates: np.ndarray
    """float64 [N, K], centred, axes by falling spread; axes beyond the points' own dimension are 0."""
    eigenvalues: np.ndarray
    """float64 [K], sum of squares along each axis; equal ones (`degenerate`) share an eigenspace."""
    degenerate: np.ndarray
    """bool [K], axes within an eigenspace of more than one dimension. Their direction is canonical too, but a
    small move of the points may turn them far: no continuous choice exists there."""
    ambiguous: np.ndarray
    """bool [K], axes that no landmark settles: the points are symmetric along them (a square, a pair).
    Their sign or direction depends on the order of the points; distances are kept all the same."""
    scale: float
    """What the points were divided by: their mean distance, or 1."""


def invariant_coordinates(
    points: ArrayLike, dimensions: int | None = None, scale: bool = False
) -> InvariantCoordinates:
    """Canonical coordinates [N, K] of points [N, D], for K = `dimensions` (default D).

    With K = D all distances are kept; with fewer, the K axes of largest spread remain, with more, zeros are
    appended. The order of the points is kept: permuting them permutes the rows. Costs O(N^2 (N + D)).

    Args:
        scale: divide by the mean distance of all pairs, so that the size of the set does not matter.

    Raises:
        InputError: not a finite [N, D] array with N >= 1; `scale` where all points coincide.
    """
    rows = np.array(points, dtype=np.float64)
    if rows.ndim != 2 or 0 in rows.shape:
        raise InputError("points", f"have shape {rows.shape}", expected="[N, D], at least one point")
    _require_finite("points", rows)
    rows -= rows.mean(axis=0)
    difference = rows[:, None] - rows[None]
    distances = np.sqrt(np.einsum("ijd,ijd->ij", difference, difference))
    return _scaled_mds(distances, dimensions or rows.shape[1], scale, rows @ rows.T)


def coordinates_from_distances(
    distances: ArrayLike, dimensions: int, scale: bool = False
) -> InvariantCoordinates:
    """The same from a symmetric matrix of distances [N, N].

    Distances that no Euclidean space has (negative eigenvalues) are approximated: classical scaling drops
    those eigenvalues, as it drops axes beyond `dimensions`.

    Raises:
        InputError: not square, not finite, negative, not symmetric, or not 0 on the diagonal.
    """
    given = np.array(distances, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.size:
        raise InputError("distances", f"have shape {given.shape}", expected="[N, N], at least one point")
    _require_finite("distances", given)
    tolerance = 1e-8 * max(given.max(), 1e-300)
    for wrong, problem in (
        (given < 0, "is negative"),
        (np.abs(given - given.T) > tolerance, "differs from its mirror image"),
        (np.eye(len(given), dtype=bool) & (np.abs(given) > tolerance), "is not 0 on the diagonal"),
    ):
        if wrong.any():
            raise InputError(
                "distances", problem, where=_first(wrong), expected="a symmetric distance matrix"
            )
    squared = given**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    return _scaled_mds(given, dimensions, scale, -0.5 * centred)


def _scaled_mds(distances: np.ndarray, k: int, scale: bool, gram: np.ndarray) -> InvariantCoordinates:
    if k < 1:
        raise InputError("dimensions", f"{k} is too few", expected="at least 1")
    n, unit = len(distances), 1.0
    if scale:
        unit = float(distances.sum() / (n * (n - 1))) if n > 1 else 0.0
        if unit == 0.0:
            raise InputError(
                "scale", "all points coincide, so there is no size to divide by", remedy="Pass scale=False"
            )
    distances, gram = distances / unit, (gram + gram.T) / (2 * unit**2)
    values, vectors = np.linalg.eigh(gram)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    rank = min(int((values > 1e-14 * max(values[0], 1e-300)).sum()), n)
    kept = min(rank, k)
    axes, ambiguous, degenerate = np.zeros((n, k)), np.zeros(k, bool), np.zeros(k, bool)
    eigenvalues = np.zeros(k)
    eigenvalues[:kept] = values[:kept]
    landmarks = _landmarks(distances)
    for start, stop in _eigenspaces(values[:rank]):
        basis, open_axes = _canonical_basis(vectors[:, start:stop], landmarks)
        end = min(stop, k)
        if start < end:
            axes[:, start:end] = basis[:, : end - start] * np.sqrt(values[start:end])
            ambiguous[start:end] = open_axes[: end - start]
            degenerate[start:end] = stop - start > 1
    return InvariantCoordinates(axes, eigenvalues, degenerate, ambiguous, unit)


def _landmarks(distances: np.ndarray) -> np.ndarray:
    """[M, N], centred and of length 1: sums over the other points that tell the points apart by distances."""
    largest = distances.max() if distances.max() > 0 else 1.0
    near = distances / largest
    sums = [(near**power).sum(axis=1) for power in (2, 1, 3, 4, 0.5)]
    # Second round: how far are the points that are themselves far out? Tells more sets apart.
    sums += [near @ sums[0] ** 2, near**2 @ sums[1] ** 3, near**3 @ sums[0] ** 3]
    rows = [row - row.mean() for row in sums]
    lengths = [np.linalg.norm(total) for total in sums]
    # A landmark that is the same at all points has nothing but rounding left after centring.
    return np.array(
        [
            row / np.linalg.norm(row) if np.linalg.norm(row) > 1e-9 * length else np.zeros_like(row)
            for row, length in zip(rows, lengths, strict=True)
        ]
    )


def _eigenspaces(values: np.ndarray) -> list[tuple[int, int]]:
    """Half-open ranges of equal eigenvalues, of those that fall from the first to the last."""
    if not len(values):
        return []
    breaks = np.flatnonzero(values[:-1] - values[1:] > SAME * values[0]) + 1
    edges = [0, *breaks.tolist(), len(values)]
    return list(pairwise(edges))


def _canonical_basis(vectors: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal basis [N, q] of the columns' span along the landmarks, and which axes are open, bool [q].

    Gram-Schmidt on the landmarks' projections: they turn with the basis of the eigenspace, so the result does
    not depend on it.
    """
    q = vectors.shape[1]
    rotation = np.zeros((q, q))
    found = 0
    for landmark in landmarks:
        projection = vectors.T @ landmark
        projection -= rotation[:, :found] @ (rotation[:, :found].T @ projection)
        length = np.linalg.norm(projection)
        if found < q and length > SEEN:
            rotation[:, found] = projection / length
            found += 1
    if found < q:
        rotation[:, found:] = _open_directions(vectors, rotation[:, :found])
    return vectors @ rotation, np.arange(q) >= found


def _open_directions(vectors: np.ndarray, settled: np.ndarray) -> np.ndarray:
    """The rest of the rotation, from the points in their order: reproducible, but not permutation-proof."""
    directions = np.zeros((len(settled), 0))
    for row in vectors:
        known = np.hstack([settled, directions])
        rest = row - known @ (known.T @ row)
        length = np.linalg.norm(rest)
        if known.shape[1] < len(settled) and length > 0.1 / np.sqrt(len(vectors)):
            directions = np.hstack([directions, (rest / length)[:, None]])
    return directions


def _require_finite(field: str, values: np.ndarray) -> None:
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise InputError(field, "is not finite", where=_first(wrong), expected="finite numbers")


def _first(wrong: np.ndarray) -> str:
    row, column = np.argwhere(wrong)[0].tolist()
    return f"row {row}, column {column}"
