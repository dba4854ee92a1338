"""Loading an artefact from a folder, from the shipped models, or from the hub."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, note
from .artifact import CARD_FILE, CONFIG_FILE, FILES, SCHEMA_VERSION, WEIGHTS_FILE, Artifact
from .card import ModelCard
from .hub import hub_folder, is_hub_name
from .shipped import list_shipped, shipped_folder

if TYPE_CHECKING:
    import torch


def load_artifact(name_or_folder: str | Path) -> Artifact:
    """Load an artefact.

    A plain word that names a shipped model means that model, wherever one stands; then a folder of that
    name; then `owner/name` on the Hugging Face hub. A `Path`, or text with ./ before it, is always a folder.

    Raises:
        InputError: there is no such artefact, or it is incomplete, damaged or from a newer version, or a
            weight is not finite.
    """
    return read_artifact(find_artifact(name_or_folder))


def find_artifact(name_or_folder: str | Path) -> Path:
    """Folder of the artefact that `name_or_folder` means; see `load_artifact`."""
    name = str(name_or_folder)
    folder = Path(name_or_folder).expanduser()
    shipped = shipped_folder(name) if isinstance(name_or_folder, str) else None
    if shipped is not None:
        if folder.is_dir():
            message = f"{name!r} means the shipped model; write ./{name} for the folder of that name here"
            note(message)
        return shipped
    if folder.is_dir():
        return folder
    choices = f"use a shipped model: {', '.join(list_shipped()) or 'none in this installation'}"
    if isinstance(name_or_folder, str) and is_hub_name(name):
        return hub_folder(name, choices)
    problem = "is a file" if folder.exists() else "is no folder and no shipped model"
    expected = f"a folder with {', '.join(FILES)}, or a name"
    raise InputError(name, problem, expected=expected, remedy=f"Check the path, or {choices}")


def read_artifact(folder: Path) -> Artifact:
    """Read and check the three files of an artefact folder."""
    missing = [file for file in FILES if not (folder / file).is_file()]
    if missing:
        raise InputError(
            str(folder),
            f"is not a complete artefact: {', '.join(missing)} missing",
            expected=f"a folder with {', '.join(FILES)}",
            remedy="Save the model again, or copy the whole folder",
        )
    document = _read_config(folder)
    state = _read_weights(folder, document.get("weights_sha256"))
    card = ModelCard.from_markdown(_text(folder, CARD_FILE), where=str(folder))
    return Artifact(document["kind"], document["config"], state, card, folder)


def _text(folder: Path, file: str) -> str:
    try:
        return (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(file, f"cannot be read ({error})", where=str(folder)) from None


def _read_config(folder: Path) -> dict[str, Any]:
    remedy = "Restore the file as it was saved, or save the model again"
    try:
        document = json.loads(_text(folder, CONFIG_FILE))
    except json.JSONDecodeError as error:
        raise InputError(CONFIG_FILE, f"is not JSON ({error})", where=str(folder), remedy=remedy) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if type(version) is not int or version < 1:
        problem = "names no schema_version, so it was not written by this library"
        raise InputError(CONFIG_FILE, problem, where=str(folder), remedy=remedy)
    if version > SCHEMA_VERSION:
        raise InputError(
            CONFIG_FILE,
            f"has schema_version {version}, written by fourfold {document.get('library_version')}",
            where=str(folder),
            expected=f"at most {SCHEMA_VERSION}",
            remedy="Upgrade fourfold: pip install -U fourfold",
        )
    if not isinstance(document.get("kind"), str) or not isinstance(document.get("config"), dict):
        raise InputError(CONFIG_FILE, "lacks its kind or its config", where=str(folder), remedy=remedy)
    return document


def _read_weights(folder: Path, digest: str | None) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    remedy = "Copy the whole folder again, or save the model again"
    try:
        content = (folder / WEIGHTS_FILE).read_bytes()
        state = load(content)
    except (OSError, SafetensorError) as error:
        problem = f"is damaged or not a safetensors file ({error})"
        raise InputError(WEIGHTS_FILE, problem, where=str(folder), remedy=remedy) from None
    if digest != hashlib.sha256(content).hexdigest():
        problem = "is not the file that config.json was saved with (its checksum differs)"
        raise InputError(WEIGHTS_FILE, problem, where=str(folder), remedy=remedy)
    for name, value in state.items():
        finite = value.isfinite()
        if not finite.all():
            problem = f"{name} has {int((~finite).sum()):,} of {value.numel():,} values that are not finite"
            raise InputError(WEIGHTS_FILE, problem, where=str(folder), remedy=remedy)
    return state
