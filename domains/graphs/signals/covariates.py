"""Covariates of nodes, given as arrays, put on the series of a panel of signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ....shared.errors import InputError
from .signals import Signals


def with_covariates(
    signals: Signals, past: Mapping[str, Any], future: Mapping[str, Any], static: Mapping[str, Any]
) -> Signals:
    """Signals with more covariates.

    Args:
        past: [T] (the same for all nodes) or [T, N], by name.
        future: [T + F] or [T + F, N], by name.
        static: [N], by name.

    Raises:
        InputError: another shape, not numbers, or values that are NaN or infinite.
    """
    if not (past or future or static):
        return signals
    panel = signals.panel
    taken = {*panel.past, *panel.future, *panel.static}
    for name in (*past, *future, *static):
        if name in taken:
            raise InputError(name, "two covariates have this name", remedy="Rename one")
        taken.add(name)
    panel = replace(
        panel,
        past=panel.past | {name: _table(signals, name, rows, ahead=False) for name, rows in past.items()},
        future=panel.future
        | {name: _table(signals, name, rows, ahead=True) for name, rows in future.items()},
        static=panel.static | {name: _facts(signals, name, facts) for name, facts in static.items()},
    )
    return replace(signals, panel=panel)


def _table(signals: Signals, name: str, given: Any, *, ahead: bool) -> np.ndarray:
    rows = _numbers(name, given)
    steps, nodes = signals.n_steps, signals.n_nodes
    fits = rows.ndim in (1, 2) and (len(rows) >= steps if ahead else len(rows) == steps)
    if not fits or (rows.ndim == 2 and rows.shape[1] != nodes):
        more = " and more, reaching ahead" if ahead else ""
        raise InputError(
            name, f"its shape is {rows.shape}", expected=f"{steps} steps{more}, by {nodes} nodes"
        )
    rows = np.broadcast_to(rows.reshape(len(rows), -1), (len(rows), nodes))
    return np.repeat(rows, signals.n_channels, axis=1)


def _facts(signals: Signals, name: str, given: Any) -> np.ndarray:
    facts = _numbers(name, given)
    if facts.shape != (signals.n_nodes,):
        raise InputError(
            name, f"its shape is {facts.shape}", expected=f"({signals.n_nodes},), one for each node"
        )
    return np.repeat(facts, signals.n_channels)


def _numbers(name: str, given: Any) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):
            values = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(name, "is not an array of numbers") from error
    wrong = np.argwhere(~np.isfinite(values))
    if wrong.size:
        where = " ".join(map(str, wrong[0]))
        raise InputError(name, f"{len(wrong)} covariate values are NaN or infinite", where=where)
    return values
