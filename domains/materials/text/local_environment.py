"""Local environments: each inequivalent site with its Wyckoff position and its first shell as SMILES."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from ..crystals.structures import structures_of

if TYPE_CHECKING:
    from pymatgen.core import Structure

FARTHEST, NARROWEST = 1.4, 0.3
"""Distance over the nearest neighbour's, and solid angle over the largest, that a first shell ends at."""
_SYMPREC = 0.01


def local_environment(crystal: Crystals, decimals: int) -> str:
    """Space group symbol, then a line a site: element, Wyckoff position, SMILES of centre and first shell.

    A neighbour is of the first shell up to 1.4 times the nearest distance if its Voronoi face has at least
    0.3 of the largest solid angle (the "simplest" strategy of ChemEnv, Waroquiers et al. 2020).

    Raises:
        InputError: no space group or no Voronoi cell was found.
    """
    structure = structures_of(crystal)[0]
    symmetry = _symmetry(structure, crystal.ids[0])
    lines = [symmetry.international]
    for first in dict.fromkeys(symmetry.equivalent_atoms.tolist()):
        count = int((symmetry.equivalent_atoms == first).sum())
        shell = _first_shell(structure, first, crystal.ids[0])
        symbol = structure[first].specie.symbol
        lines.append(f"{symbol} ({count}{symmetry.wyckoffs[first]}) {star_smiles(symbol, shell)}")
    return "\n".join(lines)


def star_smiles(centre: str, neighbours: list[str]) -> str:
    """SMILES of a centre bonded to its neighbours and nothing else, the same for every order of these."""
    ordered = [f"[{symbol}]" for symbol in sorted(neighbours)]
    branches = "".join(f"({symbol})" for symbol in ordered[:-1])
    return f"[{centre}]{branches}{ordered[-1] if ordered else ''}"


def _symmetry(structure: Structure, name: str) -> Any:
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = SpacegroupAnalyzer(structure, symprec=_SYMPREC).get_symmetry_dataset()
        except Exception as error:
            # spglib gives up in several ways: None, TypeError, its own errors.
            raise InputError("local_env", f"no space group found ({error})", where=name) from error
    if found is None:
        raise InputError("local_env", "no space group found", where=name)
    return found


def _first_shell(structure: Structure, site: int, name: str) -> list[str]:
    from pymatgen.analysis.local_env import VoronoiNN

    try:
        faces = VoronoiNN(tol=0, allow_pathological=True, extra_nn_info=False).get_voronoi_polyhedra(
            structure, site
        )
    except (ValueError, RuntimeError) as error:
        raise InputError("local_env", f"no Voronoi cell ({error})", where=f"{name}, atom {site}") from error
    widest = max(face["solid_angle"] for face in faces.values())
    nearest = min(face["face_dist"] for face in faces.values())
    # A hair of slack: neighbours that symmetry makes equal must not be parted by rounding.
    return [
        face["site"].specie.symbol
        for face in faces.values()
        if face["face_dist"] <= FARTHEST * nearest + 1e-6 and face["solid_angle"] >= NARROWEST * widest - 1e-6
    ]
