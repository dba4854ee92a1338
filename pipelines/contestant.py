"""MODEL as people name it in the shell: a method fitted on the spot, or a trained model as it is."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from ..domains.timeseries.forecaster import Forecaster
from ..domains.timeseries.models.build import NAMES
from ..shared.artifact.shipped import list_shipped
from ..shared.errors import InputError, InputWarning
from ..shared.panels.panel import Panel


def is_method(model: str) -> bool:
    """Whether `model` names a method that is fitted on the data at hand, rather than a trained model."""
    return model in NAMES and model not in list_shipped()


def folder_name(model: str) -> str:
    """A file name for any model name or path."""
    return re.sub(r"[^\w.-]+", "-", model).strip("-.") or "model"


def ready_forecaster(
    model: str,
    panel: Panel,
    horizon: int | None,
    *,
    validation: float | slice = 0.2,
    train: slice | None = None,
    run: Path | None = None,
    **settings: Any,
) -> Forecaster:
    """A forecaster to ask: methods are fitted on `panel`, trained models loaded and used as they are.

    Args:
        model: name of a method (`fourfold models`), of a shipped model, or a folder.
        horizon: steps ahead; a trained model needs none.
        validation, train, run: as in `Forecaster.fit`, for methods.
        settings: fields of `ForecasterSettings`, for methods.

    Raises:
        InputError: no such model, or the data do not suit it.
    """
    if not is_method(model):
        return Forecaster.load(model)
    if horizon is None:
        raise InputError("horizon", f"is not given, and {model} has none of its own", remedy="Give it")
    with warnings.catch_warnings():
        # A thin calibration is told when intervals are asked for, not at every fit.
        warnings.simplefilter("ignore", InputWarning)
        return Forecaster(model, **settings).fit(panel, horizon, validation=validation, train=train, run=run)
