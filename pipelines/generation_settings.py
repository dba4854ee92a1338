"""Which crystals are wanted: what the shell's flags and the body of `POST /v1/generate` may say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..shared.number_check import LARGEST_SEED

if TYPE_CHECKING:
    from ..domains.materials.crystal_generator import CrystalGenerator
    from ..domains.materials.generated import GeneratedCrystals
    from ..domains.materials.lattice_bounds import LatticeBounds


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is expected, not true or false")
    return value


def _two_numbers(value: Any) -> Any:
    """What the shell writes "3,12"."""
    return tuple(re.split(r"[,;\s]+", value.strip())) if isinstance(value, str) else value


Whole = Annotated[int, BeforeValidator(_no_truth)]
Count = Annotated[int, Field(ge=1), BeforeValidator(_no_truth)]
"""Its bound stands beside the number: else the JSON schema of an optional one would not tell of it."""
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_truth)]
Length = Annotated[float, Field(gt=0, lt=10, allow_inf_nan=False), BeforeValidator(_no_truth)]
Pair = Annotated[tuple[Number, Number], BeforeValidator(_two_numbers)]
Formula = Annotated[str, Field(max_length=200)]
Symbols = Annotated[str, Field(max_length=1_000)]
Symbol = Annotated[str, Field(max_length=10)]


class GenerationSettings(BaseModel):
    """Number, wishes and sampler; see `CrystalGenerator.generate`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    n: Count = 10
    """How many crystals."""
    composition: Formula | None = None
    """Structures of this formula, such as SrTiO3, one formula unit a cell unless num_atoms says otherwise."""
    elements: Symbols | Annotated[tuple[Symbol, ...], Field(max_length=200)] | None = None
    """Elements that may occur: symbols, or text such as "Ti,O"."""
    num_atoms: Count | None = None
    """Atoms in the cell."""
    property: Number | None = None
    """Value of the property that the generator was trained with, in its unit, to aim at."""
    novel: bool = False
    """Only reduced formulas that it was not trained on."""
    lengths: Pair | None = None
    """Angstrom: the lower and the upper bound of all edges of the cell, from 1.5 to 100."""
    angles: Pair | None = None
    """Degrees: the lower and the upper bound of all angles of the cell, from 20 to 160."""
    seed: Whole = Field(0, ge=0, le=LARGEST_SEED)
    """The same seed makes the same crystals."""
    steps: Count | None = None
    """Steps of the sampler; more take longer. None: 50 of the flow, or at each level of noise of Langevin
    dynamics as many as the generator's settings say."""
    sampler: Literal["flow", "langevin"] | None = None
    """The one that goes with the generator's decoder, which None takes; another is refused."""
    symprec: Length | None = None
    """Angstrom: write CIF with the symmetry found at this tolerance instead of P1."""

    def generate(self, generator: CrystalGenerator) -> GeneratedCrystals:
        """The crystals, the same for shell and HTTP.

        Raises:
            InputError: as `CrystalGenerator.generate`.
        """
        return generator.generate(
            self.n,
            self.composition,
            self.elements,
            self.num_atoms,
            self.property,
            novel=self.novel,
            lattice=self._lattice(),
            seed=self.seed,
            steps=self.steps,
            sampler=self.sampler,
        )

    def _lattice(self) -> LatticeBounds | None:
        from ..domains.materials.lattice_bounds import LatticeBounds

        given = {name: getattr(self, name) for name in ("lengths", "angles")}
        known = {name: pair for name, pair in given.items() if pair is not None}
        return LatticeBounds(**known) if known else None
