"""Evaluate: scores of all models, fans to draw and a decomposition, written for the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ...domains.timeseries.forecaster import Forecaster
from ...domains.timeseries.history_parts import history_parts
from ...shared.errors import InputError
from ...shared.forecasting.metrics import seasonal_naive_scale
from ...shared.forecasting.windows import targets
from ...shared.panels.panel import Panel
from ..contestant import folder_name
from ..output_file import write_whole
from .evaluation import Evaluation, save_arrays
from .rolling import Answers, choose_windows, interval_ends, judge
from .settings import Settings

SEASONS_BEFORE = 4
"""Seasons of history drawn before a forecast."""
SEASONS_DECOMPOSED = 28
MOST_ORIGINS_TO_CHOOSE = 60


def evaluate_models(
    panel: Panel, splits: dict[str, tuple[int, int]], settings: Settings, trained: Path, folder: Path
) -> Evaluation:
    """Judge the models in `trained` on the test part; writes evaluation.json, fans.npz and parts.npz."""
    facts = json.loads((trained / "trained.json").read_text(encoding="utf-8"))
    models = {name: Forecaster.load(trained / folder_name(name)) for name in facts["seconds"]}
    need = max(one.model.minimum(panel.period, settings.horizon) for one in models.values())
    windows = choose_windows(panel, slice(*splits["test"]), settings.horizon, settings.origins, need)
    if not len(windows.series):
        raise InputError(
            "test_share",
            "no window of the test part has a value to judge by",
            remedy="Raise test_share, or lower the horizon",
        )
    start, stop = splits["train"]
    scale = seasonal_naive_scale(panel.values[start:stop], panel.observed[start:stop], panel.period)
    level, shown = max(settings.levels), shown_series(panel, settings.shown_series)
    drawn = tuple(sorted({end for one in settings.levels for end in interval_ends(one)}))
    errors = _validation_errors(models, panel, splits, settings, need, scale)
    chosen = min(errors, key=lambda name: errors[name])
    judging = partial(
        judge, panel=panel, windows=windows, naive_scale=scale, level=level, drawn=drawn, shown=shown
    )
    judged = {name: judging(model, seconds=facts["seconds"][name]) for name, model in models.items()}
    evaluation = Evaluation(
        scores={name: score for name, (score, _) in judged.items()},
        skipped=facts["skipped"],
        origins=windows.origins,
        windows=len(windows.series),
        level=level,
        chosen=chosen,
        validation_error=errors,
    )
    save_arrays(
        folder / "fans.npz",
        {
            **_held_out_fans(judged[chosen][1], panel, settings.levels, drawn),
            **_ahead_fans(models[chosen], panel, shown, settings),
        },
    )
    save_arrays(folder / "parts.npz", decompose_tail(panel, shown[0]))
    text = evaluation.model_dump_json(indent=2)
    write_whole(folder / "evaluation.json", lambda target: target.write_text(text, encoding="utf-8"))
    return evaluation


def _validation_errors(
    models: Mapping[str, Forecaster],
    panel: Panel,
    splits: dict[str, tuple[int, int]],
    settings: Settings,
    need: int,
    scale: np.ndarray,
) -> dict[str, float]:
    """MASE of every model on the validation part, or MAE where a MASE is not defined for all."""
    count = min(settings.origins, MOST_ORIGINS_TO_CHOOSE)
    windows = choose_windows(panel, slice(*splits["validation"]), settings.horizon, count, need)
    if not len(windows.series):
        return dict.fromkeys(models, 0.0)  # nothing observed to choose by: the first, naive, it is
    found = {
        name: judge(model, panel, windows, naive_scale=scale, level=max(settings.levels)).score.metrics
        for name, model in models.items()
    }
    key = "mase" if all(metrics["mase"] is not None for metrics in found.values()) else "mae"
    return {name: float(metrics[key] or 0.0) for name, metrics in found.items()}


def shown_series(panel: Panel, count: int) -> list[int]:
    """Columns drawn: the first ones that have observations in the last part."""
    alive = [
        column for column in range(panel.n_series) if panel.observed[-(panel.n_steps // 5) :, column].any()
    ]
    return (alive or list(range(panel.n_series)))[:count]


def _held_out_fans(
    answers: Answers, panel: Panel, levels: Sequence[float], drawn: tuple[float, ...]
) -> dict[str, np.ndarray]:
    """For each shown series the window of median error: cutoff, point, truth and quantile ends."""
    arrays: dict[str, np.ndarray] = {}
    truth, observed = targets(panel, answers.series, answers.cutoff, answers.point.shape[1])
    error = np.where(observed, np.abs(answers.point - truth), 0.0).sum(axis=1) / observed.sum(axis=1)
    for column in np.unique(answers.series):
        mine = np.flatnonzero(answers.series == column)
        middle = mine[np.argsort(error[mine], kind="stable")[len(mine) // 2]]
        arrays[f"held-out/{column}/cutoff"] = answers.cutoff[middle]
        arrays[f"held-out/{column}/point"] = answers.point[middle]
        arrays[f"held-out/{column}/truth"] = np.where(observed[middle], truth[middle], np.nan)
        for level in levels:
            picked = [drawn.index(end) for end in interval_ends(level)]
            arrays[f"held-out/{column}/band/{level:g}"] = answers.quantiles[middle][:, picked].T
    return arrays


def _ahead_fans(
    model: Forecaster, panel: Panel, shown: Sequence[int], settings: Settings
) -> dict[str, np.ndarray]:
    """Forecasts beyond the last observation of each shown series."""
    arrays: dict[str, np.ndarray] = {}
    forecast = model.predict(panel, settings.horizon, levels=settings.levels)
    for column in shown:
        arrays[f"ahead/{column}/cutoff"] = forecast.rows[0, column]
        arrays[f"ahead/{column}/point"] = forecast.values[0, :, column]
        arrays[f"ahead/{column}/truth"] = np.full(settings.horizon, np.nan)
        for level in settings.levels:
            ends = [forecast.quantile(end)[0, :, column] for end in interval_ends(level)]
            arrays[f"ahead/{column}/band/{level:g}"] = np.stack(ends)
    for name, part in forecast.components.items():
        arrays[f"made-of/{name}"] = part[0, :, shown[0]]
    return arrays


def decompose_tail(panel: Panel, column: int) -> dict[str, np.ndarray]:
    """Observed, trend, season and residual of the last seasons of a series; empty where it is too short."""
    last = int(panel.last_rows()[column])
    start = max(int(panel.first_rows()[column]), last + 1 - SEASONS_DECOMPOSED * panel.period)
    if last < 0 or panel.period < 2 or last + 1 - start < 2 * panel.period:
        return {}
    found = history_parts(panel.select_series([column]).select_rows(slice(start, last + 1)))
    parts = {name: found[name].to_numpy()[:, 0] for name in ("observed", "trend", "season", "residual")}
    return {"rows": np.array([start, last + 1]), **parts}
