"""Niggli's reduced cell: the one primitive choice of axes by which equal lattices look equal."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError
from .checks import cell_problem
from .crystal import Crystal
from .lattice import lattice_matrices
from .structures import cell_of


def niggli_reduced(crystal: Crystal, name: str) -> Crystal:
    """The same crystal in Niggli's cell; the number of atoms and their order stay.

    Source: Grosse-Kunstleve, Sauter and Adams 2004, Acta Cryst. A60, 1 (pymatgen's implementation).

    Raises:
        InputError: the cell is none (flat, say), or no reduction was found.
    """
    from pymatgen.core import Lattice

    problem = cell_problem(crystal.lengths, crystal.angles, name)
    if problem is not None:
        raise problem

    matrix = lattice_matrices(np.asarray(crystal.lengths), np.asarray(crystal.angles))
    try:
        reduced = Lattice(matrix).get_niggli_reduced_lattice().matrix
        frac = np.asarray(crystal.frac) @ matrix @ np.linalg.inv(reduced)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise InputError(
            "lattice", f"has no Niggli cell ({error})", where=name, remedy="Read it with niggli=False"
        ) from error
    return cell_of(reduced, frac, crystal.numbers)
