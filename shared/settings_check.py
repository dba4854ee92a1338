"""Settings given by people, checked: pydantic's complaint as one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import InputError

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
        raise setting_error(kind, error, owner) from None


def setting_error(
    kind: type[BaseModel], error: ValidationError, owner: str, others: Sequence[str] = ()
) -> InputError:
    """The first complaint as a sentence; of a setting that does not exist, with those that do.

    Args:
        others: settings that may stand beside those of `kind`.
    """
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    field = f"{owner} setting {'.'.join(path) or owner}"
    if first["type"] != "extra_forbidden":
        return InputError(field, first["msg"].removeprefix("Value error, "), remedy="Correct or remove it")
    known = [*(others if len(path) == 1 else ()), *_at(kind, path[:-1]).model_fields]
    near = difflib.get_close_matches(path[-1], known, 1)
    told = f"Did you mean {near[0]}? " if near else ""
    return InputError(
        field, "there is no such setting", expected=", ".join(known), remedy=f"{told}Correct or remove it"
    )


def _at(kind: type[BaseModel], path: Sequence[str]) -> type[BaseModel]:
    """The settings below a path of fields; those they are part of where the path leads to no class."""
    for name in path:
        inner = kind.model_fields[name].annotation if name in kind.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        kind = inner
    return kind


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
