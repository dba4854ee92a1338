"""Saving an artefact: the whole folder appears at once or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .artifact import CARD_FILE, CONFIG_FILE, FILES, SCHEMA_VERSION, WEIGHTS_FILE
from .card import LIBRARY, ModelCard
from .folder_swap import swap_folders

if TYPE_CHECKING:
    import torch


def save_artifact(
    folder: str | Path,
    kind: str,
    config: Mapping[str, Any],
    state: Mapping[str, np.ndarray | torch.Tensor],
    card: ModelCard,
) -> Path:
    """Write config.json, model.safetensors and README.md to `folder`, and return it.

    An artefact that is already there is replaced as a whole; anything else there is left alone.

    Args:
        folder: where to; missing parents are made.
        kind: the product class that can load it ("forecaster").
        config: settings and feature spec, of JSON values only.
        state: weights by name; dtypes are kept, tied weights are written twice.
        card: becomes README.md.

    Raises:
        InputError: `folder` holds something that is not an artefact, the config is not JSON,
            a weight is not finite, or the disk refuses.
    """
    if not str(folder).strip():
        raise InputError("folder", "is empty", expected="a folder to save into")
    # Not resolve(), which would follow a link to another place.
    target = Path(os.path.abspath(Path(folder).expanduser()))  # noqa: PTH100
    _require_replaceable(target)
    weights = _weights(state)
    settings = _settings(kind, config, weights)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise _refused(target, error) from error
    try:
        _write(fresh / WEIGHTS_FILE, weights)
        _write(fresh / CONFIG_FILE, settings)
        _write(fresh / CARD_FILE, card.to_markdown().encode())
        fresh.chmod(0o777 & ~_umask())
        swap_folders(fresh, target)
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def is_artifact(folder: Path) -> bool:
    """Whether `folder` holds a config.json with a schema version and a kind."""
    try:
        config = json.loads((folder / CONFIG_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and {"schema_version", "kind"} <= config.keys()


def _require_replaceable(target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    remedy = "Choose another folder, or move this one away"
    if target.is_symlink() or not target.is_dir():
        raise InputError(
            str(target), "is not a folder", expected="a new folder or an artefact", remedy=remedy
        )
    names = sorted(entry.name for entry in target.iterdir())
    if names and not is_artifact(target):
        problem = "is a folder that is not an artefact, and is left as it is"
        raise InputError(str(target), problem, expected="a new folder or an artefact", remedy=remedy)
    strangers = [name for name in names if name not in FILES]
    if strangers:
        problem = f"holds files that saving would delete: {', '.join(strangers[:5])}"
        raise InputError(str(target), problem, expected=f"only {', '.join(FILES)}", remedy=remedy)


def _weights(state: Mapping[str, np.ndarray | torch.Tensor]) -> bytes:
    import torch
    from safetensors.torch import save

    tensors: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        # A copy of its own for each: the format knows no shared memory, and tied weights share it.
        tensor = (value if isinstance(value, torch.Tensor) else torch.tensor(value)).detach().cpu()
        tensors[name] = tensor.clone(memory_format=torch.contiguous_format)
        if not torch.isfinite(tensors[name]).all():
            raise InputError(
                name, "is not finite, so the model is not saved", remedy="Load the last good checkpoint"
            )
    return save(tensors, metadata={"format": "pt"})


def _settings(kind: str, config: Mapping[str, Any], weights: bytes) -> bytes:
    from ... import __version__

    if not re.fullmatch(r"[a-z][a-z0-9-]*", kind):
        raise InputError("kind", f"{kind!r} is not a kind", expected="lower-case letters, digits and dashes")
    document = {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "library": LIBRARY,
        "library_version": __version__,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "config": dict(config),
    }
    try:
        return (json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()
    except (TypeError, ValueError) as error:
        raise InputError(
            "config", f"is not JSON ({error})", expected="text, finite numbers, lists, dicts"
        ) from None


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refused(target: Path, error: OSError) -> InputError:
    problem = f"cannot be written ({error.strerror or error}); nothing was changed"
    return InputError(str(target), problem, remedy="Free some space or choose another folder")
