"""One settings object from three places: recipe, then YAML file, then `--set key=value`."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from ..shared.errors import InputError, InputErrors
from .settings_problems import input_error_of

Settings = TypeVar("Settings", bound=BaseModel)


def resolve_settings(
    kind: type[Settings],
    recipe: Mapping[str, Any],
    config: Path | None = None,
    overrides: Sequence[str] = (),
) -> Settings:
    """Settings of `kind`; later sources win key by key.

    Args:
        kind: the frozen pydantic model to fill.
        recipe: dotted or nested keys of the named recipe and preset.
        config: YAML file with the same keys, nested or dotted.
        overrides: "dotted.key=value" texts; values are read as YAML.

    Raises:
        InputErrors: unknown keys (with the nearest known ones) and values that do not fit, all at once.
    """
    types_of = dict(dotted_fields(kind))
    named: dict[str, Any] = dict(flatten(recipe))
    problems: list[InputError] = []
    for key, value in [*_from_yaml(config), *_from_flags(overrides, types_of, problems)]:
        if key in types_of:
            named[key] = value
        else:
            problems.append(_unknown(key, types_of))
    if problems:
        raise InputErrors(problems)
    try:
        return kind.model_validate(_nest(named))
    except ValidationError as error:
        raise InputErrors([input_error_of(detail) for detail in error.errors()]) from error


def as_yaml(settings: BaseModel) -> str:
    """The settings as YAML that `--config` reads back to an equal object."""
    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def dotted_fields(kind: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, annotation) of every leaf field."""
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from dotted_fields(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, inner


def flatten(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of every leaf of nested mappings."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _from_yaml(config: Path | None) -> Iterable[tuple[str, Any]]:
    if config is None:
        return ()
    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("--config", f"cannot read {config}", expected="a YAML file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise InputError("--config", f"{config} is not YAML ({reason})") from error
    if content is None:
        return ()
    if not isinstance(content, Mapping):
        raise InputError("--config", f"{config} holds no mapping", expected="lines such as 'horizon: 24'")
    return list(flatten(content))


def _from_flags(
    overrides: Sequence[str], types_of: Mapping[str, Any], problems: list[InputError]
) -> Iterator[tuple[str, Any]]:
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals:
            problems.append(
                InputError("--set", f"'{text}' has no '='", expected="key=value, as in --set horizon=48")
            )
            continue
        try:
            yield key.strip(), _parse(value, types_of.get(key.strip()))
        except yaml.YAMLError:
            problems.append(InputError(f"--set {key}", f"'{value}' cannot be read as a value"))


def _parse(text: str, annotation: Any) -> Any:
    """YAML, but text stays text where only text is meant ("no", "1e3" and "2020-01-01" are fine ids)."""
    value = yaml.safe_load(text)
    wanted = set(get_args(annotation)) if get_origin(annotation) in (Union, types.UnionType) else {annotation}
    if str in wanted and value is not None and not (int in wanted and isinstance(value, int)):
        return text.strip()
    if get_origin(annotation) is tuple and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value


def _unknown(key: str, known: Mapping[str, Any]) -> InputError:
    leaves = {name.rsplit(".", 1)[-1]: name for name in known}
    near = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
    near += [leaves[leaf] for leaf in difflib.get_close_matches(key.rsplit(".", 1)[-1], leaves, n=2)]
    hint = " or ".join(dict.fromkeys(near)) or "one of the keys that --print-config lists"
    return InputError(key, "no such setting", expected=hint)


def _nest(dotted: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in dotted.items():
        *parents, leaf = key.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = value
    return nested
