"""Evaluate: scores of all models, fans to draw and a decomposition, written for the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ...domains.timeseries.forecaster import Forecaster
from ...domains.timeseries.history_parts import history_parts
from ...shared.forecasting.fitted_data import warn_of_seen_rows
from ...shared.panels.panel import Panel
from ..comparison.contestants import series_entrant
from ..comparison.evaluation import Evaluation, save_arrays
from ..comparison.fans import ahead_fans, held_out_fans
from ..comparison.judging import Terms, judge_all
from ..contestant import folder_name
from ..output_file import write_whole
from .settings import Settings

SEASONS_DECOMPOSED = 28


def evaluate_models(
    panel: Panel, splits: dict[str, tuple[int, int]], settings: Settings, trained: Path, folder: Path
) -> Evaluation:
    """Judge the models in `trained` on the test part; writes evaluation.json, fans.npz and parts.npz."""
    facts = json.loads((trained / "trained.json").read_text(encoding="utf-8"))
    models = {name: Forecaster.load(trained / folder_name(name)) for name in facts["seconds"]}
    shown = shown_series(panel, settings.shown_series)
    terms = Terms(splits, settings.horizon, settings.origins, settings.levels, shown)
    entrants = {
        name: series_entrant(one, panel, settings.horizon, facts["seconds"][name])
        for name, one in models.items()
    }
    first = splits["test"][0]
    seen = [name for name, one in models.items() if warn_of_seen_rows(panel, one.seen_until, first)]
    outcome = judge_all(entrants, panel, terms, skipped=facts["skipped"], seen=seen)
    evaluation = outcome.evaluation
    forecast = models[evaluation.chosen].predict(panel, settings.horizon, levels=settings.levels)
    made_of = {f"made-of/{name}": part[0, :, shown[0]] for name, part in forecast.components.items()}
    save_arrays(
        folder / "fans.npz",
        {
            **held_out_fans(outcome.answers, panel, settings.levels, terms.drawn),
            **ahead_fans(forecast, shown, settings.levels),
            **made_of,
        },
    )
    save_arrays(folder / "parts.npz", decompose_tail(panel, shown[0]))
    text = evaluation.model_dump_json(indent=2)
    write_whole(folder / "evaluation.json", lambda target: target.write_text(text, encoding="utf-8"))
    return evaluation


def shown_series(panel: Panel, count: int) -> list[int]:
    """Columns drawn: the first ones that have observations in the last part."""
    alive = [
        column for column in range(panel.n_series) if panel.observed[-(panel.n_steps // 5) :, column].any()
    ]
    return (alive or list(range(panel.n_series)))[:count]


def decompose_tail(panel: Panel, column: int) -> dict[str, np.ndarray]:
    """Observed, trend, season and residual of the last seasons of a series; empty where it is too short."""
    last = int(panel.last_rows()[column])
    start = max(int(panel.first_rows()[column]), last + 1 - SEASONS_DECOMPOSED * panel.period)
    if last < 0 or panel.period < 2 or last + 1 - start < 2 * panel.period:
        return {}
    found = history_parts(panel.select_series([column]).select_rows(slice(start, last + 1)))
    parts = {name: found[name].to_numpy()[:, 0] for name in ("observed", "trend", "season", "residual")}
    return {"rows": np.array([start, last + 1]), **parts}
