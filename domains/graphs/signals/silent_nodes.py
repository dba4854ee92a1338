"""Nodes of which nothing was measured, or not all the time: a dead, a late, an early, or a silent one."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError, note
from ..sensor_graph.checks import listed
from .signals import Signals

LONG = 12
"""Steps of zeros, at least, of which a note is made where the season is short."""


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


def warn_of_unequal_lengths(signals: Signals) -> None:
    """Say which series begin later or end earlier than the others, by more than a season.

    All share one axis: what lies outside of a series is not learnt from, and every node is forecast from the
    end of the axis on.
    """
    panel = signals.panel
    alive = panel.observed.any(0)
    late = alive & (panel.first_rows() > panel.period)
    early = alive & (panel.last_rows() < panel.n_steps - 1 - panel.period)
    for odd, verb, told, rest in (
        (late, "begin", "later than the others", "they are learnt from where they are known"),
        (early, "end", "earlier than the others", "forecasts of all begin after the last value of any"),
    ):
        names = [panel.series[number] for number in np.flatnonzero(odd)]
        if names:
            verb += "s" if len(names) == 1 else ""
            note(f"{len(names)} of {panel.n_series} series {verb} {told} ({listed(names)}): {rest}")


def warn_of_long_zeros(signals: Signals) -> None:
    """Say which series are 0 for more than a season on end and hardly ever else: a silent detector, perhaps.

    A constant 0 and zeros that come and go (rain, the night) are what they say. A gap does not end a run of
    zeros, and is not counted into it.
    """
    panel = signals.panel
    zero = panel.observed & (panel.values == 0)
    odd = {}
    for number in np.flatnonzero(zero.sum(0) > panel.period):
        seen = zero[panel.observed[:, number], number]
        ends = np.flatnonzero(np.diff(seen, prepend=False, append=False))
        runs = ends[1::2] - ends[::2]
        silent = int(runs[runs > max(panel.period, LONG)].sum())
        others, stray = seen.size - silent, int(runs.sum()) - silent
        if silent and others > silent and stray <= 0.05 * others:
            odd[panel.series[number]] = int(runs.max())
    if odd:
        most = max(odd.values())
        verb = "is" if len(odd) == 1 else "are"
        note(
            f"{len(odd)} of {panel.n_series} series {verb} 0 for up to {most} steps on end "
            f"({listed(list(odd))}): if nothing was measured there, say zero_is_missing=True "
            "(--zero-is-missing)"
        )
