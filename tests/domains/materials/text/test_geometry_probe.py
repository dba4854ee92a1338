"""The hypothetical potential, the regressor, and that the probe tells the blind from the seeing."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from fourfold.domains.materials.text import (
    HypotheticalPotential,
    geometry_probe,
    hypothetical_potential,
    permute_structure,
    perturb_structure,
    translate_structure,
)
from fourfold.domains.materials.text.hypothetical_potential import composition_part, geometry_part
from fourfold.domains.materials.text.probe_features import geometry_features, text_features
from fourfold.domains.materials.text.ridge import PENALTIES, Ridge
from fourfold.shared.errors import InputError
from told_crystals import crystals, many


def test_the_potential_is_what_alpha_says():
    given = many(40)
    for alpha in (0.0, 0.3, 1.0):
        parts = [(p - p.mean()) / p.std() for p in (composition_part(given), geometry_part(given))]
        assert np.allclose(hypothetical_potential(given, alpha), alpha * parts[0] + (1 - alpha) * parts[1])
    other = perturb_structure(given, 0.3)
    assert np.array_equal(HypotheticalPotential(given, 1.0)(other), HypotheticalPotential(given, 1.0)(given))
    assert not np.allclose(HypotheticalPotential(given, 0.0)(other), HypotheticalPotential(given, 0.0)(given))
    with pytest.raises(InputError, match="alpha"):
        hypothetical_potential(given, 1.5)


def test_the_geometry_of_the_potential_is_lennard_jones():
    pair = replace(
        crystals().take([0]),
        frac=np.array([[0, 0, 0], [0.1, 0, 0]]),
        numbers=np.array([11, 17], np.int32),
        lengths=np.full((1, 3), 25.0),
        offsets=np.array([0, 2]),
    )
    ratio = (2.0 / 2.5) ** 6
    assert np.allclose(geometry_part(pair), 0.5 * 4 * (ratio**2 - ratio))


@pytest.mark.parametrize("change", [permute_structure, translate_structure])
def test_geometry_features_and_potential_are_invariant(change):
    given = many(10)
    assert np.allclose(geometry_features(change(given)), geometry_features(given))
    assert np.allclose(geometry_part(change(given)), geometry_part(given))


def test_text_features_count_runs_of_words():
    one, other = text_features(["Na Cl Na", "Na"], buckets=1 << 16)
    assert one.sum() == 6 and other.sum() == 1
    assert one @ other == 2


@pytest.mark.parametrize("columns", [3, 60])
def test_ridge_solves_the_normal_equations(columns):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, columns))
    y = x @ rng.normal(size=columns) + 0.1 * rng.normal(size=40) + 5
    held_out = np.arange(40) < 10
    fitted = Ridge.fit(x, y, held_out)
    assert fitted.penalty in PENALTIES
    z = (x[~held_out] - fitted.mean) / fitted.scale
    right = z.T @ (y[~held_out] - y[~held_out].mean())
    weights = np.linalg.solve(z.T @ z + 30 * fitted.penalty * np.eye(columns), right)
    assert np.allclose(weights, fitted.weights, atol=1e-6)
    far = fitted.predict(1e6 * np.ones((1, columns)))
    assert np.allclose(far, fitted.predict(x[~held_out].max(axis=0, keepdims=True)))


def test_the_formula_is_blind_and_distances_are_not():
    given = many()
    potential = HypotheticalPotential(given, 0.0)
    found = geometry_probe(
        given, potential, representation="composition", disturb=partial(perturb_structure, max_distance=0.3)
    )
    assert found.text.change == 0 and found.blindness == 1
    assert found.geometry.mae < 0.5 * found.floor
    assert 0.5 * found.due < found.geometry.change < 1.5 * found.due
    assert found.tested == 30
    assert "composition: MAE" in found.sentence()


def test_composition_alone_makes_no_change_due():
    given = many()
    found = geometry_probe(given, HypotheticalPotential(given, 1.0), representation="atom_sequences")
    assert found.due == 0 and found.blindness is None
    assert found.text.mae < 0.7 * found.floor and found.text.change == 0


def test_a_property_by_name_or_values():
    given = many()
    values = geometry_part(given)
    named = replace(given, properties={"energy": values})
    one, other = geometry_probe(named, "energy"), geometry_probe(given, values)
    assert one == other and one.due is None and one.text.change > 0
    assert geometry_probe(given, values, seed=1) != one


def test_what_is_refused():
    given = many(60)
    with pytest.raises(InputError, match="50 or more"):
        geometry_probe(given.take(range(10)), np.zeros(10))
    with pytest.raises(InputError, match="no property 'gap'"):
        geometry_probe(given, "gap")
    with pytest.raises(InputError, match="shape"):
        geometry_probe(given, np.zeros(3))
    with pytest.raises(InputError, match="crystal 7: a value is not finite"):
        geometry_probe(given, np.where(np.arange(60) == 7, np.nan, 0.0))
