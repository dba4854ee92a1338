"""A generator with CDVAE's decoder: every verb on a tiny one, wishes, files, refusals."""

import numpy as np
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.cdvae.settings import CdvaeRecipe, LangevinSettings
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining
from fourfold.domains.materials.formulas import formula_texts
from fourfold.shared.errors import InputError
from tiny_cdvae import random_crystals, tiny_settings

pytestmark = pytest.mark.filterwarnings(
    "ignore:(structures|composition). in .* new to:fourfold.shared.errors.InputWarning"
)
"""So few crystals know few elements."""
CRYSTALS = random_crystals(1, rows=12)
SETTINGS = GeneratorSettings(
    cdvae=tiny_settings(),
    recipe=CdvaeRecipe(teacher_forcing_steps=2),
    network=FlowSettings(max_atoms=6),
    training=FlowTraining(steps=4, batch_size=6, prior_steps=5, validate_every=4),
    langevin=LangevinSettings(steps_per_level=1),
)


@pytest.fixture(scope="module")
def generator():
    return CrystalGenerator(SETTINGS, decoder="cdvae").fit(CRYSTALS, "energy")


def test_new_crystals_carry_their_marks_and_follow_their_seed(generator):
    one, same, other = (generator.generate(3, seed=seed, sampler="langevin") for seed in (1, 1, 2))
    assert np.array_equal(one.crystals.frac, same.crystals.frac)
    assert not np.allclose(one.crystals.lengths, other.crystals.lengths)
    assert "energy" in one.crystals.properties
    assert one.crystals.ids == ("generated-0", "generated-1", "generated-2")


def test_wishes_are_kept(generator):
    assert set(formula_texts(generator.generate(2, composition="NaCl").crystals)) == {"Na1Cl1"}
    made = generator.generate(2, elements="Ti,O", num_atoms=3).crystals
    assert set(made.numbers.tolist()) <= {8, 22}
    assert made.counts.tolist() == [3, 3]
    assert len(generator.generate(2, property=-1.0)) == 2


def test_a_trajectory_has_every_level_and_ends_at_the_crystals(generator):
    made = generator.generate(3, trajectory=True, batch_size=2)
    assert len(made.trajectory) == 50
    assert np.array_equal(made.trajectory[-1].frac, made.crystals.frac)
    assert np.array_equal(made.trajectory[-1].offsets, made.crystals.offsets)


def test_crystals_are_rebuilt_predicted_optimised_and_mixed(generator):
    few = CRYSTALS.take([0, 3])
    rebuilt = generator.reconstruct(few, tries=2).crystals
    assert rebuilt.ids == few.ids
    assert np.array_equal(rebuilt.counts, few.counts)
    assert np.isfinite(generator.predict(few)).all()
    best = generator.optimize("energy", "min", few, search_steps=3, stops=1).crystals
    assert best.ids == few.ids
    assert len(generator.interpolate(few.take([0]), few.take([1]), points=2)) == 2


def test_files_read_back_make_the_same(generator, tmp_path):
    again = CrystalGenerator.load(generator.save(tmp_path / "model"))
    assert again.settings == generator.settings
    one, same = (x.generate(2).crystals for x in (generator, again))
    assert np.array_equal(one.frac, same.frac)
    assert np.array_equal(one.properties["energy"], same.properties["energy"])


def test_finetuning_leaves_the_first_as_it_was(generator):
    before = generator.predict(CRYSTALS)
    tuned = generator.finetune(CRYSTALS.take(range(6)), "energy", steps=2)
    assert np.array_equal(generator.predict(CRYSTALS), before)
    assert not np.allclose(tuned.predict(CRYSTALS), before)
    kept = generator.finetune(CRYSTALS.take(range(6)), steps=1)
    assert kept.fitted().property == generator.fitted().property


def test_without_a_property_none_is_told(tmp_path):
    plain = CrystalGenerator(SETTINGS, decoder="cdvae").fit(CRYSTALS, run=tmp_path / "run")
    assert plain.generate(2).crystals.properties == {}
    assert plain.finetune(CRYSTALS, "energy", steps=1).predict(CRYSTALS).shape == (12,)
    with pytest.raises(InputError, match="without one"):
        plain.predict(CRYSTALS)


def test_each_decoder_has_its_sampler(generator):
    with pytest.raises(InputError, match="'langevin'"):
        generator.generate(1, sampler="flow")
