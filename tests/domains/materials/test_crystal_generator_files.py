"""A damaged generator is refused in one sentence, before its networks are made."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from fourfold import CrystalGenerator
from fourfold.shared.artifact.shipped import shipped_folder
from fourfold.shared.errors import InputError
from safetensors.torch import load, save


@pytest.fixture
def folder(tmp_path):
    """A copy of a shipped generator."""
    shipped = shipped_folder("perov-flow")
    if shipped is None:
        pytest.skip("the generator perov-flow is not part of this installation")
    return Path(shutil.copytree(shipped, tmp_path / "model"))


def with_config(folder: Path, change: Callable[[dict], object]) -> None:
    document = json.loads((folder / "config.json").read_text())
    change(document["config"])
    (folder / "config.json").write_text(json.dumps(document))


def with_weights(folder: Path, change: Callable[[dict], object]) -> None:
    weights = load((folder / "model.safetensors").read_bytes())
    change(weights)
    content = save(weights)
    (folder / "model.safetensors").write_bytes(content)
    document = json.loads((folder / "config.json").read_text())
    document["weights_sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "config.json").write_text(json.dumps(document))


def renamed(key: str, *path: str) -> Callable[[dict], None]:
    def change(config: dict) -> None:
        for name in path:
            config = config[name]
        config[f"{key}z"] = config.pop(key)

    return change


def resized(**sizes: int) -> Callable[[dict], None]:
    return lambda config: config["settings"]["network"].update(sizes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            renamed("max_atoms", "settings", "network"),
            "setting network.max_atomsz at .*Did you mean max_atoms?",
        ),
        (renamed("network", "settings"), "setting networkz at .*there is no such setting"),
        (renamed("settings"), "settings at .*config.json: is missing"),
        (renamed("property"), "property at .*config.json: is missing"),
        (lambda config: config.update(settings=3), "settings at .*config.json: 3 is no mapping"),
        (
            lambda config: config["property"].update(mean="x"),
            "property at .*: is .*expected name, mean and scale",
        ),
        (lambda config: config["property"].update(scale=0.0), "property at .*expected name, mean and scale"),
        (lambda config: config["property"].pop("name"), "property at .*expected name, mean and scale"),
        (resized(hidden=10**9), "hidden at .*: is 1,000,000,000, which the stored weights do not have"),
        (resized(layers=10**9), "layers at .*: is 1,000,000,000, which the stored weights do not have"),
        (resized(hidden=64), "does not fit the model its config.json describes"),
        (resized(max_atoms=21), r"num_atoms.2.weight has shape \(21, 192\), the model has \(22, 192\)"),
    ],
)
def test_a_damaged_config(folder, change, said):
    with_config(folder, change)
    with pytest.raises(InputError, match=said) as told:
        CrystalGenerator.load(folder)
    assert "http" not in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda weights: weights["network.num_atoms.2.bias"].fill_(float("nan")),
            "model.safetensors at .*: network.num_atoms.2.bias has .* values that are not finite",
        ),
        (lambda weights: weights["lattice.scale"].fill_(0.0), "lattice.scale at .*expected six numbers"),
        (lambda weights: weights.pop("lattice.mean"), "lattice.mean at .*model.safetensors: is missing"),
        (lambda weights: weights.pop("trained_formulas"), "trained_formulas at .*is missing"),
        (lambda weights: weights.pop("network.num_atoms.2.bias"), "network.num_atoms.2.bias is missing"),
        (lambda weights: weights.update({"prior.x": torch.zeros(1)}), "prior.x is unknown to the model"),
        (lambda weights: weights["trained_formulas"].fill_(255), "trained_formulas at .*is no text"),
    ],
)
def test_damaged_weights(folder, change, said):
    with_weights(folder, change)
    with pytest.raises(InputError, match=said):
        CrystalGenerator.load(folder)


def test_an_undamaged_copy_is_read(folder):
    assert len(CrystalGenerator.load(folder).trained_formulas) > 1_000
