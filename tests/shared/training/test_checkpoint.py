import errno
import os
import subprocess

import pytest
import torch
from fourfold.shared.training import checkpoint
from fourfold.shared.training.checkpoint import CheckpointFolder, read_checkpoint, write_checkpoint
from fourfold.shared.training.failure import CheckpointNotSaved


def test_round_trip_keeps_types_and_bits(tmp_path):
    state = {
        "a": torch.tensor([1.5, -0.0]),
        "half": torch.randn(3, dtype=torch.bfloat16),
        "nest": {0: {"step": torch.tensor(3.0), "none": None}, 1: [1, (2, 0.1 + 0.2), "x", True]},
        "empty": torch.empty(0),
        "$odd": {"/slash": 1},
    }
    write_checkpoint(tmp_path / "c.safetensors", state)
    back = read_checkpoint(tmp_path / "c.safetensors")
    assert back["nest"][1] == [1, (2, 0.1 + 0.2), "x", True]
    assert back["nest"][0]["none"] is None and back["$odd"] == {"/slash": 1}
    for key in ("a", "half", "empty"):
        assert back[key].dtype == state[key].dtype and torch.equal(back[key], state[key])
    assert torch.signbit(back["a"][1])


def test_tied_and_sliced_tensors(tmp_path):
    weight = torch.arange(12.0).reshape(3, 4)
    write_checkpoint(
        tmp_path / "c.safetensors", {"a": weight, "tied": weight, "column": weight[:, 1], "t": weight.T}
    )
    back = read_checkpoint(tmp_path / "c.safetensors")
    assert back["a"] is back["tied"]
    assert torch.equal(back["column"], weight[:, 1]) and torch.equal(back["t"], weight.T)


def test_nothing_is_pickled(tmp_path):
    with pytest.raises(TypeError, match="cannot store a set"):
        write_checkpoint(tmp_path / "c.safetensors", {"bad": {1, 2}})
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_the_previous_one_intact(tmp_path, monkeypatch):
    target = tmp_path / "c.safetensors"
    write_checkpoint(target, {"x": torch.ones(3)})

    def full(tensors, path, header):
        path.write_bytes(b"half a checkpoint")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(CheckpointNotSaved, match="the disk is full; earlier checkpoints are intact"):
        write_checkpoint(target, {"x": torch.zeros(3)})
    assert torch.equal(read_checkpoint(target)["x"], torch.ones(3))
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.safetensors"]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB, where the tests may mount one."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root to mount a tmpfs")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this system does not let tests mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_really_full_disk(small_disk):
    folder = CheckpointFolder(small_disk / "checkpoints")
    folder.write(1, {"x": torch.ones(100_000)})
    with pytest.raises(CheckpointNotSaved, match="disk is full"):
        folder.write(2, {"x": torch.ones(200_000)})
    assert folder.steps() == [1]
    assert torch.equal(read_checkpoint(folder.path(1))["x"], torch.ones(100_000))


def test_prune_keeps_latest_and_best(tmp_path):
    folder = CheckpointFolder(tmp_path)
    for step in (1, 5, 10, 20):
        folder.write(step, {"step": step})
    folder.prune(keep_last=2, best=1)
    assert folder.steps() == [1, 10, 20] and folder.latest() == folder.path(20)


def test_foreign_file_is_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"x": torch.ones(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="is not a fourfold-checkpoint-1 file"):
        read_checkpoint(tmp_path / "x.safetensors")
