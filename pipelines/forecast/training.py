"""Train: every method of the comparison is fitted on the training part and kept as an artefact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...shared.panels.panel import Panel
from ..comparison.evaluation import NAIVE
from ..comparison.training import fit_each
from ..contestant import ready_forecaster
from .settings import Settings

if TYPE_CHECKING:
    from ...domains.timeseries.forecaster import Forecaster


def train_models(
    panel: Panel,
    splits: dict[str, tuple[int, int]],
    settings: Settings,
    folder: Path,
    tell: Callable[[str], None] = print,
    required: str = NAIVE,
) -> None:
    """Fit each model, see `fit_each`. Rows of the test part are never read.

    Raises:
        InputError: the data do not suit the naive method or the model `required`.
    """
    train, validation = (slice(*splits[part]) for part in ("train", "validation"))
    known = panel.select_rows(slice(0, validation.stop))

    def fitted(name: str, run: Path) -> Forecaster:
        return ready_forecaster(
            name, known, settings.horizon, validation=validation, train=train, run=run, pad="edge"
        )

    fit_each((NAIVE, *settings.models), fitted, folder, tell, required=(NAIVE, required))
