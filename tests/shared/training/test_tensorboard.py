"""TensorBoard shows what metrics.jsonl holds."""

import json

import pytest
from fourfold.shared.training.fit import fit
from fourfold.shared.training.run_folder import RunFolder
from fourfold.shared.training.settings import FitSettings


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of tensorboard's own imports
def test_tensorboard_shows_the_log(toy, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    settings = FitSettings(
        steps=6, batch_size=8, log_every=2, validate_every=3, tensorboard=True, device="cpu", progress="off"
    )
    fit(toy.Regression(), toy.Samples(), settings, tmp_path, toy.Samples(33))
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    lines = [json.loads(line) for line in RunFolder(tmp_path).metrics.read_text().splitlines()]
    for split, steps in (("train", [2, 4, 6]), ("validation", [3, 6])):
        told = [line for line in lines if line["split"] == split]
        assert [line["step"] for line in told] == steps
        name = "loss" if split == "train" else "mse"
        shown = events.Scalars(f"{split}/{name}")
        assert [event.step for event in shown] == steps
        assert [event.value for event in shown] == pytest.approx([line[name] for line in told])
