"""Artifact: a model as it lies on disk - its kind, its settings, its weights and its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .card import ModelCard

if TYPE_CHECKING:
    import torch

SCHEMA_VERSION = 1
"""Layout of config.json. A change of layout raises it and adds a reader for the layouts before."""

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
CARD_FILE = "README.md"
FILES = (CONFIG_FILE, WEIGHTS_FILE, CARD_FILE)


@dataclass(frozen=True)
class Artifact:
    """A loaded model, before a product class makes something of it."""

    kind: str
    """Which product class understands it ("forecaster")."""
    config: dict[str, Any]
    """Settings and the whole feature spec, as JSON values."""
    state: dict[str, torch.Tensor]
    """Weights by name, on the CPU, with the dtype they were saved in."""
    card: ModelCard
    folder: Path

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as NumPy arrays; bfloat16, which NumPy lacks, becomes float32."""
        return {name: _widened(tensor).numpy() for name, tensor in self.state.items()}

    def require_kind(self, *kinds: str) -> Artifact:
        """Itself when its kind is one of `kinds`.

        Raises:
            InputError: it is an artefact of another kind.
        """
        if self.kind not in kinds:
            raise InputError(
                str(self.folder),
                f"is a {self.kind!r} artefact",
                expected=" or ".join(repr(kind) for kind in kinds),
                remedy="Load it with the class that saved it",
            )
        return self

    def load_into(self, module: torch.nn.Module) -> None:
        """Copy the weights into `module`, whose state must have exactly these names and shapes.

        Raises:
            InputError: a name is missing or unknown, or a shape differs; nothing is copied then.
        """
        require_state(self.state, module.state_dict(), str(self.folder))
        module.load_state_dict(self.state)


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor


def require_state(stored: Mapping[str, Any], wanted: Mapping[str, Any], where: str) -> None:
    """Compare names and shapes of stored weights with those a model wants.

    Raises:
        InputError: they differ; the first eight differences are named.
    """
    differences = [f"{name} is missing" for name in wanted if name not in stored]
    differences += [f"{name} is unknown to the model" for name in stored if name not in wanted]
    for name in wanted:
        if name in stored and tuple(stored[name].shape) != tuple(wanted[name].shape):
            shapes = f"{tuple(stored[name].shape)}, the model has {tuple(wanted[name].shape)}"
            differences.append(f"{name} has shape {shapes}")
    if differences:
        more = f" and {len(differences) - 8} more" if len(differences) > 8 else ""
        raise InputError(
            WEIGHTS_FILE,
            f"does not fit the model its config.json describes: {'; '.join(differences[:8])}{more}",
            where=where,
            remedy="Load the folder as it was saved, or save the model again",
        )
