"""Weights as the authors' own code keeps them (names of `wavehax.generators`), for the generators here.

There, norms have gamma and beta, pointwise layers are 1 x 1 convolutions, and the two parts of each stream's
spectrum lie together; here all real parts come before the imaginary ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import torch
from torch import Tensor

from ....shared.artifact.artifact import require_state
from ....shared.errors import InputError
from .build import Generator

BLOCK = {
    "dwconv.weight": "depthwise.weight",
    "norm.gamma": "norm.weight",
    "norm.beta": "norm.bias",
    "pwconv1.weight": "widen.weight",
    "pwconv1.bias": "widen.bias",
    "pwconv2.weight": "narrow.weight",
    "pwconv2.bias": "narrow.bias",
    "gamma": "scale",
}
"""Names within a block, theirs and ours."""
OUTSIDE = {
    "cond_proj": "condition_projection.convolution",
    "input_proj": "backbone.enter",
    "input_norm": "backbone.enter_norm",
    "output_norm": "backbone.leave_norm",
    "output_proj": "backbone.leave",
}
ONE_STREAM = {"prior_proj": "prior_projection.convolution"}
SEVERAL_STREAMS = {"decomposer.conv_analysis": "analysis", "decomposer.conv_synthesis": "synthesis"}
FIXED = ("stft.", "decomposer.updown_filter")
"""Beginnings of names of what they compute and we do not keep."""


def read_reference(checkpoint: str | PathLike[str]) -> dict[str, Tensor]:
    """The generator's weights in a checkpoint of the authors' training code, or in a file with them alone.

    Raises:
        InputError: it cannot be read, or holds no weights. Nothing but tensors is unpickled.
    """
    try:
        content = torch.load(Path(checkpoint).expanduser(), map_location="cpu", weights_only=True)
    except Exception as error:
        problem = f"is no checkpoint that can be read ({type(error).__name__}: {str(error).splitlines()[0]})"
        raise InputError("checkpoint", problem, where=str(checkpoint)) from error
    for name in ("model", "generator"):
        if isinstance(content, Mapping) and name in content:
            content = content[name]
    if not isinstance(content, Mapping) or not all(isinstance(x, Tensor) for x in content.values()):
        raise InputError("checkpoint", "holds no generator's weights", where=str(checkpoint))
    return dict(content)


def load_reference(generator: Generator, state: Mapping[str, Tensor]) -> None:
    """Copy reference weights into a generator of the same sizes.

    Raises:
        InputError: a name or shape does not fit; nothing is copied then.
    """
    wanted = generator.state_dict()
    ours = {theirs: name for name, theirs in reference_names(generator).items()}
    found = {ours.get(name, name): x for name, x in state.items() if not name.startswith(FIXED)}
    for name, value in found.items():
        if name in wanted and value.numel() == wanted[name].numel():
            found[name] = value.reshape(wanted[name].shape)
    require_state(found, wanted, "the reference's weights")
    streams = generator.settings.streams
    generator.load_state_dict(found | (_real_parts_first(found, streams) if streams > 1 else {}))


def reference_names(generator: Generator) -> dict[str, str]:
    """The reference's name of each of the generator's weights."""
    outside = OUTSIDE | (ONE_STREAM if generator.settings.streams == 1 else SEVERAL_STREAMS)
    names = {}
    for theirs, ours in outside.items():
        weight, bias = ("gamma", "beta") if theirs.endswith("_norm") else ("weight", "bias")
        names |= {f"{ours}.weight": f"{theirs}.{weight}", f"{ours}.bias": f"{theirs}.{bias}"}
    for number in range(generator.settings.blocks):
        for theirs, ours in BLOCK.items():
            names[f"backbone.blocks.{number}.{ours}"] = f"blocks.{number}.{theirs}"
    return {name: names[name] for name in generator.state_dict() if name in names}


def _real_parts_first(state: Mapping[str, Tensor], streams: int) -> dict[str, Tensor]:
    """Layers next to the spectra, from re0 im0 re1 im1 … to re0 re1 … im0 im1 …"""
    order = torch.arange(2 * streams).view(streams, 2).T.flatten()
    enter = torch.cat([torch.arange(streams), streams + order])
    leave = {name: state[name][order] for name in ("backbone.leave.weight", "backbone.leave.bias")}
    return {"backbone.enter.weight": state["backbone.enter.weight"][:, enter], **leave}
