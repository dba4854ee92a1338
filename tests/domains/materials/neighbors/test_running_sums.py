"""Compiled sums and cells give what NumPy gives."""

import numpy as np
from fourfold.domains.materials.crystals.lattice import lattice_matrices
from fourfold.domains.materials.neighbors.running_sums import pair_offsets, receiver_sums, running_sums
from fourfold.domains.materials.neighbors.triangular_cell import (
    cell_volume,
    plane_distances,
    triangular_cells,
)


def test_sums_are_those_of_numpy():
    offsets = np.array([0, 3, 3, 4, 6])
    pairs = pair_offsets(offsets)
    assert pairs.tolist() == [0, 9, 9, 10, 14]
    counts = np.random.default_rng(0).integers(0, 9, pairs[-1])
    assert running_sums(counts).tolist() == [0, *np.cumsum(counts)]
    blocks = [
        counts[a:b].reshape(n, n).sum(1) for a, b, n in zip(pairs, pairs[1:], (3, 0, 1, 2), strict=False)
    ]
    assert receiver_sums(counts, offsets).tolist() == np.concatenate(blocks).tolist()
    assert running_sums(np.array([], bool)).tolist() == [0]


def test_cells_are_those_of_linear_algebra():
    draw = np.random.default_rng(1)
    matrices = lattice_matrices(draw.uniform(2, 9, (20, 3)), draw.uniform(70, 110, (20, 3)))
    volumes = np.abs(np.linalg.det(matrices))
    np.testing.assert_allclose([cell_volume(one) for one in matrices], volumes)
    np.testing.assert_allclose(plane_distances(matrices), 1 / np.linalg.norm(np.linalg.inv(matrices), axis=1))
    a1, a2, a3, b2, b3, c3 = triangular_cells(matrices).T
    a, b, c = matrices.transpose(1, 0, 2)
    np.testing.assert_allclose(a1 * b2 * c3, volumes)
    np.testing.assert_allclose(a1**2 + a2**2 + a3**2, (a * a).sum(-1))
    np.testing.assert_allclose(a2 * b2 + a3 * b3, (a * b).sum(-1), atol=1e-9)
    np.testing.assert_allclose(b3 * c3, (b * c).sum(-1), atol=1e-9)
