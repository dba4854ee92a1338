"""Damaged artefacts are refused in a sentence that names the file and the field or tensor."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from fourfold import Vocoder
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.shared.artifact.shipped import shipped_folder
from fourfold.shared.errors import InputError
from safetensors.torch import load_file, save_file


@pytest.fixture(scope="module")
def saved(small_features, small_network, tmp_path_factory):
    bands = np.zeros(20, np.float32)
    vocoder = Vocoder.untrained(small_features, small_network, MelStatistics(bands - 4, bands + 1))
    return vocoder.save(tmp_path_factory.mktemp("saved") / "voice")


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "voice"))


def rewrite(folder, change):
    path = folder / "config.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def refusal(folder):
    with pytest.raises(InputError) as caught:
        Vocoder.load(folder)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "pydantic" not in sentence
    assert str(folder) in sentence
    return sentence


@pytest.mark.parametrize(
    ("part", "values", "told"),
    [
        ("features", {"fmin": 300}, r"features: not the settings that the model was saved with"),
        ("features", {"sample_rate": 24_000}, "features_digest differs"),
        ("network", {"prior": "sine"}, "network_digest differs"),
        ("network", {"hop": "x"}, "network setting hop: Input should be a valid integer"),
        ("network", {"blocks": -1}, "network setting blocks: Input should be greater"),
        ("network", {"bloks": 2}, "network setting bloks: there is no such setting"),
        ("features", {"f0_floor": 9}, "features setting f0_floor"),
    ],
)
def test_changed_settings_are_refused(folder, part, values, told):
    rewrite(folder, lambda document: document["config"][part].update(values))
    sentence = refusal(folder)
    assert sentence.startswith("config.json at")
    assert told in sentence


@pytest.mark.parametrize("part", ["features", "network", "features_digest"])
@pytest.mark.parametrize("instead", [None, [1], "removed"])
def test_missing_settings_are_refused(folder, part, instead):
    def change(document):
        document["config"][part] = instead
        if instead == "removed":
            del document["config"][part]

    rewrite(folder, change)
    assert part in refusal(folder)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"channels": 100_000}, "model has (100000,"),
        ({"blocks": 10**12}, "network setting blocks: is 1,000,000,000,000"),
        ({"n_fft": 80 * 10**9}, "network setting n_fft: is 80,000,000,000"),
        ({"channels": 10**15}, "none that can be built"),
        ({"n_mels": 19}, "does not fit"),
    ],
)
def test_sizes_without_weights_are_refused_before_they_are_allocated(folder, values, told):
    def change(document):
        document["config"]["network"].update(values)
        del document["config"]["network_digest"]

    rewrite(folder, change)
    assert told in refusal(folder)


def test_artefacts_from_before_the_networks_digest_are_loaded(folder):
    rewrite(folder, lambda document: document["config"].pop("network_digest"))
    Vocoder.load(folder)


def test_a_setting_that_the_file_does_not_know_yet_keeps_its_default(folder):
    def change(document):
        kept = document["config"]["network"]
        del kept["causal"]
        digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
        document["config"]["network_digest"] = digest

    rewrite(folder, change)
    assert not Vocoder.load(folder).generator.settings.causal


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        (
            "statistics.scale",
            lambda x: x * 0,
            "statistics.scale is 0 in 20 of 20 mel bands; expected positive",
        ),
        ("statistics.scale", lambda x: -x, "statistics.scale is -1"),
        ("statistics.scale", lambda x: x * np.nan, "statistics.scale has 20 of 20 values"),
        ("statistics.mean", lambda x: x[:3].clone(), "statistics.mean has shape (3,), the model has (20,)"),
        ("statistics.mean", lambda x: None, "statistics.mean is missing"),
        ("generator.backbone.leave.bias", lambda x: x / 0, "generator.backbone.leave.bias has 2 of 2 values"),
    ],
)
def test_weights_that_give_no_sound_are_refused_by_name(folder, name, change, told):
    path = folder / "model.safetensors"
    state = load_file(path)
    state[name] = change(state[name])
    save_file({key: value for key, value in state.items() if value is not None}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(folder, lambda document: document.update(weights_sha256=digest))
    sentence = refusal(folder)
    assert sentence.startswith("model.safetensors at")
    assert told in sentence


@pytest.mark.parametrize("name", [None, 5, ["voice"], b"voice"])
def test_what_names_no_vocoder_is_refused(name):
    with pytest.raises(InputError, match="expected a name or a folder"):
        Vocoder.load(name)


def test_the_shipped_one_is_held_against_both_digests():
    folder = shipped_folder("wavehax-16k")
    assert folder is not None
    config = json.loads((folder / "config.json").read_text())["config"]
    assert {"features_digest", "network_digest"} <= config.keys()
    assert torch.isfinite(next(Vocoder.load("wavehax-16k").generator.parameters())).all()
