"""`fourfold run crystals`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ...shared.artifact.shipped import shipped_folder
from ...shared.training.run_folder import RunFolder, environment, write_json
from ..output_file import write_whole
from ..settings import as_yaml
from ..stages import Stage, StageRunner, publish
from .evaluation import Evaluation, evaluate_generator
from .preparation import PARTS, DataSummary, is_known, load_saved, prepare, save_parts
from .report_page import ReportParts, build_page
from .settings import Settings, recipe
from .training import train_generator

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
    scores = _evaluation(outcomes["evaluate"].folder).scores["scores"]
    lines = "".join(json.dumps({"metric": name, **score}) + "\n" for name, score in scores.items())
    write_whole(folder.metrics, lambda path: path.write_text(lines, encoding="utf-8"))
    publish(outcomes["train"].folder / "artifact", folder.artifact)
    publish(outcomes["evaluate"].folder / "crystals", folder.path / "crystals")
    publish(outcomes["report"].folder / "report.html", folder.report)
    return folder.report


def _stages(settings: Settings, command: str) -> list[Stage]:
    told = settings.model_dump(mode="json")
    source = Path(settings.data).expanduser()
    inputs = () if is_known(settings.data) or not source.exists() else (source,)
    reading = {key: told[key] for key in ("property", "validation_share", "test_share", "seed")}
    # A file counts by its content, so that a moved one keeps its stages.
    reading["data"] = source.name if inputs else settings.data
    start = () if settings.model is None else (shipped_folder(settings.model) or Path(settings.model),)
    start = tuple(path for path in start if path.exists())
    training = {"model": settings.model, "property": settings.property}
    if settings.model is None:
        training["generator"] = told["generator"]
    else:
        training["finetune_steps"] = settings.finetune_steps
    # Which crystals are too large, the generator decides.
    reading["most"] = told["generator"]["network"]["max_atoms"] if settings.model is None else settings.model

    def read(folder: Path, needs: Mapping[str, Path]) -> None:
        parts, summary = prepare(settings)
        save_parts(parts, folder)
        write_json(folder / "summary.json", summary.model_dump(mode="json"))

    def train(folder: Path, needs: Mapping[str, Path]) -> None:
        parts, summary = _prepared(needs["prepare"])
        train_generator(parts["train"], parts["validation"], summary, settings, folder, command)

    def evaluate(folder: Path, needs: Mapping[str, Path]) -> None:
        from ...domains.materials.crystal_generator import CrystalGenerator

        parts, summary = _prepared(needs["prepare"])
        generator = CrystalGenerator.load(needs["train"] / "artifact")
        evaluate_generator(generator, parts, summary, settings, folder)

    def report(folder: Path, needs: Mapping[str, Path]) -> None:
        text = build_page(_report_parts(settings, command, needs))
        write_whole(folder / "report.html", lambda target: target.write_text(text, encoding="utf-8"))

    judged = {key: told[key] for key in ("samples", "steps", "optimised", "seed")} | {"data": reading["data"]}
    return [
        Stage("prepare", read, reading, inputs=(*inputs, *start)),
        Stage("train", train, training, needs=("prepare",), inputs=start, resumable=True),
        Stage("evaluate", evaluate, judged, needs=("prepare", "train")),
        Stage(
            "report", report, {"settings": told, "command": command}, needs=("prepare", "train", "evaluate")
        ),
    ]


def _prepared(folder: Path) -> tuple[dict, DataSummary]:
    summary = DataSummary.model_validate_json((folder / "summary.json").read_text(encoding="utf-8"))
    return {part: load_saved(folder / f"{part}.npz") for part in PARTS}, summary


def _evaluation(folder: Path) -> Evaluation:
    return Evaluation.model_validate_json((folder / "evaluation.json").read_text(encoding="utf-8"))


def _report_parts(settings: Settings, command: str, needs: Mapping[str, Path]) -> ReportParts:
    parts, summary = _prepared(needs["prepare"])
    judged = needs["evaluate"]
    with np.load(judged / "latents.npz") as stored:
        latents = {name: stored[name] for name in stored.files}
    return ReportParts(
        summary=summary,
        settings=settings,
        parts=parts,
        generated=load_saved(judged / "generated.npz"),
        rebuilt=load_saved(judged / "rebuilt.npz"),
        table=pd.read_csv(judged / "crystals" / "crystals.csv", keep_default_na=False, na_values=[""]),
        latents=latents,
        evaluation=_evaluation(judged),
        seconds=json.loads((needs["train"] / "seconds.json").read_text(encoding="utf-8"))["seconds"],
        settings_yaml=as_yaml(settings),
        command=command,
        environment={key: str(value) for key, value in environment()["versions"].items()},
    )
