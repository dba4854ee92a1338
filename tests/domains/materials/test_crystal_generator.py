"""The generator that a user holds: every verb on a tiny model, wishes kept, files, bad input."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from fourfold import CrystalGenerator
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.crystals.structures import structures_of
from fourfold.domains.materials.flow.latent_search import search_latents
from fourfold.domains.materials.flow.settings import FlowTraining
from fourfold.domains.materials.formulas import formula_texts
from fourfold.domains.materials.generator_scores import success_rates
from fourfold.shared.errors import InputError, InputWarning

sys.path.insert(0, str(Path(__file__).parent / "flow"))
from small_crystals import TINY, perovskites, small_crystals

TINY_TRAINING = FlowTraining(steps=6, decoder_steps=3, batch_size=8, prior_steps=5, validate_every=3)
SETTINGS = GeneratorSettings(network=TINY, training=TINY_TRAINING)


@pytest.fixture(scope="module")
def crystals():
    return perovskites(copies=4)


@pytest.fixture(scope="module")
def generator(crystals):
    return CrystalGenerator(SETTINGS).fit(crystals, "height")


@pytest.mark.filterwarnings("ignore:structures. in:fourfold.shared.errors.InputWarning")
def test_new_crystals_carry_their_marks(generator):
    made = generator.generate(4, steps=5)
    table = made.table()
    marks = ["structure_valid", "composition_valid", "novel", "density", "nearest_distance", "space_group"]
    assert list(table.columns) == ["formula", *marks, "height"]
    assert table.index.tolist() == [f"generated-{i}" for i in range(4)]
    structure = made.structures()[0]
    assert structure.properties["valid"] == bool(made.valid[0])
    novel = [text not in generator.trained_formulas for text in formula_texts(made.crystals)]
    assert made.novel.tolist() == table["novel"].tolist() == novel
    assert structure.properties["novel"] == novel[0]
    assert made.take(np.array([2, 0])).novel.tolist() == [novel[2], novel[0]]
    assert structure.density == pytest.approx(structure.properties["density"], rel=1e-4)
    assert np.isfinite(made.crystals.frac).all()
    assert ((made.crystals.frac >= 0) & (made.crystals.frac < 1)).all()
    good = made.take(np.flatnonzero(made.structure_valid)).crystals
    assert np.allclose(generator.predict(good), good.properties["height"])


def test_the_seed_decides_and_batches_do_not(generator):
    one, same = (generator.generate(5, seed=3, steps=4, batch_size=size).crystals for size in (256, 2))
    other = generator.generate(5, seed=4, steps=4).crystals
    assert np.array_equal(one.numbers, same.numbers)
    assert np.allclose(one.frac, same.frac, atol=1e-5)
    assert not np.allclose(one.lengths, other.lengths)


def test_latents_are_decoded_if_asked_for(generator):
    drawn, other = (generator.generate(4, latent=x, steps=3).crystals for x in (True, False))
    assert len(drawn) == len(other) == 4
    assert not np.allclose(drawn.lengths, other.lengths)
    usual = CrystalGenerator(SETTINGS.model_copy(update={"by_latent": True}))
    usual.model, usual.trained_formulas = generator.model, generator.trained_formulas
    assert np.array_equal(usual.generate(4, steps=3).crystals.frac, drawn.frac)
    assert np.array_equal(usual.generate(4, latent=False, steps=3).crystals.frac, other.frac)


def test_a_formula_is_kept(generator):
    made = generator.generate(3, composition="SrTiO3", steps=7).crystals
    assert set(formula_texts(made)) == {"O3Ti1Sr1"}
    with pytest.warns(InputWarning, match="in NaCl Na, Cl are new to the generator"):
        pairs = generator.generate(2, composition="NaCl", num_atoms=6, steps=3).crystals
    assert pairs.counts.tolist() == [6, 6]
    assert set(formula_texts(pairs)) == {"Na1Cl1"}


def test_elements_and_number_of_atoms_are_kept(generator):
    made = generator.generate(3, elements="Ti,O", num_atoms=7, steps=4).crystals
    assert set(made.numbers.tolist()) <= {8, 22}
    assert made.counts.tolist() == [7, 7, 7]
    with pytest.warns(InputWarning, match=r"Xe is in no crystal.*it knows O, K, Ca, Ti"):
        one = generator.generate(2, elements="Xe,Ti,O", num_atoms=7, steps=4).crystals
    assert np.array_equal(
        one.numbers, generator.generate(2, elements="Ti,O", num_atoms=7, steps=4).crystals.numbers
    )


def test_a_property_is_aimed_at(generator):
    assert len(generator.generate(6, property=0.3, steps=3)) == 6
    assert len(generator.generate(2, property=0.3, composition="SrTiO3", steps=3)) == 2
    few = generator.generate(4, property=0.3, elements="Sr,Ti,O", steps=3)
    many = generator.generate(32, elements="Sr,Ti,O", steps=3)
    assert few.valid.sum() == min(many.valid.sum(), 4)  # drawn of the same 32: valid ones come first
    model = generator.fitted()
    start = model.draw(8, 0)
    for target in (-0.5, 0.5):
        found = search_latents(model, start, target, steps=60)[0]
        assert (
            np.abs(model.property_of(found) - target).mean()
            < np.abs(model.property_of(start) - target).mean()
        )
    lower, higher = (model.property_of(search_latents(model, start, x, steps=30)[0]) for x in ("min", "max"))
    assert (lower < higher).all()


def test_new_formulas_alone_if_asked_for(generator):
    made = generator.generate(5, novel=True, steps=3)
    assert not set(formula_texts(made.crystals)) & generator.trained_formulas
    assert made.novel.all()


def test_a_trajectory_ends_at_the_crystals(generator):
    made = generator.generate(5, steps=4, trajectory=True, batch_size=3)
    assert len(made.trajectory) == 4
    last = made.trajectory[-1]
    assert np.array_equal(last.numbers, made.crystals.numbers)
    assert np.allclose(last.frac, made.crystals.frac)
    assert made.trajectory[0].offsets[-1] == last.offsets[-1]


def test_rebuilt_crystals_keep_their_names(generator, crystals):
    made = generator.reconstruct(structures_of(crystals.take([2, 5])), steps=4).crystals
    assert made.ids == ("p2", "p5")


def test_optimised_crystals_are_no_worse_than_their_start(generator, crystals):
    start = crystals.take([0, 5, 9])
    best = generator.optimize("height", "min", start, steps=4, search_steps=20, stops=3)
    assert best.crystals.ids == start.ids
    near = generator.optimize("height", 0.4, 2, steps=4, search_steps=20, stops=2)
    assert len(near) == 2


def test_the_way_between_two_crystals(generator, crystals):
    made = generator.interpolate(crystals.take([0]), crystals.take([7]), points=4, steps=3)
    stay = generator.interpolate(crystals.take([0]), crystals.take([0]), points=2, steps=3)
    assert len(made) == 4
    for k in (0, 1):
        assert np.array_equal(stay.crystals.take([k]).numbers, made.crystals.take([0]).numbers)
        assert np.allclose(stay.crystals.take([k]).frac, made.crystals.take([0]).frac, atol=1e-5)


def test_files_read_back_make_the_same(generator, tmp_path):
    again = CrystalGenerator.load(generator.save(tmp_path / "model"))
    assert again.trained_formulas == generator.trained_formulas
    one, same = (x.generate(3, steps=3).crystals for x in (generator, again))
    assert np.array_equal(one.frac, same.frac)
    assert np.array_equal(one.properties["height"], same.properties["height"])


def test_the_slope_moves_new_crystals_and_not_rebuilt_ones(generator, crystals, tmp_path):
    slow = CrystalGenerator.load(generator.save(tmp_path / "model"))
    slow.settings = slow.settings.model_copy(update={"slope": 0.0})
    saved = CrystalGenerator.load(slow.save(tmp_path / "slow"))
    hurried, calm, again = (x.generate(3, steps=6).crystals for x in (generator, slow, saved))
    assert np.array_equal(calm.frac, again.frac)
    assert not np.allclose(calm.frac, hurried.frac)
    one, same = (x.reconstruct(crystals.take([0]), steps=4).crystals for x in (generator, slow))
    assert np.array_equal(one.frac, same.frac)


def test_new_crystals_are_drawn_apart_unless_told_otherwise(generator, tmp_path):
    alone = CrystalGenerator.load(generator.save(tmp_path / "model"))
    alone.settings = alone.settings.model_copy(update={"apart": 0.0})
    wide = CrystalGenerator.load(tmp_path / "model")
    wide.settings = wide.settings.model_copy(update={"apart": 1.5})
    near, usual, far = (np.sort(x.generate(40, steps=30).nearest_distance) for x in (alone, generator, wide))
    assert near[0] < 0.5 < usual[0]
    assert far[2] > 1.2


def test_finetuning_leaves_the_first_as_it_was(generator, crystals):
    before = generator.predict(crystals)
    other = perovskites(((11, 41), (37, 50)), copies=3)
    with pytest.warns(InputWarning, match=r"in 6 of 6 \(p0, p1, p2, \.\.\.\) Na, Rb, Nb, Sn are new"):
        generator.predict(other)
    tuned = generator.finetune(other, "height", steps=3)
    assert np.array_equal(generator.predict(crystals), before)
    assert not np.allclose(tuned.predict(crystals), before)
    assert tuned.trained_formulas > generator.trained_formulas
    tuned.predict(other)
    assert generator.finetune(other, steps=2).model.property.name == "height"


def test_finetuning_goes_on_with_the_prior_for_steps_in_proportion(generator, crystals, monkeypatch):
    fitted = []

    def remember(prior, mean, log_variance, steps, seed):
        fitted.append((steps, prior.state_dict()))

    monkeypatch.setattr("fourfold.domains.materials.crystal_generator_training.fit_prior", remember)
    generator.finetune(crystals, steps=1)
    steps, weights = fitted[0]
    assert steps == min(4, generator.settings.training.prior_steps)
    known = generator.model.prior.state_dict()
    assert all(torch.equal(weights[name], known[name]) for name in known)


def test_scores_name_what_they_measure(generator, crystals):
    scores = generator.evaluate(crystals.take(range(0, 16, 4)), crystals, n=6, steps=3)
    names = [score.name for score in scores.scores]
    for wanted in ("match rate (stol 0.5)", "MAE height", "structural validity", "COV-R", "new formulas"):
        assert wanted in names
    bare = generator.evaluate(structures_of(crystals.take([0, 1])), n=3, steps=3)
    assert "structural validity" in [score.name for score in bare.scores]
    rates = success_rates(generator, crystals.take([0, 1]), (-9.0, 0.0, 9.0))
    assert [rate.name for rate in rates] == ["SR5", "SR10", "SR15"]
    assert rates[0].value == 0.0


def test_training_goes_on_where_time_ran_out(crystals, tmp_path):
    short = CrystalGenerator(SETTINGS).fit(crystals, "height", run=tmp_path / "run", max_seconds=1e-9)
    assert not short.finished
    whole = CrystalGenerator(SETTINGS).fit(crystals, "height", run=tmp_path / "run")
    assert whole.finished
    direct = CrystalGenerator(SETTINGS).fit(crystals, "height")
    assert np.array_equal(whole.predict(crystals), direct.predict(crystals))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"n": 0}, "n"),
        ({"n": 2.5}, "n"),
        ({"n": 2, "composition": "Qq2"}, "composition"),
        ({"n": 2, "composition": ""}, "composition"),
        ({"n": 2, "composition": "Fe0.5O"}, "composition"),
        ({"n": 2, "composition": "SrTiO3", "num_atoms": 7}, "num_atoms"),
        ({"n": 2, "composition": "SrTiO3", "elements": "Sr"}, "elements"),
        ({"n": 2, "composition": "Sr5Ti5O15"}, "composition"),
        ({"n": 2, "elements": "Ti,Xx"}, "elements"),
        ({"n": 2, "elements": ""}, "elements"),
        ({"n": 2, "elements": "Xe"}, "elements"),
        ({"n": 2, "num_atoms": 99}, "num_atoms"),
        ({"n": 2, "property": float("nan")}, "property"),
        ({"n": 2, "steps": 0}, "steps"),
        ({"n": 2, "sampler": "langevin"}, "sampler"),
        ({"n": 2, "batch_size": 0}, "batch_size"),
    ],
)
def test_wishes_that_make_no_sense_are_told(generator, wish, field):
    with pytest.raises(InputError) as told:
        generator.generate(**wish)
    assert told.value.field == field


def test_other_bad_input_is_told(generator, crystals):
    with pytest.raises(InputError, match="not trained"):
        CrystalGenerator(SETTINGS).generate(1)
    with pytest.raises(InputError, match="weight"):
        CrystalGenerator(SETTINGS).fit(small_crystals(0), "weight")
    with pytest.raises(InputError, match="9 atoms"):
        CrystalGenerator(SETTINGS).fit(small_crystals(0, counts=(9, 2)))
    with pytest.raises(InputError, match="at most 8"):
        generator.predict(small_crystals(0, counts=(9,)))
    with pytest.raises(InputError, match="expected 'height'"):
        generator.optimize("weight")
    with pytest.raises(InputError, match="target"):
        generator.optimize("height", "lowest", 2)
    with pytest.raises(InputError, match="expected one"):
        generator.interpolate(crystals.take([0, 1]), crystals.take([0]))
    silent = CrystalGenerator(SETTINGS).fit(crystals.take(range(4)))
    with pytest.raises(InputError, match="trained without"):
        silent.predict(crystals)
