"""Settings of the traffic run, and its presets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..comparison.settings import TableSettings, require_comparable

DEFAULT_DATA = "wntr-net3"
NAIVE_METHODS = ("last-value", "seasonal-naive", "slot-mean")
"""Simple methods that always take part."""


class SignalSettings(TableSettings):
    """How a file of signals is to be read."""

    channels: tuple[str, ...] = ()
    """Channels that are forecast; none: all."""
    zero_is_missing: bool = False
    """A 0 means that nothing was measured, as in the files of traffic detectors."""

    def reading(self) -> dict[str, Any]:
        """Settings of a `GraphForecaster`, which reads the same way."""
        return {**self.model_dump(), "channels": self.channels or None}


class TrainingSettings(BaseModel):
    """How every network trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: float = Field(default=30.0, gt=0)
    most_steps: int = Field(default=6000, ge=1)
    """Steps at most, where the epochs have more."""
    batch_size: int = Field(default=16, ge=1)
    """Windows of the whole graph."""
    learning_rate: float = Field(default=3e-3, gt=0)
    patience: int | None = Field(default=None, ge=1)
    """Validations without improvement before training stops."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Longest time for one model; the best weights so far are kept."""


class Settings(BaseModel):
    """Everything that decides the outcome of `fourfold run traffic`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = DEFAULT_DATA
    """A network by name (`fourfold data list`), or a file of signals: CSV, Parquet, NetCDF, HDF5 or npz."""
    graph: str | None = None
    """A file of edges (from,to,weight) or an adjacency, for signals of your own; similarity: each node
    receives from those that moved most like it in the training part."""
    directed: bool = True
    """False: every edge of that file goes both ways."""
    signed: bool = False
    """Negative weights in that file are meant; without it they are refused."""
    coordinates: str | None = None
    """A table of node, latitude, longitude (or x, y), for the map."""
    signals: SignalSettings = SignalSettings()
    title: str | None = None
    unit: str | None = None
    """Unit of the values, for the report."""
    horizon: int = Field(24, ge=1, le=1000)
    """Steps to forecast."""
    lookback: int = Field(12, ge=1)
    """Steps of context that networks read."""
    models: tuple[str, ...] = ("rnn", "tts-imp")
    """Networks and methods compared (`fourfold models`), besides the naive ones."""
    size: Literal["small", "paper"] = "small"
    """Sizes of the networks."""
    scaling: Literal["global", "node"] = "node"
    """Mean and deviation over all nodes, or of each node's own signal."""
    profile: bool = True
    """Networks forecast deviations from each node's mean at the time of day."""
    training: TrainingSettings = TrainingSettings()
    neighbours: int = Field(8, ge=1)
    """Of each node, where the graph is by similarity."""
    test_share: float = Field(0.2, gt=0, lt=0.5)
    """Last part of the time axis, on which the models are judged."""
    validation_share: float = Field(0.1, gt=0, lt=0.5)
    """Part before it, used for choosing and for the width of intervals."""
    origins: int = Field(200, ge=1)
    """Forecast origins spread evenly over the test part."""
    diagnosed_steps: int = Field(500, ge=2)
    """Last steps of the test part whose one-step errors are tested for whiteness."""
    levels: tuple[float, ...] = (50.0, 80.0)
    """Central intervals in percent; the widest is judged in the report."""
    nodes: tuple[str, ...] = ()
    """Nodes drawn; none: those with the least, the median and the largest error."""
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        require_comparable(self.levels, self.models, self.test_share, self.validation_share)
        return self

    def network_settings(self) -> dict[str, Any]:
        """`model_settings` of every network."""
        training = {**self.training.model_dump(), "seed": self.seed}
        return {
            "lookback": self.lookback,
            "preset": self.size,
            "scaling": self.scaling,
            "profile": self.profile,
            "training": training,
        }


def recipe(preset: str) -> dict[str, Any]:
    """Settings of a preset, by dotted key.

    quick: under three minutes on two cores. full: the whole family of networks, trained for longer.
    """
    if preset == "full":
        models = ("linear", "rnn", "stid", "tts-imp", "tts-amp", "dcrnn", "graph-wavenet")
        return {"models": models, "origins": 1000, "training.epochs": 60.0, "training.patience": 10}
    return {
        "training.epochs": 3.0,
        "training.most_steps": 270,
        "training.learning_rate": 1e-2,
        "origins": 100,
    }
