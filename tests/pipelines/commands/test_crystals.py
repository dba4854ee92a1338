"""generate, finetune and evaluate with a crystal generator, on crystals of the user's, in process."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.domains.materials.datasets import aflow_prototypes
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining
from fourfold.pipelines.cli import main

NETWORK = FlowSettings(
    latent=5, hidden=12, layers=2, frequencies=3, encoder_hidden=8, encoder_layers=2, encoder_frequencies=2,
    radial=8, cutoff=4.0, max_atoms=8,
)  # fmt: skip
TRAINING = FlowTraining(steps=4, decoder_steps=2, batch_size=8, prior_steps=4, validate_every=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generator, a table of small crystals and one with a few large ones among them."""
    folder = tmp_path_factory.mktemp("crystals")
    known = aflow_prototypes()
    small = known.take(np.flatnonzero(known.counts <= 4)[:24])
    settings = GeneratorSettings(network=NETWORK, training=TRAINING)
    CrystalGenerator(settings).fit(small, "volume_per_atom").save(folder / "model")
    write_crystals(small, folder / "my.csv")
    frame = pd.read_csv(folder / "my.csv")
    frame.drop(columns="volume_per_atom").to_csv(folder / "plain.csv", index=False)
    frame.assign(band_gap=np.arange(24) / 8.0).to_csv(folder / "gaps.csv", index=False)
    write_crystals(small.take([0]), folder / "one.cif")
    large = known.take(np.flatnonzero(known.counts > 8)[:1])
    write_crystals(large, folder / "large.csv")
    pd.concat([frame, pd.read_csv(folder / "large.csv")]).to_csv(folder / "mixed.csv", index=False)
    return folder


