"""A forecast as a picture: what was known, what is expected, and how sure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .forecast import Forecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE, BAND = "#1f5fa8", "#7fb0e6"


def plot_forecast(
    forecast: Forecast, path: str | Path, *, past: int | None = None, series: tuple[str, ...] = ()
) -> Path:
    """Draw the last cutoff of each series, one above the other, with its quantile bands.

    Args:
        path: where to; the ending (.png, .svg, .pdf) says how.
        past: steps of history shown; None: four horizons.
        series: names to draw; none for the first six.

    Raises:
        InputError: a series that was not forecast.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    for name in series:
        if name not in forecast.series:
            raise InputError("series", f"{name!r} was not forecast", expected=", ".join(forecast.series))
    here = [n for n, name in enumerate(forecast.series) if forecast.present[-1, n]]
    drawn = [n for n in here if not series or forecast.series[n] in series][: len(series) or 6]
    figure = Figure(figsize=(9, 0.5 + 1.9 * len(drawn)), layout="constrained")
    FigureCanvasAgg(figure)
    for place, n in enumerate(drawn):
        _draw(figure.add_subplot(len(drawn), 1, place + 1), forecast, n, past or 4 * forecast.horizon)
    if drawn:
        figure.axes[0].legend(loc="upper left", ncols=4, frameon=False, fontsize="small")
    figure.savefig(path, dpi=120)
    return Path(path)


def _draw(axes: Axes, forecast: Forecast, n: int, past: int) -> None:
    from matplotlib.dates import ConciseDateFormatter

    last = int(forecast.rows[-1, n])
    first = max(0, last + 1 - past)
    observed = forecast.panel.observed[first : last + 1, n]
    known = np.where(observed, forecast.panel.values[first : last + 1, n], np.nan)
    axes.plot(forecast.axis[first : last + 1], known, color="#444444", linewidth=1, label="observed")
    ahead = forecast.valid_time[-1, :, n]
    if forecast.quantiles is not None:
        for low in range(len(forecast.levels) // 2):
            high = len(forecast.levels) - 1 - low
            width = round(100 * (forecast.levels[high] - forecast.levels[low]))
            bounds = forecast.quantiles[-1, :, n, low], forecast.quantiles[-1, :, n, high]
            axes.fill_between(ahead, *bounds, color=BAND, alpha=0.35, linewidth=0, label=f"{width} %")
    axes.plot(ahead, forecast.values[-1, :, n], color=LINE, linewidth=1.8, label=forecast.model)
    axes.set_title(forecast.series[n], loc="left", fontsize="medium")
    if np.issubdtype(forecast.axis.dtype, np.datetime64):
        axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
