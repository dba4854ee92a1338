"""`fourfold run forecast`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...shared.panels.panel import Panel
from ...shared.training.run_folder import environment, write_json
from ..comparison.data_summary import DataSummary, is_file
from ..comparison.evaluation import Evaluation, load_arrays
from ..comparison.fans import read_fan
from ..comparison.panel_file import load_panel, save_panel
from ..comparison.run_results import show_results
from ..output_file import write_whole
from ..settings import as_yaml
from ..stages import Stage, StageRunner
from .evaluating import evaluate_models, shown_series
from .preparation import read_series, summarise_as_asked
from .report_page import ReportParts, build_page
from .settings import Settings, recipe
from .training import train_models

SEASONS_BEFORE = 4
"""Seasons of history drawn before a forecast."""

__all__ = ["Settings", "recipe", "run_pipeline"]


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Bring the run folder `out` up to date; returns the report.

    Raises:
        InputError: the data cannot be used as asked.
    """
    outcomes = StageRunner(out).run_all(_stages(settings, command))
    return show_results(out, settings, _evaluation(outcomes["evaluate"].folder), outcomes)


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
        summary = summarise_as_asked(panel, settings)
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
    before = max(SEASONS_BEFORE * panel.period, 2 * settings.horizon)
    versions = {key: str(value) for key, value in environment()["versions"].items()}
    return ReportParts(
        summary=summary,
        panel=panel,
        shown=shown,
        evaluation=_evaluation(needs["evaluate"]),
        ahead=[read_fan(panel, column, "ahead", fans, before) for column in shown],
        held_out=[
            read_fan(panel, column, "held-out", fans, before)
            for column in shown
            if f"held-out/{column}/cutoff" in fans
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
