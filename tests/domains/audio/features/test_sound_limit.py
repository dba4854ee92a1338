"""Sounds that are longer than allowed, or only say so."""

import io
import struct

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.features.decoding import check_header
from fourfold.domains.audio.features.reading import read_audio
from fourfold.domains.audio.features.sound_limit import SoundLimit
from fourfold.shared.errors import InputError

RATE = 16_000
LIMIT = SoundLimit(seconds=2.0, samples=64_000, rate=48_000)


def content(seconds: float, kind: str = "WAV", rate: int = RATE, channels: int = 1) -> bytes:
    noise = 0.1 * np.random.default_rng(0).standard_normal((int(seconds * rate), channels))
    file = io.BytesIO()
    soundfile.write(file, noise, rate, format=kind)
    return file.getvalue()


def flac_that_says(samples: int) -> bytes:
    """A second of sound whose header promises another number of samples."""
    file = bytearray(content(1.0, "FLAC"))
    file[21] = (file[21] & 0xF0) | samples >> 32
    file[22:26] = struct.pack(">I", samples & 0xFFFFFFFF)
    return bytes(file)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
def test_what_is_within_is_read_as_ever(kind: str) -> None:
    sound = content(1.5, kind)
    check_header(sound, LIMIT)
    np.testing.assert_array_equal(read_audio(sound, limit=LIMIT).samples, read_audio(sound).samples)


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (content(2.1), "is 2.1 s long; expected at most 2 s"),
        (content(2.1, "FLAC"), "2.1 s long"),
        (content(1.5, channels=3), "72,000 samples in 3 channels; expected at most 64,000"),
        (content(0.1, rate=96_000), "is at 96,000 Hz; expected at most 48,000 Hz"),
        (flac_that_says(3_600 * RATE), "is 3,600.0 s long"),
        (flac_that_says(2**36 - 1), "4,294,967.3 s long"),
        (flac_that_says(0), "without end"),
    ],
)
def test_a_header_beyond_the_limit_is_refused_before_decoding(sound: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        check_header(sound, LIMIT)
    with pytest.raises(InputError, match=problem):
        read_audio(sound, limit=LIMIT)


@pytest.mark.parametrize("samples", [0, 2**36 - 1, 3_600 * RATE])
def test_a_header_that_promises_too_much_takes_no_memory(samples: int) -> None:
    with pytest.raises(InputError, match="no sound that can be read"):
        read_audio(flac_that_says(samples))


def test_what_comes_out_is_held_against_the_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from fourfold.domains.audio.features import decoding

    monkeypatch.setattr(decoding, "SAMPLES_PER_BYTE", 0)
    monkeypatch.setattr(decoding, "BLOCK", 1_000)
    long, short = content(2.1), content(1.5)
    np.testing.assert_array_equal(read_audio(short, limit=LIMIT).samples, read_audio(short).samples)
    check, checked = SoundLimit.check, []

    def believe_the_header(limit: SoundLimit, *sizes: object) -> None:
        checked.append(sizes[0])
        if len(checked) > 1:
            check(limit, *sizes)  # type: ignore[arg-type]

    monkeypatch.setattr(SoundLimit, "check", believe_the_header)
    with pytest.raises(InputError, match=r"is 2\.1 s long; expected at most 2 s"):
        read_audio(long, limit=LIMIT)
    assert checked == [33_600, *range(1_000, 34_000, 1_000)]


@pytest.mark.parametrize("rate", [1, 7, 999, 2**31 - 1])
def test_a_rate_that_nothing_is_recorded_at_is_refused(rate: int) -> None:
    wav = bytearray(content(0.1))
    wav[24:28] = struct.pack("<I", rate)
    with pytest.raises(InputError, match="whole Hz between 1,000 and 768,000"):
        read_audio(bytes(wav), RATE)


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"no sound at all"])
def test_what_is_no_sound_is_refused_by_its_header(sound: bytes) -> None:
    with pytest.raises(InputError, match="audio"):
        check_header(sound, LIMIT)
