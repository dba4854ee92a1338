"""A wav file of 16 bits as it goes out: the header first, then samples as they are made."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....domains.audio.features.writing import pcm16

if TYPE_CHECKING:
    from ....domains.audio.sound_pieces import SoundPieces

HEADER = 44
"""Bytes before the samples."""
BYTES = 2
"""Of one sample."""


def wave_bytes(samples: int) -> int:
    """Length of the file."""
    return HEADER + BYTES * samples


def wave_header(samples: int, rate: int) -> bytes:
    """Of one channel."""
    data = BYTES * samples
    form = struct.pack("<HHIIHH", 1, 1, rate, BYTES * rate, BYTES, 8 * BYTES)
    head = struct.pack("<4sI4s4sI", b"RIFF", HEADER - 8 + data, b"WAVE", b"fmt ", len(form))
    return head + form + struct.pack("<4sI", b"data", data)


def wave_pieces(sound: SoundPieces, most: int = 65_536) -> Iterator[bytes]:
    """The file; its header comes with the first samples, so that what is refused with them is refused whole.

    Args:
        most: samples of a piece: of a sound that was made at once, no second copy is held.
    """
    head = wave_header(sound.samples, sound.sample_rate)
    for samples in sound.pieces:
        for start in range(0, len(samples), most):
            yield head + pcm16(samples[start : start + most]).astype("<i2").tobytes()
            head = b""
