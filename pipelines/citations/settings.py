"""Settings of the citations run, and its presets."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...domains.graphs.classification.feature_scaling import ScalingKind
from ...domains.graphs.classification.settings import (
    SETTINGS,
    EraseSettings,
    GCNSettings,
    GraphTransformerSettings,
    LocalAugmentationSettings,
    MethodName,
    TrainingSettings,
)
from ...domains.graphs.systems.label_noise import NoiseKind


class Settings(BaseModel):
    """Everything that decides the outcome of `fourfold run citations`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = "auto"
    """cora, karate-club, a folder with edges.csv, features.csv and labels.csv; auto: Cora where it is on this
    machine, else the karate club."""
    directed: bool = False
    """Whether the edges of a folder's graph go one way only."""
    scaling: ScalingKind = "auto"
    """Of the features; auto: each node's over their sum where none is negative, else standardised."""
    validation_share: float = Field(0.2, gt=0, lt=0.5)
    """Labelled nodes of a folder to choose by. `test_share`: to judge by."""
    test_share: float = Field(0.3, gt=0, lt=0.7)
    models: tuple[MethodName, ...] = Field(("gcn", "graph-transformer", "la-gcn", "erase"), min_length=1)
    seeds: int = Field(3, ge=1, le=100)
    """Times each model is trained, from different weights."""
    noise: tuple[float, ...] = (0.2, 0.4)
    """Shares of wrong training labels to try; none: leave that part out."""
    noise_kind: NoiseKind = "symmetric"
    noise_models: tuple[MethodName, ...] = ("gcn", "erase")
    noise_seeds: int = Field(2, ge=1, le=100)
    gcn: GCNSettings = GCNSettings()
    graph_transformer: GraphTransformerSettings = GraphTransformerSettings()
    la_gcn: LocalAugmentationSettings = LocalAugmentationSettings()
    erase: EraseSettings = EraseSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if any(not 0 < share < 1 for share in self.noise):
            raise ValueError("noise holds shares between 0 and 1")
        for field in ("models", "noise", "noise_models"):
            if len(set(getattr(self, field))) < len(getattr(self, field)):
                raise ValueError(f"{field} names something more than once")
        return self

    def of_model(self, name: str) -> TrainingSettings:
        """The settings of one model."""
        return getattr(self, name.replace("-", "_"))


def recipe(preset: str) -> dict[str, Any]:
    """Settings of a preset, by dotted key.

    quick: each model once and shorter, under a minute. full: as the papers train them, more seeds.
    """
    if preset == "full":
        return {"seeds": 5, "noise": (0.1, 0.2, 0.3, 0.4, 0.5), "noise_seeds": 3}
    return {
        "seeds": 1,
        "noise": (0.4,),
        "noise_seeds": 1,
        "gcn.steps": 100,
        "graph_transformer.steps": 60,
        "la_gcn.steps": 60,
        "la_gcn.generator_epochs": 1.0,
        "erase.steps": 60,
    }


assert {name.replace("-", "_") for name in SETTINGS} <= Settings.model_fields.keys()
