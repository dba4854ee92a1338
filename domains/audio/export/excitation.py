"""The prior in a graph: the phase in double precision, the sines in single."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError
from ..wavehax.harmonic_prior import NOISE, POWER, WEAK_NOISE, PriorKind
from .graph import Graph, Value

KINDS = ("harmonic", "sine", "noise")


def excitation(graph: Graph, f0: Value, noise: Value, hop: int, sample_rate: int, kind: PriorKind) -> Value:
    """[B, T * hop] of pitch [B, T] in Hz and standard normal noise [B, T * hop].

    Raises:
        InputError: there is no graph for this kind of prior.
    """
    if kind == "noise":
        return noise
    if kind not in KINDS:
        raise InputError("prior", f"{kind!r} has no ONNX graph", expected=" or ".join(map(repr, KINDS)))
    double = graph.onnx.TensorProto.DOUBLE
    held = graph("Tile", graph("Unsqueeze", f0, np.array([2])), np.array([1, 1, hop]))
    pitch = graph("Cast", graph.shaped(held, 0, -1), to=double)
    voiced = graph("Greater", pitch, graph.double(0.0))
    pitch = graph("Where", voiced, pitch, graph.double(1.0))
    step = graph("Where", voiced, graph("Div", pitch, graph.double(sample_rate)), graph.double(0.0))
    cycles = graph("CumSum", step, np.array(1))
    phase = graph("Sub", cycles, graph("Floor", cycles))
    phase = graph("Sub", phase, graph("Round", phase))  # around 0, where single precision is fine
    if kind == "sine":
        signal, deviation = _sine(graph, graph("Mul", phase, graph.double(2.0))), WEAK_NOISE
    else:
        signal, deviation = _harmonics(graph, phase, pitch, sample_rate), NOISE
    signal = graph("Where", voiced, signal, np.float32(0))
    return graph("Add", signal, graph("Mul", noise, np.float32(deviation)))


def _harmonics(graph: Graph, phase: Value, pitch: Value, sample_rate: int) -> Value:
    """sum_k sin(2 pi k phase) = sin(K pi phase) sin((K + 1) pi phase) / sin(pi phase), at constant power."""
    floats = graph.onnx.TensorProto.FLOAT
    count = graph("Floor", graph("Div", graph.double(sample_rate / 2), pitch))
    above = graph("Add", count, graph.double(1.0))
    below = _sine(graph, phase)
    product = graph("Mul", _sine(graph, graph("Mul", count, phase)), _sine(graph, graph("Mul", above, phase)))
    safe = graph("Greater", graph("Abs", below), np.float32(1e-7))
    total = graph("Div", product, graph("Where", safe, below, np.float32(1)))
    amplitude = graph("Sqrt", graph("Cast", graph("Div", pitch, graph.double(sample_rate)), to=floats))
    total = graph("Mul", graph("Mul", amplitude, np.float32(2 * POWER)), total)
    return graph("Where", safe, total, np.float32(0))


def _sine(graph: Graph, half_turns: Value) -> Value:
    """sin(pi x) of double precision x, in single precision after whole turns are taken off."""
    turns = graph("Round", graph("Mul", half_turns, graph.double(0.5)))
    rest = graph("Sub", half_turns, graph("Mul", turns, graph.double(2.0)))
    return graph("Sin", graph("Mul", graph("Cast", rest, to=graph.onnx.TensorProto.FLOAT), np.float32(np.pi)))
