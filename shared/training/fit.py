"""Train an objective on a source of batches: one short loop, for every domain."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from .fit_result import FitResult
from .objective import BatchSource, Objective
from .parallel import start_fabric
from .random_state import random_state, set_random_state
from .run_folder import RunFolder
from .settings import FitSettings
from .trainer import Trainer


def fit(
    objective: Objective,
    train: BatchSource,
    settings: FitSettings,
    run: Path | None,
    validation: BatchSource | None = None,
    *,
    config: Mapping[str, Any] | None = None,
) -> FitResult:
    """Train, or go on training, in the run folder `run`; None: in one that is gone afterwards.

    A run folder that already holds a checkpoint is resumed from its latest one; on the CPU the weights
    end bit for bit as if nothing had happened. A finished run returns at once. Afterwards the modules
    are in evaluation mode and hold the weights that `settings.select` names (averaged ones where
    `settings.ema` follows the module).

    Args:
        objective: phases, modules and validation metrics of a domain.
        train: samples by index. `validation`: likewise, each seen once per validation.
        config: facts about model and data to keep in config.json; a resumed run must agree with them.

    Raises:
        InputErrors: settings or `config` differ from those the run folder was started with.
        InputError: empty data, unknown modules, a loss that is no scalar or reaches no parameter.
        NonFiniteLoss: names step, phase and samples; the last good checkpoint stays.
        CheckpointNotSaved: the disk is full or read-only; earlier checkpoints stay.
        TrainingInterrupted: Ctrl-C or SIGTERM, after saving a checkpoint (exit code 130).
    """
    if run is None:
        with tempfile.TemporaryDirectory() as scratch:
            return fit(objective, train, settings, Path(scratch), validation, config=config)
    for name, source in (("train", train), ("validation", validation)):
        if source is not None and len(source) == 0:
            raise InputError(name, "holds no sample", expected="at least one")
    if settings.early_stopping and validation is None:
        raise InputError("early_stopping", "needs validation data", remedy="Pass validation=")
    folder = RunFolder(run)
    fabric = start_fabric(settings)
    before = random_state(fabric.device)
    try:
        return Trainer(objective, train, validation, settings, folder, fabric).run(config)
    finally:
        set_random_state(before, fabric.device)
