"""Sound files appear whole or not at all."""

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.reading import read_audio
from fourfold.domains.audio.features.writing import write_audio
from fourfold.shared.errors import InputError, InputWarning

X = np.random.default_rng(0).uniform(-0.9, 0.9, 800).astype(np.float32)


@pytest.mark.parametrize("name", ["a.wav", "b.FLAC", "new/folder/c.wav"])
def test_sixteen_bits_come_back_to_the_bit(tmp_path, name):
    path = tmp_path / name
    exact = Audio((np.rint(X * 32_768) / 32_768).astype(np.float32), 22_050)
    assert write_audio(path, exact) == 0
    again = read_audio(path)
    np.testing.assert_array_equal(again.samples, exact.samples)
    assert again.sample_rate == 22_050
    assert soundfile.info(path).subtype == "PCM_16"
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_floats_are_kept_beyond_full_scale(tmp_path):
    path = tmp_path / "a.wav"
    assert write_audio(path, Audio(3 * X, 16_000), "float") == 0
    np.testing.assert_array_equal(soundfile.read(path, dtype="float32")[0], 3 * X)


def test_clipped_samples_are_counted(tmp_path):
    x = X.copy()
    x[[3, 5]], x[7] = 1.5, -2
    with pytest.warns(InputWarning, match="3 of 800 samples were beyond full scale and are clipped"):
        assert write_audio(tmp_path / "a.wav", Audio(x, 16_000)) == 3
    written, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert written[[3, 5, 7]].tolist() == [32_767, 32_767, -32_768]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_never_written(tmp_path, value):
    x = X.copy()
    x[100:103] = value
    path = tmp_path / "a.wav"
    path.write_bytes(b"before")
    with pytest.raises(InputError, match="3 are NaN or infinite, the first at index 100"):
        write_audio(path, Audio(x, 16_000))
    assert path.read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "samples", "form", "problem"),
    [
        ("a.mp3", X, "pcm16", "ends in '.mp3'; expected .wav or .flac"),
        ("a", X, "pcm16", "ends in ''"),
        ("a.flac", X, "float", "expected 'pcm16', or 'float' in wav"),
        ("a.wav", X, "pcm8", "is 'pcm8'"),
        ("a.wav", X[:0], "pcm16", "at least one"),
        ("a.wav", X[None], "pcm16", "have shape"),
    ],
)
def test_what_cannot_be_written_is_told(tmp_path, name, samples, form, problem):
    with pytest.raises(InputError, match=problem):
        write_audio(tmp_path / name, Audio(samples, 16_000), form)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_audio(tmp_path / "file" / "a.wav", Audio(X, 16_000))
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_audio(tmp_path / "a.wav", Audio(X, 16_000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "file"]
