"""A vocoder as one ONNX file: mel spectrum, pitch and noise in, samples out."""

from __future__ import annotations

import tempfile
from os import PathLike
from pathlib import Path

from ....shared.errors import InputError
from ..features.settings import FeatureSettings
from ..mel_statistics import MelStatistics
from ..synthesis import LEAST_FRAMES
from ..wavehax.build import Generator
from ..wavehax.generator import Wavehax
from .excitation import excitation
from .graph import Graph
from .network import full_band, multi_stream
from .short_input import cut, lengthened


def export_vocoder(
    path: str | PathLike[str], features: FeatureSettings, generator: Generator, statistics: MelStatistics
) -> Path:
    """Write the graph to `path`, whole or not at all.

    Inputs are `mel` [batch, frames, n_mels] (natural log-mel), `f0` [batch, frames] in Hz and `noise`
    [batch, frames * hop], standard normal; the output is `audio` [batch, frames * hop]. Everything is float32
    and real; batch and frames may vary (fewer than 16 are lengthened inside, and cut
    again). The features are kept in the file's metadata.

    Raises:
        InputError: onnx is not installed, the suffix is not .onnx, the prior has no graph, or the disk
            refuses.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() != ".onnx":
        raise InputError("path", f"ends in {target.suffix!r}", where=str(target), expected=".onnx")
    model = _graph(features, generator, statistics)
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file:
            part = Path(file.name)
            file.write(model)
        part.chmod(0o644)
        part.replace(target)
    except OSError as error:
        raise InputError("path", f"cannot be written ({error.strerror})", where=str(target)) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return target


def _graph(features: FeatureSettings, generator: Generator, statistics: MelStatistics) -> bytes:
    graph, settings = Graph(), generator.settings
    given = lengthened(graph, LEAST_FRAMES, features.hop)
    prior = excitation(graph, given.f0, given.noise, features.hop, features.sample_rate, settings.prior)
    away = graph("Sub", given.mel, statistics.mean)
    condition = graph("Transpose", graph("Div", away, statistics.scale), perm=[0, 2, 1])
    if isinstance(generator, Wavehax):
        audio = full_band(graph, generator, condition, prior, given.noise)
    else:
        audio = multi_stream(graph, generator, condition, prior)
    audio = cut(graph, audio, given.samples)
    inputs: dict[str, list[str | int]] = {
        "mel": ["batch", "frames", features.n_mels],
        "f0": ["batch", "frames"],
        "noise": ["batch", "samples"],
    }
    facts = {
        "sample_rate": str(features.sample_rate),
        "hop": str(features.hop),
        "least_frames": str(LEAST_FRAMES),
        "features": features.model_dump_json(),
        "features_digest": features.digest(),
        "network": settings.model_dump_json(),
    }
    return graph.model(inputs, ("audio", audio, ["batch", "samples"]), facts).SerializeToString()
