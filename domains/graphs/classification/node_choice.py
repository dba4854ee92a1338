"""Which nodes a person means: by their numbers, or by a mask over all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....shared.errors import InputError


def chosen_nodes(field: str, nodes: Any, count: int) -> np.ndarray:
    """Numbers of the chosen nodes, int64 [K].

    Args:
        field: what is named when they are wrong.
        nodes: bool [N], True for each that is chosen, or whole numbers [K]; array, tensor or list.
        count: N.

    Raises:
        InputError: a mask of another length, or a number that is not among 0 to N-1.
    """
    given = _as_array(field, nodes)
    expected = f"numbers from 0 to {count - 1}, or True or False for each of the {count} nodes"
    if given.dtype.kind == "b":
        if given.shape != (count,):
            raise InputError(field, f"the mask has the shape {given.shape}", expected=expected)
        return np.flatnonzero(given)
    numbers = node_numbers(field, given)
    outside = np.flatnonzero((numbers < 0) | (numbers >= count))
    if outside.size:
        first = int(outside[0])
        raise InputError(
            field,
            f"{numbers[first]} names a node that is not there",
            where=f"place {first}",
            expected=expected,
        )
    return numbers


def node_numbers(field: str, nodes: Any) -> np.ndarray:
    """Numbers of nodes of a graph that is not known yet, int64 [K].

    Raises:
        InputError: anything but a row of whole numbers.
    """
    given = _as_array(field, nodes)
    if given.shape == (0,):
        return np.zeros(0, np.int64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise InputError(
            field,
            f"it is of type {given.dtype} and shape {given.shape}",
            expected="the whole numbers of some nodes, in one row",
            remedy="Pass np.flatnonzero(mask)" if given.dtype.kind == "b" else None,
        )
    return given.astype(np.int64)


def _as_array(field: str, nodes: Any) -> np.ndarray:
    if hasattr(nodes, "detach"):  # a tensor, perhaps on another device
        nodes = nodes.detach().cpu()
    try:
        return np.asarray(nodes)
    except ValueError as error:
        raise InputError(field, "its rows have different lengths", expected="one row") from error
