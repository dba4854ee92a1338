"""What impute does: gaps of signals filled by GRIN, trained here or kept with a network."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..domains.graphs.models.presets import NAMES
from ..shared.errors import InputError, note
from .graph_contestant import GRAPH_KIND, artifact_kind
from .network_commands import NetworkRequest

if TYPE_CHECKING:
    import pandas as pd

    from ..domains.graphs.signals.signals import Signals

GRIN = "grin"
"""The imputer that is trained on the signals at hand."""
Layout = Literal["long", "wide"]


def impute_network(request: NetworkRequest, *, steps: int | None, keep: Path | None, run: Path) -> Signals:
    """Signals without gaps, `filled` saying where they were.

    Args:
        request: its model is "grin", or a folder that holds a network, whose graph and imputer are used.
        steps: of training; None: those of `ImputerTraining`.
        keep: folder for the network with its imputer, which then needs no training.
        run: folder of the training run; a stopped one goes on.

    Raises:
        InputError: no such model, no graph, or steps for an imputer that is trained already.
    """
    from ..domains.graphs.forecaster import GraphForecaster

    require_imputer(request.model)
    fresh = request.model == GRIN
    if fresh and request.graph is None:
        raise InputError(
            "--graph",
            "grin reads the neighbours and was given none",
            expected="a file of edges (from,to,weight) or an adjacency",
            remedy="Give --graph edges.csv, or a network that finetune kept, which knows its graph",
        )
    holder = GraphForecaster("rnn", **request.reading) if fresh else GraphForecaster.load(request.model)
    if steps is not None and holder.imputer is not None:
        raise InputError(
            "--steps", f"{request.model} holds a trained imputer", remedy="Leave it out, or name grin"
        )
    signals, graph = request.read(holder)
    if signals.panel.observed.all():
        note("nothing is missing: the table is written as it is")
        filled = signals
    else:
        settings: dict[str, Any] = {"training": {"steps": steps}} if steps is not None else {}
        filled = holder.impute(signals, graph, settings=settings, run=run)
    if keep is not None:
        holder.save(keep)
    shutil.rmtree(run, ignore_errors=True)
    return filled


def require_imputer(model: str) -> None:
    """Raise InputError when a name stands for no imputer."""
    if model == GRIN or artifact_kind(model) == GRAPH_KIND:
        return
    problem = f"{model} forecasts and fills no gaps" if model in NAMES else f"{model} is no imputer"
    raise InputError(
        "MODEL", problem, expected=f"{GRIN}, or a folder that finetune or impute --keep wrote for a network"
    )


def table_of(signals: Signals, layout: Layout | None) -> pd.DataFrame:
    """The filled table: rows by node and time with a column `filled`, or a column a node.

    Args:
        layout: None: that of the table that was read, where several channels or a file of arrays are long.
    """
    if layout == "long" or (layout is None and not _was_wide(signals)):
        return signals.to_long().assign(**_nothing_filled(signals))
    return signals.to_wide().reset_index()


def mask_of(signals: Signals) -> pd.DataFrame:
    """A column a node, True where a value was filled in."""
    return signals.to_wide("filled").reset_index()


def summary(signals: Signals) -> str:
    """How many values were filled, and at how many nodes."""
    filled = signals.filled_TNC
    if filled is None:
        return "no value filled"
    nodes = int(filled.any(axis=(0, 2)).sum())
    return f"{int(filled.sum()):,} of {filled.size:,} values filled, at {nodes} of {signals.n_nodes} nodes"


def _was_wide(signals: Signals) -> bool:
    return signals.n_channels == 1 and signals.panel.frame is None


def _nothing_filled(signals: Signals) -> dict[str, Any]:
    return {} if signals.filled is not None or signals.n_channels > 1 else {"filled": np.False_}
