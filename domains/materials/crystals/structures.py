"""pymatgen's Structure and ASE's Atoms to packed crystals, and back to Structure."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError, InputErrors, InputWarning, note
from .checks import check_crystals, lost_atom, no_crystals, unique_ids
from .crystal import Crystal, pack, wrapped
from .crystals import Crystals
from .elements import ISOTOPES, MAX_NUMBER, NUMBERS, SYMBOLS

if TYPE_CHECKING:
    from pymatgen.core import Structure

ID_PROPERTY = "material_id"
"""Where a Structure keeps the name of its crystal: among its properties."""


def crystals_of(
    structures: Iterable[Any],
    *,
    ids: Sequence[str] | None = None,
    properties: Mapping[str, Sequence[float] | np.ndarray] | None = None,
) -> Crystals:
    """Structures (or ASE Atoms) as packed crystals, sites in their order.

    Args:
        structures: pymatgen Structures or objects that look like ASE Atoms.
        ids: a name of each. When None, its property "material_id", else its row.
        properties: values [M] by name. When None, the numbers among the structures' own properties.

    Raises:
        InputError: a structure is disordered, holds something that is no element, or fails a check; all such
            are listed.
    """
    given = list(structures)
    if not given:
        raise no_crystals("structures")
    names = [str(name) for name in ids] if ids is not None else [_id_of(x, i) for i, x in enumerate(given)]
    if len(names) != len(given):
        raise InputError("ids", f"there are {len(names)} names for {len(given)} structures")
    unique_ids(names)
    found, problems = [], []
    for name, structure in zip(names, given, strict=True):
        try:
            found.append(crystal_of(structure, name))
        except InputError as problem:
            problems.append(problem)
    if problems:
        raise InputErrors(problems)
    return check_crystals(pack(found, names, _properties(given, properties)))


def structures_of(crystals: Crystals) -> list[Structure]:
    """Each crystal as a pymatgen Structure, sites in their order.

    Its `properties` hold "material_id" and the known values of the crystal's properties.
    """
    from pymatgen.core import Lattice, Structure

    made = []
    for i, matrix in enumerate(crystals.matrices()):
        atoms = slice(crystals.offsets[i], crystals.offsets[i + 1])
        known = {name: float(values[i]) for name, values in crystals.properties.items()}
        made.append(
            Structure(
                Lattice(matrix),
                [SYMBOLS[number - 1] for number in crystals.numbers[atoms]],
                crystals.frac[atoms],
                properties={ID_PROPERTY: crystals.ids[i]}
                | {name: value for name, value in known.items() if not np.isnan(value)},
            )
        )
    return made


def is_structure(thing: Any) -> bool:
    """Whether it is read as pymatgen's Structure is."""
    return hasattr(thing, "lattice") and hasattr(thing, "frac_coords") and hasattr(thing, "is_ordered")


def is_atoms(thing: Any) -> bool:
    """Whether it is read as ASE's Atoms are."""
    return all(
        hasattr(thing, name) for name in ("get_atomic_numbers", "get_scaled_positions", "get_cell", "get_pbc")
    )


def kept_values(structure: Any) -> Mapping[str, Any]:
    """What a Structure keeps as `properties`, ASE's Atoms as `info`."""
    return getattr(structure, "properties", None) or getattr(structure, "info", None) or {}


def crystal_of(structure: Any, name: str) -> Crystal:
    """One Structure or Atoms, not checked yet.

    Args:
        name: how to call it in a message.

    Raises:
        InputError: it is disordered, not periodic, or holds something that is no element.
    """
    if is_structure(structure):
        return _of_structure(structure, name)
    if is_atoms(structure):
        return _of_atoms(structure, name)
    raise InputError(
        "structure",
        f"is a {type(structure).__name__}",
        where=name,
        expected="a pymatgen Structure or ASE Atoms",
        remedy="Read files, text and tables with read_crystals",
    )


def _of_structure(structure: Any, name: str) -> Crystal:
    if not structure.is_ordered:
        site = next(i for i, x in enumerate(structure) if not x.is_ordered)
        raise InputError(
            "structure",
            f"site {site} is disordered ({structure[site].species_string})",
            where=name,
            expected="one element on each site (is_ordered)",
            remedy="Order it first, with pymatgen's OrderDisorderedStructureTransformation",
        )
    # Of deuterium the symbol is H, and the name D.
    symbols = [getattr(site.specie, "name", site.specie.symbol) for site in structure]
    return cell_of(structure.lattice.matrix, structure.frac_coords, numbers_of(symbols, name))


