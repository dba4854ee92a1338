"""Train: every model from several seeds, each kept as an artefact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from ...domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit
from ...domains.graphs.node_classifier import NodeClassifier
from ..output_file import write_json
from .settings import Settings


def fit_model(
    name: str, seed: int, data: LabelledGraph, split: NodeSplit, settings: Settings, run: Path | None
) -> NodeClassifier:
    """One model from one seed, with the run's settings for it."""
    how = {**settings.of_model(name).model_dump(), "seed": seed}
    return NodeClassifier(name, model_settings=how, scaling=settings.scaling).fit(data, split, run=run)


def train_models(
    data: LabelledGraph,
    split: NodeSplit,
    settings: Settings,
    folder: Path,
    tell: Callable[[str], None] = print,
) -> None:
    """Fit each model from each seed; those already in `folder` are left, so that a killed run goes on.

    Writes `<model>-<seed>/` (the artefact) for each and `seconds.json`. Labels of test nodes are not read.

    Raises:
        InputError: the data do not suit a model.
    """
    seconds: dict[str, float] = {}
    for name in settings.models:
        for seed in range(settings.seeds):
            place = f"{name}-{seed}"
            done, timing = folder / place, folder / f"{place}.seconds"
            if not done.is_dir():
                started = time.perf_counter()
                fitted = fit_model(name, seed, data, split, settings, folder / "runs" / place)
                timing.write_text(str(time.perf_counter() - started))
                fitted.save(done)
            seconds[place] = float(timing.read_text())
        mine = [seconds[f"{name}-{seed}"] for seed in range(settings.seeds)]
        tell(f"  {name}: {sum(mine):.1f} s for {len(mine)} of {settings.seeds} seeds")
    write_json(seconds, folder / "seconds.json")
    shutil.rmtree(folder / "runs", ignore_errors=True)
