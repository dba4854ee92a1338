"""What the evaluate stage leaves for the report, as plain files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit
from ...domains.graphs.classification.noise_trial import corrupted
from ...domains.graphs.node_classifier import NodeClassifier
from ..output_file import write_frame, write_json
from .settings import Settings
from .training import fit_model

FEWEST_LABELS = 40
"""Training labels below which wrong ones are not tried: what they cost is then a matter of luck."""


class Score(BaseModel):
    """How one model did, seed by seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: list[float]
    """Accuracy on the validation nodes."""
    accuracy: list[float]
    """On the test nodes."""
    macro_f1: list[float]
    log_loss: list[float]
    seconds: list[float]

    def mean(self, name: str) -> float:
        """Mean over seeds of one of the fields."""
        return float(np.mean(getattr(self, name)))


class Evaluation(BaseModel):
    """Scores of all models on the same nodes, and the chosen model's answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: dict[str, Score]
    chosen: str
    """The model with the best mean accuracy on the validation nodes; the test nodes have no say in it."""
    chosen_seed: int
    confusion: list[list[int]]
    """Of the chosen model on the test nodes: true class, answered class."""
    majority: float
    """Test accuracy of answering the commonest training class."""
    answers: list[int]
    """The chosen model's class of every node."""


class NoiseCurve(BaseModel):
    """Test accuracy by share of wrong training labels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ratios: list[float]
    accuracy: dict[str, list[list[float]]]
    """Model to a list a ratio of one number a seed."""
    left_out: str = ""
    """Why nothing was tried; empty where something was, or nothing was asked."""


def evaluate_models(
    data: LabelledGraph, split: NodeSplit, settings: Settings, trained: Path, folder: Path
) -> Evaluation:
    """Judge every trained model; writes `evaluation.json` and `predictions.csv`."""
    seconds = json.loads((trained / "seconds.json").read_text(encoding="utf-8"))
    scores: dict[str, Score] = {}
    for name in settings.models:
        rows: dict[str, list[float]] = {field: [] for field in Score.model_fields}
        for seed in range(settings.seeds):
            fitted = NodeClassifier.load(trained / f"{name}-{seed}")
            judged = fitted.evaluate(data, split.test)
            rows["validation"].append(fitted.evaluate(data, split.validation).accuracy)
            rows["accuracy"].append(judged.accuracy)
            rows["macro_f1"].append(judged.macro_f1)
            rows["log_loss"].append(judged.log_loss)
            rows["seconds"].append(seconds[f"{name}-{seed}"])
        scores[name] = Score.model_validate(rows)
    chosen = max(scores, key=lambda name: scores[name].mean("validation"))
    seed = int(np.argmax(scores[chosen].validation))
    best = NodeClassifier.load(trained / f"{chosen}-{seed}")
    write_frame(best.predict(data), folder / "predictions.csv")
    commonest = np.bincount(data.label[split.train]).argmax()
    evaluation = Evaluation(
        scores=scores,
        chosen=chosen,
        chosen_seed=seed,
        confusion=best.evaluate(data, split.test).confusion.tolist(),
        majority=float((data.label[split.test] == commonest).mean()),
        answers=best.probabilities(data).argmax(1).tolist(),
    )
    write_json(evaluation.model_dump(mode="json"), folder / "evaluation.json")
    return evaluation


def measure_noise(
    data: LabelledGraph, split: NodeSplit, settings: Settings, clean: Evaluation, folder: Path
) -> NoiseCurve:
    """Train again on wrong labels; trials already in `folder` are left. Writes `noise.json`.

    Every model sees the same wrong labels. Validation labels stay true. `clean` gives the accuracy without
    wrong labels where the model was trained for it anyway.
    """
    few = len(split.train) < FEWEST_LABELS
    ratios = [0.0, *sorted(settings.noise)] if settings.noise and not few else []
    models = settings.noise_models if ratios else ()
    accuracy = {
        name: [
            [
                clean.scores[name].accuracy[seed]
                if not ratio and name in clean.scores and seed < settings.seeds
                else _trial(name, ratio, seed, data, split, settings, folder)
                for seed in range(settings.noise_seeds)
            ]
            for ratio in ratios
        ]
        for name in models
    }
    left_out = (
        f"Not tried: of {len(split.train)} labels to learn from, chance decides what a few wrong ones cost. "
        f"It takes {FEWEST_LABELS} at least."
    )
    curve = NoiseCurve(ratios=ratios, accuracy=accuracy, left_out=left_out if few and settings.noise else "")
    write_json(curve.model_dump(mode="json"), folder / "noise.json")
    return curve


def _trial(
    name: str,
    ratio: float,
    seed: int,
    data: LabelledGraph,
    split: NodeSplit,
    settings: Settings,
    folder: Path,
) -> float:
    kept = folder / f"{name}-{ratio:g}-{seed}.json"
    if not kept.is_file():
        noisy = corrupted(data, split.train, ratio, settings.noise_kind, seed)
        fitted = fit_model(name, seed, noisy, split, settings, None)
        write_json(fitted.evaluate(data, split.test).accuracy, kept)
        print(f"  {name}, {100 * ratio:g} % wrong labels: {100 * json.loads(kept.read_text()):.1f} % right")
    return float(json.loads(kept.read_text(encoding="utf-8")))
