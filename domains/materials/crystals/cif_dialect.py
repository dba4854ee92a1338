"""The CIF that pymatgen writes without symmetry, read without pymatgen: some hundred times sooner.

Nearly every table of crystals (CDVAE's, DiffCSP's, MatterGen's) holds this one dialect. What is read here is
what pymatgen reads: its order of sites, its rounding of 0.3333 to a third. Anything that differs from the
dialect in the least is not read here, and goes to pymatgen.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from .crystal import Crystal
from .elements import NUMBERS, site_rank

_NUMBER = r"([-+.\deE]+)"
_HEADER = re.compile(
    r"\s*(?:#[^\n]*\n\s*)?data_(?!\S*powder_pattern)\S*\n"
    r"_symmetry_space_group_name_H-M\s+'P 1'\n"
    rf"_cell_length_a\s+{_NUMBER}\n_cell_length_b\s+{_NUMBER}\n_cell_length_c\s+{_NUMBER}\n"
    rf"_cell_angle_alpha\s+{_NUMBER}\n_cell_angle_beta\s+{_NUMBER}\n_cell_angle_gamma\s+{_NUMBER}\n"
    r"_symmetry_Int_Tables_number\s+1\n"
    r"_chemical_formula_structural\s+[\w.()]+\n"
    r"_chemical_formula_sum\s+(?:'([^'\n]+)'|(\w+))\n"
    rf"_cell_volume\s+{_NUMBER}\n_cell_formula_units_Z\s+\d+\n"
    r"loop_\n\s*_symmetry_equiv_pos_site_id\n\s*_symmetry_equiv_pos_as_xyz\n\s*1\s+'x, y, z'\n"
    r"loop_\n\s*_atom_site_type_symbol\n\s*_atom_site_label\n\s*_atom_site_symmetry_multiplicity\n"
    r"\s*_atom_site_fract_x\n\s*_atom_site_fract_y\n\s*_atom_site_fract_z\n\s*_atom_site_occupancy\n"
)
_COLUMNS = 7
_OTHER_SYNTAX = re.compile(r"[#_'\";]")
_FORMULA_PART = re.compile(r"([A-Z][a-z]?)(\d+)")
_THIRD = 1.0 / 3.0
_FRACTION_TOLERANCE = 1e-4


def parse_p1_cif(text: str) -> Crystal | None:
    """The crystal of a CIF in pymatgen's P1 dialect, sites in pymatgen's order; None if it is in no such.

    Two atoms in one place stay two atoms: the checks name them.
    """
    header = _HEADER.match(text)
    if header is None:
        return None
    rest = text[header.end() :]
    if _OTHER_SYNTAX.search(rest):
        return None
    words = rest.split()
    symbols = words[::_COLUMNS]
    if not words or len(words) % _COLUMNS or not _is_plain(symbols, words, header[7] or header[8]):
        return None
    try:
        cell = [float(header[group]) for group in range(1, 7)]
        frac = np.array([words[3::_COLUMNS], words[4::_COLUMNS], words[5::_COLUMNS]], float).T
    except ValueError:
        return None
    rank = site_rank()
    order = sorted(range(len(symbols)), key=lambda i: rank[symbols[i]])
    numbers = [NUMBERS[symbols[i]] for i in order]
    return Crystal(_exact_thirds(frac[order]), numbers, cell[:3], cell[3:])


def _is_plain(symbols: list[str], words: list[str], formula: str) -> bool:
    """Whether all sites hold one known element each, in the amounts that the formula says."""
    rank = site_rank()
    whole = {"1", "1.0"}
    return (
        all(symbol in rank for symbol in symbols)
        and whole.issuperset(words[2::_COLUMNS])
        and whole.issuperset(words[6::_COLUMNS])
        and {name: int(count) for name, count in _FORMULA_PART.findall(formula)} == Counter(symbols)
    )


def _exact_thirds(frac: np.ndarray) -> np.ndarray:
    """0.3333 and 0.66667 made exact, as pymatgen does for the sake of symmetry operations."""
    for exact in (_THIRD, 2.0 * _THIRD):
        near = np.abs(frac / exact - 1.0) <= _FRACTION_TOLERANCE
        if near.any():
            frac[near] = exact
    return frac
