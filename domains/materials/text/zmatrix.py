"""Z-matrix of the atoms in the cell: each placed by a bond, an angle and a dihedral to atoms before it."""

from __future__ import annotations

import math

import numpy as np

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from .representations import symbols_of

_TIE = 6
"""Decimals (angstrom) after which two distances are one; the earlier atom then is the nearer."""


def zmatrix(crystal: Crystals, decimals: int) -> str:
    """A line an atom: symbol, then up to three earlier atoms (from 1) with bond, angle and dihedral.

    The atoms are those inside the cell, as a molecule: bonds across its faces are not seen. Earlier atoms are
    the nearest ones, nearest first. Bonds in angstrom to `decimals`, angles in whole degrees.

    Raises:
        InputError: two atoms are in one place, where no angle is defined.
    """
    places = crystal.frac @ crystal.matrices()[0]
    lines = []
    for i, symbol in enumerate(symbols_of(crystal)):
        apart = np.linalg.norm(places[:i] - places[i], axis=1)
        if i and apart.min() < 10.0**-_TIE:
            where = f"{crystal.ids[0]}, atoms {int(apart.argmin()) + 1} and {i + 1}"
            raise InputError("zmatrix", "two atoms are in one place", where=where)
        nearest = np.argsort(apart.round(_TIE), kind="stable")[:3]
        words = [symbol]
        if i >= 1:
            words += [f"{nearest[0] + 1}", f"{round(float(apart[nearest[0]]), decimals)}"]
        if i >= 2:
            words += [f"{nearest[1] + 1}", f"{round(_angle(*places[[i, *nearest[:2]]]))}"]
        if i >= 3:
            words += [f"{nearest[2] + 1}", f"{round(_dihedral(*places[[i, *nearest]]))}"]
        lines.append(" ".join(words))
    return "\n".join(lines)


def _angle(end: np.ndarray, corner: np.ndarray, other: np.ndarray) -> float:
    """Degrees at the corner."""
    u, v = end - corner, other - corner
    return math.degrees(math.atan2(np.linalg.norm(np.cross(u, v)), u @ v))


def _dihedral(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> float:
    """Degrees between the planes abc and bcd, in (-180, 180]; 0 where three atoms lie on a line."""
    u, v, w = b - a, c - b, d - c
    across, beyond = np.cross(u, v), np.cross(v, w)
    sine, cosine = float(np.linalg.norm(v) * u @ beyond), float(across @ beyond)
    small = 1e-9 * np.linalg.norm(u) * np.linalg.norm(v) ** 2 * np.linalg.norm(w)
    if abs(sine) <= small:
        return 180.0 if cosine < -small else 0.0
    return math.degrees(math.atan2(sine, cosine))
