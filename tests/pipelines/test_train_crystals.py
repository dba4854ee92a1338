"""`fourfold run train-crystals`: trains, measures on crystals never seen, and leaves an artefact."""

import json

import pytest
from fourfold import CrystalGenerator
from fourfold.pipelines.settings import resolve_settings
from fourfold.pipelines.train_crystals import Settings, recipe, run_pipeline
from fourfold.shared.errors import InputError

TINY = {
    "generator.network.hidden": "16",
    "generator.network.encoder_hidden": "16",
    "generator.network.layers": "1",
    "generator.network.max_atoms": "6",
    "generator.training.steps": "4",
    "generator.training.decoder_steps": "2",
    "generator.training.prior_steps": "5",
    "samples": "6",
    "starts": "2",
}


def _settings(**more):
    pairs = tuple(f"{key}={value}" for key, value in {**TINY, **more}.items())
    return resolve_settings(Settings, recipe("quick"), None, pairs)


@pytest.mark.slow
def test_it_goes_on_where_it_stopped_and_measures_at_the_end(tmp_path):
    run_pipeline(_settings(minutes="0.000001"), tmp_path / "run")
    assert not (tmp_path / "run" / "scores.json").exists()
    card = run_pipeline(_settings(), tmp_path / "run", command="fourfold run train-crystals")
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())["scores"]
    assert {"match rate (stol 0.5)", "COV-P", "SR5", "MAE volume_per_atom"} <= scores.keys()
    assert "fourfold run train-crystals" in card.read_text()
    assert len(CrystalGenerator.load(card.parent).generate(2, steps=2)) == 2


def test_data_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="data"):
        run_pipeline(_settings(data="nowhere.csv"), tmp_path)


def test_recipes_are_settings():
    full, quick = (Settings.model_validate(recipe(name)) for name in ("full", "quick"))
    assert full.data == "perov_5"
    assert quick.generator.training.steps < full.generator.training.steps
