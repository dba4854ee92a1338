"""A hash table from node to place, so that local methods need no array as long as the graph."""

from __future__ import annotations

import numba
import numpy as np

EMPTY = -1


@numba.njit(cache=True, nogil=True)
def new_table(places: int) -> np.ndarray:
    """An empty table int64 [size, 2] of node and place; `places` at most fill half of it."""
    size = 16
    while size < 2 * places:
        size *= 2
    return np.full((size, 2), EMPTY, dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def find(table: np.ndarray, node: int) -> np.int64:
    """Row of the table that holds `node`, or the empty one where it belongs (linear probing)."""
    last = len(table) - 1
    mixed = np.uint64(node) * np.uint64(0x9E3779B97F4A7C15)
    row = np.int64(mixed >> np.uint64(20)) & last
    while table[row, 0] != node and table[row, 0] != EMPTY:
        row = (row + 1) & last
    return row


@numba.njit(cache=True, nogil=True)
def table_of(nodes: np.ndarray, places: int) -> np.ndarray:
    """A table with room for `places` in which the i-th of `nodes` has place i."""
    table = new_table(places)
    for i in range(len(nodes)):
        row = find(table, nodes[i])
        table[row, 0], table[row, 1] = nodes[i], i
    return table
