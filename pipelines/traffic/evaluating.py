"""Evaluate: scores of all models, their errors in space and time, and fans to draw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...domains.graphs.forecaster import GraphForecaster
from ...domains.graphs.signals.signals import Signals
from ...domains.timeseries.forecaster import Forecaster
from ...shared.forecasting.fitted_data import warn_of_seen_rows
from ..comparison.contestants import Entrant, graph_entrant, series_entrant
from ..comparison.evaluation import save_arrays
from ..comparison.fans import ahead_fans, held_out_fans
from ..comparison.judging import Outcome, Terms, judge_all
from ..comparison.rolling import judge
from ..contestant import folder_name
from ..graph_contestant import is_graph_model
from ..output_file import write_whole
from .errors_in_detail import ErrorSums
from .preparation import Prepared, node_series
from .record import NetworkEvaluation, Whiteness
from .settings import NAIVE_METHODS, Settings
from .whiteness import one_step_errors, whiteness_of, whiteness_of_nodes

Models = Mapping[str, "Forecaster | GraphForecaster"]
MOST_FANS = 6


def evaluate_models(prepared: Prepared, settings: Settings, trained: Path, folder: Path) -> NetworkEvaluation:
    """Judge the models in `trained` on the test part; writes evaluation.json, fans.npz and nodes.npz."""
    panel, models = prepared.signals.panel, load_models(trained)
    sums = {name: ErrorSums(panel, settings.horizon) for name in models}
    terms = terms_of(prepared.signals, prepared.summary.splits, settings)
    entrants, outcome = compare_models(prepared.signals, terms, trained, models, sums)
    evaluation = outcome.evaluation
    chosen = evaluation.chosen
    error = _node_error(sums[chosen], prepared, outcome)
    shown = _shown_series(settings, prepared, error)
    answers = judge(
        entrants[chosen], panel, outcome.windows,
        naive_scale=outcome.naive_scale, level=evaluation.level, drawn=terms.drawn, shown=shown,
    ).answers  # fmt: skip
    fans = held_out_fans(answers, panel, settings.levels, terms.drawn)
    save_arrays(folder / "fans.npz", {**fans, **_ahead(models[chosen], prepared, settings, shown)})
    whiteness, by_node, steps = _whiteness(entrants, prepared, settings, chosen)
    save_arrays(folder / "nodes.npz", {"error": error, "whiteness": by_node})
    found = NetworkEvaluation(
        comparison=evaluation,
        hours=sums[chosen].parts,
        error_by_hour={name: one.by_part() for name, one in sums.items()},
        whiteness=whiteness,
        diagnosed_steps=steps,
        shown=shown,
    )
    text = found.model_dump_json(indent=2)
    write_whole(folder / "evaluation.json", lambda target: target.write_text(text, encoding="utf-8"))
    return found


def load_models(trained: Path) -> dict[str, Forecaster | GraphForecaster]:
    """The models that the train stage left, by name."""
    facts = json.loads((trained / "trained.json").read_text(encoding="utf-8"))
    folders = {name: trained / folder_name(name) for name in facts["seconds"]}
    return {
        name: GraphForecaster.load(folder) if is_graph_model(str(folder)) else Forecaster.load(folder)
        for name, folder in folders.items()
    }


def compare_models(
    signals: Signals,
    terms: Terms,
    trained: Path,
    models: Models,
    sums: Mapping[str, ErrorSums] | None = None,
) -> tuple[dict[str, Entrant], Outcome]:
    """Scores of all models on the test part; `sums` are told of their errors.

    Models that were trained beforehand on rows of the test part are judged with a warning.
    """
    facts = json.loads((trained / "trained.json").read_text(encoding="utf-8"))
    entrants: dict[str, Entrant] = {}
    seen = []
    for name, model in models.items():
        seconds = facts["seconds"][name]
        if warn_of_seen_rows(signals.panel, model.seen_until, terms.splits["test"][0]):
            seen.append(name)
        if isinstance(model, GraphForecaster):
            entrants[name] = graph_entrant(model, signals, terms.horizon, seconds)
        else:
            entrants[name] = series_entrant(model, signals.panel, terms.horizon, seconds)
    outcome = judge_all(entrants, signals.panel, terms, skipped=facts["skipped"], watches=sums, seen=seen)
    return entrants, outcome


def terms_of(signals: Signals, splits: Mapping[str, tuple[int, int]], settings: Settings) -> Terms:
    """What the models are compared by."""
    return Terms(
        splits,
        settings.horizon,
        settings.origins,
        settings.levels,
        naive=NAIVE_METHODS,
        judged_by="mae" if signals.n_channels == 1 else "mase",
    )


def _node_error(sums: ErrorSums, prepared: Prepared, outcome: Outcome) -> np.ndarray:
    """Mean absolute error of each node, float64 [N]; of several channels the mean of their MASE."""
    signals, error = prepared.signals, sums.by_series()
    if signals.n_channels == 1:
        return error
    scale = outcome.naive_scale
    ratio = np.where(scale > 0, error / np.where(scale > 0, scale, 1.0), np.nan)
    ratio = ratio.reshape(signals.n_nodes, signals.n_channels)
    known = ~np.isnan(ratio)
    total = np.where(known, ratio, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _shown_series(settings: Settings, prepared: Prepared, error: np.ndarray) -> list[int]:
    """Series drawn: of the nodes named, else of those with the least, the median and the largest error."""
    signals = prepared.signals
    if settings.nodes:
        nodes = prepared.static_graph.positions(settings.nodes)
    else:
        order = np.argsort(np.where(np.isnan(error), np.inf, error), kind="stable")
        order = order[: max(int((~np.isnan(error)).sum()), 1)]
        nodes = order[np.unique([0, len(order) // 2, len(order) - 1])]
    return [int(one) for node in nodes for one in node_series(signals, node)][:MOST_FANS]


def _ahead(
    model: Forecaster | GraphForecaster, prepared: Prepared, settings: Settings, shown: list[int]
) -> dict[str, np.ndarray]:
    """Fans beyond the data; none where they would take covariates that nobody knows yet."""
    data = prepared.signals if isinstance(model, GraphForecaster) else prepared.signals.panel
    if prepared.signals.panel.future:
        return {}
    return ahead_fans(model.predict(data, settings.horizon, levels=settings.levels), shown, settings.levels)


def _whiteness(
    entrants: Mapping[str, Entrant], prepared: Prepared, settings: Settings, chosen: str
) -> tuple[dict[str, Whiteness], np.ndarray, int]:
    """The test for every model, the chosen one's statistic at each node, and the steps compared."""
    start, stop = prepared.summary.splits["test"]
    rows = slice(max(start, stop - settings.diagnosed_steps), stop)
    need, graph = max(one.minimum for one in entrants.values()), prepared.static_graph
    found: dict[str, Whiteness] = {}
    by_node = np.full(graph.n_nodes, np.nan)
    for name, entrant in entrants.items():
        errors, known = one_step_errors(entrant, prepared.signals, rows, need)
        result = whiteness_of(errors, known, graph)
        if result is not None:
            found[name] = result
        if name == chosen and result is not None:
            by_node = whiteness_of_nodes(errors, known, graph)
    return found, by_node, rows.stop - rows.start