@pytest.fixture
def desk(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(trained)
    return trained


def test_new_crystals_in_three_forms_and_one_order(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "crystals"
    asked = [
        "generate",
        "model",
        "-n",
        "11",
        "--steps",
        "4",
        "--seed",
        "3",
        "--elements",
        "Ti,O",
        "--num-atoms",
        "6",
    ]
    assert main([*asked, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "11 crystals of" in told and "of a novel formula" in told
    table = pd.read_csv(out / "crystals.csv")
    marks = [
        "structure_valid", "composition_valid", "novel", "density_g_cm3", "nearest_distance_A", "space_group"
    ]  # fmt: skip
    assert table.columns.tolist() == [
        "id", "file", "formula", "num_atoms", "valid", *marks, "predicted_volume_per_atom"
    ]  # fmt: skip
    assert (table["num_atoms"] == 6).all()
    assert sorted(path.name for path in out.iterdir()) == ["cif", "crystals.csv", "crystals.extxyz"]
    packed = read_crystals(out, properties=("density_g_cm3",), min_distance=0.0)
    assert packed.ids == tuple(table["id"])
    assert set(packed.numbers.tolist()) <= {8, 22}
    np.testing.assert_allclose(packed.properties["density_g_cm3"], table["density_g_cm3"])
    for row, file in enumerate(table["file"]):
        single = read_crystals(out / file, min_distance=0.0)
        np.testing.assert_allclose(single.lengths[0], packed.lengths[row], atol=1e-6)
    again = tmp_path / "again"
    assert main([*asked, "-o", str(again)]) == 0
    assert (again / "crystals.extxyz").read_bytes() == (out / "crystals.extxyz").read_bytes()


def test_a_formula_a_value_and_symmetry(desk: Path, tmp_path: Path) -> None:
    for name, wish in {
        "formula": ["--formula", "SrTiO3"],
        "value": ["--property", "-3.5"],
        "symmetric": ["--symprec", "0.1", "--novel"],
    }.items():
        out = tmp_path / name
        assert main(["generate", "model", "-n", "2", "--steps", "3", *wish, "--out", str(out)]) == 0
    assert pd.read_csv(tmp_path / "formula" / "crystals.csv")["formula"].tolist() == ["SrTiO3"] * 2
    assert pd.read_csv(tmp_path / "symmetric" / "crystals.csv")["novel"].all()


def test_files_show_the_symmetry_asked_for(desk: Path, tmp_path: Path) -> None:
    """Single atoms lie on a centre of inversion at least, which P1 does not have."""
    asked = ["generate", "model", "-n", "3", "--steps", "3", "--num-atoms", "1"]
    assert main([*asked, "--symprec", "0.1", "--out", str(tmp_path / "symmetric")]) == 0
    assert main([*asked, "--out", str(tmp_path / "plain")]) == 0
    table = pd.read_csv(tmp_path / "symmetric" / "crystals.csv")
    assert len(table) == 3
    assert "P1" not in table["space_group"].tolist()
    for file, group in zip(table["file"], table["space_group"], strict=True):
        named = f"_symmetry_space_group_name_H-M   {group}\n"
        assert named in (tmp_path / "symmetric" / file).read_text()
        assert "_symmetry_space_group_name_H-M   'P 1'\n" in (tmp_path / "plain" / file).read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["model", "--out", "new", "-n", "0"], "expected 1 or more"),
        (["model", "--out", "new", "-n", "1.5"], "not a whole number"),
        (["model", "--out", "new", "--elements", "Ti,Qq"], "'Qq' is no element"),
        (["model", "--out", "new", "--formula", "Xx2"], "is no formula"),
        (["model", "--out", "new", "--formula", "SrTiO3", "--elements", "Sr"], "one of the two"),
        (["model", "--out", "new", "--formula", "SrTiO3", "--num-atoms", "7"], "a multiple of the 5"),
        (["model", "--out", "new", "--num-atoms", "9"], "from 1 to 8"),
        (["model", "--out", "new", "--property", "nan"], "a finite number"),
        (["model", "--out", "new", "--seed", "-1"], "0 or more"),
        (["model", "--out", "new", "--steps", "0"], "expected 1 or more"),
        (["model", "--out", "new", "--num-atoms", "0"], "expected 1 or more"),
        (["model", "--out", "new", "--sampler", "langevin"], "does not go with this generator's decoder"),
        (["model", "--out", "new", "--sampler", "flows"], "'flow' or 'langevin'"),
        (["model", "--out", "new", "--symprec", "0"], "expected more than 0"),
        (["model", "--out", "."], "holds files already"),
        (["model", "--out", "my.csv"], "looks like a file"),
        (["model", "--out", "model/README.md"], "is a file"),
        (["model", "--out", "none/new"], "does not exist"),
        (["nowhere", "--out", "new"], "nowhere"),
        (["tempo-zero", "--out", "new"], "is no crystal generator"),
    ],
)
def test_what_does_not_fit_is_told_and_leaves_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    before = sorted(desk.rglob("*"))
    assert main(["generate", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert sorted(desk.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_told(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    assert main(["generate", "model", "-n", "2", "--steps", "2", "--out", str(tmp_path / "new")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_generator_is_evaluated(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = tmp_path / "scores.json"
    assert main(["evaluate", "model", "mixed.csv", "--samples", "8", "-o", str(scores)]) == 0
    shown = capsys.readouterr()
    for part in ("match rate (stol 0.5)", "MAE volume_per_atom", "COV-R", "reference mixed.csv: 24 crystals"):
        assert part in shown.out
    assert "1 of 25 crystals skipped" in shown.err
    kept = json.loads(scores.read_text())
    assert kept["sets"] == {"generated by model": 8, "reference mixed.csv": 24}
    assert 0 <= kept["scores"]["structural validity"]["value"] <= 1


def test_crystals_without_the_property_are_judged_by_all_else(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "model", "plain.csv", "--samples", "4", "--matching"]) == 0
    shown = capsys.readouterr()
    assert "MAE" not in shown.out and "volume_per_atom is not judged" in shown.err
    assert "METRe" in shown.out


def test_a_generator_of_one_s_own(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine"
    asked = ["finetune", "model", "gaps.csv", "--property", "band_gap", "--steps", "2", "-o", str(mine)]
    assert main(asked) == 0
    assert "2 steps on 24 crystals" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    tuned = CrystalGenerator.load(mine)
    assert "band_gap" in tuned.generate(2, steps=2).crystals.properties
    assert "--property band_gap" in (mine / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["finetune", "model", "my.csv", "-o", "new", "--property", "gap"], "gap"),
        (["finetune", "model", "my.csv", "-o", "new", "--steps", "0"], "at least 1"),
        (["finetune", "model", "one.cif", "-o", "new"], "at least two"),
        (["finetune", "model", "large.csv", "-o", "new"], "atoms"),
        (["finetune", "model", "none.csv", "-o", "new"], "none.csv"),
        (["finetune", "model", "my.csv", "-o", "new", "--horizon", "3"], "--horizon"),
        (["finetune", "model", "my.csv", "-o", "new", "--graph", "edges.csv"], "--graph"),
        (["finetune", "linear", "my.csv", "-o", "new"], "linear is no crystal generator"),
        (["finetune", "linear", "table.csv", "-o", "new", "--property", "y"], "--property"),
        (["evaluate", "model", "my.csv", "--samples", "0"], "at least 1"),
        (["evaluate", "model", "my.csv", "--origins", "3"], "--origins"),
        (["evaluate", "model", "none.csv"], "none.csv"),
        (["evaluate", "tempo-zero", "one.cif"], "is no crystal generator"),
        (["evaluate", "linear", "table.csv", "--samples", "3"], "--samples"),
        (["evaluate", "linear", "table.csv", "--matching"], "--matching"),
    ],
)
def test_other_commands_refuse_in_one_line(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    before = sorted(desk.rglob("*"))
    assert main(arguments) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if "note:" not in line]
    assert len(lines) == 1 and told in lines[0]
    assert sorted(desk.rglob("*")) == before
