"""fourfold generate --lengths 3,12 --angles 60,120, with a crystal generator of one's own."""

from pathlib import Path

import pandas as pd
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.datasets import aflow_prototypes
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining
from fourfold.pipelines.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    known = aflow_prototypes()
    training = FlowTraining(steps=2, decoder_steps=1, batch_size=8, prior_steps=2, validate_every=2)
    settings = GeneratorSettings(network=FlowSettings(max_atoms=8, hidden=16, layers=1), training=training)
    few = known.take([row for row, count in enumerate(known.counts) if count <= 4][:12])
    folder = tmp_path_factory.mktemp("bounds") / "model"
    CrystalGenerator(settings).fit(few).save(folder)
    return folder


def test_cells_lie_within(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "crystals"
    asked = ["generate", str(model), "-n", "6", "--steps", "3", "--lengths", "4.5,4.75", "--angles", "70,80"]
    assert main([*asked, "--out", str(out)]) == 0
    made = read_crystals(out / "crystals.extxyz", min_distance=0.0)
    assert len(made) == len(pd.read_csv(out / "crystals.csv")) == 6
    assert made.lengths.min() > 4.5 - 1e-6 and made.lengths.max() < 4.75 + 1e-6
    assert made.angles.min() > 70 - 1e-4 and made.angles.max() < 80 + 1e-4


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--lengths", "12,3"], "lengths: is 12 to 3; expected two numbers from 1.5 to 100 angstrom"),
        (["--lengths", "3"], "--lengths: "),
        (["--lengths", "3,x"], "--lengths: "),
        (["--angles", "120,130"], "angles: three from 120 to 130 degrees close no cell"),
        (["--lengths", "2,2", "--num-atoms", "5"], "no room for 5 atoms"),
        (["-n", "1000000000000"], "too little memory"),
    ],
)
def test_bounds_that_cannot_be_met_are_told(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], told: str
) -> None:
    out = tmp_path / "new"
    assert main(["generate", str(model), *flags, "--out", str(out)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and told in lines[0]
    assert not out.exists()
