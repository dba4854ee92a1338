"""Sizes of a DimeNet++."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DimeNetSettings(BaseModel):
    """The defaults are CDVAE's encoder: with 256 outputs, 2,212,230 parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=128, ge=1)
    """Of messages."""
    blocks: int = Field(default=4, ge=0)
    inner: int = Field(default=64, ge=1)
    """Width in which messages of different angles meet."""
    basis: int = Field(default=8, ge=1)
    out_width: int = Field(default=256, ge=1)
    out_layers: int = Field(default=3, ge=0)
    num_spherical: int = Field(default=7, ge=1, le=9)
    num_radial: int = Field(default=6, ge=1)
    cutoff: float = Field(default=7.0, gt=0)
    """Angstrom."""
    max_neighbors: int = Field(default=20, ge=1)
    envelope_exponent: int = Field(default=5, ge=1)
