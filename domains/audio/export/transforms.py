"""The short-time transform and its inverse as convolutions with real kernels."""

from __future__ import annotations

import numpy as np

from ..stft import STFT
from .graph import Graph, Value


def spectra(graph: Graph, samples: Value, stft: STFT, streams: int = 1) -> Value:
    """[B, streams * 2 * F, T] of samples [B, streams, S]; real parts of a stream, then its imaginary ones."""
    angle, window = _angles(stft), stft.window.double().numpy()
    kernel = np.concatenate([np.cos(angle), -np.sin(angle)]) * window
    kernels = np.tile(kernel[:, None], (streams, 1, 1))
    edge = [stft.edge, stft.edge]
    return graph("Conv", samples, kernels, strides=[stft.hop], pads=edge, group=streams)


def samples(graph: Graph, spectrum: Value, stft: STFT, streams: int = 1) -> Value:
    """[B, streams, T * hop] of [B, streams * 2 * F, T]: overlap-add divided by that of squared windows."""
    angle, window = _angles(stft), stft.window.double().numpy()
    share = np.full((len(angle), 1), 2 / stft.n_fft)
    share[[0, -1]] = 1 / stft.n_fft
    imaginary = -np.sin(angle)
    imaginary[[0, -1]] = 0  # the constant and the highest bin have no imaginary part
    kernel = np.concatenate([share * np.cos(angle), share * imaginary]) * window
    kernels = np.tile(kernel[:, None], (streams, 1, 1))
    placed = {"strides": [stft.hop], "pads": [stft.edge, stft.edge]}
    total = graph("ConvTranspose", spectrum, kernels, group=streams, **placed)
    frames = graph("Slice", graph("Shape", spectrum), np.array([2]), np.array([3]))
    size = graph("Concat", np.array([1, 1], np.int64), frames, axis=0)
    one = graph.onnx.helper.make_tensor("one", graph.onnx.TensorProto.FLOAT, [1], [1.0])
    ones = graph("ConstantOfShape", size, value=one)
    return graph("Div", total, graph("ConvTranspose", ones, (window**2)[None, None], **placed))


def _angles(stft: STFT) -> np.ndarray:
    """2 pi k n / n_fft, float64 [F, n_fft]."""
    bins = np.arange(stft.n_fft // 2 + 1)
    return 2 * np.pi * (np.outer(bins, np.arange(stft.n_fft)) % stft.n_fft) / stft.n_fft
