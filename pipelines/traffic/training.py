"""Train: naive methods and networks are fitted on the training part and kept as artefacts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...shared.errors import InputError
from ..contestant import folder_name, ready_forecaster
from ..graph_contestant import is_graph_model, ready_graph_forecaster
from ..output_file import write_json
from .settings import NAIVE_METHODS, Settings

if TYPE_CHECKING:
    from ...domains.graphs.forecaster import GraphForecaster
    from ...domains.graphs.graph_model import Graph
    from ...domains.graphs.signals.signals import Signals
    from ...domains.timeseries.forecaster import Forecaster


def train_models(
    signals: Signals,
    graph: Graph | None,
    splits: Mapping[str, tuple[int, int]],
    settings: Settings,
    folder: Path,
    tell: Callable[[str], None] = print,
    required: str | None = None,
) -> None:
    """Fit each model; those already in `folder` are left as they are, so that a killed run goes on.

    Writes `<model>/` (the artefact) for each, and `trained.json` with seconds and the models that
    could not be fitted, with the reason. Rows of the test part are never read.

    Raises:
        InputError: the data do not suit a naive method or the model `required`.
    """
    seconds: dict[str, float] = {}
    skipped: dict[str, str] = {}
    for name in dict.fromkeys((*NAIVE_METHODS, *settings.models)):
        place = folder_name(name)
        done, timing = folder / place, folder / f"{place}.seconds"
        if not done.is_dir():
            started = time.perf_counter()
            try:
                fitted = _fitted(name, signals, graph, splits, settings, folder / "runs" / place)
            except InputError as error:
                if name in (*NAIVE_METHODS, required):
                    raise
                skipped[name] = str(error)
                tell(f"  {name}: not taking part: {error}")
                continue
            timing.write_text(str(time.perf_counter() - started))
            fitted.save(done)
        seconds[name] = float(timing.read_text())
        tell(f"  {name}: {seconds[name]:.1f} s")
    write_json({"seconds": seconds, "skipped": skipped}, folder / "trained.json")
    shutil.rmtree(folder / "runs", ignore_errors=True)


def _fitted(
    name: str,
    signals: Signals,
    graph: Graph | None,
    splits: Mapping[str, tuple[int, int]],
    settings: Settings,
    run: Path,
) -> Forecaster | GraphForecaster:
    train, validation = (slice(*splits[part]) for part in ("train", "validation"))
    known = signals.select_rows(slice(0, validation.stop))
    if is_graph_model(name):
        return ready_graph_forecaster(
            name, known, graph, settings.horizon,
            validation=validation, train=train, run=run,
            model_settings=settings.network_settings(), **settings.signals.reading(),
        )  # fmt: skip
    return ready_forecaster(
        name, known.panel, settings.horizon, validation=validation, train=train, run=run, pad="edge"
    )
