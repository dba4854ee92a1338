"""What the arrays of a graph must be, told by name, number and remedy where they are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....shared.errors import InputError

SIGNED = "Pass signed=True (--signed in the shell) to keep them; degrees then count absolute weights"
"""What to do about negative weights."""
_LISTED = 5


def listed(things: Sequence[object] | np.ndarray) -> str:
    """The first few of many, and how many more: "a, b, c and 7 more"."""
    shown = ", ".join(str(thing) for thing in things[:_LISTED])
    rest = len(things) - _LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown


def counted(number: int | np.integer, one: str, many: str) -> str:
    """A number with the words that go with it: "1 edge is", "3 edges are"."""
    return f"{number} {one if number == 1 else many}"


def checked_names(nodes: int | Sequence[object] | np.ndarray) -> tuple[str, ...]:
    """Names of N nodes: "0" to "N-1" for a number, else what is given, as text.

    Raises:
        InputError: no nodes, or two nodes with one name.
    """
    if isinstance(nodes, int | np.integer):
        names = tuple(str(number) for number in range(int(nodes)))
    else:
        names = tuple(node_name(name) for name in nodes)
    if not names:
        raise InputError("nodes", "there are none", expected="at least one node")
    if len(set(names)) < len(names):
        again = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        raise InputError("nodes", f"names repeat: {listed(again)}", remedy="Give each node its own name")
    return names


def node_name(name: object) -> str:
    """A node's name as text; 773869.0, as tables with gaps write ids, is 773869."""
    if isinstance(name, bytes):
        return name.decode()
    if isinstance(name, float | np.floating) and np.isfinite(name) and float(name).is_integer():
        return str(int(name))
    return str(name)


def checked_index(edge_index: object, nodes: int) -> np.ndarray:
    """Edges as int64 [2, E].

    Raises:
        InputError: another shape, numbers that are not whole, or a node that is not among the N.
    """
    try:
        index = np.asarray(edge_index)
    except ValueError as error:
        raise InputError(
            "edges",
            "the lists in it have different lengths",
            expected="(2, E): a row of senders and a row of receivers",
        ) from error
    if index.size == 0:
        return np.zeros((2, 0), np.int64)
    if index.ndim != 2 or index.shape[0] != 2:
        turned = index.ndim == 2 and index.shape[1] == 2
        raise InputError(
            "edges",
            f"the array has shape {index.shape}",
            expected="(2, E): a row of senders and a row of receivers",
            remedy="Pass its transpose, edges.T" if turned else None,
        )
    if index.dtype.kind not in "iu":
        raise InputError(
            "edges",
            f"the numbers are of type {index.dtype}",
            expected="integers",
            remedy="Cast to int64" if index.dtype.kind == "f" else "Name the nodes in a table: from, to",
        )
    index = np.ascontiguousarray(index, np.int64)
    outside = np.flatnonzero(((index < 0) | (index >= nodes)).any(0))
    if outside.size:
        edge = int(outside[0])
        raise InputError(
            "edges",
            f"{counted(outside.size, 'edge', 'edges')} ({listed(outside)}) "
            f"{'names' if outside.size == 1 else 'name'} a node that is not there",
            where=f"edge {edge}, {index[0, edge]} to {index[1, edge]}",
            expected=f"numbers from 0 to {nodes - 1}, as there are {nodes} nodes",
        )
    return index


def checked_weight(weight: object, edges: int, *, signed: bool) -> np.ndarray:
    """Weights as float32 [E].

    Raises:
        InputError: another length, NaN, infinite or, unless `signed`, negative.
    """
    values = np.asarray(weight)
    if values.dtype.kind not in "biuf":
        raise InputError("weight", f"the weights are of type {values.dtype}", expected="numbers")
    if values.shape != (edges,):
        raise InputError("weight", f"its shape is {values.shape}", expected=f"({edges},), one for each edge")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(values, np.float32)
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise InputError(
            "weight",
            f"{counted(wrong.size, 'weight is', 'weights are')} NaN or infinite",
            where=f"edge {wrong[0]}",
            expected="finite numbers",
            remedy="Leave those edges out",
        )
    below = np.flatnonzero(values < 0)
    if below.size and not signed:
        raise InputError(
            "weight",
            f"{counted(below.size, 'weight is', 'weights are')} negative",
            where=f"edge {below[0]}, {values[below[0]]:g}",
            expected="weights of 0 and more",
            remedy=SIGNED,
        )
    return values


def checked_coordinates(coordinates: object, nodes: int, *, geographic: bool) -> np.ndarray:
    """Coordinates as float64 [N, 2].

    Raises:
        InputError: another shape, not finite, or degrees beyond the globe.
    """
    places = np.ascontiguousarray(coordinates, np.float64)
    if places.shape != (nodes, 2):
        kind = "latitude and longitude" if geographic else "x and y"
        raise InputError(
            "coordinates", f"their shape is {places.shape}", expected=f"({nodes}, 2), {kind} of each node"
        )
    wrong = np.flatnonzero(~np.isfinite(places).all(1))
    if wrong.size:
        told = counted(wrong.size, "is", "are")
        raise InputError("coordinates", f"{told} NaN or infinite", where=f"node {wrong[0]}")
    beyond = np.flatnonzero((np.abs(places) > (90, 360)).any(1)) if geographic else wrong
    if beyond.size:
        node = int(beyond[0])
        raise InputError(
            "coordinates",
            f"{counted(beyond.size, 'lies', 'lie')} beyond the globe",
            where=f"node {node}, {places[node, 0]:g} {places[node, 1]:g}",
            expected="latitude (-90 to 90), then longitude, in degrees",
            remedy="Swap the columns, or pass geographic=False for x and y",
        )
    return places
