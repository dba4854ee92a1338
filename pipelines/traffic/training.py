"""Train: naive methods and networks are fitted on the training part and kept as artefacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..comparison.training import fit_each
from ..contestant import ready_forecaster
from ..graph_contestant import is_graph_model, ready_graph_forecaster
from .settings import NAIVE_METHODS, Settings

if TYPE_CHECKING:
    from ...domains.graphs.forecaster import GraphForecaster
    from ...domains.graphs.graph_model import Graph
    from ...domains.graphs.signals.signals import Signals
    from ...domains.timeseries.forecaster import Forecaster


def train_models(
    signals: Signals,
    graph: Graph | None,
    splits: Mapping[str, tuple[int, int]],
    settings: Settings,
    folder: Path,
    tell: Callable[[str], None] = print,
    required: str | None = None,
) -> None:
    """Fit each model, see `fit_each`. Rows of the test part are never read.

    Raises:
        InputError: the data do not suit a naive method or the model `required`.
    """

    def fitted(name: str, run: Path) -> Forecaster | GraphForecaster:
        return _fitted(name, signals, graph, splits, settings, run)

    needed = (*NAIVE_METHODS, *((required,) if required is not None else ()))
    fit_each((*NAIVE_METHODS, *settings.models), fitted, folder, tell, required=needed)


def _fitted(
    name: str,
    signals: Signals,
    graph: Graph | None,
    splits: Mapping[str, tuple[int, int]],
    settings: Settings,
    run: Path,
) -> Forecaster | GraphForecaster:
    train, validation = (slice(*splits[part]) for part in ("train", "validation"))
    known = signals.select_rows(slice(0, validation.stop))
    if is_graph_model(name):
        return ready_graph_forecaster(
            name, known, graph, settings.horizon,
            validation=validation, train=train, run=run,
            model_settings=settings.network_settings(), **settings.signals.reading(),
        )  # fmt: skip
    return ready_forecaster(
        name, known.panel, settings.horizon, validation=validation, train=train, run=run, pad="edge"
    )
