"""The G.722 decoder against FFmpeg's, to the bit, and against sounds that were put in."""

import io

import numpy as np
import pytest
from fourfold.domains.audio.speech_sets.g722 import decode_g722
from fourfold.shared.errors import InputError

RATE = 16_000


def theirs(data):
    """FFmpeg's samples."""
    av = pytest.importorskip("av", reason="the decoder to compare with")
    context = av.CodecContext.create("g722", "r")
    context.sample_rate, context.layout = RATE, "mono"
    pieces = []
    for start in range(0, len(data), 160):
        frames = context.decode(av.Packet(data[start : start + 160]))
        pieces.extend(frame.to_ndarray().ravel() for frame in frames)
    return np.concatenate(pieces)


def encoded(samples):
    """FFmpeg's bytes."""
    av = pytest.importorskip("av", reason="an encoder of tests")
    file = io.BytesIO()
    with av.open(file, "w", format="g722") as container:
        stream = container.add_stream("g722", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_give_the_samples_of_the_other_decoder(seed):
    # Random bytes drive every saturation; repeated ones run the scales to their ends.
    draws = np.random.default_rng(seed)
    data = draws.integers(0, 256, 4_000, dtype=np.uint8)
    data[2_000:] = np.repeat(draws.integers(0, 256, 20, dtype=np.uint8), 100)
    np.testing.assert_array_equal(decode_g722(data.tobytes()), theirs(data.tobytes()))


def test_a_tone_comes_back():
    time = np.arange(8_000) / RATE
    tone = (8_000 * np.sin(2 * np.pi * 440 * time) + 2_000 * np.sin(2 * np.pi * 5_000 * time)).astype(
        np.int16
    )
    found = decode_g722(encoded(tone)).astype(float)
    delay = 22  # of both filter banks
    error = found[1_000 + delay : 7_000 + delay] - tone[1_000:7_000]
    assert 10 * np.log10(np.mean(np.square(tone[1_000:7_000], dtype=float)) / np.mean(error**2)) > 20


def test_one_byte_is_two_samples_and_no_byte_is_an_error():
    assert decode_g722(b"\x00").shape == (2,)
    with pytest.raises(InputError, match="no bytes"):
        decode_g722(b"")
