"""synthesize, finetune and evaluate with a vocoder, on recordings of the user's, in process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fourfold import Vocoder
from fourfold.domains.audio.features.settings import FeatureSettings
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.metrics.measured import Measured, unmeasured
from fourfold.domains.audio.metrics.scores import CopyScores
from fourfold.domains.audio.wavehax.settings import WavehaxSettings
from fourfold.pipelines.cli import main
from fourfold.pipelines.copy_scores import DIGITS, print_scores
from fourfold.pipelines.vocoder_commands import finetune_vocoder

RATE = 8_000
FEATURES = FeatureSettings(
    sample_rate=RATE, hop=80, mel_fft=320, n_mels=20, fmax=4_000.0, f0_floor=80.0, f0_ceil=400.0
)
NETWORK = WavehaxSettings(
    n_mels=20,
    hop=80,
    n_fft=160,
    channels=4,
    blocks=2,
    kernel=(3, 3),
    projection_kernel=3,
    framewise_norm=True,
)


def buzz(seconds: float, pitch: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 12)) * 0.1
    return np.asarray(voice + 1e-3 * np.random.default_rng(0).standard_normal(len(time)))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vocoder and recordings in the working folder; one file is no sound."""
    monkeypatch.chdir(tmp_path)
    bands = np.zeros(20, np.float32)
    Vocoder.untrained(FEATURES, NETWORK, MelStatistics(bands - 4, bands + 1)).save(tmp_path / "voice")
    for name, pitch in (("a.wav", 120), ("b.wav", 180), ("deep/b.flac", 100), ("deep/b.wav", 150)):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, buzz(0.6, pitch), RATE)
    return tmp_path


