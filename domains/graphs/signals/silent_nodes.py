"""Nodes of which nothing was measured: a dead sensor, or a place without one."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError, note
from ..sensor_graph.checks import listed
from .signals import Signals


def warn_of_silent(signals: Signals) -> None:
    """Warn of series without any value: all that is known of them comes from other nodes.

    Raises:
        InputError: a channel that no node has a value of, so that nothing is known of it at all.
    """
    unseen = np.flatnonzero(~np.asarray(signals.observed_TNC.any(axis=(0, 1))))
    if len(unseen):
        lost = [signals.channels[number] for number in unseen]
        raise InputError(
            "channels",
            f"no node holds a value of {listed(lost)}",
            expected="values, at least some",
            remedy="Leave it out with channels=, or give some values",
        )
    names = [signals.panel.series[number] for number in np.flatnonzero(~signals.panel.observed.any(0))]
    if names:
        hold = "holds" if len(names) == 1 else "hold"
        note(
            f"{len(names)} of {signals.panel.n_series} series {hold} no value at all ({listed(names)}): "
            "what is said there comes from the other nodes"
        )
