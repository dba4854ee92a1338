"""A crystal on its way from a source to the packed arrays: with its name, or with what is wrong with it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ....shared.errors import InputError, InputWarning
from .crystal import Crystal

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Named(NamedTuple):
    """A crystal or what is wrong with it, and its name."""

    name: str
    crystal: Crystal | InputError
    notes: tuple[str, ...] = ()
    """What was changed in reading it."""
    values: Mapping[str, Any] = _NOTHING
    """Its properties, as the source has them."""


def guarded(read: Callable[[], Crystal], name: str, values: Mapping[str, Any] = _NOTHING) -> Named:
    """What `read` gives, or the InputError it raises; its warnings as notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InputWarning)
        try:
            crystal = read()
        except InputError as problem:
            return Named(name, problem)
    notes = [str(warning.message) for warning in caught if issubclass(warning.category, InputWarning)]
    return Named(name, crystal, tuple(dict.fromkeys(notes)), values)


def as_number(text: str) -> float | None:
    """The number that a text is; None if it is none."""
    try:
        return float(text)
    except ValueError:
        return None
