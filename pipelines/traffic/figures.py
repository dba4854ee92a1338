"""Drawings of a network: its map, and errors by the time of day."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..comparison.figures import LABEL_WIDTH
from ..report.figures import DASHES, Ink, as_svg, drawing
from ..report.markup import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_EDGES = 6000
"""Edges drawn; of more, those with the largest weights."""
LOW_TO_HIGH = ("#4a90d0", "#8fc1b5", "#ecd06f", "#e8935a", "#c23b3b")
BOTH_WAYS = ("#3573b9", "#8db4dc", "#d9d9d4", "#eeaa7b", "#c8551b")
SHADES = 48
WIDEST, TALLEST, LOWEST = 6.4, 6.0, 2.6


def draw_map(
    places: np.ndarray,
    edge_index: np.ndarray,
    edge_weight: np.ndarray,
    value: np.ndarray,
    *,
    label: str,
    name: str,
    alt: str,
    named: Mapping[int, str],
    around_zero: bool = False,
) -> Markup:
    """Nodes coloured by a value, with the edges between them.

    Args:
        places: float64 [N, 2]; edge_index: int64 [2, E]; edge_weight: float [E].
        value: float64 [N]; nodes with NaN are hollow.
        label: of the colour bar.
        named: nodes that get their names written beside them.
        around_zero: colours to both sides of 0, as wide on either.
    """
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    span = np.ptp(places, axis=0) + 1e-9
    height = float(np.clip(WIDEST * span[1] / span[0], LOWEST, TALLEST)) + 0.6
    known = ~np.isnan(value)
    low, high = _limits(value[known], around_zero)
    colours = LinearSegmentedColormap.from_list(name, BOTH_WAYS if around_zero else LOW_TO_HIGH, SHADES)
    with drawing(1, width=WIDEST, height=height) as (figure, (axes,)):
        beyond = _beyond(value[known], low, high)
        axes.set_axis_off()
        axes.set_aspect("equal", adjustable="datalim")
        _draw_edges(axes, places, edge_index, edge_weight)
        size = float(np.clip(5000 / len(places), 10, 70))
        axes.scatter(
            *places[~known].T, s=size, facecolors="none", edgecolors=Ink.FAINT, linewidths=0.8, zorder=3
        )
        order = np.argsort(value[known], kind="stable")  # the largest on top
        dots = axes.scatter(
            *places[known][order].T, c=value[known][order], s=size, cmap=colours,
            norm=Normalize(low, high), edgecolors=Ink.TEXT, linewidths=0.35, zorder=4,
        )  # fmt: skip
        for node, text in named.items():
            _write_name(axes, places, node, text, size)
        bar = figure.colorbar(
            dots, ax=axes, location="bottom", shrink=0.55, aspect=34, pad=0.02, extend=beyond
        )
        if bar.solids is not None:
            bar.solids.set_edgecolor("face")  # no seams between the shades
        bar.outline.set_visible(False)
        bar.set_label(label)
        return as_svg(figure, name=name, alt=alt)


def _limits(value: np.ndarray, around_zero: bool) -> tuple[float, float]:
    """Ends of the colours: the extremes, less the utmost of many nodes, which would dim all others."""
    if not len(value):
        return 0.0, 1.0
    if around_zero:
        reach = max(float(np.quantile(np.abs(value), 0.98)), 3.0)
        return -reach, reach
    low, high = float(value.min()), float(np.quantile(value, 0.98 if len(value) > 50 else 1.0))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _beyond(value: np.ndarray, low: float, high: float) -> Literal["neither", "min", "max", "both"]:
    """At which ends of the colour bar values go on."""
    under, over = bool((value < low).any()), bool((value > high).any())
    return "both" if under and over else "max" if over else "min" if under else "neither"


def _draw_edges(axes: Axes, places: np.ndarray, index: np.ndarray, weight: np.ndarray) -> None:
    """Thicker where weights are large; one path a thickness keeps the page small."""
    kept = np.flatnonzero(index[0] != index[1])
    strength = np.abs(weight[kept])
    kept = kept[np.argsort(-strength, kind="stable")][:MOST_EDGES]
    pairs = np.unique(np.sort(index[:, kept], axis=0), axis=1, return_index=True)[1]
    kept = kept[np.sort(pairs)]
    if not len(kept):
        return
    parts = np.array_split(kept, 3) if np.ptp(weight[kept]) > 0 else [kept]
    crowded = len(kept) > 2 * len(places)
    for part, width in zip(parts, (1.3, 0.9, 0.6), strict=False):
        ends = np.full((len(part), 3, 2), np.nan)
        ends[:, 0], ends[:, 1] = places[index[0, part]], places[index[1, part]]
        axes.plot(
            *ends.reshape(-1, 2).T, color=Ink.FAINT, alpha=0.4 if crowded else 0.75,
            linewidth=width * (0.7 if crowded else 1.2), zorder=2, solid_capstyle="round",
        )  # fmt: skip


def _write_name(axes: Axes, places: np.ndarray, node: int, text: str, size: float) -> None:
    """A node's name on the side where there is more room, and a ring around the node."""
    middle = (places[:, 0].min() + places[:, 0].max()) / 2
    left = places[node, 0] > middle
    axes.scatter(
        *places[node], s=2.6 * size + 24, facecolors="none", edgecolors=Ink.TEXT, linewidths=1.3, zorder=5
    )
    axes.annotate(
        text, places[node], (-9 if left else 9, 7), textcoords="offset points", fontsize=8.5,
        fontweight="bold", ha="right" if left else "left", color=Ink.TEXT, zorder=6,
    )  # fmt: skip


def draw_by_hour(
    hours: Sequence[str], lines: Mapping[str, np.ndarray], *, name: str, label: str, axis: str, alt: str
) -> Markup:
    """One line a model over the parts of the day."""
    with drawing(1, height=2.8) as (figure, (axes,)):
        at = np.arange(len(hours))
        for (model, values), colour, dash in zip(lines.items(), Ink.cycle() * 2, DASHES * 2, strict=False):
            axes.plot(at, values, color=colour, linestyle=dash, label=model)
        step = max(len(hours) // 8, 1)
        axes.set_xticks(at[::step], list(hours)[::step])
        axes.set_xlabel(axis)
        axes.set_ylabel(textwrap.fill(label, LABEL_WIDTH))
        axes.set_ylim(bottom=0)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.16 * (high - low))
        axes.legend(ncols=3, loc="upper left")
        return as_svg(figure, name=name, alt=alt)
