"""Numba kernel: the k nearest of each atom's neighbours, with ties settled the same way every time."""

from __future__ import annotations

import numba
import numpy as np

TIE = 1e-5
"""Angstrom: distances closer than this are one distance, as rounding of the input cannot tell them apart."""


@numba.njit(cache=True, nogil=True)
def _comes_first(e: int, other: int, image: np.ndarray, sender: np.ndarray) -> bool:
    for k in range(3):
        if image[e, k] != image[other, k]:
            return image[e, k] < image[other, k]
    return sender[e] < sender[other]


@numba.njit(cache=True, nogil=True)
def keep_nearest(
    receiver_offsets: np.ndarray,
    sender: np.ndarray,
    image: np.ndarray,
    distance: np.ndarray,
    limit: int,
    whole_shells: bool,
    keep: np.ndarray,
) -> None:
    """Mark in keep [E] the `limit` nearest of each receiver: by distance, then image, then sender.

    Neighbours chained by gaps below `TIE` are one shell. `whole_shells` keeps all of the shell that the limit
    would cut.
    """
    for i in range(len(receiver_offsets) - 1):
        begin, end = receiver_offsets[i], receiver_offsets[i + 1]
        if end - begin <= limit:
            keep[begin:end] = True
            continue
        ordered = np.sort(distance[begin:end])
        low = high = limit - 1
        while low > 0 and ordered[low] - ordered[low - 1] <= TIE:
            low -= 1
        while high + 1 < len(ordered) and ordered[high + 1] - ordered[high] <= TIE:
            high += 1
        for e in range(begin, end):
            keep[e] = distance[e] < ordered[low] or (whole_shells and distance[e] <= ordered[high])
        if whole_shells:
            continue
        for _ in range(limit - low):
            best = -1
            for e in range(begin, end):
                tied = not keep[e] and distance[e] <= ordered[high]
                if tied and (best < 0 or _comes_first(e, best, image, sender)):
                    best = e
            keep[best] = True


@numba.njit(cache=True, nogil=True)
def keep_mirrors(
    first: int,
    last: int,
    offsets: np.ndarray,
    pair_offsets: np.ndarray,
    starts: np.ndarray,
    keep: np.ndarray,
) -> None:
    """Mark the opposite edge of every marked one; blocks of a pair list each other's images backwards."""
    for m in range(first, last):
        n = offsets[m + 1] - offsets[m]
        for i in range(n):
            for j in range(i, n):
                here = starts[pair_offsets[m] + i * n + j]
                end = starts[pair_offsets[m] + i * n + j + 1]
                there = starts[pair_offsets[m] + j * n + i + 1] - 1
                for p in range(end - here):
                    both = keep[here + p] or keep[there - p]
                    keep[here + p] = both
                    keep[there - p] = both
