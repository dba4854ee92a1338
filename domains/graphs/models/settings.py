"""Settings of the spatiotemporal networks, and their presets. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Dimensions:
    """What the data decide about a network: sizes of what it reads and of what it answers."""

    nodes: int
    """N."""
    channels: int
    """C."""
    horizon: int
    """H."""
    lookback: int
    """L."""
    past: int = 0
    """Covariates known up to the cutoff."""
    future: int = 0
    """Covariates known ahead."""
    static: int = 0
    """Facts per node."""
    quantiles: int = 1
    """Q; 1 for a point forecast."""
    steps_per_day: int = 288

    @property
    def outputs(self) -> int:
        """Numbers answered per node."""
        return self.horizon * self.channels * self.quantiles


class EmbeddingSettings(BaseModel):
    """Vectors learnt per node: the local part of a hybrid network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["none", "plain", "variational", "clustered"] = "plain"
    size: int = Field(default=32, ge=1)
    clusters: int = Field(default=5, ge=1)
    """Centroids of `clustered`."""
    temperature_decay: float = Field(default=0.97, gt=0, le=1)
    """Per epoch, of the softmax that assigns nodes to centroids."""
    epoch_steps: int = Field(default=300, ge=1)
    """Training steps that count as one epoch of that decay."""
    warm_up: int = Field(default=300, ge=0)
    """Training steps before k-means places the centroids and they begin to pull."""
    weight: float = Field(default=0.05, ge=0)
    """Of the regularisation in the loss: KL divergence per number embedded, or distance to the centroids."""


class TemplateSettings(BaseModel):
    """Sizes and switches of the template: encoder, space-time block, decoder (Cini et al. 2023)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block: Literal["rnn", "tts-imp", "tts-amp", "tas-imp", "tas-amp"] = "tts-imp"
    hidden: int = Field(default=64, ge=1)
    recurrent_layers: int = Field(default=1, ge=1)
    graph_layers: int = Field(default=2, ge=1)
    """Of the time-then-space blocks."""
    bidirectional: bool = False
    """Isotropic blocks also propagate against the edges' direction."""
    latent_graph: int = Field(default=0, ge=0)
    """Size of the vectors whose softmax(ReLU(E1 E2^T)) is one more graph for isotropic blocks; 0 for none."""
    embedding: EmbeddingSettings = EmbeddingSettings()
    embedding_in: tuple[Literal["encoding", "decoding"], ...] = ("encoding", "decoding")
    decoder: int = Field(default=64, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    calendar: bool = True
    """Read time of day (sine, cosine) and weekday (one-hot)."""
    mask: bool = True
    """Read what was observed."""
    residual: bool = False
    """Answer the difference to the last value observed."""


class FullyConnectedSettings(BaseModel):
    """Sizes of `FullyConnectedRNN`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(default=128, ge=1)
    recurrent_layers: int = Field(default=1, ge=1)
    decoder: int = Field(default=128, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    calendar: bool = True
    mask: bool = True
    residual: bool = False


class DiffusionSettings(BaseModel):
    """Sizes and switches of `DCRNN`; the paper's by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(default=64, ge=1)
    recurrent_layers: int = Field(default=2, ge=1)
    powers: int = Field(default=2, ge=1)
    """K, steps of diffusion in each direction."""
    decoder: Literal["recurrent", "mlp"] = "recurrent"
    """`recurrent`: one step after the other on its own answers (paper); `mlp`: all leads at once."""
    width: int = Field(default=128, ge=1)
    """Hidden layer of the `mlp` decoder."""
    calendar: Literal["none", "time of day", "full"] = "time of day"
    mask: bool = False
    embedding: EmbeddingSettings = EmbeddingSettings(kind="none")
    residual: bool = False


class WaveNetSettings(BaseModel):
    """Sizes and switches of `GraphWaveNet`; the paper's by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(default=32, ge=1)
    skip: int = Field(default=256, ge=1)
    end: int = Field(default=512, ge=1)
    layers: int = Field(default=8, ge=1)
    kernel: int = Field(default=2, ge=2)
    dilations: tuple[int, ...] = Field(default=(1, 2), min_length=1)
    """Taken in turns by the layers."""
    powers: int = Field(default=2, ge=1)
    latent_graph: int = Field(default=10, ge=0)
    """Size of the vectors of the adaptive adjacency; 0 for none."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    calendar: Literal["none", "time of day", "full"] = "time of day"
    mask: bool = False
    embedding: EmbeddingSettings = EmbeddingSettings(kind="none")
    residual: bool = False

    @property
    def receptive_field(self) -> int:
        """Steps of the context that reach the answer."""
        turns = (self.dilations[layer % len(self.dilations)] for layer in range(self.layers))
        return 1 + (self.kernel - 1) * sum(turns)


class StidSettings(BaseModel):
    """Sizes and switches of `STID`; BasicTS's by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: int = Field(default=32, ge=1)
    """Size of the vector that the context becomes."""
    embedding: EmbeddingSettings = EmbeddingSettings()
    time_of_day: int = Field(default=32, ge=0)
    """Size of the vector per slot of the day; 0 for none."""
    weekday: int = Field(default=32, ge=0)
    layers: int = Field(default=3, ge=0)
    dropout: float = Field(default=0.15, ge=0, lt=1)
    mask: bool = True
    residual: bool = False
