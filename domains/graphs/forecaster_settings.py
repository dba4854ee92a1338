"""How a GraphForecaster reads its data. Imports no torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ...shared.panels.read_options import DedupePolicy, MissingPolicy
from .sensor_graph.policies import settle_graph
from .signals.reading import read_signals
from .signals.signals import Signals


class GraphForecasterSettings(BaseModel):
    """Reading; the model has settings of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    freq: str | int | None = None
    """Step of the time axis; None: inferred."""
    period: int | None = Field(None, ge=1)
    """Steps in the main season; None: by the frequency table."""
    missing: MissingPolicy = "mask"
    """What to do with missing values and gaps; networks read the mask."""
    zero_is_missing: bool = False
    """A 0 means that nothing was measured, as in the files of traffic detectors."""
    dedupe: DedupePolicy | None = None
    channels: tuple[str | int, ...] | None = None
    """Channels to forecast; None: all that are not named in `past` or `future`."""
    past: tuple[str, ...] = ()
    """Channels or columns known up to now, not forecast."""
    future: tuple[str, ...] = ()
    """Channels or columns known ahead, over the horizon too."""
    id_col: str = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    timezone: str | None = None
    """Zone in which stamps without zone are meant."""
    batch_size: int = Field(64, ge=1)
    """Whole graphs answered at a time; no figure depends on it."""

    def read(self, data: Any, nodes: Sequence[str] = ()) -> Signals:
        """`data` as Signals; `nodes` name the columns of bare arrays.

        Raises:
            InputError: see `read_signals`.
        """
        named = len(nodes) > 0 and self.nameless(data)
        unjoined = settle_graph(tuple(nodes), np.zeros((2, 0), np.int64)) if named else None
        return read_signals(data, unjoined, **self.model_dump(exclude={"batch_size"}))

    @staticmethod
    def nameless(data: Any) -> bool:
        """Whether data are arrays, whose columns have no names."""
        is_file = isinstance(data, str | os.PathLike) and Path(data).suffix.lower() in (".npz", ".npy")
        return is_file or isinstance(data, np.ndarray)
