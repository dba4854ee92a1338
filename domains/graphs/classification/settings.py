"""Settings of the node-classifying methods. Free of torch, so that a shell can read them fast."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TrainingSettings(BaseModel):
    """How a network is trained on a whole graph; a step sees every node."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=200, ge=1)
    learning_rate: float = Field(default=0.01, gt=0)
    weight_decay: float = Field(default=5e-4, ge=0)
    patience: int = Field(default=20, ge=1)
    """Validations without improvement before training stops."""
    validate_every: int = Field(default=5, ge=1)
    """Steps between validations."""
    seed: int = Field(default=0, ge=0, lt=2**31)


class GCNSettings(TrainingSettings):
    """Kipf & Welling (2017), as they train it on citation graphs."""

    hidden: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.5, ge=0, lt=1)


class GraphTransformerSettings(TrainingSettings):
    """Dwivedi & Bresson (2021). Their own benchmarks take 10 layers of 64 or 80; few labels want less."""

    learning_rate: float = Field(default=5e-3, gt=0)
    width: int = Field(default=64, ge=4)
    """A multiple of `heads`."""
    layers: int = Field(default=2, ge=1)
    heads: int = Field(default=8, ge=1)
    positions: int = Field(default=8, ge=0)
    """Eigenvectors of the Laplacian given to each node."""
    edge_weights: bool = False
    """Keep a stream of edge features that begins with the weights."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    feature_dropout: float | None = Field(default=None, ge=0, lt=1)
    """Of single features; None: 0.9 of a dictionary's 1,000 words or more, as few labels would else be learnt
    by heart (Cora's validation nodes), and 0.5 of fewer features."""


class LocalAugmentationSettings(TrainingSettings):
    """Liu et al. (2022)."""

    steps: int = Field(default=300, ge=1)
    hidden: int = Field(default=8, ge=1)
    """Width of the first convolution of each feature matrix."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    generated: int = Field(default=1, ge=1)
    """Generated feature matrices beside the original."""
    samples: int = Field(default=4, ge=1)
    """Draws of them in a step, whose answers are to agree."""
    temperature: float = Field(default=0.5, gt=0, le=1)
    """Of the sharpened mean that they are to agree with."""
    consistency: float = Field(default=1.0, ge=0)
    """Weight of their disagreement in the loss."""
    pool: int = Field(default=4, ge=1)
    """Matrices generated beforehand, of which each draw takes one."""
    likelihood: Literal["auto", "bernoulli", "gaussian"] = "auto"
    """Of the generated features; auto: bernoulli where no feature is negative, settled by the first fit."""
    generator_hidden: int = Field(default=256, ge=1)
    generator_latent: int = Field(default=10, ge=1)
    generator_epochs: float = Field(default=10.0, gt=0)
    """Passes over the edges."""
    generator_batch: int = Field(default=256, ge=1)
    generator_rate: float = Field(default=0.01, gt=0)


class EraseSettings(TrainingSettings):
    """Chen et al. (2023), with the paper's values for Cora."""

    steps: int = Field(default=100, ge=1)
    learning_rate: float = Field(default=3e-3, gt=0)
    codes: int = Field(default=64, ge=2)
    """Size d of a node's code."""
    width: int = Field(default=64, ge=1)
    """Of the attention layers; a multiple of `heads`."""
    heads: int = Field(default=4, ge=1)
    layers: int = Field(default=1, ge=1)
    """Attention layers; with the few labels of Cora one does better than two on the validation nodes."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    gamma1: float = Field(default=1.0, ge=0)
    gamma2: float = Field(default=2.0, gt=0)
    epsilon: float = Field(default=0.05, gt=0)
    """Distortion of the coding rate."""
    alpha: float = Field(default=0.6, ge=0, le=1)
    """What a node keeps of its own label in each step of propagation."""
    beta: float = Field(default=0.6, ge=0, le=1)
    """Share of the prototypes' labels, against those smoothed over the graph."""
    propagation: int = Field(default=5, ge=0)
    """Steps T of label propagation."""
    temperature: float = Field(default=0.02, gt=0)
    """Of the softmax over cosines to the prototypes; the paper names none."""


MethodName = Literal["gcn", "graph-transformer", "la-gcn", "erase"]
SETTINGS: dict[str, type[TrainingSettings]] = {
    "gcn": GCNSettings,
    "graph-transformer": GraphTransformerSettings,
    "la-gcn": LocalAugmentationSettings,
    "erase": EraseSettings,
}
"""By the name of the method."""
