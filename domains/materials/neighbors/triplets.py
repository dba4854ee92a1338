"""Pairs of edges for networks that look at angles, and each edge's opposite."""

from __future__ import annotations

import numba
import numpy as np

from ....shared.errors import InputError
from .neighbor_list import NeighborList


def triplets(found: NeighborList) -> tuple[np.ndarray, np.ndarray]:
    """Chains k -> j -> i: (edge ji, edge kj), int64 [T] each, in order of ji, then kj (DimeNet).

    For every edge ji all edges that arrive at j, but for the way back: k may be i only in another image.
    """
    lists = found.sender, found.receiver, found.image, found.receiver_offsets
    counts = _count_chains(*lists)
    starts = np.concatenate([[0], np.cumsum(counts)])
    ji, kj = np.empty(starts[-1], np.int64), np.empty(starts[-1], np.int64)
    _write_chains(*lists, starts, ji, kj)
    return ji, kj


def receiver_pairs(found: NeighborList) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs of different edges with one receiver, int64 [T] each (GemNet's c -> a <- b)."""
    degrees = found.degrees
    width = np.repeat(degrees, degrees)
    edge = np.repeat(np.arange(len(found)), width)
    starts = np.cumsum(width) - width
    other = np.arange(len(edge)) - starts[edge] + found.receiver_offsets[found.receiver[edge]]
    return edge[edge != other], other[edge != other]


def reverse_edges(found: NeighborList) -> np.ndarray:
    """Position of the opposite edge of each edge of a symmetric list, int64 [E].

    Raises:
        InputError: an edge has no opposite.
    """
    atoms = len(found.receiver_offsets) - 1
    key = found.receiver.astype(np.int64) * atoms + found.sender
    opposite = found.sender.astype(np.int64) * atoms + found.receiver
    # Edges of a pair come by image, so those of the opposite pair are the same images backwards.
    place = np.searchsorted(key, opposite, side="right") - 1 - np.arange(len(key)) + np.searchsorted(key, key)
    inside = (place >= 0) & (place < len(key))
    safe = np.where(inside, place, 0)
    right = inside & (key[safe] == opposite) & (found.image[safe] == -found.image).all(axis=-1)
    if not right.all():
        refuse_directed(int(right.argmin()))
    return safe


def refuse_directed(edge: int) -> None:
    """Raise the sentence about a list that is not symmetric.

    Raises:
        InputError: always.
    """
    raise InputError(
        "neighbours", "an edge has no opposite", where=f"edge {edge}", remedy="Search with symmetric=True"
    )


@numba.njit(cache=True, nogil=True)
def _is_way_back(ji: int, kj: int, sender: np.ndarray, receiver: np.ndarray, image: np.ndarray) -> bool:
    return (
        sender[kj] == receiver[ji]
        and image[kj, 0] == -image[ji, 0]
        and image[kj, 1] == -image[ji, 1]
        and image[kj, 2] == -image[ji, 2]
    )


@numba.njit(cache=True, nogil=True)
def _count_chains(
    sender: np.ndarray, receiver: np.ndarray, image: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """Chains that end with each edge, int64 [E]."""
    counts = np.zeros(len(sender), np.int64)
    for ji in range(len(sender)):
        for kj in range(offsets[sender[ji]], offsets[sender[ji] + 1]):
            if not _is_way_back(ji, kj, sender, receiver, image):
                counts[ji] += 1
    return counts


@numba.njit(cache=True, nogil=True)
def _write_chains(
    sender: np.ndarray,
    receiver: np.ndarray,
    image: np.ndarray,
    offsets: np.ndarray,
    starts: np.ndarray,
    ji_out: np.ndarray,
    kj_out: np.ndarray,
) -> None:
    for ji in range(len(sender)):
        at = starts[ji]
        for kj in range(offsets[sender[ji]], offsets[sender[ji] + 1]):
            if not _is_way_back(ji, kj, sender, receiver, image):
                ji_out[at], kj_out[at] = ji, kj
                at += 1
