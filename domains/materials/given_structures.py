"""Crystals that a generator is asked about: read, and checked against what it can take."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...shared.errors import InputError
from .crystals.crystals import Crystals
from .crystals.reading import read_crystals
from .known_elements import tell_unseen


def read_named(source: Any, property: str | None) -> Crystals:
    """Whatever `read_crystals` reads, with this property; None: with none."""
    return read_crystals(source, properties=() if property is None else (property,))


def require_fitting(given: Crystals, max_atoms: int, seen: np.ndarray | None) -> None:
    """Refuse crystals that are too large; a note tells of elements that were never seen.

    Args:
        seen: elements that the generator was trained on, bool [100]; None: not known.

    Raises:
        InputError: names the largest crystal.
    """
    largest = int(given.counts.argmax())
    if given.counts[largest] > max_atoms:
        count, name = given.counts[largest], given.ids[largest]
        raise InputError("structures", f"has {count} atoms", where=name, expected=f"at most {max_atoms}")
    if seen is not None:
        tell_unseen(given, seen)
