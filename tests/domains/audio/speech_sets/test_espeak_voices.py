"""Sentences by espeak-ng, stood in for by a program that writes a tone: the folder is whole or not there."""

import shutil
import stat

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.speech_sets import espeak_voices as espeak
from fourfold.shared.errors import InputError


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a stand-in on the path: it copies one sound to where -w says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(22_050) / 22_050)
    soundfile.write(folder / "tone.wav", tone, 22_050)
    script = folder / espeak.PROGRAM
    script.write_text(f'#!/bin/sh\n[ "$7" = -w ] && cp "{folder}/tone.wav" "$8"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return script


def test_every_voice_says_every_sentence_once(program, tmp_path):
    folder = espeak.espeak_voices(tmp_path / "set")
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(espeak.VOICES)
    sounds = list(folder.rglob("*.wav"))
    assert len(sounds) == len(espeak.VOICES) * len(espeak.SENTENCES)
    samples, rate = soundfile.read(sounds[0])
    assert (rate, len(samples)) == (16_000, 16_000)
    program.write_text("#!/bin/sh\nexit 1\n")
    assert espeak.espeak_voices(folder) == folder


def test_a_program_that_fails_leaves_nothing(program, tmp_path):
    program.write_text("#!/bin/sh\necho no voice data >&2\nexit 1\n")
    with pytest.raises(InputError, match="no voice data"):
        espeak.espeak_voices(tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_without_the_program_there_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(espeak.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="needs espeak-ng"):
        espeak.espeak_voices(tmp_path / "set")


@pytest.mark.skipif(shutil.which(espeak.PROGRAM) is None, reason="needs espeak-ng")
def test_the_program_itself_speaks(tmp_path, monkeypatch):
    monkeypatch.setattr(espeak, "SENTENCES", espeak.SENTENCES[:1])
    folder = espeak.espeak_voices(tmp_path / "set")
    for path in folder.rglob("*.wav"):
        samples, _ = soundfile.read(path)
        assert len(samples) > 16_000
        assert np.sqrt(np.mean(samples**2)) > 0.01
