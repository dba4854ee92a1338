"""Distances to the hull of a list of crystals."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.local_hull import LocalHull
from fourfold.shared.errors import InputError


def crystals(*rows: list[int]) -> Crystals:
    numbers = np.concatenate([np.array(row, np.int32) for row in rows])
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    shape = (len(rows), 3)
    ids = tuple(map(str, range(len(rows))))
    return Crystals(
        np.zeros((len(numbers), 3)), numbers, np.full(shape, 4.0), np.full(shape, 90.0), offsets, ids
    )


KNOWN = crystals([11], [17], [11, 17], [11, 11, 17])
ENERGIES = np.array([-1.0, -2.0, -3.5, -1.5])


def test_distances_are_those_of_the_lever_rule():
    hull = LocalHull(KNOWN, ENERGIES, name="four crystals", evaluator="by hand")
    # Between Na at -1 and NaCl at -3.5: Na2Cl is two thirds NaCl by atoms, -8 / 3.
    asked = crystals([11, 17], [11, 11, 17], [17, 17, 17], [11, 17])
    above = hull.above(asked, np.array([-3.5, -1.5, -2.0, -4.0]))
    np.testing.assert_allclose(above, [0, 8 / 3 - 1.5, 0, -0.5], atol=1e-9)
    assert hull.label == "local hull of 4 crystals (four crystals), by hand"


def test_an_element_or_energy_that_is_not_known_gives_no_distance():
    hull = LocalHull(KNOWN, ENERGIES, name="x", evaluator="y")
    above = hull.above(crystals([11, 9], [11, 17]), np.array([-3.0, np.nan]))
    assert np.isnan(above).all()


def test_formation_energies_bring_their_elements():
    hull = LocalHull(crystals([11, 17]), np.array([-2.0]), name="x", evaluator="y", formation=True)
    above = hull.above(crystals([11, 17], [11, 9]), np.array([-1.5, -1.0]))
    np.testing.assert_allclose(above, [0.5, -1.0], atol=1e-9)


def test_energies_come_one_for_each_crystal():
    with pytest.raises(InputError, match="expected one for each"):
        LocalHull(KNOWN, ENERGIES[:2], name="x", evaluator="y")
    with pytest.raises(InputError, match="not known of any"):
        LocalHull(KNOWN, np.full(4, np.nan), name="x", evaluator="y")
    with pytest.raises(InputError, match="expected one for each"):
        LocalHull(KNOWN, ENERGIES, name="x", evaluator="y").above(KNOWN, ENERGIES[:1])
