"""Node-classifying methods by name."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import ValidationError

from ....shared.errors import InputError
from .method import NodeMethod
from .settings import SETTINGS

NAMES = tuple(SETTINGS)


def build_method(name: str, **settings: Any) -> NodeMethod:
    """The method called `name`, not fitted.

    Raises:
        InputError: no method has this name, or a setting does not fit it.
    """
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, NAMES, n=1) or NAMES
        raise InputError("model", f"no node classifier is called {name!r}", expected=" or ".join(near))
    try:
        chosen = SETTINGS[name].model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "settings"
        raise InputError(f"model_settings.{field}", first["msg"].lower(), where=name) from error
    return _kind(name)(chosen)


def _kind(name: str) -> type[NodeMethod]:
    if name == "gcn":
        from .convolution_method import ConvolutionMethod

        return ConvolutionMethod
    if name == "graph-transformer":
        from .transformer_method import TransformerMethod

        return TransformerMethod
    if name == "la-gcn":
        from .augmentation_method import AugmentationMethod

        return AugmentationMethod
    from .erase_method import EraseMethod

    return EraseMethod
