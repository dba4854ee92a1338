"""Models on the same windows of the same table, side by side, without a run folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .evaluating import evaluate_models
from .evaluation import METRICS, NAIVE, Evaluation
from .preparation import read_series, split_rows
from .settings import Settings
from .training import train_models

TABLE_WIDTH = 120
"""Columns that all scores of a long model name fit into."""


def compare(settings: Settings, required: str) -> Evaluation:
    """Fit and judge the models of `settings`, as the forecast run does.

    Args:
        required: the model that must take part; others that cannot are left out with the reason.

    Raises:
        InputError: the data cannot be used, or `required` cannot be fitted or loaded.
    """
    panel = read_series(settings)
    splits = split_rows(panel, settings)
    with tempfile.TemporaryDirectory(prefix="fourfold-") as scratch:
        trained, results = Path(scratch) / "trained", Path(scratch) / "results"
        trained.mkdir()
        results.mkdir()
        train_models(panel, splits, settings, trained, tell=lambda line: None, required=required)
        return evaluate_models(panel, splits, settings, trained, results)


def print_comparison(evaluation: Evaluation) -> None:
    """The scores as a table on the terminal; the change against naive beside each MASE."""
    from rich.console import Console
    from rich.table import Table

    from ..report.tables import number

    listing = Table(box=None, header_style="bold", pad_edge=False)
    listing.add_column("model", no_wrap=True)
    for title in (*METRICS.values(), f"in {evaluation.level:g} %", "vs naive"):
        listing.add_column(title, justify="right", no_wrap=True)
    naive = evaluation.scores[NAIVE].metrics.get("mase")
    best = evaluation.chosen
    for name, score in sorted(
        evaluation.scores.items(), key=lambda entry: entry[1].metrics.get("mase") or 1e300
    ):
        mine, covered = score.metrics.get("mase"), score.metrics.get("coverage")
        change = "–" if mine is None or not naive else f"{100 * (mine / naive - 1):+.1f} %"
        cells = [number(score.metrics.get(key)) for key in METRICS]
        cells += ["–" if covered is None else f"{100 * covered:.1f} %", change]
        listing.add_row(name, *cells, style="bold" if name == best else None)
    # Wider than a narrow terminal rather than cut: a shortened figure is no figure.
    console = Console(width=max(Console().width, TABLE_WIDTH))
    console.print(listing)
    console.print(
        f"{evaluation.windows} windows from {evaluation.origins} origins in the last part of the data, "
        "which no method was fitted on",
        style="dim",
        highlight=False,
    )
    for name, reason in evaluation.skipped.items():
        console.print(f"{name} does not take part: {reason}", style="dim", highlight=False, markup=False)
