"""Zeros that mean that nothing was measured, as loop detectors write them."""

from __future__ import annotations

from dataclasses import replace

from ....shared.panels.missing import Cells, settle_missing
from ....shared.panels.read_options import MissingPolicy
from .signals import Signals


def mask_zeros(signals: Signals, missing: MissingPolicy = "mask") -> Signals:
    """Signals whose zeros are not observed, or filled where `missing` is "interpolate" or "seasonal".

    Raises:
        InputError: zeros alone.
    """
    panel = signals.panel
    observed = panel.observed & (panel.values != 0)
    cells = Cells(
        panel.values, observed, panel.observed, panel.time, panel.series, panel.timezone, panel.local
    )
    policy = "mask" if missing == "raise" else missing
    values, observed, filled = settle_missing(
        cells, "values (0 is missing)", policy, panel.period, silent=True
    )
    if panel.filled is not None:
        filled = panel.filled if filled is None else filled | panel.filled
    return replace(signals, panel=replace(panel, values=values, observed=observed, filled=filled))
