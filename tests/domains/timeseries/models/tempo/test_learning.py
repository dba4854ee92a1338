"""What TEMPO's training reads and moves: no row beyond its part, no frozen weight."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.models.tempo.gpt import GPT
from fourfold.domains.timeseries.models.tempo.model import TempoModel
from fourfold.domains.timeseries.models.tempo.settings import PRESETS
from fourfold.shared.panels.panel import Panel
from safetensors.torch import save_file

SIZES = {"lookback": 32, "horizon": 8, "patch": 8, "stride": 8, "width": 8, "dropout": 0.0}


def panel() -> Panel:
    values = np.random.default_rng(0).normal(size=(300, 2)).cumsum(0).astype(np.float32)
    time = pd.date_range("2024-01-01", periods=300, freq="h")
    return Panel(values, np.ones(values.shape, bool), time, ("a", "b"), "h", 12)


def changed_from(data: Panel, row: int) -> Panel:
    values = data.values.copy()
    values[row:] = 1e4 * np.random.default_rng(1).normal(size=values[row:].shape)
    return replace(data, values=values)


def learnt(data: Panel, epochs: float) -> dict[str, np.ndarray]:
    model = TempoModel("tempo-nano", training={"epochs": epochs, "batch_size": 64}, **SIZES)
    model.fit(data, horizon=8, train=slice(0, 200), validation=slice(200, 250))
    return model.state()


@pytest.mark.parametrize(
    ("row", "epochs"),
    [(250, 1), (200, 0.1)],
    ids=["choosing reads no row after validation", "a step reads no row after training"],
)
def test_later_rows_change_no_weight(row: int, epochs: float) -> None:
    """With one step there is nothing to choose, so not even validation may show in the weights."""
    plain, other = learnt(panel(), epochs), learnt(changed_from(panel(), row), epochs)
    for name, weight in plain.items():
        np.testing.assert_array_equal(other[name], weight, err_msg=name)


def test_training_rows_do_change_them() -> None:
    plain, other = learnt(panel(), 0.1), learnt(changed_from(panel(), 100), 0.1)
    assert any(not np.array_equal(other[name], weight) for name, weight in plain.items())


def test_fitting_with_lora_keeps_the_loaded_blocks_and_trains_norms(tmp_path: Path) -> None:
    sizes = {**SIZES, "heads": 2, "layers": 2, "positions": 64}
    stored = GPT(PRESETS["tempo-nano"].model_copy(update=sizes))
    blocks = {name: weight.detach().clone() for name, weight in stored.named_parameters()}
    save_file(blocks, tmp_path / "model.safetensors")
    model = TempoModel(
        "tempo-nano",
        backbone_weights=tmp_path,
        lora_rank=2,
        training={"epochs": 1, "batch_size": 64},
        **sizes,
    )
    model.fit(panel(), horizon=8, train=slice(0, 200), validation=slice(200, 250))
    after = model.state()
    moved = {n for n, weight in blocks.items() if not np.array_equal(after[f"backbone.{n}"], weight.numpy())}
    assert {n for n in moved if not ("ln_" in n or n == "wpe.weight" or n.endswith("c_attn.bias"))} == set()
    assert {"ln_f.weight", "h.0.ln_1.weight", "h.1.ln_2.bias", "wpe.weight"} <= moved
    assert all(after[f"backbone.h.{layer}.attn.lora.lora_B"].any() for layer in range(2))
