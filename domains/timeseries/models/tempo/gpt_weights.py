"""GPT-2 weights from a local folder with Hugging Face's names."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from .....shared.errors import InputError
from .gpt import GPT


def load_gpt2(gpt: GPT, folder: str | Path) -> None:
    """Copy `model.safetensors` of a GPT-2 folder into the blocks; deeper layers are left out.

    Raises:
        InputError: no such file, unreadable file, a missing tensor, or one of another shape.
    """
    path = Path(folder) / "model.safetensors"
    if not path.is_file():
        raise InputError(
            "backbone weights",
            "there is no model.safetensors",
            where=str(folder),
            expected="a folder with GPT-2 weights in safetensors form (pickled .bin files are not read)",
            remedy="Save them with save_pretrained(folder, safe_serialization=True)",
        )
    try:
        with safe_open(path, framework="pt") as stored:
            names = {name.removeprefix("transformer."): name for name in stored.keys()}  # noqa: SIM118
            for name, parameter in gpt.named_parameters():
                if "lora" in name:
                    continue
                if name not in names:
                    raise InputError("backbone weights", f"tensor {name} is missing", where=str(path))
                tensor = stored.get_tensor(names[name])
                if tensor.shape != parameter.shape:
                    raise InputError(
                        "backbone weights",
                        f"tensor {name} has shape {tuple(tensor.shape)}",
                        where=str(path),
                        expected=f"{tuple(parameter.shape)}",
                        remedy="Choose settings with the width and vocabulary of these weights",
                    )
                with torch.no_grad():
                    parameter.copy_(tensor)
    except SafetensorError as error:
        raise InputError("backbone weights", f"not a safetensors file ({error})", where=str(path)) from error
