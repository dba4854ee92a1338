"""A network beside naive methods on the same windows of the same signals, without a run folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...domains.graphs.forecaster import GraphForecaster
from ..comparison.data_summary import split_rows
from ..comparison.evaluation import Evaluation
from ..network_commands import USUAL_HORIZON, NetworkRequest
from ..settings import resolve_settings
from .evaluating import compare_models, load_models, terms_of
from .settings import Settings
from .training import train_models


def compare_network(
    request: NetworkRequest, horizon: int | None, *, against: Sequence[str], origins: int, level: float
) -> Evaluation:
    """Fit what has to be fitted and judge it all, as the traffic run does.

    Args:
        horizon: None: the network's own, or 12.
        against: models besides; the naive methods always take part.

    Raises:
        InputError: the data cannot be used, or the network cannot be fitted or loaded.
    """
    kept = None if request.fitted_here else GraphForecaster.load(request.model)
    signals, graph = request.read(kept)
    if graph is None and kept is not None and kept.graph is not None:
        graph = kept.graph.select(signals.nodes)
    network = dict(request.model_settings)
    size = network.pop("preset")
    asked = {
        "data": str(request.signals),
        "signals": request.reading,
        "horizon": horizon or (kept.horizon if kept is not None else None) or USUAL_HORIZON,
        "models": tuple(dict.fromkeys((request.model, *against))),
        "origins": origins,
        "levels": (level,),
        "size": size,
        **network,
    }
    settings = resolve_settings(Settings, asked)
    splits = split_rows(
        signals.panel,
        settings.horizon,
        test_share=settings.test_share,
        validation_share=settings.validation_share,
    )
    with tempfile.TemporaryDirectory(prefix="fourfold-") as scratch:
        trained = Path(scratch)
        train_models(
            signals, graph, splits, settings, trained, tell=lambda line: None, required=request.model
        )
        terms = terms_of(signals, splits, settings)
        return compare_models(signals, terms, trained, load_models(trained))[1].evaluation
