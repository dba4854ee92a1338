"""What diagnose does: one-step errors of a network, tested for what is left to learn in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.forecasting.splits import last_rows
from .graph_contestant import ready_graph_forecaster
from .network_commands import NetworkRequest

if TYPE_CHECKING:
    from ..domains.graphs.residual_diagnosis import Diagnosis

SHOWN = 20
"""Nodes on the terminal at most."""


def diagnose_network(request: NetworkRequest, test: float) -> Diagnosis:
    """Errors one step ahead over the last part of the signals; a network by name is fitted on what is before.

    Args:
        test: share of the rows.

    Raises:
        InputError: model, signals and graph do not go together, or there is no graph to test along.
    """
    from ..domains.graphs.forecaster import GraphForecaster

    if not request.fitted_here:
        kept = GraphForecaster.load(request.model)
        signals, graph = request.read(kept)
        return kept.diagnose(signals, graph=graph, test=test)
    signals, graph = request.read()
    rows = last_rows(test, signals.n_steps, 1)
    before = signals.select_rows(slice(0, rows.start))
    fitted = ready_graph_forecaster(
        request.model, before, graph, 1, model_settings=request.model_settings, **request.reading
    )
    return fitted.diagnose(signals, graph=graph, test=rows)


def print_diagnosis(found: Diagnosis) -> None:
    """The verdict, and a table of the nodes, those with something to learn first."""
    from rich.console import Console
    from rich.table import Table

    print(found.verdict())
    nodes = found.by_node()
    listing = Table(box=None, header_style="bold", pad_edge=False)
    listing.add_column("node", no_wrap=True)
    for title in ("along edges", "in time"):
        listing.add_column(title, justify="right", no_wrap=True)
    listing.add_column("finding", no_wrap=True)
    for _, row in nodes.head(SHOWN).iterrows():
        listing.add_row(str(row["node"]), f"{row['space']:.1f}", f"{row['time']:.1f}", str(row["finding"]))
    console = Console(width=max(Console().width, 100))
    console.print(listing, highlight=False)
    rest = f"; {len(nodes) - SHOWN} more nodes are not shown" if len(nodes) > SHOWN else ""
    console.print(
        "AZ-whiteness of errors one step ahead, standard normal where nothing is left to learn. Along "
        "edges: above 0 a node errs with its neighbours, below 0 against them. In time: above 0 its errors "
        f"go on from step to step, below 0 they alternate{rest}.",
        style="dim",
        highlight=False,
    )
