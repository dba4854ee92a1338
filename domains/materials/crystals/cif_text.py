"""Crystals as CIF text: as they are (P1), or with the symmetry that a tolerance finds."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ....shared.errors import InputError, InputWarning
from .crystals import Crystals
from .elements import SYMBOLS
from .structures import structures_of

if TYPE_CHECKING:
    from pymatgen.core import Structure

_COMMENT = "# generated using fourfold"
_ATOM_COLUMNS = (
    "type_symbol",
    "label",
    "symmetry_multiplicity",
    "fract_x",
    "fract_y",
    "fract_z",
    "occupancy",
)


def cif_texts(crystals: Crystals, *, symprec: float | None = None) -> list[str]:
    """CIF of each crystal, in their order.

    Args:
        symprec: angstrom; atoms that far from a symmetric place count as on it, and the CIF shows the refined
            conventional cell with its space group. None: P1, cell and order of atoms as they are, in the
            dialect that pymatgen writes.

    Raises:
        InputError: symprec is no length above 0.
    """
    if symprec is None:
        return [_p1_text(crystals, i, matrix) for i, matrix in enumerate(crystals.matrices())]
    if not np.isfinite(symprec) or symprec <= 0:
        raise InputError(
            "symprec", f"is {symprec:g}", expected="angstrom above 0, such as 0.01, or None for P1"
        )
    return [
        _symmetrised(structure, crystals, i, symprec) for i, structure in enumerate(structures_of(crystals))
    ]


def _p1_text(crystals: Crystals, row: int, matrix: np.ndarray) -> str:
    from pymatgen.core import Composition

    atoms = slice(crystals.offsets[row], crystals.offsets[row + 1])
    symbols = [SYMBOLS[number - 1] for number in crystals.numbers[atoms]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns of the electronegativity that helium has not
        composition = Composition(Counter(symbols))
        reduced, formula = composition.reduced_formula, composition.formula
        units = int(composition.get_reduced_composition_and_factor()[1])
    cell = zip(("length_a", "length_b", "length_c"), crystals.lengths[row], strict=True)
    turns = zip(("angle_alpha", "angle_beta", "angle_gamma"), crystals.angles[row], strict=True)
    lines = [_COMMENT, f"data_{reduced}", "_symmetry_space_group_name_H-M   'P 1'"]
    lines += [f"_cell_{name}   {value:.8f}" for name, value in (*cell, *turns)]
    lines += ["_symmetry_Int_Tables_number   1", f"_chemical_formula_structural   {reduced}"]
    lines += [f"_chemical_formula_sum   {_quoted(formula)}", f"_cell_volume   {np.linalg.det(matrix):.8f}"]
    lines += [f"_cell_formula_units_Z   {units}", "loop_", " _symmetry_equiv_pos_site_id"]
    lines += [" _symmetry_equiv_pos_as_xyz", "  1  'x, y, z'", "loop_"]
    lines += [f" _atom_site_{column}" for column in _ATOM_COLUMNS]
    lines += [
        f"  {symbol}  {symbol}{i}  1  {x:.8f}  {y:.8f}  {z:.8f}  1"
        for i, (symbol, (x, y, z)) in enumerate(zip(symbols, crystals.frac[atoms], strict=True))
    ]
    return "\n".join(lines) + "\n"


def _quoted(formula: str) -> str:
    return f"'{formula}'" if " " in formula else formula


def _symmetrised(structure: Structure, crystals: Crystals, row: int, symprec: float) -> str:
    from pymatgen.io.cif import CifWriter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = str(CifWriter(structure, symprec=symprec))
        except Exception as error:
            # spglib gives up in several ways: None, TypeError, its own errors.
            reason = str(error) or type(error).__name__
        else:
            return text.replace("# generated using pymatgen", _COMMENT, 1)
    problem = f"{crystals.ids[row]}: no symmetry found at symprec {symprec:g} ({reason}), written as P1"
    warnings.warn(problem, InputWarning, stacklevel=4)
    return _p1_text(crystals, row, crystals.matrices()[row])
