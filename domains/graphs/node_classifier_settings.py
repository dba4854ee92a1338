"""How a NodeClassifier treats features and labels."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from .classification.feature_scaling import ScalingKind


class NodeClassifierSettings(BaseModel):
    """What does not depend on the method."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scaling: ScalingKind = "auto"
    """rows: each node's features over their sum; standard: each feature to mean 0 and deviation 1; auto: rows
    where nothing is negative, else standard."""
    validation: float = Field(0.2, ge=0, lt=1)
    """Share of each class's labelled nodes to choose by, where `fit` is given no split."""
    split_seed: int = Field(0, ge=0)
    """Of that draw."""
