"""Fitness: do these data serve this model? What is short, missing or different is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...shared.errors import InputError, note
from ...shared.forecasting.windows import observed_steps
from ...shared.panels.panel import Panel
from .forecaster_settings import ForecasterSettings
from .models.protocol import ForecastModel


def readable(panel: Panel, model: ForecastModel) -> Panel:
    """The panel without the covariates that the model does not read; a warning names those."""
    unread = [
        name
        for kind in ("past", "future", "static")
        if kind not in model.reads
        for name in getattr(panel, kind)
    ]
    if not unread:
        return panel
    note(
        f"{model.name} does not use covariates: {', '.join(unread)} ignored "
        '(the model "covariate-adapter" adds them to any other)'
    )
    empty: dict[str, np.ndarray] = {}
    return replace(
        panel,
        past=panel.past if "past" in model.reads else empty,
        future=panel.future if "future" in model.reads else empty,
        static=panel.static if "static" in model.reads else empty,
    )


def long_enough(
    panel: Panel, rows: np.ndarray, needed: int, settings: ForecasterSettings, model: str
) -> np.ndarray:
    """Series (int64) with `needed` steps of context up to their `rows` [N], by policies `pad` and `short`.

    Raises:
        InputError: some series is too short and `short` is "raise", or all are.
    """
    everyone = np.arange(panel.n_series)
    steps = observed_steps(panel, everyone, rows)
    short = everyone[steps < (1 if settings.pad == "edge" else needed)]
    if not len(short):
        return everyone
    named = ", ".join(f"{panel.series[n]!r} has {steps[n]}" for n in short[:5])
    more = f" and {len(short) - 5} more" if len(short) > 5 else ""
    problem = f"{len(short)} series too short for {model}: {named}{more}"
    if settings.short == "raise" or len(short) == len(everyone):
        raise InputError(
            "data",
            problem,
            where=f"series {panel.series[short[0]]!r}",
            expected=f"at least {needed} steps",
            remedy='Give more history, or pad="edge" to repeat the first value, or short="skip" '
            "(in the shell: --pad edge, --short skip)",
        )
    note(f"{problem}; {needed} steps are needed, left out")
    return np.setdiff1d(everyone, short)
