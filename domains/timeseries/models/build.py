"""Models by name; torch is imported only for those that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ....shared.artifact.named_arrays import below
from ....shared.errors import InputError
from .protocol import ForecastModel

if TYPE_CHECKING:
    from ....shared.artifact.artifact import Artifact

KIND = "forecaster"
"""Kind of the artefacts that hold a model with its forecaster's settings."""

NAIVE = ("last-value", "drift", "seasonal-naive", "slot-mean")
STATISTICAL = ("theta", "ets", "sarimax")
TEMPO = ("tempo-nano", "tempo-small", "tempo-80m", "tempo-zero")
NAMES = (*NAIVE, "linear", "arnet", *STATISTICAL, "covariate-adapter", *TEMPO)


def build_model(name: str, **config: Any) -> ForecastModel:
    """Make the model that `name` means: unfitted, or as shipped where one is shipped under this name.

    Raises:
        InputError: no model has this name, a setting is unknown or wrong, or the shipped one is absent.
    """
    if name == "tempo-zero" and not config:
        from ....shared.artifact.loading import load_artifact

        return stored_model(load_artifact(name))
    return blank_model(name, **config)


def blank_model(name: str, **config: Any) -> ForecastModel:
    """As `build_model`, never with weights.

    Raises:
        InputError: no model has this name, or a setting is unknown or wrong.
    """
    require_name(name)
    try:
        return _make(name, config)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or name
        raise InputError(f"{name} setting {field}", first["msg"], remedy="Correct or remove it") from None
    except TypeError as error:
        raise InputError(
            f"{name} settings", str(error), remedy="Remove what the model does not know"
        ) from None


def stored_model(artifact: Artifact) -> ForecastModel:
    """The model inside a forecaster's artefact, with what it has learnt.

    Raises:
        InputError: the artefact is of another kind.
    """
    config = artifact.require_kind(KIND).config["model"]
    model = blank_model(config["name"], **config["config"])
    weights = below("model", artifact.arrays())
    if weights:
        model.load_state(weights)
    return model


def fresh_model(model: ForecastModel) -> ForecastModel:
    """An unfitted copy of a model, also of one that has no name here."""
    config = model.config()
    return blank_model(model.name, **config) if model.name in NAMES else type(model)(**config)


def require_name(name: str) -> None:
    """Raise InputError when no model has this name."""
    if name not in NAMES:
        raise InputError(
            "model", f"{name!r} is not a model", expected=", ".join(NAMES), remedy="Choose one of these names"
        )


def _make(name: str, config: dict[str, Any]) -> ForecastModel:
    if name in NAIVE:
        from .naive import LastValue, SeasonalNaive, SlotMean

        made = {"last-value": LastValue, "seasonal-naive": SeasonalNaive, "slot-mean": SlotMean}
        return LastValue(drift=True) if name == "drift" else made[name](**config)
    if name == "linear":
        from .linear import Linear

        return Linear(**config)
    if name == "arnet":
        from .arnet import ARNet

        return ARNet(**config)
    if name in STATISTICAL:
        from .statistical import ETS, SARIMAX, Theta

        return {"theta": Theta, "ets": ETS, "sarimax": SARIMAX}[name](**config)
    if name == "covariate-adapter":
        from .covariate_adapter import CovariateAdapter

        base, base_config = config.pop("base", "seasonal-naive"), config.pop("base_config", {})
        return CovariateAdapter(blank_model(base, **base_config) if isinstance(base, str) else base, **config)
    from .tempo.model import TempoModel

    return TempoModel(**{"preset": name, **config})
