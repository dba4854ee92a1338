"""`fourfold run forecast`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...shared.panels.panel import Panel
from ...shared.training.run_folder import RunFolder, environment, write_json
from ..contestant import folder_name
from ..output_file import write_whole
from ..settings import as_yaml
from ..stages import Stage, StageRunner, publish
from .evaluating import SEASONS_BEFORE, evaluate_models, shown_series
from .evaluation import Evaluation, load_arrays
from .figures import Fan
from .panel_file import load_panel, save_panel
from .preparation import DataSummary, is_file, read_series, summarise
from .report_page import ReportParts, build_page
from .settings import Settings, recipe
from .training import train_models

__all__ = ["Settings", "recipe", "run_pipeline"]


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Bring the run folder `out` up to date; returns the report.

    Raises:
        InputError: the data cannot be used as asked.
    """
    folder = RunFolder(out)
    outcomes = StageRunner(out).run_all(_stages(settings, command))
    folder.config.parent.mkdir(parents=True, exist_ok=True)
    write_json(folder.config, settings.model_dump(mode="json"))
    write_json(folder.environment, environment())
    evaluation = _evaluation(outcomes["evaluate"].folder)
    lines = [
        json.dumps({"model": name, "seconds": score.seconds, **score.metrics})
        for name, score in evaluation.scores.items()
    ]
    write_whole(folder.metrics, lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8"))
    publish(outcomes["train"].folder / folder_name(evaluation.chosen), folder.artifact)
    publish(outcomes["report"].folder / "report.html", folder.report)
    return folder.report


def _stages(settings: Settings, command: str) -> list[Stage]:
    told = settings.model_dump(mode="json")
    reading = {
        key: told[key]
        for key in ("data", "table", "series", "unit", "horizon", "test_share", "validation_share")
    }
    table = Path(settings.data)
    inputs = (table,) if is_file(settings.data) and table.exists() else ()
    if inputs:
        reading["data"] = table.name  # with the content, so that a moved folder keeps its stages

    def prepare(folder: Path, needs: Mapping[str, Path]) -> None:
        panel = read_series(settings)
        summary = summarise(panel, settings)
        save_panel(panel, folder / "panel.npz")
        write_json(folder / "summary.json", summary.model_dump(mode="json"))

    def train(folder: Path, needs: Mapping[str, Path]) -> None:
        panel, summary = _prepared(needs["prepare"])
        train_models(panel, summary.splits, settings, folder)

    def evaluate(folder: Path, needs: Mapping[str, Path]) -> None:
        panel, summary = _prepared(needs["prepare"])
        evaluate_models(panel, summary.splits, settings, needs["train"], folder)

    def report(folder: Path, needs: Mapping[str, Path]) -> None:
        text = build_page(_report_parts(settings, command, needs))
        write_whole(folder / "report.html", lambda target: target.write_text(text, encoding="utf-8"))

    return [
        Stage("prepare", prepare, reading, inputs=inputs),
        Stage(
            "train",
            train,
            {key: told[key] for key in ("models", "horizon", "seed")},
            needs=("prepare",),
            resumable=True,
        ),
        Stage(
            "evaluate",
            evaluate,
            {key: told[key] for key in ("origins", "levels", "shown_series")},
            needs=("prepare", "train"),
        ),
        Stage(
            "report", report, {"settings": told, "command": command}, needs=("prepare", "train", "evaluate")
        ),
    ]


def _prepared(folder: Path) -> tuple[Panel, DataSummary]:
    text = (folder / "summary.json").read_text(encoding="utf-8")
    return load_panel(folder / "panel.npz"), DataSummary.model_validate_json(text)


def _evaluation(folder: Path) -> Evaluation:
    return Evaluation.model_validate_json((folder / "evaluation.json").read_text(encoding="utf-8"))


def _report_parts(settings: Settings, command: str, needs: Mapping[str, Path]) -> ReportParts:
    panel, summary = _prepared(needs["prepare"])
    fans = load_arrays(needs["evaluate"] / "fans.npz")
    parts = load_arrays(needs["evaluate"] / "parts.npz")
    rows = slice(*parts.pop("rows")) if parts else slice(0, 0)
    shown = shown_series(panel, settings.shown_series)
    versions = {key: str(value) for key, value in environment()["versions"].items()}
    return ReportParts(
        summary=summary,
        panel=panel,
        shown=shown,
        evaluation=_evaluation(needs["evaluate"]),
        ahead=[_fan(panel, column, "ahead", fans) for column in shown],
        held_out=[
            _fan(panel, column, "held-out", fans) for column in shown if f"held-out/{column}/cutoff" in fans
        ],
        made_of={
            key.removeprefix("made-of/"): part for key, part in fans.items() if key.startswith("made-of/")
        },
        parts_time=panel.time.to_numpy()[rows],
        parts=parts,
        settings_yaml=as_yaml(settings),
        command=command,
        environment=versions,
    )


def _fan(panel: Panel, column: int, kind: str, arrays: Mapping[str, np.ndarray]) -> Fan:
    stem = f"{kind}/{column}/"
    cutoff = int(arrays[stem + "cutoff"])
    point = arrays[stem + "point"]
    start = max(0, cutoff + 1 - max(SEASONS_BEFORE * panel.period, 2 * len(point)))
    past = np.where(
        panel.observed[start : cutoff + 1, column], panel.values[start : cutoff + 1, column], np.nan
    )
    bands = {
        float(key.removeprefix(stem + "band/")): (ends[0], ends[1])
        for key, ends in arrays.items()
        if key.startswith(stem + "band/")
    }
    return Fan(
        title=panel.series[column],
        past_time=panel.time.to_numpy()[start : cutoff + 1],
        past=past,
        time=panel.future_time(cutoff, len(point)).to_numpy(),
        truth=arrays[stem + "truth"],
        point=point,
        bands=bands,
    )
