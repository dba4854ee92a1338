"""Settings in the config.json of an artefact: read, and held against the digest they were saved with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ...shared.artifact.artifact import CONFIG_FILE
from ...shared.errors import InputError
from ...shared.settings_check import setting_error

Settings = TypeVar("Settings", bound=BaseModel)
REMEDY = "Restore the file as it was saved, or save the model again"


def settings_digest(settings: BaseModel, names: Iterable[str] | None = None) -> str:
    """Hash of the fields called `names`, by default of all, 16 hexadecimal digits."""
    fields = settings.model_dump(mode="json")
    kept = {name: fields[name] for name in (fields if names is None else names)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def stored_settings(kind: type[Settings], config: Mapping[str, Any], field: str, folder: Path) -> Settings:
    """The settings below `field` of an artefact's config, whose digest is `field`_digest.

    Only the fields that the file names enter the digest, so that an artefact outlives a setting that is
    added later. One without any digest was saved before there was one, and is taken as it is.

    Args:
        folder: where config.json lies, for the sentence.

    Raises:
        InputError: they are missing, no settings of this kind, or not those that were saved.
    """
    given = config.get(field)
    if not isinstance(given, Mapping):
        problem = f"{field} is missing" if given is None else f"{field} holds no settings"
        raise damaged(problem, folder)
    try:
        settings = kind.model_validate(dict(given))
    except ValidationError as error:
        told = setting_error(kind, error, field)
        raise damaged(f"{told.field}: {told.problem}", folder, told.expected) from None
    digest = f"{field}_digest"
    if digest in config and config[digest] != settings_digest(settings, given):
        problem = f"{field}: not the settings that the model was saved with ({digest} differs)"
        raise damaged(problem, folder, "the values that it was trained with")
    return settings


def damaged(problem: str, folder: Path, expected: str | None = None) -> InputError:
    """The refusal of a config.json."""
    return InputError(CONFIG_FILE, problem, where=str(folder), expected=expected, remedy=REMEDY)
