"""The vocoder run: on a folder of recordings with a tiny model, resumed, refused, and what the page holds."""

import base64
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from fourfold import Vocoder
from fourfold.domains.audio.features.settings import FeatureSettings
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.wavehax.settings import WavehaxSettings
from fourfold.pipelines.cli import main
from fourfold.pipelines.settings import resolve_settings
from fourfold.pipelines.vocoder.pipeline import Settings, recipe, run_pipeline
from fourfold.shared.artifact.shipped import list_shipped
from fourfold.shared.errors import InputError

RATE = 16_000
FEATURES = FeatureSettings(sample_rate=RATE, hop=160, mel_fft=512, n_mels=20, fmax=8_000.0)
NETWORK = WavehaxSettings(
    n_mels=20,
    hop=160,
    n_fft=320,
    channels=2,
    blocks=1,
    kernel=(3, 3),
    projection_kernel=3,
    framewise_norm=True,
    envelope=True,
)


def buzz(seconds: float, pitch: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 20)) * 0.1
    return np.asarray(voice + 1e-3 * np.random.default_rng(0).standard_normal(len(time)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny vocoder and recordings: a long one, short ones, and one that is no sound."""
    folder = tmp_path_factory.mktemp("desk")
    bands = np.zeros(20, np.float32)
    Vocoder.untrained(FEATURES, NETWORK, MelStatistics(bands - 4, bands + 1)).save(folder / "voice")
    (folder / "mine").mkdir()
    for number, seconds in enumerate((2.5, 0.8, 0.9, 1.0)):
        soundfile.write(folder / "mine" / f"take{number}.wav", buzz(seconds, 110 + 30 * number), RATE)
    (folder / "mine" / "broken.wav").write_bytes(b"RIFF, but no sound")
    return folder


def settings(desk: Path, **changes: Any) -> Settings:
    small = {
        "data": str(desk / "mine"),
        "model": str(desk / "voice"),
        "longest": 1.0,
        "spectral_steps": 4,
        "adversarial_steps": 0,
        "batch_size": 1,
        "frames": 16,
        "examples": 1,
    }
    return Settings.model_validate({**small, **changes})


@pytest.fixture(scope="module")
def finished(desk: Path) -> Path:
    run_pipeline(settings(desk), desk / "run", "fourfold run vocoder")
    return desk


def stage(run: Path, name: str) -> Path:
    return next((run / "stages").glob(f"{name}-*"))


def test_the_run_folder_holds_what_is_promised(finished: Path) -> None:
    run = finished / "run"
    names = {entry.name for entry in run.iterdir()}
    assert names >= {"config.json", "metrics.jsonl", "artifact", "report.html", "environment.json"}
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["copies"] for line in lines] == ["Griffin-Lim", "before", "fine-tuned"]
    assert all(line["MR-STFT"] > 0 for line in lines)
    copy = Vocoder.load(run / "artifact").resynthesize(finished / "mine" / "take1.wav")
    assert len(copy) == int(0.8 * RATE)


def test_parts_share_no_recording(finished: Path) -> None:
    prepared = stage(finished / "run", "prepare")
    parts = {
        part: {path.stem.split("-")[0] for path in (prepared / "speech" / part).glob("*.wav")}
        for part in ("train", "validation", "test")
    }
    assert all(parts.values())
    assert sum(len(names) for names in parts.values()) == len(set().union(*parts.values())) == 4
    lengths = [soundfile.info(path).duration for path in prepared.rglob("*.wav")]
    assert len(lengths) == 6 and max(lengths) <= 1.0
    summary = json.loads((prepared / "summary.json").read_text())
    assert summary["divided"] == "recordings"
    assert list(summary["unusable"]) == ["broken.wav"]


def test_what_is_kept_is_what_validation_says(finished: Path) -> None:
    trained = stage(finished / "run", "train")
    outcome = json.loads((trained / "outcome.json").read_text())
    before, after = outcome["before"], outcome["after"]
    distances = [45 * each["mel"] + 22.5 * each["resolutions"] for each in (before, after)]
    heard = before["pesq"] is None or after["pesq"] is None or after["pesq"] >= before["pesq"]
    better = distances[1] < distances[0] and heard
    source = trained / "tuned" if better else finished / "voice"
    kept = (finished / "run" / "artifact" / "model.safetensors").read_bytes()
    assert kept == (source / "model.safetensors").read_bytes()
    assert ("so the fine-tuned model is kept" in (finished / "run" / "report.html").read_text()) == better
    assert outcome["steps"] == {"spectral": 4}
    assert [step for step, _, _ in outcome["curve"]] == [1, 2, 3, 4]
    assert not (trained / "runs").exists()


def test_the_page_needs_nothing_from_outside_and_says_everything_in_words(finished: Path) -> None:
    text = (finished / "run" / "report.html").read_text()
    bare = re.sub(r'(href|src)="data:[^"]*"', "", text)
    assert not re.search(r"https?:|<script|<link|<img|@import|url\((?!#)", bare)
    assert text.count("<svg") == text.count('role="img" aria-label="') == 3
    sounds = re.findall(r'<audio controls preload="metadata" aria-label="([^"]+)" src="([^"]+)"', text)
    assert [label.split(":")[0] for label, _ in sounds] == [
        "Original",
        "Copy",
        "Pitch up, × 1.41",
        "Pitch down, × 0.71",
        "Formants × 1.15",
        "Copy by Griffin-Lim",
    ]
    durations = []
    for _, source in sounds:
        assert source.startswith("data:audio/flac;base64,")
        durations.append(soundfile.info(io.BytesIO(base64.b64decode(source.split(",")[1]))).duration)
    assert len(set(durations)) == 1
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S).lower().split()
    assert not {"nan", "inf", "none"} & set(words)
    for word in ("broken.wav", "the recordings in mine", "Griffin-Lim", "within 2 %", "prefers-color-scheme"):
        assert word in text, word


def test_a_second_run_does_nothing_again_and_a_changed_setting_little(finished: Path, capsys: Any) -> None:
    run_pipeline(settings(finished), finished / "run", "fourfold run vocoder")
    assert capsys.readouterr().out.count("unchanged") == 4
    run_pipeline(settings(finished, formant=0.9), finished / "run", "fourfold run vocoder")
    told = capsys.readouterr().out
    assert told.count("unchanged") == 2
    assert "Formants × 0.9" in (finished / "run" / "report.html").read_text()


@pytest.mark.slow
def test_worse_by_validation_means_the_original_stays(desk: Path, tmp_path: Path) -> None:
    """A rate that throws the weights about makes copies worse, by distances alone too (PESQ is an extra)."""
    wild = settings(desk, spectral_rate=50.0)
    text = run_pipeline(wild, tmp_path / "run", "fourfold run vocoder").read_text()
    assert "so that one is kept" in text
    kept = (tmp_path / "run" / "artifact" / "model.safetensors").read_bytes()
    assert kept == (desk / "voice" / "model.safetensors").read_bytes()


@pytest.mark.slow
def test_discriminators_come_second_and_one_long_recording_suffices(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    shutil.copy(desk / "mine" / "take0.wav", tmp_path / "one" / "long.wav")
    both = settings(desk, data=str(tmp_path / "one"), spectral_steps=2, adversarial_steps=2, longest=1.0)
    run_pipeline(both, tmp_path / "run")
    outcome = json.loads((stage(tmp_path / "run", "train") / "outcome.json").read_text())
    assert outcome["steps"] == {"spectral": 2, "adversarial": 2}
    summary = json.loads((stage(tmp_path / "run", "prepare") / "summary.json").read_text())
    assert summary["divided"] == "pieces" and summary["parts"]["train"][0] == 1


def test_what_cannot_be_used_is_told_on_one_line(desk: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "few").mkdir()
    shutil.copy(desk / "mine" / "take1.wav", tmp_path / "few")
    asked = ["run", "vocoder", "--out", str(tmp_path / "run"), "--set", f"model={desk / 'voice'}"]
    assert main([*asked, "--set", f"data={tmp_path / 'few'}"]) == 2
    assert "holds 1 usable recordings" in capsys.readouterr().err
    assert main([*asked, "--set", f"data={tmp_path / 'nowhere'}"]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main([*asked, "--set", "model=no-such-voice"]) == 2
    assert "no-such-voice" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match="both be 0"):
        settings(desk, spectral_steps=0)


def test_presets_fit_the_settings() -> None:
    quick, full = (resolve_settings(Settings, recipe(preset)) for preset in ("quick", "full"))
    assert quick.spectral_steps < full.spectral_steps and not quick.adversarial_steps
    assert full.model == "wavehax-16k" and full.data == "auto"


@pytest.mark.slow
@pytest.mark.skipif("wavehax-16k" not in list_shipped(), reason="needs the shipped model wavehax-16k")
def test_the_shipped_model_keeps_pitch_better_than_griffin_lim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path / "cache"))
    short = {"data": "synthetic-voice", "train_seconds": 3, "validation_seconds": 2, "test_seconds": 3}
    quick = Settings.model_validate({**short, "spectral_steps": 2, "adversarial_steps": 0, "examples": 1})
    text = run_pipeline(quick, tmp_path / "run").read_text()
    assert "No figure here says how the model does on people" in text
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    by_name = {line["copies"]: line for line in lines}
    assert by_name["before"]["log-F0 RMSE"] < by_name["Griffin-Lim"]["log-F0 RMSE"]


def test_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no shipped model"):
        run_pipeline(Settings(model="wavehax-never"), tmp_path / "run")
