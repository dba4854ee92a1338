"""Forecasters as artefacts: settings, feature spec, weights and intervals in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from ...shared.forecasting.fitted_data import plain_card
from ...shared.forecasting.kept_forecaster import kept_arrays, kept_facts, restore
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
    config = {"model": {"name": model.name, "config": model.config()}, **kept_facts(forecaster)}
    plain = plain_card("Forecaster", model.name, forecaster.horizon, forecaster.spec, TAGS)
    return save_artifact(folder, KIND, config, kept_arrays(forecaster), card or plain)


def load_forecaster(
    kind: type[Forecaster], name_or_folder: str | Path, changed: dict[str, Any]
) -> Forecaster:
    """Read the artefact into a forecaster of class `kind`; `changed` settings replace the saved ones."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    config, arrays = artifact.config, artifact.arrays()
    model = stored_model(artifact)
    loaded = kind(model, **{**config["settings"], **changed})
    restore(loaded, config, arrays)
    return loaded
