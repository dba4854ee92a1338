"""The crystals run: on prototypes, on a person's own table, from a trained generator, resumed and refused."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.domains.materials.datasets import aflow_prototypes
from fourfold.domains.materials.formulas import formula_texts
from fourfold.pipelines.cli import main
from fourfold.pipelines.crystals.evaluation import Evaluation, principal_plane
from fourfold.pipelines.crystals.pipeline import Settings, recipe, run_pipeline
from fourfold.pipelines.crystals.preparation import prepare, split_by_formula
from fourfold.pipelines.settings import resolve_settings
from fourfold.shared.errors import InputError

TINY: dict[str, Any] = {
    "generator": {
        "network": {"latent": 5, "hidden": 12, "layers": 1, "frequencies": 2, "encoder_hidden": 8,
                    "encoder_layers": 1, "encoder_frequencies": 2, "radial": 8, "cutoff": 4.0,
                    "max_atoms": 6},
        "training": {"steps": 3, "decoder_steps": 2, "batch_size": 16, "prior_steps": 3, "validate_every": 3},
    },
    "samples": 5, "steps": 3, "shown": 2, "rebuilt": 1, "optimised": 2,
}  # fmt: skip


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({**TINY, **changes})


def own_table(path: Path) -> Path:
    """30 crystals: two of each formula, one row broken, one too large, a gap of one not known."""
    known = aflow_prototypes()
    small = known.take(np.flatnonzero(known.counts <= 4)[:14])
    large = known.take(np.flatnonzero(known.counts > 6)[:1])
    write_crystals(small, path)
    write_crystals(large, path.with_name("large.csv"))
    frame = pd.read_csv(path)
    twice = frame.assign(material_id=[f"again-{i}" for i in range(len(frame))])
    broken = frame.iloc[:1].assign(material_id="broken", cif="no crystal")
    whole = pd.concat([frame, twice, pd.read_csv(path.with_name("large.csv")), broken], ignore_index=True)
    whole["gap"] = np.arange(len(whole)) / 10
    whole.loc[0, "gap"] = np.nan
    whole.drop(columns="volume_per_atom").to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a person's own table."""
    folder = tmp_path_factory.mktemp("crystals")
    own = settings(data=str(own_table(folder / "mine.csv")), property="gap")
    run_pipeline(own, folder / "run", "fourfold run crystals --set data=mine.csv")
    return folder


def test_the_run_folder_holds_what_is_promised(finished: Path) -> None:
    out = finished / "run"
    names = {entry.name for entry in out.iterdir()}
    promised = {"config.json", "metrics.jsonl", "artifact", "report.html", "environment.json", "crystals"}
    assert names == promised | {"stages"}
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert {"structural validity", "match rate (stol 0.5)", "COV-R"} <= {line["metric"] for line in lines}
    table = pd.read_csv(out / "crystals" / "crystals.csv")
    assert len(table) == 5 and "predicted_gap" in table
    assert len(list((out / "crystals" / "cif").iterdir())) == 5
    again = CrystalGenerator.load(out / "artifact").generate(5, steps=3)
    np.testing.assert_allclose(again.density, table["density_g_cm3"])


def test_the_report_tells_all_and_needs_nothing_from_outside(finished: Path) -> None:
    text = (finished / "run" / "report.html").read_text()
    assert not re.search(r"https?:|<link|<img|<iframe|@import|url\((?!#)|\bfetch\(|import\s|src=", text)
    assert text.count("<script>") == 1
    # Two new ones, a test crystal and what it was rebuilt as.
    assert text.count('<canvas data-crystal="') == 4
    assert len(re.findall(r'<canvas[^>]* aria-label="Cell of [^"]+ atoms of ', text)) == 4
    assert text.count("<svg") == text.count('role="img" aria-label="') - 4
    for part in (
        "reduced formulas drawn at random",
        "1 skipped",
        "1 with more than 6 atoms",
        "learnt from",
        "No calculation confirms the prediction",
        "predicted by the generator itself",
        "Valid does not mean stable",
        "calibrated on mp_20, not on these data",
        "training, the first",
        "test, not learnt from",
        "fourfold run crystals --set data=mine.csv",
    ):
        assert part in text, part


def test_crystals_can_be_taken_from_the_page(finished: Path) -> None:
    text = (finished / "run" / "report.html").read_text()
    links = re.findall(r'href="data:chemical/x-cif;base64,([^"]+)" download="([^"]+)"', text)
    assert len(links) == 4
    first = read_crystals(base64.b64decode(links[0][0]).decode(), min_distance=0.0)
    kept = read_crystals(finished / "run" / "crystals", min_distance=0.0)
    assert sorted(first.numbers) == sorted(kept.take([0]).numbers)
    np.testing.assert_allclose(np.sort(first.frac, 0), np.sort(kept.take([0]).frac, 0), atol=1e-7)
    (frames,) = re.findall(r'href="data:chemical/x-xyz;base64,([^"]+)"', text)
    every = read_crystals(base64.b64decode(frames).decode(), min_distance=0.0)
    assert every.ids == kept.ids


