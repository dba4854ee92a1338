"""`fourfold run citations`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit
from ...shared.training.run_folder import RunFolder, environment, write_json
from ..output_file import write_whole
from ..report.graph_layout import places_by_edges
from ..settings import as_yaml
from ..stages import Stage, StageRunner, publish
from .evaluation import Evaluation, NoiseCurve, evaluate_models, measure_noise
from .neighbourhood import FEW_NODES, telling_part
from .preparation import DataSummary, chosen_data, is_folder, load_graph, read_graph, save_graph
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
        json.dumps({"model": name, **score.model_dump(mode="json")})
        for name, score in evaluation.scores.items()
    ]
    write_whole(folder.metrics, lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8"))
    publish(outcomes["train"].folder / f"{evaluation.chosen}-{evaluation.chosen_seed}", folder.artifact)
    publish(outcomes["evaluate"].folder / "predictions.csv", folder.path / "predictions.csv")
    publish(outcomes["report"].folder / "report.html", folder.report)
    return folder.report


def _stages(settings: Settings, command: str) -> list[Stage]:
    told = settings.model_dump(mode="json")
    reading = {key: told[key] for key in ("data", "directed", "validation_share", "test_share")}
    source = Path(settings.data)
    inputs = (source,) if is_folder(settings.data) and source.is_dir() else ()
    # A folder counts by its content, so that a moved one keeps its stages; auto by what it finds.
    reading["data"] = source.name if inputs else chosen_data(settings)
    models = {name: told[name.replace("-", "_")] for name in settings.models}
    noisy = {name: told[name.replace("-", "_")] for name in settings.noise_models}

    def prepare(folder: Path, needs: Mapping[str, Path]) -> None:
        data, split, summary = read_graph(settings)
        save_graph(data, split, folder / "graph.npz")
        write_json(folder / "summary.json", summary.model_dump(mode="json"))

    def train(folder: Path, needs: Mapping[str, Path]) -> None:
        train_models(*load_graph(needs["prepare"] / "graph.npz"), settings, folder)

    def evaluate(folder: Path, needs: Mapping[str, Path]) -> None:
        evaluate_models(*load_graph(needs["prepare"] / "graph.npz"), settings, needs["train"], folder)

    def noise(folder: Path, needs: Mapping[str, Path]) -> None:
        clean = _evaluation(needs["evaluate"])
        measure_noise(*load_graph(needs["prepare"] / "graph.npz"), settings, clean, folder)

    def report(folder: Path, needs: Mapping[str, Path]) -> None:
        text = build_page(_report_parts(settings, command, needs))
        write_whole(folder / "report.html", lambda target: target.write_text(text, encoding="utf-8"))

    shared = {"scaling": told["scaling"], "seeds": told["seeds"]}
    tried = {key: told[key] for key in ("noise", "noise_kind", "noise_seeds")}
    everything = ("prepare", "train", "evaluate", "noise")
    return [
        Stage("prepare", prepare, reading, inputs=inputs),
        Stage("train", train, {**shared, "models": models}, needs=("prepare",), resumable=True),
        Stage("evaluate", evaluate, {"models": list(models)}, needs=("prepare", "train")),
        Stage(
            "noise",
            noise,
            {**shared, **tried, "models": noisy},
            needs=("prepare", "evaluate"),
            resumable=True,
        ),
        Stage("report", report, {"settings": told, "command": command}, needs=everything),
    ]


def _evaluation(folder: Path) -> Evaluation:
    return Evaluation.model_validate_json((folder / "evaluation.json").read_text(encoding="utf-8"))


def _report_parts(settings: Settings, command: str, needs: Mapping[str, Path]) -> ReportParts:
    data, split = load_graph(needs["prepare"] / "graph.npz")
    summary = (needs["prepare"] / "summary.json").read_text(encoding="utf-8")
    noise = (needs["noise"] / "noise.json").read_text(encoding="utf-8")
    evaluation = _evaluation(needs["evaluate"])
    drawn = _drawn(data, split, evaluation)
    return ReportParts(
        summary=DataSummary.model_validate_json(summary),
        data=data,
        split=split,
        evaluation=evaluation,
        noise=NoiseCurve.model_validate_json(noise),
        noise_kind=settings.noise_kind,
        drawn=drawn,
        places=places_by_edges(data.graph.select(drawn)),
        settings_yaml=as_yaml(settings),
        command=command,
        environment={key: str(value) for key, value in environment()["versions"].items()},
    )


def _drawn(data: LabelledGraph, split: NodeSplit, evaluation: Evaluation) -> np.ndarray:
    """Numbers of the nodes drawn: all of a small graph, of a large one those around a wrong answer."""
    if data.n_nodes <= FEW_NODES:
        return np.arange(data.n_nodes)
    return telling_part(data.graph, split.test, np.array(evaluation.answers) == data.label)
