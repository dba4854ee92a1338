"""Debian's prompts become a folder of wav files, or a sentence says why not."""

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.speech_sets import debian_prompts as prompts
from fourfold.shared.errors import InputError


def test_prompts_are_decoded_once(tmp_path, monkeypatch):
    installed = tmp_path / "sounds" / "en"
    (installed / "silence").mkdir(parents=True)
    data = np.random.default_rng(0).integers(0, 256, 16_000, dtype=np.uint8).tobytes()
    (installed / "hello.g722").write_bytes(data)
    (installed / "a.g722").write_bytes(data[:800])
    (installed / "silence" / "1.g722").write_bytes(data)
    monkeypatch.setattr(prompts, "INSTALLED", tmp_path / "sounds")
    folder = prompts.debian_prompts(tmp_path / "set")
    assert [file.name for file in folder.glob("*.wav")] == ["en-hello.wav"]
    samples, rate = soundfile.read(folder / "en-hello.wav")
    assert (rate, len(samples)) == (16_000, 32_000)
    assert "BY-SA" in (folder / "LICENCE.txt").read_text()
    monkeypatch.setattr(prompts, "decode_g722", None)
    assert prompts.debian_prompts(folder) == folder


def test_without_apt_there_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(prompts, "INSTALLED", tmp_path / "nothing")
    monkeypatch.setattr(prompts.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="apt-get"):
        prompts.debian_prompts(tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_apt_s_own_words_are_told(tmp_path):
    with pytest.raises(InputError, match="no such thing"):
        prompts._call(["sh", "-c", "echo no such thing >&2; exit 3"], tmp_path)
