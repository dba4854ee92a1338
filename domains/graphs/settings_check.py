"""Settings given by people, checked: pydantic's complaint as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ...shared.errors import InputError

Settings = TypeVar("Settings", bound=BaseModel)


def checked(kind: type[Settings], given: Mapping[str, Any], owner: str) -> Settings:
    """The settings of this kind.

    Args:
        owner: whose they are, for the sentence.

    Raises:
        InputError: names the first field that is unknown or wrong.
    """
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or owner
        raise InputError(f"{owner} setting {field}", first["msg"], remedy="Correct or remove it") from None


def as_mapping(field: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings by name, none for None.

    Raises:
        InputError: neither.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(field, f"{given!r} is no mapping", expected='names and values, {"hidden": 16}')
    return dict(given)
