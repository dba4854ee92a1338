"""Drawings of the citations report, from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..report.figures import DASHES, Ink, as_svg, drawing
from ..report.markup import Markup


def draw_graph(
    places: np.ndarray, edge_index: np.ndarray, right: np.ndarray, judged: np.ndarray, *, alt: str
) -> Markup:
    """Nodes coloured by whether their answer was right.

    Args:
        places: float [N, 2]. `edge_index`: int [2, E].
        right: bool [N]. `judged`: int numbers of the nodes that count; the others stay grey.
    """
    import matplotlib as mpl

    with drawing(1, height=4.6) as (figure, plots):
        axes = plots[0]
        once = edge_index[:, edge_index[0] < edge_index[1]]
        ends = np.stack([places[once[0]], places[once[1]], np.full((once.shape[1], 2), np.nan)], axis=1)
        line = ends.reshape(-1, 2).round(4)
        # All edges in one path; simplified, it would lose some of them at the breaks.
        with mpl.rc_context({"path.simplify": False}):
            axes.plot(line[:, 0], line[:, 1], color=Ink.FAINT, linewidth=0.8, alpha=0.6)
        others = np.setdiff1d(np.arange(len(places)), judged)
        size = 6.0
        good, bad = judged[right[judged]], judged[~right[judged]]
        for nodes, colour, mark, label in (
            (others, Ink.FAINT, "o", f"not judged ({len(others):,})"),
            (good, Ink.FIRST, "o", f"right ({len(good):,})"),
            (bad, Ink.SECOND, "X", f"wrong ({len(bad):,})"),
        ):
            wide = size if nodes is not others else 0.7 * size
            wide = 1.3 * wide if nodes is bad else wide
            axes.plot(
                *places[nodes].T,
                mark,
                color=colour,
                markersize=wide,
                label=label,
                markeredgewidth=0,
                linestyle="",
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3)
        return as_svg(figure, name="graph", alt=alt)


def draw_confusion(confusion: np.ndarray, classes: Sequence[str], *, alt: str) -> Markup:
    """Counts [C, C], a row a true class; the darker, the larger its share of the row."""
    from matplotlib.patches import Rectangle

    count = len(classes)
    share = confusion / np.maximum(confusion.sum(1, keepdims=True), 1)
    with drawing(1, width=5.6, height=1.1 + 0.34 * count) as (figure, plots):
        axes = plots[0]
        for row in range(count):
            for column in range(count):
                colour = Ink.FIRST if row == column else Ink.SECOND
                alpha = 0.08 + 0.62 * float(share[row, column]) if confusion[row, column] else 0.0
                axes.add_patch(Rectangle((column, row), 1, 1, color=colour, alpha=alpha, linewidth=0))
                axes.text(column + 0.5, row + 0.5, str(confusion[row, column]), ha="center", va="center")
        axes.set_xlim(0, count)
        axes.set_ylim(count, 0)
        ticks = np.arange(count) + 0.5
        axes.set_xticks(ticks, classes, rotation=30, ha="right")
        axes.set_yticks(ticks, classes)
        axes.set_xlabel("answered")
        axes.set_ylabel("true")
        axes.grid(False)
        return as_svg(figure, name="confusion", alt=alt)


def draw_noise(ratios: Sequence[float], accuracy: Mapping[str, np.ndarray], *, alt: str) -> Markup:
    """Accuracy [ratios, seeds] of each model: the mean, and the range of its seeds."""
    with drawing(1, height=2.7) as (figure, plots):
        axes = plots[0]
        shares = 100 * np.array(ratios)
        for place, (name, table) in enumerate(accuracy.items()):
            colour = Ink.cycle()[place % 6]
            values = 100 * table
            axes.plot(
                shares, values.mean(1), color=colour, linestyle=DASHES[place % 6], marker="o", label=name
            )
            if values.shape[1] > 1:
                axes.fill_between(shares, values.min(1), values.max(1), color=colour, alpha=0.15, linewidth=0)
        axes.set_xlabel("wrong training labels, %")
        axes.set_ylabel("test nodes right, %")
        axes.set_xticks(shares)
        axes.legend(loc="lower left")
        return as_svg(figure, name="noise", alt=alt)
