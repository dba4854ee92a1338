"""Energies and short relaxations by CHGNet (the extra `mlip`), bounded in steps and in time."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ...shared.errors import InputError
from .crystals.crystal import pack
from .crystals.crystals import Crystals
from .crystals.structures import cell_of, structures_of
from .metrics.structural_validity import structural_validity

EVALUATOR = "CHGNet 0.3.0 (MPtrj, GGA/GGA+U), not DFT"


class RelaxationSettings(BaseModel):
    """Bounds of a relaxation of cell and coordinates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=50, ge=0)
    force: float = Field(default=0.1, gt=0)
    """Electronvolt per angstrom; below it a crystal is relaxed."""
    seconds: float = Field(default=30.0, gt=0)
    """For one crystal. Looked at between steps, so one step may go over it."""
    max_atoms: int = Field(default=60, ge=1)
    """Larger cells are left alone: one step of theirs may take longer than all the time allowed."""


@dataclass(frozen=True)
class Energies:
    """Electronvolt per atom [M]; NaN exactly where `reasons` says why."""

    values: np.ndarray
    reasons: tuple[str, ...]
    evaluator: str = EVALUATOR


@dataclass(frozen=True)
class Relaxed:
    """Crystals after relaxation; one that was left alone or not finished is where it got to."""

    crystals: Crystals
    energies: Energies
    converged: np.ndarray
    """bool [M]."""
    steps: np.ndarray
    """int64 [M]."""


def chgnet_energies(crystals: Crystals, *, batch_size: int = 16) -> Energies:
    """Energy of each crystal as it stands (Deng et al., Nature Machine Intelligence 5, 2023).

    Some 0.1 s a crystal of five atoms on one core. A crystal that is not valid in structure has no energy.

    Raises:
        InputError: CHGNet is not installed.
    """
    model, valid = _model(), structural_validity(crystals)
    values = np.full(len(crystals), np.nan)
    reasons = ["" if fit else "atoms overlap or the cell has no volume" for fit in valid]
    rows = np.flatnonzero(valid)
    structures = structures_of(crystals.take(rows))
    for start in range(0, len(rows), batch_size):
        for row, energy in zip(
            rows[start : start + batch_size],
            _predict(model, structures[start : start + batch_size]),
            strict=True,
        ):
            values[row] = energy if isinstance(energy, float) else np.nan
            reasons[row] = energy if isinstance(energy, str) else ""
    return Energies(values, tuple(reasons))


def relax(crystals: Crystals, settings: RelaxationSettings | None = None) -> Relaxed:
    """Lets cell and coordinates move down CHGNet's forces and stress (FIRE), a bounded way.

    Some 0.3 s a step of a crystal of five atoms on one core: for tens of crystals, not thousands.

    Raises:
        InputError: CHGNet is not installed.
    """
    settings = settings or RelaxationSettings()
    model, valid = _model(), structural_validity(crystals)
    moved, values, reasons, done, steps = [], [], [], [], []
    for m, structure in enumerate(structures_of(crystals)):
        why = "" if valid[m] else "atoms overlap or the cell has no volume"
        if len(structure) > settings.max_atoms:
            why = f"{len(structure)} atoms are more than {settings.max_atoms}"
        if why:
            matrix, frac, energy, end, taken = (
                structure.lattice.matrix,
                structure.frac_coords,
                np.nan,
                False,
                0,
            )
        else:
            matrix, frac, energy, end, taken = _descend(model, structure, settings)
            why = "" if np.isfinite(energy) else "CHGNet gave no finite energy"
        numbers = crystals.numbers[crystals.offsets[m] : crystals.offsets[m + 1]]
        moved.append(cell_of(matrix, frac, numbers))
        values.append(energy)
        reasons.append(why)
        done.append(end)
        steps.append(taken)
    energies = Energies(np.array(values, float), tuple(reasons))
    packed = pack(moved, crystals.ids, dict(crystals.properties))
    return Relaxed(packed, energies, np.array(done, bool), np.array(steps, np.int64))


def _predict(model: Any, structures: Sequence[Any]) -> list[float | str]:
    """Energy of each, or why there is none: where a batch fails, its crystals are tried one by one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answers = model.predict_structure(list(structures), task="e", batch_size=len(structures))
    except (ValueError, ArithmeticError, RuntimeError) as error:
        if len(structures) == 1:
            return [f"CHGNet: {error}"]
        return [energy for structure in structures for energy in _predict(model, [structure])]
    answers = answers if isinstance(answers, list) else [answers]
    energies = [float(np.ravel(answer["e"])[0]) for answer in answers]
    return [energy if np.isfinite(energy) else "CHGNet gave no finite energy" for energy in energies]


def _descend(
    model: Any, structure: Any, settings: RelaxationSettings
) -> tuple[np.ndarray, np.ndarray, float, bool, int]:
    """Cell, coordinates, energy per atom, whether it converged, and steps taken."""
    filters, optimizers = importlib.import_module("ase.filters"), importlib.import_module("ase.optimize")
    dynamics = importlib.import_module("chgnet.model.dynamics")
    atoms = structure.to_ase_atoms()
    start = atoms.cell[:].copy(), atoms.get_scaled_positions(wrap=False)
    end = time.monotonic() + settings.seconds
    converged, steps = False, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            atoms.calc = dynamics.CHGNetCalculator(model)
            path = optimizers.FIRE(filters.FrechetCellFilter(atoms), logfile=None)
            for found in path.irun(fmax=settings.force, steps=settings.steps):
                converged = bool(found)
                if time.monotonic() > end:
                    break
            steps = path.nsteps
            energy = float(atoms.get_potential_energy()) / len(atoms)
        except (ValueError, ArithmeticError, RuntimeError, AttributeError):
            # Forces that threw the atoms apart: the crystal stays what it was, without an energy.
            return *start, float("nan"), False, steps
    if not (np.isfinite(energy) and np.isfinite(atoms.cell[:]).all() and np.isfinite(atoms.positions).all()):
        return *start, float("nan"), False, steps
    return atoms.cell[:].copy(), atoms.get_scaled_positions(wrap=False), energy, converged, steps


@functools.cache
def _model() -> Any:
    """CHGNet with the weights that its wheel carries, on the CPU."""
    try:
        # It prints its number of parameters.
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            package = importlib.import_module("chgnet.model.model")
            return package.CHGNet.load(use_device="cpu", verbose=False)
    except ImportError as error:
        raise InputError(
            "energies",
            f"need CHGNet, which cannot be imported ({error})",
            remedy="pip install 'fourfold[mlip]'",
        ) from error