def test_a_recording_is_made_anew(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["synthesize", "voice", "in/a.wav", "-o", "out.wav", "--pitch", "1.2", "--formant", "0.9"]
    assert main(asked) == 0
    samples, rate = soundfile.read(desk / "out.wav")
    assert (len(samples), rate) == (4_800, RATE)
    wanted = Vocoder.load(desk / "voice").resynthesize(desk / "in" / "a.wav", 1.2, 0.9).samples
    np.testing.assert_allclose(samples, wanted, atol=1 / 32_768)
    assert "out.wav: 0.60 s, made in" in capsys.readouterr().out
    assert main([*asked[:3], "-o", "out32.wav", "--float", "--seed", "3"]) == 0
    assert soundfile.info(desk / "out32.wav").subtype == "FLOAT"


def test_of_a_folder_the_rest_goes_on(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "in" / "broken.wav").write_bytes(b"RIFF, but no sound")
    assert main(["synthesize", "voice", "in", "-o", "out"]) == 2
    made = sorted(path.relative_to(desk / "out").as_posix() for path in (desk / "out").rglob("*.*"))
    assert made == ["a.wav", "b.wav", "deep/b.flac.wav", "deep/b.wav.wav"]
    told = capsys.readouterr().err
    assert "broken.wav" in told
    assert "1 of 5 files were left out" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["in/a.wav", "-o", "in/a.wav"], "is the file that is read"),
        (["in/a.wav", "-o", "out.mp3"], ".wav or .flac"),
        (["in/a.wav", "-o", "out.flac", "--float"], "expected .wav"),
        (["in/a.wav", "-o", "no/out.wav"], "does not exist"),
        (["in/none.wav", "-o", "out.wav"], "none.wav"),
        (["in", "-o", "in/out"], "lies in the folder"),
        (["in", "-o", "voice/config.json"], "is a file"),
        (["in/a.wav", "-o", "out.wav", "--pitch", "0"], "expected 0.01 or more"),
        (["in/a.wav", "-o", "out.wav", "--formant", "-1"], "expected 0.01 or more"),
        (["in/a.wav", "-o", "out.wav", "--channel", "2"], "expected 0 to 0"),
    ],
)
def test_what_does_not_fit_is_one_line_and_leaves_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    before = sorted(desk.rglob("*"))
    assert main(["synthesize", "voice", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert sorted(desk.rglob("*")) == before


def test_no_copy_of_a_folder_replaces_another(desk: Path) -> None:
    for name in ("b.flac", "b.flac.wav"):
        soundfile.write(desk / "in" / name, buzz(0.3, 200), RATE)
    assert main(["synthesize", "voice", "in", "-o", "out"]) == 0
    names = sorted(path.relative_to(desk / "out").as_posix() for path in (desk / "out").rglob("*.wav"))
    assert names == [
        "a.wav",
        "b.flac.copy.wav",
        "b.flac.wav",
        "b.wav.wav",
        "deep/b.flac.wav",
        "deep/b.wav.wav",
    ]


def test_a_name_that_is_no_text_stops_nothing(desk: Path) -> None:
    soundfile.write(desk / "in" / "x.wav", buzz(0.3, 200), RATE)
    name = os.fsdecode(b"\xff\xe9.wav")
    (desk / "in" / "x.wav").rename(desk / "in" / name)
    told = subprocess.run(
        [sys.executable, "-m", "fourfold.pipelines.cli", "synthesize", "voice", "in", "-o", "out"],
        capture_output=True,
    )
    assert told.returncode == 0, told.stderr
    assert b"[5/5]" in told.stdout
    assert (desk / "out" / name).is_file()


def test_a_voice_is_evaluated(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(desk / "in" / "quiet.wav", np.zeros(RATE // 2), RATE)
    (desk / "in" / "broken.wav").write_bytes(b"RIFF, but no sound")
    assert main(["evaluate", "voice", "in", "-o", "scores.json"]) == 0
    shown = capsys.readouterr().out
    for part in ("PESQ-WB", "STOI", "MCD, dB", "deep/b.flac", "mean", "broken.wav is left out", "silence"):
        assert part in shown
    scores = json.loads((desk / "scores.json").read_text())
    assert scores["mean"]["MR-STFT"] > 0
    assert scores["files"]["quiet.wav"]["MCD"] is None
    assert "silence" in scores["files"]["quiet.wav"]["not_measured"]["MCD"]
    assert list(scores["failures"]) == ["broken.wav"]


def test_notes_below_the_table_say_which_file_they_mean(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"PESQ-WB": Measured(3.0), "STOI": unmeasured("STOI needs 0.4 s")}
    rest = dict.fromkeys(list(DIGITS)[2:], Measured(1.0))
    silent = dict.fromkeys(DIGITS, unmeasured("the reference is silence"))
    rows = {f"{name}.wav": {**figures, **rest} for name in "abcde"}
    print_scores(CopyScores(rows={**rows, "quiet.wav": silent}, seconds=dict.fromkeys("abcdef", 1.0)))
    shown = capsys.readouterr().out
    assert "a.wav, b.wav, c.wav and 2 more: no STOI, STOI needs 0.4 s" in shown
    assert "quiet.wav: no figure, the reference is silence" in shown
    assert "DistillMOS of the copies comes beside these with pip install 'fourfold[mos]'" in shown
    print_scores(CopyScores(rows=rows, seconds=dict.fromkeys("abcde", 1.0)))
    assert "every file: no STOI, STOI needs 0.4 s" in capsys.readouterr().out


def test_opinions_have_a_column_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    row = {**dict.fromkeys(DIGITS, Measured(1.0)), "DistillMOS": Measured(3.876)}
    print_scores(CopyScores(rows={"a.wav": row}, seconds={"a.wav": 1.0}))
    shown = capsys.readouterr().out
    assert "DistillMOS" in shown and "3.88" in shown
    assert "fourfold[mos]" not in shown


def test_tables_of_scores_have_a_row_a_file(desk: Path) -> None:
    frame = Vocoder.load(desk / "voice").evaluate(desk / "in").to_frame()
    assert frame.index.tolist() == ["a.wav", "b.wav", "deep/b.flac", "deep/b.wav", "mean"]
    assert frame["MCD"].iloc[:-1].mean() == pytest.approx(frame.loc["mean", "MCD"])
    assert frame.loc["mean", "seconds"] == pytest.approx(2.4)


@pytest.mark.slow
def test_a_voice_of_one_s_own(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", "voice", "in", "-o", "mine", "--steps", "2"]) == 0
    assert "mine: vocoder at 8,000 Hz, 2 steps on in" in capsys.readouterr().out
    assert sorted(entry.name for entry in desk.iterdir()) == ["in", "mine", "voice"]
    assert "fourfold finetune voice in" in (desk / "mine" / "README.md").read_text()
    before, after = (Vocoder.load(desk / name).generator.state_dict() for name in ("voice", "mine"))
    assert any((before[name] != after[name]).any() for name in before)
    assert main(["synthesize", "./mine", "in/a.wav", "-o", "out.wav"]) == 0


def stop_before_saving(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fine-tune `voice` for two steps and leave its run behind."""
    with monkeypatch.context() as killed:
        killed.setattr(Vocoder, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            finetune_vocoder("voice", desk / "in", desk / "mine", 2)


@pytest.mark.slow
def test_a_stopped_fine_tuning_is_not_taken_for_another(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_before_saving(desk, monkeypatch)
    other = Vocoder.untrained(FEATURES, NETWORK, Vocoder.load("voice").statistics, seed=1)
    other.save(desk / "other")
    for asked, told in (
        (["other", "in", "--steps", "2"], "other weights to start from"),
        (["voice", "in/deep/..", "--steps", "3"], "other settings, such as steps"),
    ):
        assert main(["finetune", *asked, "-o", "mine"]) == 2
        assert told in capsys.readouterr().err
    soundfile.write(desk / "in" / "a.wav", 0.5 * buzz(0.6, 120), RATE)
    assert main(["finetune", "voice", "in", "--steps", "2", "-o", "mine"]) == 2
    assert "other recordings" in capsys.readouterr().err
    assert not (desk / "mine").exists()


@pytest.mark.slow
def test_a_killed_fine_tuning_goes_on_and_says_so(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_before_saving(desk, monkeypatch)
    assert "goes on" not in capsys.readouterr().err
    assert (desk / ".mine.run").is_dir()
    assert main(["finetune", "voice", "in", "-o", "mine", "--steps", "2"]) == 0
    told = ".mine.run holds a run that was stopped at step 2; the same MODEL, DATA and --steps go on"
    assert told in capsys.readouterr().err
    assert not (desk / ".mine.run").exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["finetune", "voice", "in", "-o", "mine", "--horizon", "3"], "--horizon"),
        (["finetune", "voice", "in", "-o", "mine", "--graph", "edges.csv"], "--graph"),
        (["finetune", "voice", "in", "-o", "mine", "--steps", "0"], "at least 1"),
        (["finetune", "voice", "none", "-o", "mine"], "none"),
        (["finetune", "linear", "in/a.wav", "-o", "mine", "--steps", "3"], "no vocoder"),
        (["evaluate", "voice", "in", "--level", "50"], "--level"),
        (["evaluate", "voice", "in", "--freq", "h"], "--freq"),
        (["evaluate", "voice", "voice"], "holds no sound"),
        (["synthesize", "linear", "in/a.wav", "-o", "out.wav"], "linear"),
    ],
)
def test_flags_of_other_models_are_refused(
    desk: Path, capsys: pytest.CaptureFixture[str], command: list[str], told: str
) -> None:
    before = sorted(desk.rglob("*"))
    assert main(command) == 2
    assert told in capsys.readouterr().err
    assert sorted(desk.rglob("*")) == before


def test_two_recordings_are_too_few(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "few").mkdir()
    soundfile.write(desk / "few" / "a.wav", buzz(0.5, 130), RATE)
    assert main(["finetune", "voice", "few", "-o", "mine"]) == 2
    assert "too few sounds" in capsys.readouterr().err
    assert not (desk / "mine").exists()
    assert not (desk / ".mine.run").exists()
