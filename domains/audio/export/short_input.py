"""Sounds of less than 16 frames in a graph: lengthened as `synthesize` does it, and cut afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .graph import Graph, Value

FIRST, SECOND, THIRD = (np.array([n], np.int64) for n in range(3))
"""Places in a shape, and axes."""


@dataclass(frozen=True)
class Lengthened:
    """Inputs of at least so many frames; `samples` is how many of the output belong to the sound, [1]."""

    mel: Value
    f0: Value
    noise: Value
    samples: Value


def lengthened(graph: Graph, least: int, hop: int) -> Lengthened:
    """The graph's inputs mel [B, T, M], f0 [B, T] and noise [B, T * hop], from `least` frames on as they are.

    The last frame is repeated; noise goes on with the noise that there is, from its beginning.
    """
    frames = graph("Slice", graph("Shape", "f0"), SECOND, THIRD)
    missing = graph("Max", graph("Sub", np.array([least], np.int64), frames), FIRST)
    none, hops = np.zeros(1, np.int64), np.array([hop], np.int64)
    mel = graph("Pad", "mel", graph("Concat", np.zeros(4, np.int64), missing, none, axis=0), mode="edge")
    f0 = graph("Pad", "f0", graph("Concat", np.zeros(3, np.int64), missing, axis=0), mode="edge")
    beginning = graph("Slice", "noise", FIRST, np.array([least * hop], np.int64), SECOND)
    again = graph("Tile", beginning, np.array([1, least], np.int64))
    rest = graph("Slice", again, FIRST, graph("Mul", missing, hops), SECOND)
    noise = graph("Concat", "noise", rest, axis=1)
    return Lengthened(mel, f0, noise, graph("Mul", frames, hops))


def cut(graph: Graph, audio: Value, samples: Value) -> Value:
    """The first `samples` [1] of audio [B, S]."""
    return graph("Slice", audio, FIRST, samples, SECOND)
