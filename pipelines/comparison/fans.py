"""Fans of a comparison: forecasts with their bands as arrays by name, and back as drawings want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.windows import targets
from ...shared.panels.panel import Panel
from .figures import Fan
from .rolling import Answers, interval_ends


def held_out_fans(
    answers: Answers, panel: Panel, levels: Sequence[float], drawn: tuple[float, ...]
) -> dict[str, np.ndarray]:
    """For each shown series the window of median error: cutoff, point, truth and quantile ends."""
    arrays: dict[str, np.ndarray] = {}
    truth, observed = targets(panel, answers.series, answers.cutoff, answers.point.shape[1])
    error = np.where(observed, np.abs(answers.point - truth), 0.0).sum(axis=1) / observed.sum(axis=1)
    for column in np.unique(answers.series):
        mine = np.flatnonzero(answers.series == column)
        middle = mine[np.argsort(error[mine], kind="stable")[len(mine) // 2]]
        arrays[f"held-out/{column}/cutoff"] = answers.cutoff[middle]
        arrays[f"held-out/{column}/point"] = answers.point[middle]
        arrays[f"held-out/{column}/truth"] = np.where(observed[middle], truth[middle], np.nan)
        for level in levels:
            picked = [drawn.index(end) for end in interval_ends(level)]
            arrays[f"held-out/{column}/band/{level:g}"] = answers.quantiles[middle][:, picked].T
    return arrays


def ahead_fans(forecast: Forecast, shown: Sequence[int], levels: Sequence[float]) -> dict[str, np.ndarray]:
    """The first forecast of each shown series; it holds the ends of all levels."""
    arrays: dict[str, np.ndarray] = {}
    for column in shown:
        arrays[f"ahead/{column}/cutoff"] = forecast.rows[0, column]
        arrays[f"ahead/{column}/point"] = forecast.values[0, :, column]
        arrays[f"ahead/{column}/truth"] = np.full(forecast.horizon, np.nan)
        for level in levels:
            ends = [forecast.quantile(end)[0, :, column] for end in interval_ends(level)]
            arrays[f"ahead/{column}/band/{level:g}"] = np.stack(ends)
    return arrays


def read_fan(panel: Panel, column: int, kind: str, arrays: Mapping[str, np.ndarray], before: int) -> Fan:
    """The fan of one series out of such arrays, with `before` steps of its history.

    Args:
        kind: "held-out" or "ahead".
    """
    stem = f"{kind}/{column}/"
    cutoff = int(arrays[stem + "cutoff"])
    point = arrays[stem + "point"]
    start = max(0, cutoff + 1 - before)
    past = np.where(
        panel.observed[start : cutoff + 1, column], panel.values[start : cutoff + 1, column], np.nan
    )
    bands = {
        float(key.removeprefix(stem + "band/")): (ends[0], ends[1])
        for key, ends in arrays.items()
        if key.startswith(stem + "band/")
    }
    return Fan(
        title=panel.series[column],
        past_time=panel.time.to_numpy()[start : cutoff + 1],
        past=past,
        time=panel.future_time(cutoff, len(point)).to_numpy(),
        truth=arrays[stem + "truth"],
        point=point,
        bands=bands,
    )
