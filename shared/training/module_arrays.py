"""Weights of a module as NumPy arrays by name, as products keep them, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn


def module_arrays(module: nn.Module) -> dict[str, np.ndarray]:
    """State of the module, buffers included, on the CPU; arrays share memory with weights that are there."""
    return {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}


def load_arrays(module: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Copy into the module what `module_arrays` gave; names and shapes must be the module's own."""
    module.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})
