"""`fourfold run train-vocoder`: two stages, stopped and resumed, and an artefact that speaks."""

import shutil

import numpy as np
import pytest
import soundfile
import torch
from fourfold import Vocoder
from fourfold.pipelines.settings import resolve_settings
from fourfold.pipelines.train_vocoder import Settings, recipe, run_pipeline
from fourfold.shared.artifact.loading import read_artifact
from fourfold.shared.errors import InputError


@pytest.fixture
def speech(tmp_path):
    folder = tmp_path / "speech"
    folder.mkdir()
    for number in range(3):
        phase = 2 * np.pi * np.cumsum(np.full(8_000, 110 + 20 * number)) / 16_000
        voice = sum(np.sin(k * phase) / k for k in range(1, 20)) * 0.1
        soundfile.write(folder / f"{number}.wav", voice, 16_000)
    return folder


SMALL = {"network.channels": "4", "network.blocks": "1", "frames": "16", "batch_size": "1"}


@pytest.mark.slow
def test_two_stages_in_three_sittings_make_a_vocoder(speech, tmp_path):
    chosen = {"data": str(speech), "spectral_steps": "3", "adversarial_steps": "2", **SMALL}
    pairs = tuple(f"{key}={value}" for key, value in chosen.items())
    short = resolve_settings(Settings, recipe("quick"), None, (*pairs, "minutes=0.000001"))
    run_pipeline(short, tmp_path / "run")
    assert not (tmp_path / "run" / "adversarial").exists()
    whole = resolve_settings(Settings, recipe("quick"), None, pairs)
    card = run_pipeline(whole, tmp_path / "run", command="fourfold run train-vocoder")
    assert "3 spectral, 2 adversarial steps" in card.read_text()
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "adversarial",
        "artifact",
        "corpus.npz",
        "spectral",
    }
    whole_change = Vocoder.load(card.parent).generator.state_dict()
    part = resolve_settings(Settings, recipe("quick"), None, (*pairs, "adversarial_share=0.5"))
    half_change = Vocoder.load(run_pipeline(part, tmp_path / "run").parent).generator.state_dict()
    none = resolve_settings(Settings, recipe("quick"), None, (*pairs, "adversarial_steps=0"))
    first_stage = Vocoder.load(run_pipeline(none, tmp_path / "run").parent).generator.state_dict()
    for name, weight in half_change.items():
        torch.testing.assert_close(weight, (whole_change[name] + first_stage[name]) / 2)
    assert any(not torch.equal(weight, whole_change[name]) for name, weight in half_change.items())
    copy = Vocoder.load(card.parent).resynthesize(speech / "0.wav")
    assert len(copy) == 8_000
    assert np.isfinite(copy.samples).all()


@pytest.mark.slow
def test_folders_of_several_sets(speech, tmp_path, monkeypatch):
    monkeypatch.setenv("FOURFOLD_DATA", str(tmp_path))
    (tmp_path / "audio").mkdir()
    named = speech.rename(tmp_path / "audio" / "ljspeech32")
    other = shutil.copytree(named, tmp_path / "mine")
    shutil.copytree(named, tmp_path / "elsewhere" / "ljspeech32")
    chosen = {
        "data": f"{named},{other},{tmp_path}/x/../mine",
        "spectral_steps": "1",
        "adversarial_steps": "0",
        **SMALL,
    }
    pairs = tuple(f"{key}={value}" for key, value in chosen.items())
    settings = resolve_settings(Settings, recipe("quick"), None, pairs)
    assert settings.data == (str(named), str(other), f"{tmp_path}/x/../mine")
    card = run_pipeline(settings, tmp_path / "run")
    assert {"corpus.npz", "corpus-2.npz"} < {path.name for path in (tmp_path / "run").iterdir()}
    told = read_artifact(card.parent).card
    uses = {use.name: use.license for use in told.datasets}
    assert uses == {
        "LJ Speech (32 sentences)": "public domain",
        "mine, drawn from 2 times as often": "the user's own",
    }
    assert told.license == "other"
    # The name of a benchmark set does not make one.
    own = resolve_settings(
        Settings, recipe("quick"), None, (f"data={tmp_path}/elsewhere/ljspeech32", *pairs[1:])
    )
    (use,) = read_artifact(run_pipeline(own, tmp_path / "run2").parent).card.datasets
    assert (use.name, use.license) == ("ljspeech32", "the user's own")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a", ("a",)),
        ("a,2024", ("a", "2024")),
        ("2024-01-01", ("2024-01-01",)),
        ('["a,b"]', ("a,b",)),
        ("null", ()),
        ("", ()),
    ],
)
def test_folders_as_they_are_written(given, wanted):
    assert resolve_settings(Settings, recipe("quick"), None, (f"data={given}",)).data == wanted


def test_a_folder_in_a_file_of_settings_needs_no_list(tmp_path):
    (tmp_path / "settings.yaml").write_text("data: my-speech\n")
    assert resolve_settings(Settings, recipe("quick"), tmp_path / "settings.yaml", ()).data == ("my-speech",)


@pytest.mark.parametrize("given", ["a,", "a,,b"])
def test_a_folder_without_a_name_is_refused(given):
    with pytest.raises(InputError, match=r"data: .*folder \d of \d has no name"):
        resolve_settings(Settings, recipe("quick"), None, (f"data={given}",))


def test_all_folders_are_there_before_one_is_read(speech, tmp_path):
    with pytest.raises(InputError, match="missing"):
        run_pipeline(Settings(data=(str(speech), str(tmp_path / "missing"))), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_too_few_recordings_name_their_folder(speech, tmp_path):
    (speech / "0.wav").unlink()
    with pytest.raises(InputError, match=r"folder at .*speech: holds too few sounds"):
        run_pipeline(Settings(data=(str(speech),)), tmp_path / "run")


def test_without_speech_it_says_where_to_get_some(monkeypatch, tmp_path):
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    with pytest.raises(InputError, match="FOURFOLD_DATA"):
        run_pipeline(Settings(), tmp_path)


def test_recipes_are_settings():
    full = Settings.model_validate(recipe("full"))
    assert full.network.n_fft == 320
    assert Settings.model_validate(recipe("quick")).spectral_steps < full.spectral_steps
