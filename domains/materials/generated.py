"""What a generator hands back: crystals, and for each whether it could be one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .crystals.crystals import Crystals
from .crystals.structures import structures_of
from .formulas import written_formulas
from .metrics.composition_validity import compositional_validity
from .metrics.distributions import densities
from .metrics.nearest_distance import nearest_distances
from .metrics.structural_validity import structural_validity

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.core import Structure

SYMPREC = 0.1
"""Angstrom: how far atoms may be from the places of a space group that counts."""


@dataclass(frozen=True)
class GeneratedCrystals:
    """M crystals with their marks; `crystals.properties` holds predicted properties by name."""

    crystals: Crystals
    trajectory: tuple[Crystals, ...] = field(default=(), repr=False)
    """The same crystals after each step, if asked for."""
    novel: np.ndarray | None = field(default=None, repr=False)
    """A reduced formula that the generator was not trained on, bool [M]; None: not known."""

    def __len__(self) -> int:
        return len(self.crystals)

    @cached_property
    def structure_valid(self) -> np.ndarray:
        """No two atoms within 0.5 angstrom, a volume; bool [M]."""
        return structural_validity(self.crystals)

    @cached_property
    def composition_valid(self) -> np.ndarray:
        """A formula that can be charge neutral; bool [M]."""
        return compositional_validity(self.crystals)

    @property
    def valid(self) -> np.ndarray:
        """Both; bool [M]."""
        return self.structure_valid & self.composition_valid

    @cached_property
    def density(self) -> np.ndarray:
        """Gram per cubic centimetre, float64 [M]."""
        return densities(self.crystals)

    @cached_property
    def nearest_distance(self) -> np.ndarray:
        """Angstrom between the nearest two atoms, periodic images too, float64 [M]."""
        return nearest_distances(self.crystals)

    @cached_property
    def space_group(self) -> tuple[str, ...]:
        """International symbol of each at 0.1 angstrom; "P1" where none is found."""
        return tuple(_space_group(structure) for structure in structures_of(self.crystals))

    def take(self, rows: np.ndarray) -> GeneratedCrystals:
        """The crystals of these rows, in this order."""
        return replace(
            self,
            crystals=self.crystals.take(rows),
            trajectory=tuple(frame.take(rows) for frame in self.trajectory),
            novel=None if self.novel is None else self.novel[rows],
        )

    def structures(self) -> list[Structure]:
        """pymatgen Structures, sites in their order; `properties` holds the marks and predictions."""
        made = structures_of(self.crystals)
        for i, structure in enumerate(made):
            structure.properties |= {
                "valid": bool(self.valid[i]),
                **({} if self.novel is None else {"novel": bool(self.novel[i])}),
                "density": float(self.density[i]),
                "nearest_distance": float(self.nearest_distance[i]),
                "space_group": self.space_group[i],
            }
        return made

    def table(self) -> pd.DataFrame:
        """One row a crystal: formula, marks, predicted properties. No `novel` where that is not known."""
        import pandas as pd

        return pd.DataFrame(
            {
                "formula": written_formulas(self.crystals),
                "structure_valid": self.structure_valid,
                "composition_valid": self.composition_valid,
                **({} if self.novel is None else {"novel": self.novel}),
                "density": self.density,
                "nearest_distance": self.nearest_distance,
                "space_group": self.space_group,
                **self.crystals.properties,
            },
            index=pd.Index(self.crystals.ids, name="id"),
        )


def _space_group(structure: Structure) -> str:
    import warnings

    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    with warnings.catch_warnings():
        # spglib complains in its own words where it finds no group.
        warnings.simplefilter("ignore")
        try:
            return SpacegroupAnalyzer(structure, symprec=SYMPREC).get_space_group_symbol()
        except Exception:  # spglib's own errors for cells that it cannot reduce
            return "P1"
