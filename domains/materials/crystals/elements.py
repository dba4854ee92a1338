"""Chemical symbols, atomic numbers, and the order in which pymatgen lists the sites of a crystal."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

MAX_NUMBER = 100
"""Atomic numbers run from 1 (hydrogen) to this (fermium): the types that networks and metrics know."""

_ROWS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr",
    "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb",
    "Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm",
)
SYMBOLS = tuple(" ".join(_ROWS).split())
"""Symbol of Z is SYMBOLS[Z - 1]."""

NUMBERS = MappingProxyType({symbol: number for number, symbol in enumerate(SYMBOLS, start=1)})
"""Z of each symbol."""

ISOTOPES = MappingProxyType({"D": "H", "T": "H"})
"""Names of isotopes that stand for an element."""

NO_ELECTRONEGATIVITY = frozenset({"He", "Ne", "Ar"})
"""Pauling gives them none, so pymatgen's order is not defined where one of them is."""


@cache
def site_rank() -> MappingProxyType[str, int]:
    """Rank of each symbol by electronegativity, then name: pymatgen's order of the sites of a CIF."""
    from pymatgen.core import Element

    known = [symbol for symbol in SYMBOLS if symbol not in NO_ELECTRONEGATIVITY]
    order = sorted(known, key=lambda symbol: (Element(symbol).X, symbol))
    return MappingProxyType({symbol: rank for rank, symbol in enumerate(order)})
