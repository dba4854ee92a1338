"""Two processes learn what one learns."""

import pytest
import torch
from fourfold.shared.training.checkpoint import CheckpointFolder, read_checkpoint
from fourfold.shared.training.fit import fit
from fourfold.shared.training.settings import EmaSettings, FitSettings

WANTED = FitSettings(
    steps=20,
    batch_size=9,  # unequal parts for two ranks
    accumulate=2,
    clip_norm=1.0,
    ema=EmaSettings(modules=("net",)),
    validate_every=7,
    device="cpu",
    progress="off",
)


@pytest.mark.slow
def test_two_ranks_equal_one(toy, tmp_path, run_toy):
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2")
    done = run_toy(tmp_path / "two", WANTED, launcher=launcher)
    assert done.returncode == 0, done.stderr
    one = fit(toy.Regression(dropout=0.0), toy.Samples(), WANTED, tmp_path / "one", toy.Samples(33))
    states = [
        read_checkpoint(CheckpointFolder(tmp_path / n / "checkpoints").path(20)) for n in ("one", "two")
    ]
    assert states[1]["random"]["torch"].shape[0] == 2
    for name, value in states[0]["modules"]["net"].items():
        torch.testing.assert_close(states[1]["modules"]["net"][name], value, rtol=1e-5, atol=1e-5)
    assert states[1]["last"]["mse"] == pytest.approx(one.last["mse"], rel=1e-5)
