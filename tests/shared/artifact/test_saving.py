"""An artefact folder appears whole or not at all, and never in place of something else."""

import errno
import json
import os
import stat

import numpy as np
import pytest
import torch
from fourfold.shared.artifact import folder_swap, load_artifact, save_artifact, saving
from fourfold.shared.errors import InputError


def left_beside(folder):
    return sorted(path.name for path in folder.parent.iterdir() if path.name != folder.name)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_come_back_with_dtype_and_value(tmp_path, card, dtype):
    given = torch.arange(6).reshape(2, 3).to(dtype)
    folder = save_artifact(tmp_path / "m", "forecaster", {}, {"x": given, "turned": given.T}, card)
    state = load_artifact(folder).state
    assert state["x"].dtype == dtype
    assert torch.equal(state["x"], given)
    assert torch.equal(state["turned"], given.T)


def test_bfloat16_widens_for_numpy(tmp_path, card):
    state = {"x": torch.tensor([0.5, -3.0], dtype=torch.bfloat16)}
    array = load_artifact(save_artifact(tmp_path / "m", "x", {}, state, card)).arrays()["x"]
    np.testing.assert_array_equal(array, np.array([0.5, -3.0], np.float32), strict=True)


@pytest.mark.parametrize("folder", ["", "  "])
def test_no_folder_is_refused(card, folder):
    with pytest.raises(InputError, match="folder: is empty"):
        save_artifact(folder, "x", {}, {}, card)


def test_home_is_expanded(tmp_path, card, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert save_artifact("~/models/nano", "x", {}, {}, card) == tmp_path / "models" / "nano"


@pytest.mark.parametrize("kind", ["", "Fore Caster", "../x", "1"])
def test_kind_is_a_word(tmp_path, card, kind):
    with pytest.raises(InputError, match="is not a kind"):
        save_artifact(tmp_path / "m", kind, {}, {}, card)


def test_tied_weights_are_saved_under_both_names(tmp_path, card):
    tied = torch.ones(3)
    state = load_artifact(save_artifact(tmp_path / "m", "x", {}, {"a": tied, "b": tied}, card)).state
    assert torch.equal(state["a"], state["b"])


def test_module_round_trip(tmp_path, card):
    module, other = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    folder = save_artifact(tmp_path / "m", "x", {}, module.state_dict(), card)
    load_artifact(folder).load_into(other)
    assert torch.equal(module.weight, other.weight)
    assert torch.equal(module.bias, other.bias)


def test_folder_holds_three_plain_files_others_may_read(saved):
    assert sorted(path.name for path in saved.iterdir()) == ["README.md", "config.json", "model.safetensors"]
    config = json.loads((saved / "config.json").read_text())
    assert (config["schema_version"], config["kind"], config["config"]) == (1, "forecaster", {"horizon": 2})
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o777 & ~mask
    assert left_beside(saved) == []


@pytest.mark.parametrize("exchange", [True, False])
def test_an_artifact_is_replaced_as_a_whole(saved, card, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(folder_swap, "_exchange", lambda one, other: False)
    save_artifact(saved, "vocoder", {"new": True}, {"other": np.zeros(1)}, card)
    artifact = load_artifact(saved)
    assert (artifact.kind, artifact.config, set(artifact.state)) == ("vocoder", {"new": True}, {"other"})
    assert left_beside(saved) == []


def test_a_folder_that_is_no_artifact_is_left_alone(tmp_path, card):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not an artefact"):
        save_artifact(folder, "x", {}, {}, card)
    assert (folder / "thesis.txt").read_text() == "years of work"
    assert left_beside(folder) == []


def test_a_strangers_config_json_makes_no_artifact(tmp_path, card):
    (tmp_path / "config.json").write_text('{"editor": "vi"}')
    with pytest.raises(InputError, match="not an artefact"):
        save_artifact(tmp_path, "x", {}, {}, card)


def test_files_beside_the_three_are_not_deleted(saved, card):
    (saved / "notes.md").write_text("keep me")
    with pytest.raises(InputError, match=r"notes\.md"):
        save_artifact(saved, "x", {}, {}, card)
    assert (saved / "notes.md").read_text() == "keep me"


def test_a_file_or_a_link_in_the_way_is_refused(tmp_path, saved, card):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(saved)
    for name in ("file", "link"):
        with pytest.raises(InputError, match="not a folder"):
            save_artifact(tmp_path / name, "x", {}, {}, card)
    assert (tmp_path / "link").is_symlink()


def test_an_empty_folder_is_used(tmp_path, card):
    (tmp_path / "empty").mkdir()
    assert load_artifact(save_artifact(tmp_path / "empty", "x", {}, {}, card)).state == {}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, card, bad):
    with pytest.raises(InputError, match=r"weight.*not finite"):
        save_artifact(tmp_path / "m", "x", {}, {"weight": np.array([1.0, bad])}, card)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "config", [{"a": float("nan")}, {"a": {1, 2}}, {"a": np.float32(1)}, {"a": object()}]
)
def test_config_must_be_json(tmp_path, card, config):
    with pytest.raises(InputError, match="not JSON"):
        save_artifact(tmp_path / "m", "x", config, {}, card)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_artifact_before(saved, card, monkeypatch):
    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(saving, "_write", full)
    with pytest.raises(InputError, match="No space left on device"):
        save_artifact(saved, "x", {}, {}, card)
    assert load_artifact(saved).config == {"horizon": 2}
    assert left_beside(saved) == []


def test_a_failed_swap_puts_the_old_folder_back(saved, card, monkeypatch):
    real = type(saved).rename

    def rename(self, target):
        if self.name.endswith(".part"):
            raise OSError(errno.EIO, "disk on fire")
        return real(self, target)

    monkeypatch.setattr(folder_swap, "_exchange", lambda one, other: False)
    monkeypatch.setattr(type(saved), "rename", rename)
    with pytest.raises(InputError, match="disk on fire"):
        save_artifact(saved, "x", {}, {}, card)
    assert load_artifact(saved).config == {"horizon": 2}
    assert left_beside(saved) == []
