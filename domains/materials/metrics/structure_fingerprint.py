"""How the atoms of a crystal lie about each other, as a vector that knows neither elements nor scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numba
import numpy as np

from ..crystals.crystals import Crystals
from ..neighbors.neighbor_list import NeighborList, neighbor_list

VOLUME = 10.0
"""Cubic angstrom per atom to which every crystal is scaled first."""
CUTOFF = 6.0
"""Angstrom, after scaling: 2.8 times the cube root of the volume per atom."""
NEAR, FAR = 1.15, 1.4
"""The first shell counts to `NEAR` times the nearest distance of a site and fades out to `FAR` times."""
COORDINATIONS = 13
"""Sites with 1, 2, … 13 or more neighbours."""
ORDERS = (2, 3, 4, 6, 8)
"""Degrees of Steinhardt's bond order parameters."""
SHELLS = np.arange(1.6, 5.6, 0.4)
"""Centres of the radial shells in angstrom, after scaling; their width is half their distance."""
SITE = COORDINATIONS + len(ORDERS) + len(SHELLS)
COLUMNS = 2 * SITE


def structure_fingerprints(crystals: Crystals) -> np.ndarray:
    """Mean and standard deviation over the sites of what each site sees.

    A site sees its coordination number (shared between the two nearest whole numbers), the bond order
    parameters Q_l of its first shell (Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 1983), and how dense
    its surroundings are in shells of radius, against the mean density: g / (1 + g).

    Args:
        crystals: valid ones; atoms on one spot or a flat cell are refused by the neighbour search.

    Returns:
        float64 [M, COLUMNS], all between 0 and 1, the same for any choice of cell, axes or order of atoms.
    """
    if not len(crystals):
        return np.zeros((0, COLUMNS))
    factor = np.cbrt(VOLUME * crystals.counts / crystals.volumes())
    scaled = replace(crystals, lengths=crystals.lengths * factor[:, None])
    edges = neighbor_list(scaled, CUTOFF)
    atoms = np.repeat(np.arange(len(scaled)), scaled.counts)
    sites = _sites(
        edges.receiver_offsets, edges.distance, _vectors(scaled, edges, atoms), np.array(ORDERS), SHELLS
    )
    starts, counts = crystals.offsets[:-1], crystals.counts[:, None]
    mean = np.add.reduceat(sites, starts) / counts
    variance = np.add.reduceat((sites - mean[atoms]) ** 2, starts) / counts
    return np.concatenate([mean, np.sqrt(variance)], axis=1)


def _vectors(crystals: Crystals, edges: NeighborList, atoms: np.ndarray) -> np.ndarray:
    """From each receiver to its sender, float64 [E, 3]."""
    frac = crystals.frac[edges.sender] + edges.image - crystals.frac[edges.receiver]
    matrices = crystals.matrices()[atoms[edges.receiver]]
    return np.einsum("ek,ekx->ex", frac, matrices)


@numba.njit(cache=True)
def _sites(
    offsets: np.ndarray, distance: np.ndarray, vectors: np.ndarray, orders: np.ndarray, shells: np.ndarray
) -> np.ndarray:
    """What each site sees, float64 [A, SITE]."""
    out = np.zeros((len(offsets) - 1, COORDINATIONS + len(orders) + len(shells)))
    width = 0.5 * (shells[1] - shells[0])
    for i in range(len(out)):
        first, last = offsets[i], offsets[i + 1]
        near = np.empty(last - first, np.int64)
        weight = np.empty(last - first)
        count, total, nearest = 0, 0.0, distance[first:last].min()
        for e in range(first, last):
            w = _fading(distance[e] / nearest)
            if w > 0.0:
                near[count], weight[count] = e, w
                count += 1
                total += w
            for s in range(len(shells)):
                apart = (distance[e] - shells[s]) / width
                if abs(apart) < 5.0:
                    out[i, COORDINATIONS + len(orders) + s] += math.exp(-0.5 * apart * apart)
        whole = min(int(total), COORDINATIONS)
        part = min(total - whole, 1.0)
        out[i, min(whole, COORDINATIONS) - 1] += 1.0 - part
        out[i, min(whole + 1, COORDINATIONS) - 1] += part
        out[i, COORDINATIONS : COORDINATIONS + len(orders)] = _bond_order(
            vectors, distance, near[:count], weight[:count] / total, orders
        )
        for s in range(len(shells)):
            # A gaussian shell in a crystal of even density holds this many atoms.
            even = math.sqrt(2 * math.pi) * width * 4 * math.pi * (shells[s] ** 2 + width**2) / VOLUME
            g = out[i, COORDINATIONS + len(orders) + s] / even
            out[i, COORDINATIONS + len(orders) + s] = g / (1.0 + g)
    return out


@numba.njit(cache=True)
def _fading(ratio: float) -> float:
    """1 in the first shell, 0 beyond it, a cosine between."""
    if ratio <= NEAR:
        return 1.0
    if ratio >= FAR:
        return 0.0
    return 0.5 + 0.5 * math.cos(math.pi * (ratio - NEAR) / (FAR - NEAR))


@numba.njit(cache=True)
def _bond_order(
    vectors: np.ndarray, distance: np.ndarray, near: np.ndarray, share: np.ndarray, orders: np.ndarray
) -> np.ndarray:
    """Q_l by the addition theorem: Q_l^2 = sum over pairs of share_i share_j P_l(cos angle_ij)."""
    highest = orders.max()
    squares = np.zeros(highest + 1)
    legendre = np.empty(highest + 1)
    for i in range(len(near)):
        for j in range(len(near)):
            a, b = near[i], near[j]
            cosine = (vectors[a] * vectors[b]).sum() / (distance[a] * distance[b])
            legendre[0], legendre[1] = 1.0, cosine
            for degree in range(2, highest + 1):
                high = (2 * degree - 1) * cosine * legendre[degree - 1]
                legendre[degree] = (high - (degree - 1) * legendre[degree - 2]) / degree
            squares += share[i] * share[j] * legendre
    out = np.empty(len(orders))
    for k in range(len(orders)):
        out[k] = math.sqrt(max(squares[orders[k]], 0.0))
    return out
