"""Evaluation of a forecaster of any domain: which rows, which fits, which scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..errors import InputError
from ..panels.panel import Panel
from .backtest import Backtest
from .fitted_data import warn_of_seen_rows
from .origins import choose_cutoffs
from .rolling import Contestant, roll_over

Product = TypeVar("Product")


@dataclass(frozen=True)
class Terms:
    """What a backtest is to judge, and how."""

    test: float | int | slice
    """Rows to forecast: a share or number of last rows, or a slice."""
    step: int
    """Rows between cutoffs."""
    levels: tuple[float, ...]
    """Probabilities of the quantiles."""
    standardise: bool | slice
    """Scores of z-scored data, by the rows before the first forecast or those of a slice."""
    n_windows: int | None = None
    """The last cutoffs only; None: all of `test`."""
    refit: int = 0
    """Fit anew before every so many cutoffs; 0: never."""
    keep: bool = False
    """Also keep the forecasts."""


def judge(
    forecaster: Product,
    panel: Panel,
    horizon: int | None,
    terms: Terms,
    *,
    name: str,
    seen_until: str | None,
    contestant: Callable[[Product, int, int], Contestant],
    refitted: Callable[[int, int], Product],
) -> Backtest:
    """Score every window. The forecaster itself is not changed.

    Args:
        name: of the model, for the forecasts.
        seen_until: last time used in fitting, to warn of rows judged that were learnt from; None: none was.
        contestant: a fitted forecaster as it is asked, from it, the horizon and the number of rows before
            the first forecast.
        refitted: a forecaster like this one, fitted for the horizon on so many rows from the first.

    Raises:
        InputError: no window fits, or the horizon is not known.
    """
    if terms.refit < 0:
        raise InputError("refit", f"is {terms.refit}", expected="True, or a number of cutoffs, 1 or more")
    if horizon is None:
        raise InputError("horizon", "is not known before the first fit", remedy="Pass horizon=")
    cutoffs = choose_cutoffs(panel, horizon, n_windows=terms.n_windows, step=terms.step, test=terms.test)
    first = int(cutoffs[0]) + 1
    if not terms.refit:
        warn_of_seen_rows(panel, seen_until, first)

    def fits() -> Iterator[tuple[Contestant, np.ndarray]]:
        if not terms.refit:
            yield contestant(forecaster, horizon, first), cutoffs
            return
        for start in range(0, len(cutoffs), terms.refit):
            part = cutoffs[start : start + terms.refit]
            yield contestant(refitted(horizon, int(part[0]) + 1), horizon, first), part

    return roll_over(
        panel, horizon, cutoffs, fits(),
        name=name, levels=terms.levels, standardise=terms.standardise, keep=terms.keep,
    )  # fmt: skip
