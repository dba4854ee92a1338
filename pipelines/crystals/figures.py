"""Drawings of the crystals report, from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..report.figures import Ink, as_svg, drawing
from ..report.markup import Markup

LOW, MIDDLE, HIGH = "#2f7fd0", "#a65fb0", "#e8702a"
"""Of the map's values: as light as each other, so that all show on white and on black."""
BINS = 24


def draw_histograms(sets: Mapping[str, Mapping[str, np.ndarray]], *, alt: str) -> Markup:
    """One plot a quantity: the share of crystals of each set in every bin.

    Args:
        sets: quantity with unit to set to values; values that are not finite are left out.
    """
    with drawing(len(sets), height=2.1) as (figure, plots):
        for axes, (quantity, groups) in zip(plots, sets.items(), strict=True):
            finite = {name: values[np.isfinite(values)] for name, values in groups.items()}
            edges = _edges(np.concatenate(list(finite.values())))
            for place, (name, values) in enumerate(finite.items()):
                line = place > 0
                inside = np.clip(values, edges[0], edges[-1])
                share = np.full(len(values), 100 / max(len(values), 1))
                axes.hist(
                    inside,
                    edges.tolist(),
                    weights=share,
                    color=Ink.SECOND if line else Ink.FIRST,
                    histtype="step" if line else "stepfilled",
                    alpha=1.0 if line else 0.35,
                    label=name,
                )
            axes.set_xlabel(quantity)
            axes.set_ylabel("% of the set")
        plots[0].legend(loc="upper right")
        return as_svg(figure, name="histograms", alt=alt)


def draw_map(
    places: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray],
    shares: np.ndarray,
    label: str,
    *,
    alt: str,
) -> Markup:
    """Latents in a plane, data coloured by the property, generated ones as rings.

    Args:
        places: float [M, 2] of train, test and generated. `values`: of the property, of train and test.
        shares: of the training latents' variance along both axes.
        label: the property with its unit.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    colours = LinearSegmentedColormap.from_list("value", [LOW, MIDDLE, HIGH])
    known = np.concatenate(list(values.values()))
    low, high = np.nanpercentile(known, [2, 98]) if np.isfinite(known).any() else (0.0, 1.0)
    scale = Normalize(low, high if high > low else low + 1)
    with drawing(1, height=4.4) as (figure, plots):
        axes = plots[0]
        size = 26 if len(known) < 600 else 9
        for part, mark in (("train", "o"), ("test", "^")):
            told = np.isfinite(values[part])
            label_ = f"{'training' if part == 'train' else part} ({len(places[part]):,})"
            x, y = places[part].T
            shades = colours(scale(values[part][told]))
            axes.scatter(x[told], y[told], c=shades, s=size, marker=mark, linewidths=0, label=label_)
            axes.scatter(x[~told], y[~told], c=Ink.FAINT, s=0.5 * size, marker=mark, linewidths=0)
        x, y = places["generated"].T
        ring = {"facecolors": "none", "edgecolors": Ink.FAINT, "linewidths": 0.9, "zorder": 0}
        axes.scatter(x, y, s=0.9 * size, label=f"generated ({len(x):,})", **ring)
        axes.set_xlabel(f"first direction, {100 * shares[0]:.0f} % of the variance")
        axes.set_ylabel(f"second direction, {100 * shares[1]:.0f} %")
        bar = figure.colorbar(ScalarMappable(scale, colours), ax=axes, label=label, extend="both")
        bar.outline.set_visible(False)  # type: ignore[operator] # matplotlib's annotation is of another thing
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)
        return as_svg(figure, name="latents", alt=alt)


def draw_prediction(true: np.ndarray, predicted: np.ndarray, label: str, *, alt: str) -> Markup:
    """Predicted against true, with the line on which both are equal."""
    with drawing(1, height=3.2) as (figure, plots):
        axes = plots[0]
        ends = [float(min(true.min(), predicted.min())), float(max(true.max(), predicted.max()))]
        axes.plot(ends, ends, color=Ink.FAINT, linestyle="--", linewidth=1, label="equal")
        axes.plot(true, predicted, "o", color=Ink.FIRST, markersize=5, label=f"test crystals ({len(true):,})")
        axes.set_xlabel(f"true {label}")
        axes.set_ylabel("predicted from the latent")
        axes.legend(loc="upper left")
        return as_svg(figure, name="prediction", alt=alt)


def _edges(values: np.ndarray) -> np.ndarray:
    """Bins over all but the outermost values, which count in the bins at the ends."""
    low, high = np.percentile(values, [0.5, 99.5]) if len(values) else (0.0, 1.0)
    whole = len(values) > 0 and np.array_equal(values, values.round()) and high - low <= BINS
    if whole:
        return np.arange(np.floor(low), np.ceil(high) + 2) - 0.5
    return np.linspace(low, high if high > low else low + 1, BINS + 1)
