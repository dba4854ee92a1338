"""Sizes of a GemNet-dT."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class GemNetSettings(BaseModel):
    """The defaults are CDVAE's decoder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=128, ge=1)
    """Of atoms and of edges."""
    blocks: int = Field(default=3, ge=1)
    triplet: int = Field(default=64, ge=1)
    radial: int = Field(default=16, ge=1)
    """Width of the shared radial projections."""
    circular: int = Field(default=16, ge=1)
    """Width of the shared projection of radius and angle."""
    bilinear: int = Field(default=64, ge=1)
    num_spherical: int = Field(default=7, ge=1)
    num_radial: int = Field(default=128, ge=2)
    before_skip: int = Field(default=1, ge=0)
    after_skip: int = Field(default=2, ge=0)
    concat_layers: int = Field(default=1, ge=0)
    atom_layers: int = Field(default=3, ge=0)
    cutoff: float = Field(default=7.0, gt=0)
    """Angstrom."""
    max_neighbors: int = Field(default=20, ge=1)
    envelope_exponent: int = Field(default=5, ge=1)
    energies: bool = True
    """Keep the energy branch that GemNet-dT has. CDVAE trains none of it, but counts it (467,456 weights)."""
