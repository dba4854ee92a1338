"""Match rates, displacements and their corrected forms, against StructureMatcher pair by pair."""

from dataclasses import replace

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystal import joined
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.domains.materials.metrics.matching import Matches, match_rate, metre
from fourfold.domains.materials.metrics.tolerances import CDVAE, STRICT
from fourfold.shared.errors import InputError
from pymatgen.core import Lattice, Structure


def perovskite(
    a: str = "Sr", b: str = "Ti", x: str = "O", length: float = 3.9, stretch: float = 1.0
) -> Structure:
    sites = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Structure(Lattice.orthorhombic(length, length, length * stretch), [a, b, x, x, x], sites)


def shaken(structure: Structure, distance: float, seed: int = 0) -> Structure:
    moves = distance * np.random.default_rng(seed).normal(size=(len(structure), 3))
    return Structure(
        structure.lattice, structure.species, structure.cart_coords + moves, coords_are_cartesian=True
    )


@pytest.fixture(scope="module")
def reference() -> Crystals:
    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.6), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return crystals_of([perovskite(), perovskite("Ba"), perovskite("Ca", "Zr"), salt], ids="abcd")


def test_the_same_crystals_match_with_no_displacement(reference):
    same = match_rate(reference, reference)
    assert same.rate == 1.0
    assert same.rmse == pytest.approx(0.0, abs=1e-6)
    assert same.crmse == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("tolerances", [CDVAE, STRICT], ids=str)
def test_displacements_equal_structure_matchers(reference, tolerances):
    rebuilt = [shaken(s, 0.15, seed) for seed, s in enumerate(structures_of(reference))]
    rebuilt[2] = perovskite("Ca", "Ti")
    matches = match_rate(crystals_of(rebuilt, ids="abcd"), reference, tolerances)
    matcher = tolerances.matcher()
    pairs = [matcher.get_rms_dist(x, y) for x, y in zip(rebuilt, structures_of(reference), strict=True)]
    expected = np.array([np.nan if pair is None else pair[0] for pair in pairs])
    np.testing.assert_allclose(matches.rms, expected, atol=1e-6)
    # Another formula; and shaken rock salt, whose conventional cell is no longer a multiple of a smaller one.
    assert np.isnan(matches.rms).tolist() == [False, False, True, True]
    assert matches.rate == 0.5


def test_what_is_not_valid_does_not_match():
    wrong = crystals_of([perovskite("Na", "Na", "Na")])  # an element: valid
    charged = crystals_of([perovskite("Na", "Na", "F")])
    assert match_rate(wrong, wrong).rate == 1.0
    assert match_rate(charged, charged).rate == 0.0
    assert match_rate(charged, charged, only_valid=False).rate == 1.0


def test_metre_takes_the_best_of_all_and_does_not_ask_for_order(reference):
    structures = structures_of(reference)
    generated = [shaken(structures[1], 0.2, 5), shaken(structures[1], 0.05, 6), structures[0]]
    best = metre(crystals_of(generated, ids="xyz"), reference)
    alone = match_rate(crystals_of([generated[1]]), crystals_of([structures[1]]))
    assert best.rate == 0.5
    assert best.rms[1] == pytest.approx(alone.rms[0])
    turned = metre(crystals_of(generated[::-1], ids="xyz"), reference)
    np.testing.assert_allclose(turned.rms, best.rms)


def test_metre_takes_no_crystal_that_cannot_stand(reference):
    """Of the reference's shape, which is all that StructureMatcher sees, but atoms 0.45 angstrom apart."""
    aim = reference.take([0])
    small, larger = (replace(aim, lengths=np.full((1, 3), length)) for length in (0.9, 1.1))
    assert CDVAE.matcher().fit(structures_of(small)[0], structures_of(aim)[0])
    assert metre(small, aim).rate == 0.0
    assert match_rate(small, aim, only_valid=False).rate == 0.0
    assert metre(larger, aim).rate == 1.0  # 0.55 angstrom
    assert metre(joined([small, reference]), aim).rate == 1.0


def test_the_corrected_error_counts_what_did_not_match():
    matches = Matches(np.array([0.1, np.nan, 0.3, np.nan]), CDVAE)
    assert matches.rate == 0.5
    assert matches.rmse == pytest.approx(0.2)
    assert matches.crmse == pytest.approx((0.1 + 0.5 + 0.3 + 0.5) / 4)
    assert np.isnan(Matches(np.array([np.nan]), CDVAE).rmse)


def test_predictions_come_one_for_each_reference(reference):
    with pytest.raises(InputError, match="one prediction for each reference"):
        match_rate(reference.take([0]), reference)
    with pytest.raises(InputError, match="no crystal"):
        metre(reference, reference.take([]))


@pytest.mark.slow
def test_processes_find_what_one_finds():
    many = crystals_of([shaken(perovskite(length=3.8 + 0.005 * k), 0.05, k) for k in range(70)])
    aim = crystals_of([perovskite(length=3.8 + 0.005 * k) for k in range(70)])
    one, two = (match_rate(many, aim, workers=workers).rms for workers in (1, 2))
    assert np.array_equal(one, two, equal_nan=True)
    with pytest.raises(InputError, match="workers"):
        match_rate(many, aim, workers=0)
