"""Future covariates of nodes, attached to all their channels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...shared.panels.arrow_tables import from_dataframe_protocol
from ...shared.panels.future_frame import attach_future
from .signals.signals import Signals


def attach_ahead(signals: Signals, future: Any, horizon: int) -> Signals:
    """The signals with their future covariates continued by a long frame.

    Args:
        future: a frame with the columns of `attach_future`; its id column names nodes. All nodes need the
            `horizon` steps after the last row of the signals.

    Raises:
        InputError: see `attach_future`.
    """
    panel = signals.panel
    frame = future if isinstance(future, pd.DataFrame) else from_dataframe_protocol(future)
    if signals.n_channels > 1 and "unique_id" in frame.columns:
        ids = frame["unique_id"].astype(str)
        frame = pd.concat([frame.assign(unique_id=ids + ":" + name) for name in signals.channels])
    # Nodes are forecast from the last row together, also those whose own last value is missing.
    whole = replace(panel, observed=np.ones_like(panel.observed))
    return replace(signals, panel=replace(panel, future=attach_future(whole, frame, horizon).future))
