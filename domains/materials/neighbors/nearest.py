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
def _limit_distance(distance: np.ndarray, begin: int, end: int, least: np.ndarray) -> float:
    """The len(least)-th smallest of distance[begin:end]; `least` then holds all up to it, ascending."""
    last = len(least) - 1
    for e in range(begin, end):
        d = distance[e]
        if e - begin <= last:
            at = e - begin
        elif d < least[last]:
            at = last
        else:
            continue
        while at > 0 and least[at - 1] > d:
            least[at] = least[at - 1]
            at -= 1
        least[at] = d
    return least[last]


@numba.njit(cache=True, nogil=True)
def _shell(distance: np.ndarray, begin: int, end: int, limit_distance: float) -> tuple[float, float]:
    """Least and largest distance of the shell that the limit would cut."""
    low = high = limit_distance
    grew = True
    while grew:
        grew = False
        for e in range(begin, end):
            d = distance[e]
            if d < low and low - d <= TIE:
                low, grew = d, True
            elif d > high and d - high <= TIE:
                high, grew = d, True
    return low, high


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
    most = np.diff(receiver_offsets).max() if len(receiver_offsets) > 1 else 0
    least, tied = np.empty(min(limit, most)), np.empty(most, np.int64)
    for i in range(len(receiver_offsets) - 1):
        begin, end = receiver_offsets[i], receiver_offsets[i + 1]
        if end - begin <= limit:
            keep[begin:end] = True
            continue
        low, high = _shell(distance, begin, end, _limit_distance(distance, begin, end, least))
        kept, ties = 0, 0
        for e in range(begin, end):
            keep[e] = distance[e] < low or (whole_shells and distance[e] <= high)
            kept += keep[e]
            if not keep[e] and distance[e] <= high:
                tied[ties] = e
                ties += 1
        for k in range(limit - kept):
            for other in range(k + 1, ties):
                if _comes_first(tied[other], tied[k], image, sender):
                    tied[k], tied[other] = tied[other], tied[k]
            keep[tied[k]] = True


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


@numba.njit(cache=True, nogil=True)
def keep_edges(
    keep: np.ndarray, sender: np.ndarray, receiver: np.ndarray, image: np.ndarray, distance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The four arrays without the edges not marked."""
    n = keep.sum()
    senders, receivers = np.empty(n, sender.dtype), np.empty(n, receiver.dtype)
    images, distances = np.empty((n, 3), image.dtype), np.empty(n, distance.dtype)
    at = 0
    for e in range(len(keep)):
        if keep[e]:
            senders[at], receivers[at], distances[at] = sender[e], receiver[e], distance[e]
            for k in range(3):
                images[at, k] = image[e, k]
            at += 1
    return senders, receivers, images, distances
