"""Signals written as tables: rows by node and time, or a column a node, with what imputation filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ....shared.panels.long_frame import key_columns

if TYPE_CHECKING:
    from .signals import Signals

What = Literal["values", "filled", "observed"]


def to_long(signals: Signals) -> pd.DataFrame:
    """See `Signals.to_long`."""
    panel, channels = signals.panel, signals.n_channels
    known = signals.observed_TNC
    node, row = np.nonzero(known.any(axis=2).T)
    frame = key_columns(panel, node * channels, panel.time.take(row))
    if channels > 1:
        frame[frame.columns[0]] = pd.Index(signals.nodes, dtype="str").take(node)
    target = panel.frame.target_col if panel.frame is not None else "y"
    names = (target,) if channels == 1 else signals.channels
    values, filled = signals.values_TNC, signals.filled_TNC
    for place, name in enumerate(names):
        cells = values[row, node, place]
        frame[name] = np.where(known[row, node, place], cells, np.float32(np.nan))
    if filled is not None:
        for place, name in enumerate(names):
            frame["filled" if channels == 1 else f"{name} filled"] = filled[row, node, place]
    return frame


def to_wide(signals: Signals, what: What = "values") -> pd.DataFrame:
    """See `Signals.to_wide`."""
    panel = signals.panel
    spec = panel.frame
    keys = key_columns(panel, np.zeros(panel.n_steps, np.int64), panel.time)
    time = keys.columns[-1] if spec is None else spec.time_col
    if what == "values":
        cells = np.where(panel.observed, panel.values, np.float32(np.nan))
    elif what == "observed":
        cells = panel.observed
    else:
        cells = np.zeros_like(panel.observed) if signals.filled is None else signals.filled
    return pd.DataFrame(cells, index=pd.Index(keys[time], name=time), columns=list(panel.series))
