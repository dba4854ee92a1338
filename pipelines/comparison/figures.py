"""Drawings of forecasts, from plain arrays."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..report.figures import DASHES, Ink, as_svg, drawing
from ..report.markup import Markup
from ..report.tables import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

LABEL_WIDTH = 32
"""Characters of a line beside an axis."""
MAX_POINTS = 1500
"""Points drawn of one line; longer series are shown by the range of each of so many pieces."""


@dataclass(frozen=True)
class Fan:
    """One series around one cutoff: what was known, what was forecast, what came."""

    title: str
    past_time: np.ndarray
    past: np.ndarray
    """float [P], NaN where nothing was observed."""
    time: np.ndarray
    truth: np.ndarray
    """float [H], NaN where nothing was observed (or all NaN ahead of the data)."""
    point: np.ndarray
    bands: Mapping[float, tuple[np.ndarray, np.ndarray]]
    """Level in percent to (low, high), each [H]."""


def draw_fans(fans: Sequence[Fan], *, name: str, unit: str, alt: str) -> Markup:
    """Fans one above the other: bands darken towards the middle."""
    with drawing(len(fans), height=2.05) as (figure, plots):
        for axes, fan in zip(plots, fans, strict=True):
            _draw_fan(axes, fan)
            axes.set_title(fan.title)
            axes.set_ylabel(unit)
            _tidy_dates(axes, fan.time)
        handles = [*_band_handles(fans[0]), *plots[0].get_legend_handles_labels()[0]]
        plots[0].legend(handles=handles, loc="upper left", ncols=len(handles), borderaxespad=0.2)
        return as_svg(figure, name=name, alt=alt)


def _band_handles(fan: Fan) -> list[Patch]:
    """Legend entries as dark as the bands look, which lie one upon the other."""
    from matplotlib.patches import Patch

    return [
        Patch(color=Ink.FIRST, alpha=1 - 0.8**depth, linewidth=0, label=f"{level:g} %")
        for depth, level in enumerate(sorted(fan.bands, reverse=True), start=1)
    ]


def _draw_fan(axes: Axes, fan: Fan) -> None:
    for level in sorted(fan.bands, reverse=True):
        low, high = fan.bands[level]
        axes.fill_between(fan.time, low, high, color=Ink.FIRST, alpha=0.2, linewidth=0)
    axes.plot(fan.past_time, fan.past, color=Ink.TEXT, linewidth=1.1)
    axes.plot(fan.time, fan.truth, color=Ink.TEXT, linewidth=1.1, label="observed")
    axes.plot(fan.time, fan.point, color=Ink.FIRST, linewidth=1.9, label="forecast")
    axes.axvline(fan.past_time[-1], color=Ink.FAINT, linewidth=0.9, linestyle=":")
    # Room above the lines, for the legend.
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.18 * (high - low))


def draw_parts(
    time: np.ndarray, parts: Mapping[str, np.ndarray], *, name: str, unit: str, alt: str
) -> Markup:
    """A series above its trend, season and residual; each plot says how wide its range is."""
    with drawing(len(parts), height=1.35) as (figure, plots):
        for axes, (label, values), colour in zip(
            plots, parts.items(), (Ink.TEXT, Ink.FIRST, Ink.THIRD, Ink.FAINT), strict=False
        ):
            axes.plot(time, values, color=colour, linewidth=1.1)
            axes.set_title(
                f"{label} · spans {number(float(np.nanmax(values) - np.nanmin(values)), 3)} {unit}".rstrip()
            )
            _tidy_dates(axes, time)
            if axes is not plots[-1]:
                axes.tick_params(labelbottom=False)
        return as_svg(figure, name=name, alt=alt)


def draw_by_lead(
    lines: Mapping[str, np.ndarray],
    *,
    name: str,
    label: str,
    step: str,
    alt: str,
    target: float | None = None,
) -> Markup:
    """One line a model over the lead; `target` draws the value that would be right."""
    with drawing(1, height=3.0) as (figure, (axes,)):
        if target is not None:
            axes.axhline(target, color=Ink.FAINT, linewidth=1.2)
        for (model, values), colour, dash in zip(lines.items(), Ink.cycle() * 2, DASHES * 2, strict=False):
            leads = np.arange(1, len(values) + 1)
            axes.plot(
                leads,
                values,
                color=colour,
                linestyle=dash,
                label=model,
                marker="o" if len(values) == 1 else None,
            )
        axes.set_xlabel(f"lead, in {step}")
        axes.set_ylabel(textwrap.fill(label, LABEL_WIDTH))
        if target is None:
            axes.set_ylim(bottom=0)
        else:
            axes.set_ylim(min(0.5 * target, axes.get_ylim()[0]), 101)
        axes.legend(ncols=3, loc="best")
        return as_svg(figure, name=name, alt=alt)


def draw_data(
    time: np.ndarray,
    series: Mapping[str, np.ndarray],
    splits: Mapping[str, tuple[int, int]],
    *,
    name: str,
    unit: str,
    alt: str,
) -> Markup:
    """Every series in full, gaps left open and ticked below, with the parts that models learn from
    and are judged on."""
    with drawing(len(series), height=1.6) as (figure, plots):
        for row, (axes, (title, values)) in enumerate(zip(plots, series.items(), strict=True)):
            low, middle, high, at = _ranges(values)
            axes.fill_between(time[at], low, high, color=Ink.FIRST, alpha=0.35, linewidth=0)
            axes.plot(time[at], middle, color=Ink.FIRST, linewidth=0.9)
            axes.set_title(title)
            axes.set_ylabel(unit)
            missing = np.flatnonzero(np.isnan(values))
            axes.plot(
                time[missing],
                np.full(len(missing), 0.02),
                "|",
                color=Ink.SECOND,
                markersize=6,
                transform=axes.get_xaxis_transform(),
            )
            for part, (start, _) in splits.items():
                axes.axvline(time[start], color=Ink.FAINT, linewidth=0.9, linestyle=":")
                if row == 0:
                    label = axes.annotate(
                        part,
                        (time[start], 1.0),
                        (3, -2),
                        xycoords=axes.get_xaxis_transform(),
                        textcoords="offset points",
                        va="top",
                        fontsize=8,
                        color=Ink.FAINT,
                    )
                    label.set_in_layout(False)
            _tidy_dates(axes, time)
            if axes is not plots[-1]:
                axes.tick_params(labelbottom=False)
        return as_svg(figure, name=name, alt=alt)


def _ranges(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(lowest, mean, highest, row) of each of at most MAX_POINTS pieces; NaN where all of a piece is."""
    width = max(1, -(-len(values) // MAX_POINTS))
    padded = np.full(-(-len(values) // width) * width, np.nan)
    padded[: len(values)] = values
    pieces = padded.reshape(-1, width)
    known = ~np.isnan(pieces)
    some = known.any(axis=1)
    low = np.where(some, np.where(known, pieces, np.inf).min(axis=1), np.nan)
    high = np.where(some, np.where(known, pieces, -np.inf).max(axis=1), np.nan)
    mean = np.where(some, np.where(known, pieces, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)
    return low, mean, high, np.arange(len(pieces)) * width


def _tidy_dates(axes: Axes, time: np.ndarray) -> None:
    axes.margins(x=0.01)
    if np.issubdtype(time.dtype, np.datetime64):
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator(minticks=4, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
