"""How far two structures may be apart and still be called the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pymatgen.analysis.structure_matcher import StructureMatcher


class Tolerances(BaseModel):
    """Tolerances of pymatgen's StructureMatcher."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: float = Field(gt=0)
    """Largest root mean square displacement, in units of the cube root of the volume per atom (stol)."""
    angle: float = Field(gt=0)
    """Degrees between angles of the two cells (angle_tol)."""
    length: float = Field(gt=0)
    """Fraction by which lengths of the two cells may differ, both brought to one volume (ltol)."""

    def matcher(self) -> StructureMatcher:
        """The matcher: primitive Niggli cells of one volume are compared."""
        from pymatgen.analysis.structure_matcher import StructureMatcher

        return StructureMatcher(ltol=self.length, stol=self.site, angle_tol=self.angle)

    def __str__(self) -> str:
        return f"stol {self.site:g}, angle_tol {self.angle:g}, ltol {self.length:g}"


CDVAE = Tolerances(site=0.5, angle=10.0, length=0.3)
"""Those of CDVAE's tables; wide enough to take some different space groups for the same."""
STRICT = Tolerances(site=0.3, angle=5.0, length=0.2)
"""Pymatgen's defaults, which counts of unique and novel crystals use."""
