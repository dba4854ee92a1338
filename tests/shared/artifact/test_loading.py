"""Every way in which an artefact can be bad gets a sentence."""

import hashlib
import json
import pickle

import huggingface_hub
import numpy as np
import pytest
import safetensors.torch
import torch
from fourfold.shared.artifact import (
    find_artifact,
    list_shipped,
    load_artifact,
    require_state,
    save_artifact,
    shipped,
)
from fourfold.shared.errors import InputError, InputWarning
from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled


def edit(folder, **changes):
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "README.md"])
def test_missing_file(saved, file):
    (saved / file).unlink()
    with pytest.raises(InputError, match=f"{file} missing"):
        load_artifact(saved)


@pytest.mark.parametrize("cut", [0, 4, 20, -1])
def test_cut_weights(saved, cut):
    path = saved / "model.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"model\.safetensors.*damaged"):
        load_artifact(saved)


def test_pickled_weights_are_not_read(saved):
    (saved / "model.safetensors").write_bytes(pickle.dumps({"weight": [1.0]}))
    with pytest.raises(InputError, match="not a safetensors file"):
        load_artifact(saved)


def test_one_changed_bit_is_found(saved):
    path = saved / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="checksum differs"):
        load_artifact(saved)


def test_weights_that_are_not_finite(saved):
    content = safetensors.torch.save(
        {"weight": torch.tensor([1.0, np.nan, np.inf]), "count": torch.tensor([3])}
    )
    (saved / "model.safetensors").write_bytes(content)
    edit(saved, weights_sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(InputError, match=r"model\.safetensors.*: weight has 2 of 3 values that are not"):
        load_artifact(saved)


def test_newer_schema_says_upgrade(saved):
    edit(saved, schema_version=2, library_version="9.1")
    with pytest.raises(InputError, match=r"schema_version 2, written by fourfold 9\.1.*Upgrade fourfold"):
        load_artifact(saved)


@pytest.mark.parametrize("version", [None, "1", 0, True, 1.0])
def test_odd_schema_version(saved, version):
    edit(saved, schema_version=version)
    with pytest.raises(InputError, match="schema_version"):
        load_artifact(saved)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", '{"schema_version": 1}', '{"schema_version": 1, "kind": 3}']
)
def test_config_that_is_none(saved, text):
    (saved / "config.json").write_text(text)
    with pytest.raises(InputError, match=r"config\.json"):
        load_artifact(saved)


def test_config_that_is_not_text(saved):
    (saved / "config.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"config\.json.*cannot be read"):
        load_artifact(saved)


def test_wrong_kind(saved):
    artifact = load_artifact(saved)
    assert artifact.require_kind("vocoder", "forecaster") is artifact
    with pytest.raises(InputError, match="'forecaster' artefact; expected 'vocoder'"):
        artifact.require_kind("vocoder")


def test_shape_mismatch_names_every_difference_and_copies_nothing(saved):
    module = torch.nn.Linear(4, 2)
    before = module.bias.detach().clone()
    with pytest.raises(InputError, match=r"weight has shape \(2, 3\), the model has \(2, 4\)"):
        load_artifact(saved).load_into(module)
    assert torch.equal(module.bias, before)


def test_state_names_must_agree():
    stored, wanted = {"a": np.zeros(2), "c": np.zeros(1)}, {"a": np.zeros(2), "b": np.zeros(1)}
    with pytest.raises(InputError, match="b is missing; c is unknown to the model"):
        require_state(stored, wanted, "here")
    require_state(stored, dict(stored), "here")


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no folder and no shipped model"):
        load_artifact(tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        load_artifact(tmp_path / "file")


def test_shipped_name_resolves_offline_and_wins_with_a_warning(saved, card, tmp_path, monkeypatch):
    models = tmp_path / "models"
    save_artifact(models / "nano", "forecaster", {"shipped": True}, {}, card)
    (models / "not-a-model").mkdir()
    monkeypatch.setattr(shipped, "MODELS", models)
    assert list_shipped() == ("nano",)
    assert load_artifact("nano").config == {"shipped": True}
    monkeypatch.chdir(saved.parent)
    saved.rename(saved.parent / "nano")
    with pytest.warns(InputWarning, match=r"\./nano"):
        assert load_artifact("nano").config == {"shipped": True}
    assert load_artifact("./nano").config == {"horizon": 2}
    with pytest.raises(InputError, match="Check the path, or use a shipped model: nano"):
        load_artifact("nani")


def test_shipped_models_all_load():
    for name in list_shipped():
        artifact = load_artifact(name)
        assert artifact.state
        assert artifact.card.command
        assert artifact.card.datasets


@pytest.mark.parametrize(
    "failure",
    [LocalEntryNotFoundError("no network"), OfflineModeIsEnabled("offline"), ConnectionError("refused")],
)
def test_hub_name_without_a_network(monkeypatch, failure):
    def refuse(*args, **kwargs):
        raise failure

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(InputError, match=r"hub gave no answer.*Connect to the network.*shipped model"):
        load_artifact("somebody/some-model")


def test_hub_name_fetches_the_three_files_only(saved, monkeypatch):
    asked = {}

    def download(name, **options):
        asked.update(options, name=name)
        return str(saved)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert find_artifact("somebody/some-model") == saved
    assert asked == {
        "name": "somebody/some-model",
        "allow_patterns": ["config.json", "model.safetensors", "README.md"],
    }
