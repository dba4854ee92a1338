"""A sparse matrix out of a foreign pickle: its parts first, and the matrix only when they fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class PickledMatrix:
    """What a pickle says of a scipy `csr_matrix`; nothing of it is used before `matrix` has checked it.

    The attributes that the pickle sets stay in one dict, so that it cannot replace a method.
    """

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: dict[Any, Any] = {}

    def __setstate__(self, state: Any) -> None:
        if type(state) is not dict:
            raise ValueError("a sparse matrix without its parts")
        self.parts = state

    def matrix(self) -> csr_matrix[Any]:
        """The matrix.

        Raises:
            InputError: parts are missing, or do not describe a matrix of numbers.
        """
        from scipy.sparse import csr_matrix

        parts = getattr(self, "parts", {})
        shape = parts.get("_shape", parts.get("shape"))
        data, columns, starts = (parts.get(name) for name in ("data", "indices", "indptr"))
        problem = _problem(shape, data, columns, starts)
        if problem:
            raise InputError("sparse matrix", problem, expected="data, indices and indptr that fit the shape")
        return csr_matrix((data, columns, starts), shape=shape)


def _problem(shape: Any, data: Any, columns: Any, starts: Any) -> str:
    """What is wrong with the parts; empty where nothing is."""
    if not (
        isinstance(shape, tuple) and len(shape) == 2 and all(type(n) is int and 0 <= n < 2**31 for n in shape)
    ):
        return f"has the shape {str(shape)[:40]}"
    if not all(isinstance(part, np.ndarray) and part.ndim == 1 for part in (data, columns, starts)):
        return "lacks a part, or has one that is no vector"
    if data.dtype.kind not in "biuf" or columns.dtype.kind != "i" or starts.dtype.kind != "i":
        return "has parts that are no numbers"
    if len(data) != len(columns) or len(starts) != shape[0] + 1:
        return f"has {len(data)} values, {len(columns)} columns and {len(starts)} row starts for {shape}"
    if starts[0] != 0 or starts[-1] != len(data) or (np.diff(starts) < 0).any():
        return "has row starts out of order"
    if len(columns) and (columns.min() < 0 or columns.max() >= shape[1]):
        return f"has a column outside 0 to {shape[1] - 1}"
    return ""
