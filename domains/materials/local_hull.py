"""The convex hull of the crystals at hand: how far above it a crystal lies, and what that does not say."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from ...shared.errors import InputError
from .crystals.crystals import Crystals
from .crystals.elements import SYMBOLS

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Composition


class LocalHull:
    """Convex hulls over a given list of crystals and no others.

    A distance to it is a lower bound of the distance to the full hull: competing phases that are not in the
    list are not known. It is never to be called "stability" without `label`.
    """

    def __init__(
        self, crystals: Crystals, energies: np.ndarray, *, name: str, evaluator: str, formation: bool = False
    ) -> None:
        """Keeps the finite energies.

        Args:
            energies: electronvolt per atom [M], all by one evaluator.
            name: what the crystals are, such as "mp_20 train".
            evaluator: where the energies come from, such as "PBE formation energies".
            formation: the energies are formation energies, so that each element has one entry at 0.

        Raises:
            InputError: not one energy for each crystal, or none that is finite.
        """
        values = np.asarray(energies, np.float64)
        if values.shape != (len(crystals),):
            problem = f"have shape {values.shape} for {len(crystals):,} crystals"
            raise InputError("energies", problem, expected="one for each")
        kept = np.flatnonzero(np.isfinite(values))
        if not len(kept):
            raise InputError("energies", "are not known of any crystal")
        self.formation = formation
        self.label = f"local hull of {len(kept):,} crystals ({name}), {evaluator}"
        self._entries: dict[frozenset[str], list[tuple[Composition, float]]] = defaultdict(list)
        for composition, value in zip(_compositions(crystals.take(kept)), values[kept], strict=True):
            self._entries[_symbols(composition)].append((composition, float(value)))
        self._diagram = functools.lru_cache(maxsize=4096)(self._build)

    def above(self, crystals: Crystals, energies: np.ndarray) -> np.ndarray:
        """Electronvolt per atom above the hull [M]; negative for what lies below it.

        NaN where an energy is, or where the list lacks an element of the crystal.

        Raises:
            InputError: not one energy for each crystal.
        """
        values = np.asarray(energies, np.float64)
        if values.shape != (len(crystals),):
            problem = f"have shape {values.shape} for {len(crystals):,} crystals"
            raise InputError("energies", problem, expected="one for each")
        out = np.full(len(crystals), np.nan)
        for m, composition in enumerate(_compositions(crystals)):
            diagram = self._diagram(_symbols(composition)) if np.isfinite(values[m]) else None
            if diagram is not None:
                out[m] = values[m] - diagram.get_hull_energy_per_atom(composition)
        return out

    def _build(self, symbols: frozenset[str]) -> PhaseDiagram | None:
        """The diagram of some elements; None if one of them has no entry."""
        from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
        from pymatgen.core import Composition

        entries = [
            PDEntry(composition, energy * composition.num_atoms)
            for elements, given in self._entries.items()
            if elements <= symbols
            for composition, energy in given
        ]
        if self.formation:
            entries += [PDEntry(Composition(symbol), 0.0) for symbol in sorted(symbols)]
        if {
            symbol
            for entry in entries
            if len(entry.composition) == 1
            for symbol in _symbols(entry.composition)
        } != symbols:
            return None
        return PhaseDiagram(entries)


def _compositions(crystals: Crystals) -> list[Composition]:
    from pymatgen.core import Composition

    found = []
    for start, stop in zip(crystals.offsets[:-1], crystals.offsets[1:], strict=True):
        elements, counts = np.unique(crystals.numbers[start:stop], return_counts=True)
        amounts = {SYMBOLS[z - 1]: int(n) for z, n in zip(elements, counts, strict=True)}
        found.append(Composition(amounts))
    return found


def _symbols(composition: Composition) -> frozenset[str]:
    return frozenset(element.symbol for element in composition.elements)
