"""Train: every method of the comparison is fitted on the training part and kept as an artefact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from ..comparison.evaluation import NAIVE
from ..contestant import folder_name, ready_forecaster
from ..output_file import write_json
from .settings import Settings


def train_models(
    panel: Panel,
    splits: dict[str, tuple[int, int]],
    settings: Settings,
    folder: Path,
    tell: Callable[[str], None] = print,
    required: str = NAIVE,
) -> None:
    """Fit each model; those already in `folder` are left as they are, so that a killed run goes on.

    Writes `<model>/` (the artefact) for each, and `trained.json` with seconds and the models that
    could not be fitted, with the reason. Rows of the test part are never read.

    Raises:
        InputError: the data do not suit the naive method or the model `required`.
    """
    train, validation = (slice(*splits[part]) for part in ("train", "validation"))
    known = panel.select_rows(slice(0, validation.stop))
    seconds: dict[str, float] = {}
    skipped: dict[str, str] = {}
    for name in dict.fromkeys((NAIVE, *settings.models)):
        place = folder_name(name)
        done, timing = folder / place, folder / f"{place}.seconds"
        if not done.is_dir():
            started = time.perf_counter()
            try:
                fitted = ready_forecaster(
                    name,
                    known,
                    settings.horizon,
                    validation=validation,
                    train=train,
                    run=folder / "runs" / place,
                    pad="edge",
                )
            except InputError as error:
                if name in (NAIVE, required):
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
