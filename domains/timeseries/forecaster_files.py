"""Forecasters as artefacts: settings, feature spec, weights and intervals in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.fitted_data import plain_card
from .models.build import KIND, require_name, stored_model

if TYPE_CHECKING:
    from .forecaster import Forecaster

TAGS = ("time-series-forecasting",)


def save_forecaster(forecaster: Forecaster, folder: str | Path, card: ModelCard | None) -> Path:
    """Write the artefact; `card` None writes a plain one.

    Raises:
        InputError: the model is not one that `build_model` knows, or the folder cannot be written.
    """
    model = forecaster.model
    require_name(model.name)
    config = {
        "model": {"name": model.name, "config": model.config()},
        "settings": forecaster.settings.model_dump(mode="json"),
        "horizon": forecaster.horizon,
        "features": forecaster.spec,
        "seen_until": forecaster.seen_until,
    }
    state = {f"model.{name}": value for name, value in model.state().items()}
    if forecaster.intervals is not None:
        state |= {f"intervals.{name}": value for name, value in forecaster.intervals.state().items()}
    plain = plain_card("Forecaster", model.name, forecaster.horizon, forecaster.spec, TAGS)
    return save_artifact(folder, KIND, config, state, card or plain)


def load_forecaster(
    kind: type[Forecaster], name_or_folder: str | Path, changed: dict[str, Any]
) -> Forecaster:
    """Read the artefact into a forecaster of class `kind`; `changed` settings replace the saved ones."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    config, arrays = artifact.config, artifact.arrays()
    model = stored_model(artifact)
    loaded = kind(model, **{**config["settings"], **changed})
    loaded.horizon, loaded.spec = config["horizon"], config["features"]
    loaded.seen_until = config["seen_until"]
    if "intervals.errors" in arrays:
        kept = {name: arrays[f"intervals.{name}"] for name in ("errors", "count")}
        loaded.intervals = ConformalIntervals.from_state(kept)
    return loaded
