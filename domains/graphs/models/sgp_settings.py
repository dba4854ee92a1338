"""Settings of SGP. Imports no torch."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from .settings import EmbeddingSettings


class SgpSettings(BaseModel):
    """Sizes of `SGP`: those of its authors for METR-LA by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reservoir: int = Field(default=64, ge=1)
    """R, units per reservoir layer; random, never trained."""
    reservoir_layers: int = Field(default=2, ge=1)
    leak: float = Field(default=0.9, gt=0, le=1)
    """Share of the new state in the first layer."""
    leak_decay: float = Field(default=0.1, ge=0, lt=1)
    """Taken off the leak with each further layer, which so remembers longer; never below 0.1."""
    radius: float = Field(default=0.9, gt=0)
    """Spectral radius of the recurrent weights; below 1 the past fades."""
    density: float = Field(default=0.7, gt=0, le=1)
    """Share of recurrent weights that are not 0."""
    hops: int = Field(default=4, ge=0)
    """K, how far along the edges features are averaged."""
    bidirectional: bool = True
    """Also against the direction of the edges."""
    whole_graph: bool = True
    """Read the mean over all nodes too."""
    group: int = Field(default=48, ge=1)
    """Outputs of the linear map of each layer and hop."""
    hidden: int = Field(default=256, ge=1)
    layers: int = Field(default=2, ge=0)
    """Hidden layers of the decoder's MLP."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    embedding: EmbeddingSettings = EmbeddingSettings()
    mask: bool = True
    """Read what was observed."""
    residual: bool = True
    """Answer the difference to the last value observed."""
    pairs: int = Field(default=2048, ge=1)
    """(cutoff, node) pairs of one training step."""
    cutoffs: int = Field(default=4096, ge=1)
    """Cutoffs encoded for training, and again for validation, at most; drawn where there are more."""
    megabytes: int = Field(default=768, ge=1)
    """Memory for encoded training pairs; where they do not fit, nodes are drawn anew for every cutoff."""
