"""Seeded changes of crystals, to see what a reader of their text notices; each has draws of its own."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ....shared.errors import InputError
from ..crystals.crystal import wrapped
from ..crystals.crystals import Crystals


def permute_structure(crystals: Crystals, *, seed: int = 0) -> Crystals:
    """The same crystals with their sites in a random order."""
    order = np.arange(len(crystals.numbers))

    def draw(rng: np.random.Generator, atoms: slice, row: int) -> None:
        order[atoms] = rng.permutation(order[atoms])

    _each(crystals, seed, draw)
    return replace(crystals, frac=crystals.frac[order], numbers=crystals.numbers[order])


def translate_structure(
    crystals: Crystals, *, seed: int = 0, vector: Sequence[float] | None = None
) -> Crystals:
    """The same crystals with another origin: all sites moved by one fractional vector (None: random)."""
    frac = crystals.frac.copy()

    def draw(rng: np.random.Generator, atoms: slice, row: int) -> None:
        frac[atoms] += rng.random(3) if vector is None else _vector(vector)

    _each(crystals, seed, draw)
    return replace(crystals, frac=wrapped(frac))


def translate_single_atom(
    crystals: Crystals, *, seed: int = 0, vector: Sequence[float] = (0.25, 0.25, 0.25), atoms: int = 1
) -> Crystals:
    """One random site (or `atoms` of them, at most all) moved by a fractional vector.

    Raises:
        InputError: atoms is below one, or vector is not three finite numbers.
    """
    if atoms < 1:
        raise InputError("atoms", f"is {atoms}", expected="1 or more")
    frac, move = crystals.frac.copy(), _vector(vector)

    def draw(rng: np.random.Generator, rows: slice, row: int) -> None:
        count = rows.stop - rows.start
        frac[rows.start + rng.choice(count, min(atoms, count), replace=False)] += move

    _each(crystals, seed, draw)
    return replace(crystals, frac=wrapped(frac))


def perturb_structure(crystals: Crystals, max_distance: float, *, seed: int = 0) -> Crystals:
    """Every site moved in a direction of its own, all of a crystal by one distance drawn below the largest.

    Args:
        max_distance: angstrom.

    Raises:
        InputError: max_distance is no length.
    """
    if not (np.isfinite(max_distance) and max_distance >= 0):
        raise InputError("max_distance", f"is {max_distance}", expected="a length in angstrom, 0 or more")
    frac, inverse = crystals.frac.copy(), np.linalg.inv(crystals.matrices())

    def draw(rng: np.random.Generator, atoms: slice, row: int) -> None:
        distance = rng.uniform(0, max_distance)
        direction = rng.normal(size=(atoms.stop - atoms.start, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        frac[atoms] += distance * direction @ inverse[row]

    _each(crystals, seed, draw)
    return replace(crystals, frac=wrapped(frac))


def shuffle_coordinates(crystals: Crystals, *, seed: int = 0) -> Crystals:
    """The 3N fractional coordinates of each crystal in a random order: the same numbers, another geometry."""
    frac = crystals.frac.copy()

    def draw(rng: np.random.Generator, atoms: slice, row: int) -> None:
        frac[atoms] = rng.permutation(frac[atoms].ravel()).reshape(-1, 3)

    _each(crystals, seed, draw)
    return replace(crystals, frac=frac)


def _each(crystals: Crystals, seed: int, draw: Callable[[np.random.Generator, slice, int], None]) -> None:
    """Let `draw` change each crystal with a generator of the seed and its name, whatever its row."""
    if seed < 0:
        raise InputError("seed", f"is {seed}", expected="0 or more")
    for row, name in enumerate(crystals.ids):
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        draw(rng, slice(int(crystals.offsets[row]), int(crystals.offsets[row + 1])), row)


def _vector(vector: Sequence[float]) -> np.ndarray:
    array = np.asarray(vector, np.float64)
    if array.shape != (3,) or not np.isfinite(array).all():
        raise InputError("vector", f"is {vector}", expected="three finite fractional coordinates")
    return array
