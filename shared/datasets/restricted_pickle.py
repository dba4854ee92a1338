"""Reading other people's pickles without running their code: plain containers, numbers and arrays only.

Sensor graphs and citation graphs are published as pickles, many written by Python 2. A pickle can name any
function and call it, so everything but the few constructors below is refused before it is looked up.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy._core import multiarray  # where NumPy itself keeps the constructors that its pickles name

from ..errors import InputError
from .pickled_matrix import PickledMatrix

MAXIMUM_BYTES = 1 << 30


class _Bytes:
    """How pickles before protocol 3 spell bytes: text encoded as latin1, or nothing at all.

    An object without attributes, not a function: a pickle may try to set attributes on what it is given.
    """

    __slots__ = ()

    def __call__(self, text: str = "", encoding: str = "latin1") -> bytes:
        if not isinstance(text, str) or encoding != "latin1":
            raise ValueError("bytes that are not latin1")
        return text.encode("latin1")


class _ArrayFromBuffer:
    """How protocol 5 spells an array: its bytes, dtype, shape and order."""

    __slots__ = ()

    def __call__(
        self, buffer: Any, dtype: Any, shape: Any, order: Any, axis_order: Any = None
    ) -> np.ndarray[Any, Any]:
        array = np.frombuffer(buffer, dtype=dtype)
        if axis_order is not None:
            return array.reshape(shape).transpose(axis_order)
        return array.reshape(shape, order="F" if order == "F" else "C")


class _PlainDict:
    """A `defaultdict(list)` comes as a plain dict: looking up what is not there makes nothing."""

    __slots__ = ()

    def __call__(self, factory: Any = None) -> dict[Any, Any]:
        if factory is not None and factory is not list:
            raise ValueError("a defaultdict of something else than lists")
        return {}


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "defaultdict"): _PlainDict(),
    ("builtins", "list"): list,
    ("builtins", "complex"): complex,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "bytes"): _Bytes(),
    ("_codecs", "encode"): _Bytes(),
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[f"{_core}.multiarray", "_reconstruct"] = multiarray._reconstruct
    _ALLOWED[f"{_core}.multiarray", "scalar"] = multiarray.scalar
    _ALLOWED[f"{_core}.numeric", "_frombuffer"] = _ArrayFromBuffer()
for _place in ("scipy.sparse.csr", "scipy.sparse._csr"):
    _ALLOWED[_place, "csr_matrix"] = PickledMatrix
_PYTHON_2 = {"__builtin__": "builtins"}


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((_PYTHON_2.get(module, module), name))
        if found is None:
            raise _Refused(f"{module}.{name}")
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise _Refused("a persistent id")


class _Refused(Exception):
    """Something that is not data."""


def read_restricted_pickle(
    path: str | Path, *, encoding: Literal["ASCII", "latin1", "bytes"] = "ASCII"
) -> Any:
    """The object in a pickle of dicts, lists, tuples, sets, text, numbers and NumPy arrays.

    A `defaultdict(list)` comes back as a dict, a scipy `csr_matrix` as a `PickledMatrix`.

    Args:
        path: the file.
        encoding: how to read the 8-bit text of Python 2; "latin1" for arrays that Python 2 wrote.

    Raises:
        InputError: the file names anything else, holds arrays of objects, is damaged, or is over 1 GiB.
    """
    path = Path(path)
    remedy = "Ask its owner for CSV, NPZ or safetensors"
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise InputError(str(path), "is over 1 GiB", expected="a small table or graph", remedy=remedy)
        with path.open("rb") as file:
            content = _Restricted(file, encoding=encoding).load()
    except InputError:
        raise
    except _Refused as error:
        problem = f"the pickle asks for {error}, which could run code; nothing was loaded"
        raise InputError(
            str(path), problem, expected="dicts, lists, text, numbers and arrays", remedy=remedy
        ) from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror or error})") from None
    except Exception as error:
        # A damaged pickle fails in whatever way its bytes happen to mean.
        problem = f"is not a readable pickle ({type(error).__name__}: {error})"
        raise InputError(str(path), problem, remedy=f"{remedy}, or try encoding='latin1'") from None
    _refuse_objects(content, str(path))
    return content


def _refuse_objects(content: Any, where: str) -> None:
    """Object arrays hide anything inside; refuse them wherever they are nested."""
    waiting, seen = [content], set()
    while waiting:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray) and item.dtype.hasobject:
            raise InputError(where, "holds an array of objects", expected="arrays of numbers or text")
        if isinstance(item, PickledMatrix):
            waiting.append(getattr(item, "parts", None))
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple, set, frozenset)):
            waiting += item
