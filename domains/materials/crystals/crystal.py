"""One crystal between a reader and the packed arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .crystals import Crystals


class Crystal(NamedTuple):
    """N atoms in a cell, as read: not checked, coordinates anywhere."""

    frac: np.ndarray
    """Fractional coordinates, float64 [N, 3]."""
    numbers: Sequence[int] | np.ndarray
    """Atomic numbers [N]."""
    lengths: Sequence[float] | np.ndarray
    """a, b, c in angstrom."""
    angles: Sequence[float] | np.ndarray
    """alpha, beta, gamma in degrees."""


def wrapped(frac: np.ndarray) -> np.ndarray:
    """Fractional coordinates in [0, 1): a tiny negative one would round to 1, and is 0.

    Infinite ones stay, for the checks to tell of.
    """
    with np.errstate(invalid="ignore"):
        inside = frac - np.floor(frac)
    return np.where(np.isfinite(frac), np.where(inside >= 1.0, 0.0, inside), frac)


def pack(
    crystals: Sequence[Crystal], ids: Sequence[str], properties: Mapping[str, np.ndarray] | None = None
) -> Crystals:
    """Crystals side by side, coordinates wrapped into the cell.

    Args:
        ids: a name of each.
        properties: float64 [M] by name; NaN where a value is not known.
    """
    counts = np.array([len(crystal.numbers) for crystal in crystals], np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    frac = np.empty((offsets[-1], 3))
    numbers = np.empty(offsets[-1], np.int32)
    for crystal, start, stop in zip(crystals, offsets[:-1], offsets[1:], strict=True):
        frac[start:stop] = crystal.frac
        numbers[start:stop] = crystal.numbers
    return Crystals(
        wrapped(frac),
        numbers,
        np.array([crystal.lengths for crystal in crystals], np.float64).reshape(-1, 3),
        np.array([crystal.angles for crystal in crystals], np.float64).reshape(-1, 3),
        offsets,
        tuple(ids),
        {name: np.asarray(values, np.float64) for name, values in (properties or {}).items()},
    )


def joined(parts: Sequence[Crystals]) -> Crystals:
    """The crystals of all parts, one after another; a property that a part lacks is NaN there.

    Raises:
        ValueError: there is no part.
    """
    if not parts:
        raise ValueError("no crystals to join")
    starts = np.cumsum([0, *(part.offsets[-1] for part in parts)])
    names = dict.fromkeys(name for part in parts for name in part.properties)
    missing = {len(part): np.full(len(part), np.nan) for part in parts}
    return Crystals(
        np.concatenate([part.frac for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.angles for part in parts]),
        np.concatenate(
            [[0], *(part.offsets[1:] + start for part, start in zip(parts, starts, strict=False))]
        ),
        tuple(name for part in parts for name in part.ids),
        {
            name: np.concatenate([part.properties.get(name, missing[len(part)]) for part in parts])
            for name in names
        },
    )
