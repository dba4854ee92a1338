"""What the two small regressors of the geometry probe see: words of a text, or elements and distances."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from ..crystals.crystals import Crystals
from ..neighbors.neighbor_list import neighbor_list

BUCKETS = 4096
_LONGEST = 3
_CUTOFF, _WIDTH = 7.0, 0.25
_NUMBERS = 100


def text_features(texts: Sequence[str], buckets: int = BUCKETS) -> np.ndarray:
    """Counts of runs of one to three words, hashed into buckets, float64 [M, buckets].

    Words are parted by blanks and line breaks. Hashing is by CRC-32, the same on every machine.
    """
    found = np.zeros((len(texts), buckets))
    for row, text in enumerate(texts):
        words = text.split()
        for length in range(1, _LONGEST + 1):
            for start in range(len(words) - length + 1):
                run = " ".join(words[start : start + length])
                found[row, zlib.crc32(run.encode()) % buckets] += 1
    return found


def geometry_features(crystals: Crystals) -> np.ndarray:
    """Shares of the 100 elements, then neighbours per atom by distance in Gaussian bins, float64 [M, F].

    Invariant to order, rotation, translation and choice of cell; of elements and distances, not of which
    element is where.
    """
    row = np.repeat(np.arange(len(crystals)), crystals.counts)
    shares = np.zeros((len(crystals), _NUMBERS))
    np.add.at(shares, (row, crystals.numbers - 1), 1.0)
    found = neighbor_list(crystals, _CUTOFF)
    centres = np.arange(0.0, _CUTOFF, _WIDTH)
    shells = np.zeros((len(crystals), len(centres)))
    edges = np.minimum(found.edge_offsets[:-1], max(len(found) - 1, 0))
    # Short distances weigh most in any energy: without 1 / d^2 the far shells, with many atoms, drown them.
    weight = 1.0 / np.maximum(found.distance, 0.5) ** 2
    for k, centre in enumerate(centres):
        near = weight * np.exp(-0.5 * ((found.distance - centre) / _WIDTH) ** 2)
        shells[:, k] = np.add.reduceat(near, edges)
    return np.concatenate([shares, shells], axis=1) / crystals.counts[:, None]
