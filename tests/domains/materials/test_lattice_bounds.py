"""Bounds of cells: checked when they are said, kept by every verb that makes crystals."""

import numpy as np
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.cdvae.settings import LangevinSettings
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining
from fourfold.domains.materials.formulas import formula_texts
from fourfold.domains.materials.lattice_bounds import ATOM_VOLUME, LatticeBounds
from fourfold.shared.errors import InputError
from tiny_cdvae import random_crystals, tiny_settings
from tiny_generator import CRYSTALS, trained

SMALL = random_crystals(1, rows=12)
pytestmark = pytest.mark.filterwarnings("ignore:structures. in .* new:fourfold.shared.errors.InputWarning")


@pytest.fixture(scope="module")
def langevin():
    settings = GeneratorSettings(
        cdvae=tiny_settings(),
        network=FlowSettings(max_atoms=6),
        training=FlowTraining(steps=2, batch_size=6, prior_steps=2, validate_every=2),
        langevin=LangevinSettings(steps_per_level=1),
    )
    return CrystalGenerator(settings, decoder="cdvae").fit(SMALL, "energy")


def assert_within(crystals, bounds):
    assert crystals.lengths.min() >= bounds.lengths[0] and crystals.lengths.max() <= bounds.lengths[1]
    assert crystals.angles.min() >= bounds.angles[0] and crystals.angles.max() <= bounds.angles[1]
    assert (crystals.volumes() >= ATOM_VOLUME * crystals.counts * (1 - 1e-5)).all()


@pytest.mark.parametrize(
    "bounds",
    [
        LatticeBounds((4.1, 4.2), (85, 95)),
        LatticeBounds((3, 8), (60, 60)),
        LatticeBounds(lengths=(2.4, 2.5)),
        LatticeBounds(lengths=(20, 30)),
        LatticeBounds(angles=(100, 119)),
    ],
    ids=str,
)
def test_new_crystals_lie_within(bounds):
    generator = trained()
    made = generator.generate(12, lattice=bounds, steps=5, trajectory=True)
    assert_within(made.crystals, bounds)
    for frame in made.trajectory:
        assert_within(frame, bounds)
    if bounds.most_atoms() >= 5:
        predicted = generator.generate(4, composition="SrTiO3", lattice=bounds, steps=5).crystals
        assert set(formula_texts(predicted)) == {"O3Ti1Sr1"}
        assert_within(predicted, bounds)


def test_every_verb_keeps_to_them():
    generator, bounds = trained(), LatticeBounds((4.3, 4.4), (80, 89))
    few = CRYSTALS.take([0, 5])
    for made in (
        generator.reconstruct(few, lattice=bounds, steps=4),
        generator.optimize("height", "min", few, lattice=bounds, steps=4, search_steps=3, stops=1),
        generator.interpolate(few.take([0]), few.take([1]), points=2, lattice=bounds, steps=4),
    ):
        assert_within(made.crystals, bounds)


def test_bounds_that_hold_everything_change_little():
    generator, wide = trained(), LatticeBounds()
    free, held = (generator.generate(6, steps=5, lattice=x).crystals for x in (None, wide))
    assert np.array_equal(free.numbers, held.numbers)
    assert np.allclose(free.lengths, held.lengths, atol=1e-3)


def test_langevin_dynamics_keeps_to_them(langevin):
    for bounds in (LatticeBounds((3.1, 3.3), (70, 80)), LatticeBounds(lengths=(9.7, 9.9))):
        made = langevin.generate(3, lattice=bounds, trajectory=True)
        assert_within(made.crystals, bounds)
        assert_within(made.trajectory[0], bounds)
    assert_within(langevin.reconstruct(SMALL.take([0]), lattice=bounds, tries=1).crystals, bounds)


def test_room_is_that_of_the_largest_cell():
    assert LatticeBounds(lengths=(2, 10)).most_atoms() == 400
    assert LatticeBounds((2, 10), (60, 60)).most_atoms() == int(1000 * 0.5**0.5 / 2.5)
    assert LatticeBounds((2, 2), (90, 90)).most_atoms() == 3
    assert LatticeBounds(lengths=(1.5, 100)).straightest == 90
    assert LatticeBounds(angles=(100, 119)).straightest == 100


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lengths": (12, 3)}, "lengths"),
        ({"lengths": (1, 3)}, "lengths"),
        ({"lengths": (3, float("nan"))}, "lengths"),
        ({"lengths": (3, float("inf"))}, "lengths"),
        ({"lengths": 3}, "lengths"),
        ({"lengths": (3, 4, 5)}, "lengths"),
        ({"lengths": ("3", "4")}, "lengths"),
        ({"angles": (0, 90)}, "angles"),
        ({"angles": (60, 170)}, "angles"),
        ({"angles": (120, 130)}, "angles"),
    ],
)
def test_bounds_that_make_no_sense_are_told(given, field):
    with pytest.raises(InputError) as told:
        LatticeBounds(**given)
    assert told.value.field == field


def test_bounds_that_cannot_be_met_are_told():
    generator = trained()
    with pytest.raises(InputError, match="no room for 5 atoms"):
        generator.generate(1, composition="SrTiO3", lattice=LatticeBounds(lengths=(1.5, 2.2)))
    with pytest.raises(InputError, match="no room for 1 atom;"):
        generator.generate(1, lattice=LatticeBounds((1.5, 1.5), (60, 60)))
    with pytest.raises(InputError, match=r"at p1: .*no room for 5"):
        generator.reconstruct(CRYSTALS.take([1]), lattice=LatticeBounds(lengths=(1.5, 2.2)))
    with pytest.raises(InputError, match=r"lattice: is \(3, 12\)"):
        generator.generate(1, lattice=(3, 12))  # type: ignore[arg-type] # as a person may
