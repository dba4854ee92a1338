"""A sparse matrix times a block of columns, into memory that is already there."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def multiply_into(
    offsets: np.ndarray, neighbours: np.ndarray, weights: np.ndarray, block: np.ndarray, out: np.ndarray
) -> None:
    """out[i] = sum over the edges e of row i of weights[e] * block[neighbours[e]].

    Args:
        offsets: int [N + 1]; neighbours: int [E]; weights: float [E], in the precision of the block.
        block: float [M, F], read. out: float [N, F], overwritten; must not overlap the block.
    """
    width = block.shape[1]
    for i in range(len(offsets) - 1):
        row = out[i]
        for f in range(width):
            row[f] = 0
        for e in range(offsets[i], offsets[i + 1]):
            weight, source = weights[e], block[neighbours[e]]
            for f in range(width):
                row[f] += weight * source[f]
