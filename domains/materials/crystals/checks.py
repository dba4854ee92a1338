"""What makes a crystal unfit, found before any network sees it: pymatgen lets most of it through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ....shared.errors import InputError, InputErrors
from .crystals import Crystals
from .elements import MAX_NUMBER, SYMBOLS
from .lattice import lattice_matrices

MIN_VOLUME = 0.1
"""Cubic angstrom: a cell of less is flat."""
MAX_LENGTH = 1_000.0
"""Angstrom: no unit cell is as long; such an axis is a slip, and one of them spoils a training."""
MIN_DISTANCE = 0.5
"""Angstrom: atoms nearer than this are one atom written twice."""
_AXES = ("a", "b", "c")
_ANGLES = ("alpha", "beta", "gamma")


def check_crystals(
    crystals: Crystals, *, max_atoms: int | None = None, min_distance: float = MIN_DISTANCE
) -> Crystals:
    """The same crystals, if each is fit.

    Raises:
        InputError: of every crystal that is not, what is wrong with it.
    """
    problems = find_problems(crystals, max_atoms=max_atoms, min_distance=min_distance)
    if problems:
        raise InputErrors(list(problems.values()))
    return crystals


def find_problems(
    crystals: Crystals, *, max_atoms: int | None = None, min_distance: float = MIN_DISTANCE
) -> dict[int, InputError]:
    """What is wrong with each unfit crystal, by row: the first thing of each.

    Args:
        max_atoms: a crystal of more is unfit. None: any number will do.
        min_distance: angstrom; two atoms nearer than this, periodic images too, make a crystal unfit.
    """
    problems: dict[int, InputError] = {}
    for row in np.flatnonzero(_suspicious(crystals, max_atoms)).tolist():
        problem = cell_problem(
            crystals.lengths[row], crystals.angles[row], crystals.ids[row]
        ) or _atom_problem(crystals, row, max_atoms)
        if problem is not None:
            problems[row] = problem
    fit = np.array([row for row in range(len(crystals)) if row not in problems], np.int64)
    problems |= _overlaps(crystals, fit, min_distance)
    return dict(sorted(problems.items()))


def unique_ids(ids: Sequence[str]) -> None:
    """Refuse names given twice.

    Raises:
        InputError: the first few of them, and how often each is there.
    """
    twice = [(name, count) for name, count in Counter(ids).items() if count > 1]
    if twice:
        listed = ", ".join(f"{name} ({count} times)" for name, count in twice[:5])
        more = f" and {len(twice) - 5} more" if len(twice) > 5 else ""
        raise InputError(
            "material_id", f"is not unique: {listed}{more}", remedy="Give each crystal a name of its own"
        )


def no_crystals(source: str) -> InputError:
    """What to say of a source that is empty."""
    return InputError(source, "holds no crystal", expected="at least one")


def _suspicious(crystals: Crystals, max_atoms: int | None) -> np.ndarray:
    """Whether a crystal may be unfit for anything but overlapping atoms, bool [M]; never a miss."""
    with np.errstate(all="ignore"):
        cells = np.concatenate([crystals.lengths, crystals.angles], axis=1)
        volumes = np.abs(np.linalg.det(np.nan_to_num(crystals.matrices())))
        alpha, beta, gamma = crystals.angles.T
        impossible = (alpha + beta + gamma >= 360.0) | (
            2 * crystals.angles.max(axis=1) >= alpha + beta + gamma
        )
        bad = (
            ~np.isfinite(cells).all(axis=1) | (cells <= 0).any(axis=1) | (crystals.angles >= 180).any(axis=1)
        )
        bad |= impossible | ~(volumes >= MIN_VOLUME) | (crystals.lengths > MAX_LENGTH).any(axis=1)
    bad |= crystals.counts == 0
    if max_atoms is not None:
        bad |= crystals.counts > max_atoms
    wrong_atom = ~np.isfinite(crystals.frac).all(axis=1)
    wrong_atom |= (crystals.numbers < 1) | (crystals.numbers > MAX_NUMBER)
    bad[np.repeat(np.arange(len(crystals)), crystals.counts)[wrong_atom]] = True
    return bad


def cell_problem(
    lengths: Sequence[float] | np.ndarray, angles: Sequence[float] | np.ndarray, where: str
) -> InputError | None:
    """What is wrong with a cell: a length, an angle, the three angles together, or its volume."""
    for name, length in zip(_AXES, lengths, strict=True):
        if not np.isfinite(length) or length < 0:
            return InputError(
                "lattice", f"axis {name} is {length:g} angstrom", where=where, expected="a length above 0"
            )
        if length == 0:
            return InputError(
                "lattice",
                f"axis {name} has no length, so the cell is flat",
                where=where,
                expected=f"a volume of at least {MIN_VOLUME} cubic angstrom",
            )
        if length > MAX_LENGTH:
            return InputError(
                "lattice",
                f"axis {name} is {length:g} angstrom",
                where=where,
                expected=f"at most {MAX_LENGTH:,.0f}",
                remedy="Lengths are in angstrom",
            )
    return _angle_problem(np.asarray(angles, np.float64), where) or _volume_problem(lengths, angles, where)


def _angle_problem(angles: np.ndarray, where: str) -> InputError | None:
    for name, angle in zip(_ANGLES, angles, strict=True):
        if not np.isfinite(angle) or not 0 < angle < 180:
            return InputError(
                "lattice",
                f"{name} is {angle:g} degrees",
                where=where,
                expected="an angle above 0 and below 180",
            )
    widest = int(np.argmax(angles))
    others = [name for i, name in enumerate(_ANGLES) if i != widest]
    spelt = " ".join(f"{angle:g}" for angle in angles)
    if 2 * angles[widest] >= angles.sum():
        problem = f"no cell has the angles {spelt}"
        return InputError(
            "lattice", problem, where=where, expected=f"{_ANGLES[widest]} < {others[0]} + {others[1]}"
        )
    if angles.sum() >= 360:
        return InputError(
            "lattice", f"no cell has the angles {spelt}", where=where, expected="alpha + beta + gamma < 360"
        )
    return None


def _volume_problem(
    lengths: Sequence[float] | np.ndarray, angles: Sequence[float] | np.ndarray, where: str
) -> InputError | None:
    volume = abs(np.linalg.det(lattice_matrices(np.asarray(lengths), np.asarray(angles))))
    if volume >= MIN_VOLUME:
        return None
    problem = f"the cell has a volume of {volume:.3g} cubic angstrom"
    return InputError("lattice", problem, where=where, expected=f"at least {MIN_VOLUME}")


def _atom_problem(crystals: Crystals, row: int, max_atoms: int | None) -> InputError | None:
    atoms = slice(crystals.offsets[row], crystals.offsets[row + 1])
    frac, numbers, where = crystals.frac[atoms], crystals.numbers[atoms], crystals.ids[row]
    if len(numbers) == 0:
        return InputError("atoms", "there is none", where=where, expected="at least one")
    if max_atoms is not None and len(numbers) > max_atoms:
        remedy = "Raise max_atoms, or bring its primitive cell"
        return InputError(
            "atoms",
            f"there are {len(numbers)}",
            where=where,
            expected=f"at most {max_atoms} (max_atoms)",
            remedy=remedy,
        )
    lost = lost_atom(frac, where)
    if lost is not None:
        return lost
    strange = np.flatnonzero((numbers < 1) | (numbers > MAX_NUMBER))
    if len(strange):
        problem = f"atom {strange[0]} has the atomic number {numbers[strange[0]]}"
        return InputError("element", problem, where=where, expected=f"1 to {MAX_NUMBER} (H to Fm)")
    return None


def _overlaps(crystals: Crystals, rows: np.ndarray, min_distance: float) -> dict[int, InputError]:
    if not len(rows) or min_distance <= 0:
        return {}
    from .closest_pair import closest_pairs  # numba, which takes a second to import

    chosen = crystals if len(rows) == len(crystals) else crystals.take(rows)
    pairs, distances = closest_pairs(chosen, min_distance)
    problems = {}
    for i in np.flatnonzero(np.isfinite(distances)):
        numbers = chosen.numbers[chosen.offsets[i] :]
        first, second = pairs[i]
        names = f"{SYMBOLS[numbers[first] - 1]}{first}", f"{SYMBOLS[numbers[second] - 1]}{second}"
        between = (
            f"{names[0]} and {names[1]}" if first != second else f"{names[0]} and its own periodic image"
        )
        problems[int(rows[i])] = InputError(
            "atoms",
            f"{between} overlap: {distances[i]:.3g} angstrom apart",
            where=chosen.ids[i],
            expected=f"at least {min_distance:g} (min_distance)",
        )
    return problems


def lost_atom(places: np.ndarray, where: str) -> InputError | None:
    """What is wrong with the first atom whose coordinates [N, 3] are not finite; None: with none."""
    lost = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if not len(lost):
        return None
    spelt = " ".join(f"{x:g}" for x in places[lost[0]])
    return InputError("coordinates", f"atom {lost[0]} is at {spelt}", where=where, expected="finite numbers")
