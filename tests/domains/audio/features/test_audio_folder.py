"""Folders with bad files in them."""

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.features.audio_folder import audio_files, read_files, read_folder
from fourfold.shared.errors import InputError, InputWarning

TONE = (0.4 * np.sin(np.arange(4_000) / 9)).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    """Two good files, a silent one, an empty one, a text, one with NaN, and what is no audio file at all."""
    (tmp_path / "deeper").mkdir()
    soundfile.write(tmp_path / "a.wav", TONE, 16_000)
    soundfile.write(tmp_path / "deeper" / "b.FLAC", TONE, 16_000)
    soundfile.write(tmp_path / "c.wav", 0 * TONE, 16_000)
    (tmp_path / "d.wav").write_bytes(b"")
    (tmp_path / "e.ogg").write_text("no sound")
    soundfile.write(tmp_path / "f.wav", TONE * np.nan, 16_000, subtype="FLOAT")
    (tmp_path / "notes.txt").write_text("left out")
    (tmp_path / ".hidden.wav").write_bytes(b"")
    return tmp_path


def test_bad_files_are_listed_and_the_rest_goes_on(folder):
    with pytest.warns(InputWarning, match=r"c\.wav: is silence"):
        read = read_folder(folder)
    assert [path.name for path in read.sounds] == ["a.wav", "c.wav", "b.FLAC"]
    assert {path.name: error.problem.split(" (")[0] for path, error in read.failures.items()} == {
        "d.wav": "has 0 bytes",
        "e.ogg": "is no sound that can be read",
        "f.wav": "4,000 of 4,000 samples are NaN or infinite, the first at index 0",
    }
    assert [path.name for path in read.require_usable()] == ["a.wav", "b.FLAC"]


def test_too_few_usable_files_are_refused_with_the_table(folder):
    (folder / "a.wav").unlink()
    with pytest.warns(InputWarning):
        read = read_folder(folder)
    with pytest.raises(InputError, match="1 of 5 are usable") as caught:
        read.require_usable()
    for line in ("d.wav: has 0 bytes", "c.wav: silence", "b.FLAC: 0.25 s at 16,000 Hz"):
        assert line in str(caught.value)


def test_all_silent_is_refused(folder):
    with pytest.warns(InputWarning):
        read = read_files([folder / "c.wav", folder / "c.wav", folder / "d.wav"])
    with pytest.raises(InputError, match="all are silent or unreadable"):
        read.require_usable(1)


def test_mixed_rates_need_one_to_go_to(folder):
    soundfile.write(folder / "g.wav", TONE, 24_000)
    with pytest.warns(InputWarning):
        read = read_folder(folder)
    with pytest.raises(InputError, match="mixes sample rates: 2 at 16,000 Hz, 1 at 24,000 Hz"):
        read.require_usable()
    with pytest.warns(InputWarning):
        assert len(read_folder(folder, 16_000).require_usable()) == 3


def test_the_same_remark_is_made_once(tmp_path):
    for name in "abc":
        soundfile.write(tmp_path / f"{name}.wav", np.stack([TONE, TONE], axis=1), 16_000)
    with pytest.warns(InputWarning) as heard:
        read_folder(tmp_path)
    assert [str(one.message).split(": ", 1)[1] for one in heard] == [
        "has 2 channels; their mean is used (and 2 more files likewise)"
    ]


def test_a_long_table_is_cut(tmp_path):
    for name in range(20):
        (tmp_path / f"{name:02}.wav").write_bytes(b"")
    lines = read_folder(tmp_path).table().splitlines()
    assert len(lines) == 13
    assert lines[-1].strip() == "… and 8 more"


def test_no_folder_and_no_sound_are_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        audio_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no sound"):
        audio_files(tmp_path)
    (tmp_path / "one.wav").touch()
    with pytest.raises(InputError, match=r"one\.wav: is a file; expected a folder"):
        audio_files(tmp_path / "one.wav")


def test_a_wrong_setting_is_no_failure_of_a_file(folder):
    with pytest.raises(InputError, match="rate"):
        read_folder(folder, rate=-5)
