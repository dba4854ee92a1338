"""`fourfold run traffic`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...shared.training.run_folder import environment
from ..comparison.data_summary import is_file
from ..comparison.evaluation import load_arrays
from ..comparison.fans import read_fan
from ..comparison.figures import Fan
from ..comparison.run_results import show_results
from ..output_file import write_whole
from ..settings import as_yaml
from ..stages import Stage, StageRunner
from .evaluating import evaluate_models
from .preparation import SIMILARITY, load_prepared, prepare, save_prepared
from .record import NetworkEvaluation
from .report_page import ReportParts, build_page
from .settings import Settings, recipe
from .training import train_models

HORIZONS_BEFORE = 6
"""History drawn before a forecast, in horizons."""

__all__ = ["Settings", "recipe", "run_pipeline"]


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Bring the run folder `out` up to date; returns the report.

    Raises:
        InputError: the data cannot be used as asked.
    """
    outcomes = StageRunner(out).run_all(_stages(settings, command))
    return show_results(out, settings, _evaluation(outcomes["evaluate"].folder).comparison, outcomes)


def _stages(settings: Settings, command: str) -> list[Stage]:
    told = settings.model_dump(mode="json")

    def only(*keys: str) -> dict[str, object]:
        return {key: told[key] for key in keys}

    reading = only(
        "data", "graph", "directed", "signed", "coordinates", "signals", "title", "unit", "horizon",
        "test_share", "validation_share", "neighbours",
    )  # fmt: skip
    files: list[Path] = []
    for key in ("data", "graph", "coordinates"):
        named = told[key]
        if named is not None and named != SIMILARITY and is_file(named) and Path(named).exists():
            files.append(Path(named))
            reading[key] = Path(named).name  # with the content, so that a moved folder keeps its stages

    def make_ready(folder: Path, needs: Mapping[str, Path]) -> None:
        save_prepared(prepare(settings), folder)

    def train(folder: Path, needs: Mapping[str, Path]) -> None:
        ready = load_prepared(needs["prepare"])
        train_models(ready.signals, ready.graph, ready.summary.splits, settings, folder)

    def evaluate(folder: Path, needs: Mapping[str, Path]) -> None:
        evaluate_models(load_prepared(needs["prepare"]), settings, needs["train"], folder)

    def report(folder: Path, needs: Mapping[str, Path]) -> None:
        text = build_page(_report_parts(settings, command, needs))
        write_whole(folder / "report.html", lambda target: target.write_text(text, encoding="utf-8"))

    learning = only("models", "horizon", "lookback", "size", "scaling", "profile", "training", "seed")
    judging = only("origins", "diagnosed_steps", "levels", "nodes")
    before = ("prepare", "train")
    return [
        Stage("prepare", make_ready, reading, inputs=tuple(files)),
        Stage("train", train, learning, needs=("prepare",), resumable=True),
        Stage("evaluate", evaluate, judging, needs=before),
        Stage("report", report, {"settings": told, "command": command}, needs=(*before, "evaluate")),
    ]


def _evaluation(folder: Path) -> NetworkEvaluation:
    return NetworkEvaluation.model_validate_json((folder / "evaluation.json").read_text(encoding="utf-8"))


def _report_parts(settings: Settings, command: str, needs: Mapping[str, Path]) -> ReportParts:
    prepared, evaluation = load_prepared(needs["prepare"]), _evaluation(needs["evaluate"])
    fans, nodes = load_arrays(needs["evaluate"] / "fans.npz"), load_arrays(needs["evaluate"] / "nodes.npz")
    panel = prepared.signals.panel
    before = max(HORIZONS_BEFORE * settings.horizon, min(panel.period, 24))

    def drawn(kind: str) -> list[Fan]:
        known = [column for column in evaluation.shown if f"{kind}/{column}/cutoff" in fans]
        return [read_fan(panel, column, kind, fans, before) for column in known]

    return ReportParts(
        prepared=prepared,
        evaluation=evaluation,
        node_error=nodes["error"],
        node_whiteness=nodes["whiteness"],
        ahead=drawn("ahead"),
        held_out=drawn("held-out"),
        settings_yaml=as_yaml(settings),
        command=command,
        environment={key: str(value) for key, value in environment()["versions"].items()},
    )
