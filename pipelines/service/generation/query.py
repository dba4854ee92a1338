"""The body of `POST /v1/generate`, its limits and its answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ....shared.errors import InputError
from ...generation_settings import GenerationSettings
from ..settings import ServiceSettings

MOST_STEPS = 1_000
USUAL_STEPS = 50
JOB = "Make it a job: POST /v1/jobs"
EXAMPLES: dict[str, Any] = {
    "composition": {
        "summary": "Structures of one formula",
        "value": {"model": "perov-flow", "n": 2, "composition": "SrTiO3", "seed": 1, "steps": 20},
    },
    "elements": {
        "summary": "Anything of these elements, none of it known from training",
        "value": {"model": "perov-flow", "n": 2, "elements": "Ba,Sr,Ti,O", "novel": True, "steps": 20},
    },
    "property": {
        "summary": "Near a value of the property that the model was trained with",
        "value": {"model": "perov-flow", "n": 2, "property": 0.5, "steps": 20},
    },
}


class GenerationQuery(GenerationSettings):
    """The shell's settings, and the model."""

    model: str = Field(min_length=1, max_length=200)
    """Name of a served crystal generator."""

    def require_within(self, limits: ServiceSettings) -> None:
        """Refuse what takes too long for one answer.

        Raises:
            InputError: too many crystals, or too many steps for so many.
        """
        if self.n > limits.max_crystals:
            raise InputError("n", f"is {self.n:,}", expected=f"at most {limits.max_crystals:,}", remedy=JOB)
        steps = USUAL_STEPS if self.steps is None else self.steps
        if steps > MOST_STEPS:
            raise InputError("steps", f"is {steps:,}", expected=f"at most {MOST_STEPS:,}")
        most = limits.max_crystals * USUAL_STEPS // self.n
        if steps > most:
            problem = f"is {steps:,} for {self.n:,} crystals"
            raise InputError("steps", problem, expected=f"at most {most:,} for so many", remedy=JOB)


class MadeCrystal(BaseModel):
    """A row of the table that `fourfold generate` writes, with the crystal itself."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    id: str
    formula: str
    num_atoms: int
    valid: bool
    """In structure and in composition."""
    structure_valid: bool
    """No two atoms within 0.5 angstrom, and a volume."""
    composition_valid: bool
    """A formula that can be charge neutral."""
    novel: bool | None = None
    """A reduced formula that the model was not trained on; missing where it does not know these."""
    density_g_cm3: float
    nearest_distance_A: float
    """Angstrom between the nearest two atoms."""
    space_group: str
    cif: str


class MadeCrystals(BaseModel):
    """Crystals in their order; predictions of the trained property are called `predicted_NAME`."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    model: str
    property_name: str | None
    """The property that the model was trained with."""
    crystals: list[MadeCrystal]
    notes: list[str] = []
    """What was changed or noticed."""
