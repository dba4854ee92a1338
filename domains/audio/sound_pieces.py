"""A sound that is made piece by piece, its length known before its samples are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .synthesis import PIECE

if TYPE_CHECKING:
    from .vocoder_stream import VocoderStream


@dataclass(frozen=True)
class SoundPieces:
    """`samples` samples at `sample_rate` Hz in all; `pieces` gives them in order, float32, once."""

    samples: int
    sample_rate: int
    pieces: Iterator[np.ndarray]


def first_samples(pieces: Iterator[np.ndarray], samples: int) -> Iterator[np.ndarray]:
    """The same pieces up to so many samples in all, without empty ones."""
    left = samples
    for piece in pieces:
        if len(piece) and left:
            yield piece[:left]
            left -= min(len(piece), left)


def streamed_pieces(stream: VocoderStream, mel_TM: np.ndarray, f0_T: np.ndarray) -> Iterator[np.ndarray]:
    """What a stream says of frames that are all there, a few seconds at a time."""
    for start in range(0, len(f0_T), PIECE):
        yield stream.push(mel_TM[start : start + PIECE], f0_T[start : start + PIECE])
    yield stream.flush()
