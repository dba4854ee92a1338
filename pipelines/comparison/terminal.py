"""A comparison as a table on the terminal."""

from __future__ import annotations

from ..report.tables import number
from .evaluation import METRICS, Evaluation

TABLE_WIDTH = 120
"""Columns that all scores of a long model name fit into."""


def print_comparison(evaluation: Evaluation) -> None:
    """The scores as a table on the terminal; the last column is the change of the error judged by."""
    from rich.console import Console
    from rich.table import Table

    listing = Table(box=None, header_style="bold", pad_edge=False)
    listing.add_column("model", no_wrap=True)
    against = f"{METRICS[evaluation.judged_by]} vs {evaluation.naive}"
    for title in (*METRICS.values(), f"in {evaluation.level:g} %", against):
        listing.add_column(title, justify="right", no_wrap=True)
    best = evaluation.chosen
    for name in evaluation.ranked():
        score, change = evaluation.scores[name], evaluation.change(name)
        covered, told = score.metrics.get("coverage"), "–" if change is None else f"{change:+.1f} %"
        cells = [number(score.metrics.get(key)) for key in METRICS]
        cells += ["–" if covered is None else f"{100 * covered:.1f} %", told]
        listing.add_row(name, *cells, style="bold" if name == best else None)
    # Wider than a narrow terminal rather than cut: a shortened figure is no figure.
    console = Console(width=max(Console().width, TABLE_WIDTH))
    console.print(listing)
    console.print(
        f"{evaluation.windows} windows from {evaluation.origins} origins in the last part of the data, "
        + _fitted_on_it(evaluation),
        style="dim",
        highlight=False,
    )
    for name, reason in evaluation.skipped.items():
        console.print(f"{name} does not take part: {reason}", style="dim", highlight=False, markup=False)


def _fitted_on_it(evaluation: Evaluation) -> str:
    """Who knew the rows that were forecast."""
    if not evaluation.seen:
        return "on which no model was fitted"
    rest = "the others were not" if len(evaluation.seen) < len(evaluation.scores) else "as all were"
    return f"on which {', '.join(evaluation.seen)} had been fitted before (scores too good), {rest}"