def test_a_second_run_does_only_what_changed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = settings(data=str(finished / "mine.csv"), property="gap", shown=1)
    run_pipeline(own, finished / "run", "again")
    told = capsys.readouterr().out
    for stage in ("prepare", "train", "evaluate"):
        assert f"{stage}: unchanged" in told
    assert (finished / "run" / "report.html").read_text().count('<canvas data-crystal="') == 3


@pytest.mark.slow
def test_a_trained_generator_is_tuned(finished: Path, tmp_path: Path) -> None:
    own = settings(data=str(finished / "mine.csv"), model=str(finished / "run" / "artifact"),
                   finetune_steps=2, samples=2, optimised=0, rebuilt=0)  # fmt: skip
    text = run_pipeline(own, tmp_path / "run").read_text()
    assert "tuned from" in text and "Lowering the property" not in text
    tuned = CrystalGenerator.load(tmp_path / "run" / "artifact")
    assert "volume_per_atom" in tuned.generate(1, steps=2).crystals.properties


@pytest.mark.slow
def test_prototypes_are_what_is_at_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sets = [f"generator.network.{key}={value}" for key, value in TINY["generator"]["network"].items()]
    sets += [f"generator.training.{key}={value}" for key, value in TINY["generator"]["training"].items()]
    sets += ["samples=4", "steps=2", "shown=1", "rebuilt=1", "optimised=1"]
    flags = [word for text in sets for word in ("--set", text)]
    assert main(["run", "crystals", "--preset", "quick", "--out", str(tmp_path / "run"), *flags]) == 0
    assert "report:" in capsys.readouterr().out
    text = (tmp_path / "run" / "report.html").read_text()
    assert "The prototypes come without energies" in text
    assert "computed from their cells, not predicted" in text
    found = next((tmp_path / "run" / "stages").glob("evaluate-*")) / "evaluation.json"
    judged = Evaluation.model_validate_json(found.read_text())
    assert judged.optimised is not None and judged.optimised.actual is not None
    assert judged.rates["training"].new is None and judged.rates["training"].structure == 1.0
    assert list(judged.rebuilt) == ["training", "validation", "test"]
    assert judged.new_types is not None and judged.rebuilt["test"].count >= judged.new_types > 0
    assert (
        f"{judged.new_types} of the {judged.rebuilt['test'].count} test crystals are of a structure" in text
    )


def test_crystals_of_one_formula_stay_together(finished: Path) -> None:
    parts, summary = prepare(settings(data=str(finished / "mine.csv"), property="gap"))
    formulas = {part: set(formula_texts(crystals)) for part, crystals in parts.items()}
    assert not formulas["train"] & formulas["test"] and not formulas["train"] & formulas["validation"]
    assert summary.counts == {part: len(crystals) for part, crystals in parts.items()}
    assert sum(summary.counts.values()) == 28 and (summary.n_skipped, summary.too_large) == (1, 1)
    assert summary.known == 27


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "nowhere.csv"}, "is not there"),
        ({"property": "band_gap"}, "band_gap"),
        ({"data": "few"}, "at least 10"),
        ({"data": "mine", "property": "colour"}, "colour"),
        ({"model": "tempo-zero"}, "no crystal generator"),
    ],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    finished: Path, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    few = tmp_path / "few.csv"
    pd.read_csv(finished / "mine.csv").iloc[:5].to_csv(few, index=False)
    names = {"few": str(few), "mine": str(finished / "mine.csv")}
    given = {**changes, **({"data": names[changes["data"]]} if changes.get("data") in names else {})}
    with pytest.raises(InputError, match=told):
        run_pipeline(settings(**given), tmp_path / "run")
    assert not (tmp_path / "run" / "report.html").exists()
    assert not list(tmp_path.glob("run/stages/*"))


def test_one_formula_alone_is_no_data() -> None:
    known = aflow_prototypes()
    same = known.take([0] * 12)
    with pytest.raises(InputError, match="1 formulas"):
        split_by_formula(same, 0.1, 0.1, 0)


def test_the_plane_holds_most_of_the_variance() -> None:
    draw = np.random.default_rng(0)
    latents = draw.normal(size=(400, 4)) * [5.0, 0.1, 3.0, 0.1] + 7
    mean, plane, shares = principal_plane(latents)
    assert np.abs(plane[0, 0]) > 0.99 and np.abs(plane[1, 2]) > 0.99
    np.testing.assert_allclose(mean, 7, atol=1)
    np.testing.assert_allclose(shares.sum(), 1, atol=0.01)


def test_recipes_are_settings() -> None:
    quick, full = (resolve_settings(Settings, recipe(name)) for name in ("quick", "full"))
    assert quick.generator.training.steps < full.generator.training.steps
    assert (quick.data, quick.property) == ("aflow", "volume_per_atom")
