"""The tables of figures: what they hold, how they are named, and that they are JSON."""

import json

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.metrics.cutoffs import Cutoffs
from fourfold.domains.materials.metrics.evaluation import score_generated, score_reconstruction
from fourfold.domains.materials.metrics.scores import CrystalScores, Score
from pymatgen.core import Lattice, Structure

CUTOFFS = Cutoffs(0.5, 4.0)


def salts(*formulas: str, length: float = 4.1) -> Crystals:
    cells = [Structure(Lattice.cubic(length), f.split(), [[0, 0, 0], [0.5] * 3]) for f in formulas]
    return crystals_of(cells, ids=[str(i) for i in range(len(cells))])


def test_figures_of_generated_crystals():
    known, reference = salts("Cs Cl", "Cs Br", "Rb Cl"), salts("Rb Br", "Cs Cl")
    generated = salts("Cs Cl", "Rb Br", "Rb Br", "He Cl")
    scores = score_generated(generated, reference, known, cutoffs=CUTOFFS, names=("mine", "test", "train"))
    assert scores.sets == {"generated mine": 4, "reference test": 2, "training train": 3}
    assert scores["structural validity"] == 1.0
    assert scores["compositional validity"] == scores["validity"] == 0.75
    assert scores["COV-R"] == 1.0
    assert scores["COV-P"] == 0.75
    assert scores["distinct formulas"] == scores["unique"] == 0.75
    assert scores["new formulas"] == scores["novel"] == 0.75
    assert scores["METRe"] == 1.0
    assert scores["cRMSE"] == pytest.approx(0.0, abs=1e-6)
    assert scores["W number of elements"] == 0.0
    assert json.loads(json.dumps(scores.as_dict()))["scores"]["COV-P"]["value"] == 0.75
    assert "COV-P" in str(scores)
    with pytest.raises(KeyError):
        scores["energy above hull"]


def test_nothing_valid_says_so_and_values_of_ones_own_are_compared():
    known = salts("Cs Cl", "Rb Br")
    nothing = score_generated(salts("He Cl"), known, known, cutoffs=CUTOFFS, matching=False)
    assert nothing.notes == ("No Wasserstein distances: no generated crystal is valid.",)
    assert nothing["COV-P"] == 0.0
    values = {"heat (eV/atom)": (np.array([0.5, 0.5]), np.array([0.0, 0.0]))}
    scores = score_generated(known, known, known, cutoffs=CUTOFFS, matching=False, values=values)
    assert scores["W heat (eV/atom)"] == 0.5
    assert "METRe" not in scores.as_dict()["scores"]


def test_figures_of_rebuilt_crystals_under_both_tolerances():
    reference = salts("Cs Cl", "Rb Br")
    scores = score_reconstruction(salts("Cs Cl", "Rb Cl"), reference, name="two")
    assert scores["match rate (stol 0.5)"] == scores["match rate (stol 0.3)"] == 0.5
    assert scores["RMSE (stol 0.5)"] == pytest.approx(0.0, abs=1e-6)
    assert scores["cRMSE (stol 0.3)"] == pytest.approx(0.15, abs=1e-6)
    assert scores.sets == {"reference two": 2}


def test_what_is_not_finite_is_no_json_number():
    scores = CrystalScores((Score("RMSE", float("nan"), "none matched"),), {"reference": 1})
    assert scores.as_dict()["scores"] == {"RMSE": {"value": None, "meaning": "none matched"}}
