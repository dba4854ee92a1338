"""What pydantic finds wrong with settings, told as `InputError` tells it: shell and HTTP say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..shared.errors import InputError, InputErrors

Settings = TypeVar("Settings", bound=BaseModel)

_BOUNDS = {
    "greater_than_equal": ("ge", "{:,} or more"),
    "greater_than": ("gt", "more than {:,}"),
    "less_than_equal": ("le", "at most {:,}"),
    "less_than": ("lt", "less than {:,}"),
}
_LONGEST = 60
"""Characters of what was given that a sentence repeats."""


def input_error_of(detail: Mapping[str, Any], *, field: str | None = None) -> InputError:
    """One entry of `ValidationError.errors()` as a sentence.

    Args:
        field: how the person wrote it; None: the place that pydantic names.
    """
    field = field or ".".join(str(step) for step in detail["loc"]) or "settings"
    given, kind, context = detail.get("input"), detail["type"], detail.get("ctx") or {}
    if kind in _BOUNDS:
        bound, text = _BOUNDS[kind]
        return InputError(field, f"is {_shown(given)}", expected=text.format(context[bound]))
    if kind == "finite_number":
        return InputError(field, f"is {_shown(given)}", expected="a finite number")
    message = str(detail["msg"]).removeprefix("Value error, ")
    told = isinstance(given, str | int | float | bool | list) and kind != "extra_forbidden"
    return InputError(field, message[:1].lower() + message[1:] + (f" (got {_shown(given)})" if told else ""))


def from_flags(
    kind: type[Settings], values: Mapping[str, Any], flags: Mapping[str, str] | None = None
) -> Settings:
    """Settings from flags of the shell.

    Args:
        values: by the settings' own names.
        flags: what the shell calls those that have another name than "--" and theirs.

    Raises:
        InputErrors: values that do not fit, all at once.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        raise InputErrors(
            [
                input_error_of(
                    detail, field=_flag(str(detail["loc"][0]), flags or {}) if detail["loc"] else None
                )
                for detail in error.errors()
            ]
        ) from error


def _flag(name: str, flags: Mapping[str, str]) -> str:
    return flags.get(name, f"--{name.replace('_', '-')}")


def _shown(given: Any) -> str:
    """What was given, in few characters and on one line."""
    try:
        text = f"{given:g}" if isinstance(given, float) else repr(given)
    except (RecursionError, ValueError):  # whole numbers of more than 4,300 digits have no text
        text = "that"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
