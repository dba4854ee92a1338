"""docs/audio.md is a promise: every command and every piece of Python in it runs."""

import importlib.util
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fourfold import Vocoder
from fourfold.domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice
from fourfold.pipelines.cli import main
from fourfold.shared.artifact.shipped import list_shipped
from written_pages import ROOT, blocks, commands

PAGE = (ROOT / "docs" / "audio.md").read_text()
pytestmark = pytest.mark.skipif(
    "wavehax-16k" not in list_shipped(), reason="needs the shipped model wavehax-16k"
)


def shortened(text: str) -> str:
    """As the page has it, but with two steps of training: it shows that it runs, not that it learns."""
    text = re.sub(r"(--steps |steps=)2000", r"\g<1>2", text)
    return re.sub(r"(run vocoder .*)", r"\1 --set spectral_steps=2 --set examples=1", text)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording and a folder of them in the working folder."""
    (tmp_path / "my-wavs").mkdir()
    for number in range(4):
        pitch = speech_contour(120, 100.0, 180.0, np.random.default_rng(number))
        said = synthetic_voice(pitch, seed=number)
        soundfile.write(tmp_path / "my-wavs" / f"{number}.wav", said.samples, said.sample_rate)
    soundfile.write(tmp_path / "in.wav", said.samples, said.sample_rate)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_commands(desk: Path) -> None:
    """One after the other, as a reader would type them."""
    lines = commands(PAGE)
    assert len(lines) == 5
    for line in lines:
        assert main(shlex.split(shortened(line))[1:]) == 0, line
    assert soundfile.info(desk / "higher.wav").frames == soundfile.info(desk / "in.wav").frames
    assert len(list((desk / "deeper").glob("*.wav"))) == 4
    assert Vocoder.load(desk / "my-voice").features.settings.sample_rate == 16_000
    assert "<audio controls" in (desk / "runs" / "my-voice" / "report.html").read_text()


@pytest.mark.slow
def test_python(desk: Path) -> None:
    """All blocks in one namespace; those for ONNX only where it is installed."""
    names: dict[str, object] = {}
    onnx = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
    for block in blocks(PAGE, "python"):
        if onnx or "onnxruntime" not in block:
            exec(compile(shortened(block), "audio.md", "exec"), names)
    exec("alone = vocoder.synthesize(mel, f0, iterations=0)", names)
    np.testing.assert_allclose(names["spoken"], names["alone"], atol=1e-5)
    assert np.shape(names["wave"]) == (1, 16_000)
    assert (desk / "deeper.wav").is_file() and (desk / "my-voice" / "config.json").is_file()
