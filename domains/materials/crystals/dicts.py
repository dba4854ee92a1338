"""Crystals as plain dictionaries: what JSON, the HTTP service and the report pages carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ....shared.errors import InputError, InputErrors
from .checks import check_crystals, no_crystals, unique_ids
from .crystal import Crystal, pack
from .crystals import Crystals
from .elements import SYMBOLS
from .named import Named, guarded
from .structures import ID_PROPERTY, numbers_of

_LENGTHS = ("a", "b", "c")
_ANGLES = ("alpha", "beta", "gamma")


def dicts_of(crystals: Crystals) -> list[dict[str, Any]]:
    """Each crystal as `material_id, lattice (a … gamma), species, frac_coords, properties`.

    Lengths in angstrom, angles in degrees; a property that is not known is None.
    """
    made = []
    for i, name in enumerate(crystals.ids):
        atoms = slice(crystals.offsets[i], crystals.offsets[i + 1])
        cell = np.concatenate([crystals.lengths[i], crystals.angles[i]]).tolist()
        values = {key: float(values[i]) for key, values in crystals.properties.items()}
        made.append(
            {
                ID_PROPERTY: name,
                "lattice": dict(zip((*_LENGTHS, *_ANGLES), cell, strict=True)),
                "species": [SYMBOLS[number - 1] for number in crystals.numbers[atoms]],
                "frac_coords": crystals.frac[atoms].tolist(),
                "properties": {key: value if np.isfinite(value) else None for key, value in values.items()},
            }
        )
    return made


def crystals_of_dicts(dicts: Sequence[Mapping[str, Any]]) -> Crystals:
    """The crystals of such dictionaries, checked.

    Raises:
        InputError: a field is missing or of the wrong kind, or a crystal fails a check; all such are listed.
    """
    if not dicts:
        raise no_crystals("crystals")
    names = [str(facts.get(ID_PROPERTY, row)) for row, facts in enumerate(dicts)]
    unique_ids(names)
    found, problems = [], []
    for name, facts in zip(names, dicts, strict=True):
        try:
            found.append(_crystal(facts, name))
        except InputError as problem:
            problems.append(problem)
    if problems:
        raise InputErrors(problems)
    kept = [facts.get("properties") or {} for facts in dicts]
    keys = dict.fromkeys(key for values in kept for key in values)
    properties = {
        key: np.array([np.nan if values.get(key) is None else float(values[key]) for values in kept])
        for key in keys
    }
    return check_crystals(pack(found, names, properties))


def is_crystal_dict(thing: Any) -> bool:
    """Whether it is meant as such a dictionary: a mapping with a lattice, or with species."""
    return isinstance(thing, Mapping) and bool({"lattice", "species", "frac_coords"} & thing.keys())


def named_dict(facts: Mapping[str, Any], fallback: str) -> Named:
    """The crystal of one such dictionary, or what is wrong with it, with its properties.

    Args:
        fallback: its name where it has none.
    """
    name = str(facts.get(ID_PROPERTY, fallback))
    values = facts.get("properties")
    return guarded(lambda: _crystal(facts, name), name, values if isinstance(values, Mapping) else {})


def _crystal(facts: Mapping[str, Any], name: str) -> Crystal:
    for field in ("lattice", "species", "frac_coords"):
        if field not in facts:
            raise InputError(field, "is missing", where=name)
    lattice, species = facts["lattice"], facts["species"]
    try:
        lengths = [float(lattice[key]) for key in _LENGTHS]
        angles = [float(lattice[key]) for key in _ANGLES]
    except (KeyError, TypeError, ValueError) as error:
        expected = "numbers a, b, c, alpha, beta, gamma"
        raise InputError("lattice", f"is {lattice!r}", where=name, expected=expected) from error
    try:
        frac = np.array(facts["frac_coords"], np.float64).reshape(len(species), 3)
    except (TypeError, ValueError) as error:
        expected = f"three numbers for each of the {len(species)} species"
        raise InputError("frac_coords", "are of another shape", where=name, expected=expected) from error
    return Crystal(frac, numbers_of([str(symbol) for symbol in species], name), lengths, angles)
