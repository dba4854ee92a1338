"""MatText, what the user holds: one text representation of crystals, written and read."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ....shared.errors import InputError, InputErrors
from ..crystals.checks import check_crystals
from ..crystals.crystal import pack
from ..crystals.crystals import Crystals
from ..crystals.reading import read_crystals
from ..crystals.structures import crystals_of, is_atoms, is_structure
from .decoding import read_crystal_text_llm, read_rounded_cif
from .local_environment import local_environment
from .representations import (
    atom_sequence,
    atom_sequence_and_cell,
    composition,
    crystal_text_llm,
    p1_cif,
    symmetrized_cif,
)
from .zmatrix import zmatrix

_WRITERS = MappingProxyType(
    {
        "composition": composition,
        "atom_sequences": atom_sequence,
        "atom_sequences_plusplus": atom_sequence_and_cell,
        "cif_p1": p1_cif,
        "cif_symmetrized": symmetrized_cif,
        "crystal_text_llm": crystal_text_llm,
        "zmatrix": zmatrix,
        "local_env": local_environment,
    }
)
_READERS = MappingProxyType(
    {
        "cif_p1": read_rounded_cif,
        "cif_symmetrized": read_rounded_cif,
        "crystal_text_llm": read_crystal_text_llm,
    }
)
REPRESENTATIONS = tuple(_WRITERS)
"""The representations as MatText calls them, without SLICES and Robocrystallographer's prose."""
DECODABLE = tuple(_READERS)
"""Those of them that can be read back."""


class MatText:
    """Crystals as text of one kind (Alampara, Miret and Jablonka 2024, arXiv 2406.17295).

    Args:
        representation: one of `REPRESENTATIONS`.
        decimals: of lengths and coordinates. `crystal_text_llm` has its own: one for lengths, two for
            coordinates.

    Raises:
        InputError: there is no such representation, or decimals is not in 1-8.
    """

    def __init__(self, representation: str, *, decimals: int = 3) -> None:
        if representation not in _WRITERS:
            raise InputError(
                "representation", f"there is no {representation!r}", expected=f"one of {', '.join(_WRITERS)}"
            )
        if not 1 <= decimals <= 8:
            raise InputError("decimals", f"is {decimals}", expected="a number in 1-8")
        self.representation, self.decimals = representation, decimals

    def encode(self, source: Any) -> list[str]:
        """The text of each crystal, in their order.

        Args:
            source: Crystals, a Structure or Atoms or a list of such, or a path or text as `read_crystals`
                takes them.

        Raises:
            InputError: a crystal cannot be told this way; all such are listed.
        """
        crystals = _crystals(source)
        write = _WRITERS[self.representation]
        texts, problems = [], []
        for row in range(len(crystals)):
            try:
                texts.append(write(crystals.take([row]), self.decimals))
            except InputError as problem:
                problems.append(problem)
        if problems:
            raise InputErrors(problems)
        return texts

    def decode(self, texts: str | Sequence[str], *, ids: Sequence[str] | None = None) -> Crystals:
        """Crystals from their texts, as exact as the decimals are.

        Args:
            ids: a name of each. When None, its row.

        Raises:
            InputError: the representation cannot be read back, or texts tell no crystal; all are listed.
        """
        if self.representation not in _READERS:
            problem = f"{self.representation} does not hold all of a crystal and cannot be read back"
            raise InputError("representation", problem, expected=f"one of {', '.join(_READERS)}")
        given = [texts] if isinstance(texts, str) else list(texts)
        names = [str(i) for i in range(len(given))] if ids is None else [str(name) for name in ids]
        if len(names) != len(given):
            raise InputError("ids", f"there are {len(names)} names for {len(given)} texts")
        read = _READERS[self.representation]
        found, problems = [], []
        for name, text in zip(names, given, strict=True):
            try:
                found.append(read(text, name, self.decimals))
            except InputError as problem:
                problems.append(problem)
        if problems:
            raise InputErrors(problems)
        return check_crystals(pack(found, names))


def _crystals(source: Any) -> Crystals:
    """Crystals of whatever is given; of a list, every one or none."""
    if isinstance(source, Crystals):
        return source
    if is_structure(source) or is_atoms(source):
        return crystals_of([source])
    if isinstance(source, (str, Path)):
        with warnings.catch_warnings():
            # A row left out would shift all texts after it against what the user has beside them.
            warnings.simplefilter("error")
            try:
                return read_crystals(source)
            except UserWarning as warning:
                raise InputError("source", str(warning)) from warning
    return crystals_of(source)
