"""The generators as graphs. Images are [B, C, T, F]: a frame's bins lie side by side."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ..wavehax.block import ConvNeXtBlock, ImageNorm
from ..wavehax.envelope import MelEnvelope
from ..wavehax.generator import Backbone, Projection, Wavehax
from ..wavehax.harmonic_prior import POWER
from ..wavehax.multi_stream import MultiStreamWavehax
from . import transforms
from .graph import Graph, Value


def full_band(graph: Graph, network: Wavehax, condition: Value, prior: Value, noise: Value) -> Value:
    """Samples [B, T * hop] of standardised log-mel [B, M, T], prior and noise [B, T * hop]."""
    parts = _parts(graph, transforms.spectra(graph, _channel(graph, prior), network.stft))
    images = [*parts, *(_projected(graph, network.prior_projection, part) for part in parts)]
    images.append(_projected(graph, network.condition_projection, condition))
    if network.settings.noise_image:
        soft = graph("Mul", _channel(graph, noise), np.float32(POWER))
        images += _parts(graph, transforms.spectra(graph, soft, network.stft))
    stacked = graph("Concat", *(_channel(graph, image) for image in images), axis=1)
    output = _backbone(graph, network.backbone, stacked)
    if network.envelope is not None:
        envelope = _channel(graph, _envelope(graph, network.envelope, condition))
        output = graph("Mul", output, envelope)
    bins = network.settings.n_fft // 2 + 1
    spectrum = graph.shaped(output, 0, 2 * bins, -1)
    return graph("Squeeze", transforms.samples(graph, spectrum, network.stft), np.array([1]))


def multi_stream(graph: Graph, network: MultiStreamWavehax, condition: Value, prior: Value) -> Value:
    """The same for a generator with several streams."""
    streams, bins, half = network.settings.streams, network.bins, network.filter_reach
    wide = graph.padded(_channel(graph, prior), [0, 0, half], [0, 0, half], reflect=True)
    split = graph("Conv", wide, network.analysis.weight, strides=[streams])
    spectrum = graph.shaped(transforms.spectra(graph, split, network.stft, streams), 0, 2 * streams, bins, -1)
    condition = _projected(graph, network.condition_projection, condition)
    stacked = graph("Concat", graph.shaped(condition, 0, streams, bins, -1), spectrum, axis=1)
    # Here both parts of a stream lie together, in the network all real parts before the imaginary ones.
    order = torch.arange(2 * streams).view(2, streams).T.flatten()
    enter = torch.cat([torch.arange(streams), streams + order])
    output = _backbone(graph, network.backbone, stacked, enter, order)
    pieces = graph.shaped(output, 0, 2 * streams * bins, -1)
    samples = transforms.samples(graph, pieces, network.stft, streams)
    apart = graph("Unsqueeze", samples, np.array([3]))
    spread = graph.padded(apart, [0, 0, 0, 0], [0, 0, 0, streams - 1], reflect=False)
    wide = graph.padded(graph.shaped(spread, 0, streams, -1), [0, 0, half], [0, 0, half], reflect=True)
    return graph("Squeeze", graph("Conv", wide, network.synthesis.weight * streams), np.array([1]))


def _parts(graph: Graph, spectrum: Value) -> list[Value]:
    """Real and imaginary part [B, F, T] of [B, 2 F, T]."""
    name = f"halves_{len(graph.nodes)}"
    outputs = [f"{name}_real", f"{name}_imaginary"]
    graph.nodes.append(graph.onnx.helper.make_node("Split", [spectrum], outputs, name=name, axis=1))
    return outputs


def _channel(graph: Graph, x: Value) -> Value:
    return graph("Unsqueeze", x, np.array([1]))


def _projected(graph: Graph, projection: Projection, x: Value) -> Value:
    before, after = projection.reach
    wide = graph.padded(x, [0, 0, before], [0, 0, after], reflect=not projection.causal)
    weight, bias = projection.convolution.weight, projection.convolution.bias
    assert bias is not None
    return graph("Conv", wide, weight, bias)


def _envelope(graph: Graph, envelope: MelEnvelope, condition: Value) -> Value:
    """Magnitudes [B, F, T]."""
    summand = (envelope.mean + envelope.gain)[:, None]
    log_mel = graph("Add", graph("Mul", condition, envelope.scale[:, None]), summand)
    power = graph("Exp", graph("Mul", log_mel, np.float32(2)))
    mixed = graph("Conv", power, envelope.weight[..., None])
    return graph("Sqrt", graph("Max", mixed, np.float32(1e-14)))


def _backbone(
    graph: Graph, backbone: Backbone, images: Value, enter: Tensor | None = None, leave: Tensor | None = None
) -> Value:
    """Images [B, O, F, T] of images [B, I, F, T]; `enter` and `leave` are the orders of theirs."""
    weight = backbone.enter.weight if enter is None else backbone.enter.weight[:, enter]
    x = graph("Conv", graph("Transpose", images, perm=[0, 1, 3, 2]), weight[..., None, None])
    norm = backbone.enter_norm
    x = graph("Mul", _normalised(graph, norm, x), norm.weight[:, None, None])
    x = graph("Add", x, norm.bias[:, None, None])
    for block in backbone.blocks:
        assert isinstance(block, ConvNeXtBlock)
        x = _block(graph, block, x)
    weight, bias = _folded(backbone.leave_norm, backbone.leave)
    if leave is not None:
        weight, bias = weight[leave], bias[leave]
    x = graph("Conv", _normalised(graph, backbone.leave_norm, x), weight, bias)
    return graph("Transpose", x, perm=[0, 1, 3, 2])


def _block(graph: Graph, block: ConvNeXtBlock, x: Value) -> Value:
    bins, (before, after) = block.kernel[0] // 2, block.reach
    if block.causal:
        wide = graph.padded(x, [0, 0, 0, bins], [0, 0, 0, bins], reflect=True)
        wide = graph.padded(wide, [0, 0, before, 0], [0, 0, after, 0], reflect=False)
    else:
        wide = graph.padded(x, [0, 0, before, bins], [0, 0, after, bins], reflect=True)
    taps = block.depthwise.weight.transpose(2, 3)
    y = _normalised(graph, block.norm, graph("Conv", wide, taps, group=len(taps)))
    y = _gelu(graph, graph("Conv", y, *_folded(block.norm, block.widen)))
    weight, bias = block.narrow.weight * block.scale[:, None], block.narrow.bias * block.scale
    return graph("Add", x, graph("Conv", y, weight[..., None, None], bias))


def _normalised(graph: Graph, norm: ImageNorm, x: Value) -> Value:
    """Mean 0 and variance 1, of each frame or of all."""

    def mean(y: Value) -> Value:
        # Frame by frame first: one sum over an utterance would lose digits in single precision.
        of_frames = graph("ReduceMean", y, axes=[1, 3])
        return of_frames if norm.framewise else graph("ReduceMean", of_frames, axes=[2])

    away = graph("Sub", x, mean(x))
    variance = mean(graph("Mul", away, away))
    return graph("Div", away, graph("Sqrt", graph("Add", variance, np.float32(1e-6))))


def _folded(norm: ImageNorm, linear: nn.Linear) -> tuple[Tensor, Tensor]:
    """Weight [O, I, 1, 1] and bias of the map with the norm's own in it."""
    bias = linear.weight @ norm.bias
    if linear.bias is not None:
        bias = bias + linear.bias
    return (linear.weight * norm.weight)[..., None, None], bias


def _gelu(graph: Graph, x: Value) -> Value:
    grown = graph("Add", graph("Erf", graph("Div", x, np.float32(np.sqrt(2)))), np.float32(1))
    return graph("Mul", graph("Mul", x, grown), np.float32(0.5))
