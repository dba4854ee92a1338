"""Crystals made by hand and a slow neighbour search to compare with."""

import itertools

import numpy as np
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.lattice import lattice_matrices


def packed(cells):
    """Crystals of (frac [N, 3], lengths, angles), all carbon."""
    counts = [len(cell[0]) for cell in cells]
    return Crystals(
        np.concatenate([np.asarray(cell[0], float).reshape(-1, 3) for cell in cells]),
        np.full(sum(counts), 6, np.int32),
        np.array([cell[1] for cell in cells], float),
        np.array([cell[2] for cell in cells], float),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        tuple(f"made-{i}" for i in range(len(cells))),
    )


def random_cell(rng, atoms=None, skew=0.0):
    """Any valid cell: angles up to `skew` (0 to 1) of the way from cubic to flat."""
    atoms = int(rng.integers(1, 7)) if atoms is None else atoms
    while True:
        angles = 90 + skew * rng.uniform(-75, 75, 3)
        lengths = rng.uniform(2.5, 9, 3)
        a, b, c = np.deg2rad(angles)
        square = 1 - np.cos(a) ** 2 - np.cos(b) ** 2 - np.cos(c) ** 2 + 2 * np.cos(a) * np.cos(b) * np.cos(c)
        if square > 1e-3 and np.prod(lengths) * np.sqrt(square) > 3:
            return rng.random((atoms, 3)), lengths, angles


def brute_force(frac, lengths, angles, cutoff):
    """Set of (receiver, sender, image) by looking at every image that could matter, in float64."""
    lattice = lattice_matrices(lengths, angles)
    reach = np.linalg.norm(np.linalg.inv(lattice), axis=0) * cutoff
    most = np.ceil(reach + np.ptp(frac, axis=0)).astype(int)
    found = {}
    for image in itertools.product(*(range(-n, n + 1) for n in most)):
        moved = (frac + np.array(image)) @ lattice
        distance = np.linalg.norm(moved[None] - (frac @ lattice)[:, None], axis=-1)
        for i, j in zip(*np.nonzero(distance <= cutoff + 1e-8), strict=True):
            if i != j or any(image):
                found[int(i), int(j), *image] = distance[i, j]
    return found


def edges_of(found, m):
    """The same set from a NeighborList, for crystal m, atoms counted within it."""
    rows = slice(*found.edge_offsets[m : m + 2])
    first = found.offsets[m]
    keys = zip(found.receiver[rows] - first, found.sender[rows] - first, *found.image[rows].T, strict=True)
    return {tuple(int(x) for x in key): float(d) for key, d in zip(keys, found.distance[rows], strict=True)}
