"""Which networks there are, by name, with the sizes of their papers and small ones. Imports no torch."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from ....shared.errors import InputError
from ....shared.settings_check import setting_error
from ..graph_training import GraphModelSettings
from .settings import (
    DiffusionSettings,
    FullyConnectedSettings,
    StidSettings,
    TemplateSettings,
    WaveNetSettings,
)
from .sgp_settings import SgpSettings

TEMPLATE = ("rnn", "tts-imp", "tts-amp", "tas-imp", "tas-amp")
NAMES = (*TEMPLATE, "fc-rnn", "dcrnn", "graph-wavenet", "stid", "sgp")
"""Every network."""
GRAPH_FREE = ("rnn", "fc-rnn", "stid")
"""Those that never read edges."""

PAPER: dict[str, BaseModel] = {
    **{name: TemplateSettings.model_validate({"block": name}) for name in TEMPLATE},
    "fc-rnn": FullyConnectedSettings(),
    "dcrnn": DiffusionSettings(),
    "graph-wavenet": WaveNetSettings(),
    "stid": StidSettings(),
    "sgp": SgpSettings(),
}
"""Sizes of the papers: the template's of "Taming Local Effects", DCRNN's, Graph WaveNet's and SGP's
of their authors, STID's of BasicTS."""

SMALL: dict[str, dict[str, Any]] = {
    **{name: {"hidden": 32, "decoder": 32, "embedding": {"size": 8}} for name in TEMPLATE},
    "fc-rnn": {"hidden": 32, "decoder": 32},
    "dcrnn": {"hidden": 16, "recurrent_layers": 1, "decoder": "mlp", "width": 32},
    "graph-wavenet": {"hidden": 16, "skip": 32, "end": 64, "latent_graph": 5},
    "stid": {"series": 16, "embedding": {"size": 8}, "time_of_day": 8, "weekday": 4, "layers": 2},
    "sgp": {"reservoir": 16, "hops": 2, "group": 16, "hidden": 64, "embedding": {"size": 8}},
}
"""What the small preset changes."""


def network_settings(name: str, *, preset: str = "paper", **sizes: Any) -> BaseModel:
    """Settings of the network of this name.

    Args:
        name: one of `NAMES`.
        preset: "paper" or "small".
        sizes: single settings that replace the preset's; of `embedding`, a kind or single settings.

    Raises:
        InputError: no network has this name, or a setting is unknown or wrong.
    """
    if name not in NAMES:
        raise InputError("model", f"{name!r} is not a network", expected=f"one of {', '.join(NAMES)}")
    if preset not in ("paper", "small"):
        raise InputError("preset", f"{preset!r} is not known", expected="paper or small")
    base = PAPER[name]
    values = base.model_dump()
    for changes in (SMALL[name] if preset == "small" else {}, sizes):
        values |= _merged(values, changes)
    try:
        return type(base).model_validate(values)
    except ValidationError as error:
        others = ("preset", *GraphModelSettings.model_fields)
        raise setting_error(type(base), error, name, others) from None


def _merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(changes)
    embedding = merged.get("embedding")
    if isinstance(embedding, str):
        embedding = {"kind": embedding}
    if isinstance(embedding, dict) and isinstance(values.get("embedding"), dict):
        merged["embedding"] = {**values["embedding"], **embedding}
    return merged