def _of_atoms(atoms: Any, name: str) -> Crystal:
    if not np.all(atoms.get_pbc()):
        raise InputError(
            "atoms",
            f"are periodic along {int(np.sum(atoms.get_pbc()))} of 3 axes",
            where=name,
            expected="a crystal",
            remedy="Set pbc=True if the cell is one",
        )
    matrix = np.asarray(atoms.get_cell(), np.float64)
    if hasattr(atoms, "get_positions"):
        # Of an infinite place no fraction says more than that it is none.
        lost = lost_atom(np.asarray(atoms.get_positions(), np.float64), name)
        if lost is not None:
            raise lost
    if np.isfinite(matrix).all() and abs(np.linalg.det(matrix)) == 0.0:
        # ASE has no fractional coordinates then; the checks say what the cell lacks.
        return cell_of(matrix, np.zeros((len(atoms), 3)), np.asarray(atoms.get_atomic_numbers()))
    return cell_of(matrix, atoms.get_scaled_positions(wrap=False), np.asarray(atoms.get_atomic_numbers()))


def numbers_of(symbols: Sequence[str], name: str) -> list[int]:
    """Atomic numbers of symbols; deuterium and tritium are read as hydrogen, with a warning.

    Raises:
        InputError: a symbol is of no element up to fermium.
    """
    isotopes = sorted(set(symbols) & ISOTOPES.keys())
    if isotopes:
        text = f"{name}: {' and '.join(isotopes)} read as H: isotopes are one element here"
        warnings.warn(text, InputWarning, stacklevel=2)
    wanted = [ISOTOPES.get(symbol, symbol) for symbol in symbols]
    unknown = next((i for i, symbol in enumerate(wanted) if symbol not in NUMBERS), None)
    if unknown is not None:
        raise InputError(
            "element",
            f"site {unknown} holds {symbols[unknown]!r}, which is no element known here",
            where=name,
            expected=f"a symbol from H to Fm (Z 1-{MAX_NUMBER})",
        )
    return [NUMBERS[symbol] for symbol in wanted]


def cell_of(matrix: np.ndarray, frac: np.ndarray, numbers: Sequence[int] | np.ndarray) -> Crystal:
    """A crystal of lattice vectors, by lengths and angles.

    Lengths and angles stand for a right-handed cell. Of a left-handed one all three vectors are turned
    round, coordinates too: the same crystal, where its mirror image would be another.
    """
    matrix, frac = np.asarray(matrix, np.float64), np.asarray(frac, np.float64).reshape(-1, 3)
    if np.isfinite(matrix).all() and np.linalg.det(matrix) < 0:
        frac = wrapped(-frac)
    lengths = np.sqrt(np.square(matrix).sum(axis=1))
    angles = [_angle(matrix[1], matrix[2]), _angle(matrix[0], matrix[2]), _angle(matrix[0], matrix[1])]
    return Crystal(frac, numbers, lengths, angles)


def _angle(u: np.ndarray, v: np.ndarray) -> float:
    """Degrees between two vectors; NaN if one has no length, or no finite one."""
    norm = float(np.linalg.norm(u) * np.linalg.norm(v))
    if not 0.0 < norm < np.inf:
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(u @ v / norm, -1.0, 1.0))))


def _id_of(structure: Any, row: int) -> str:
    return str(kept_values(structure).get(ID_PROPERTY, row))


def _properties(
    structures: Sequence[Any], given: Mapping[str, Sequence[float] | np.ndarray] | None
) -> dict[str, np.ndarray]:
    if given is not None:
        for name, values in given.items():
            if len(values) != len(structures):
                raise InputError(name, f"has {len(values)} values for {len(structures)} structures")
        return {name: np.asarray(values, np.float64) for name, values in given.items()}
    kept = [kept_values(structure) for structure in structures]
    names = dict.fromkeys(
        name
        for values in kept
        for name, value in values.items()
        if name != ID_PROPERTY and isinstance(value, Real) and not isinstance(value, bool)
    )
    for name in names:
        endless = [row for row, values in enumerate(kept) if _infinite(values.get(name))]
        if endless:
            row = endless[0]
            told = f"{name} at {_id_of(structures[row], row)}: is {float(kept[row][name])}"
            note(f"{told}, taken as not known, in {len(endless)} of {len(structures)}")
    return {name: np.array([_number(values.get(name)) for values in kept]) for name in names}


def _infinite(value: Any) -> bool:
    return isinstance(value, Real) and bool(np.isinf(float(value)))


def _number(value: Any) -> float:
    """NaN for what is not given or no finite number."""
    real = isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(float(value))
    return float(value) if real else float("nan")
