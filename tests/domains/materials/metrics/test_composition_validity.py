"""Charge neutrality and electronegativity order, against the rule tried out state by state."""

import itertools
import warnings

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.metrics.composition_validity import (
    composition_is_valid,
    compositional_validity,
    reduced_counts,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def tried_out(composition: dict[int, int]) -> bool:
    """Every combination of oxidation states, as the rule is written down."""
    from pymatgen.core import Element

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        elements = [Element.from_Z(number) for number in composition]
        counts = reduced_counts(np.array(list(composition.values())))
        scale = [float(element.X) for element in elements]
    if len(elements) == 1 or all(e.is_metal or e.symbol in ("Ge", "Sb") for e in elements):
        return True
    if np.isnan(scale).any():
        return False
    for states in itertools.product(*(element.oxidation_states for element in elements)):
        cations = [chi for state, chi in zip(states, scale, strict=True) if state > 0]
        anions = [chi for state, chi in zip(states, scale, strict=True) if state < 0]
        neutral = sum(state * count for state, count in zip(states, counts, strict=True)) == 0
        if neutral and (not cations or not anions or max(cations) < min(anions)):
            return True
    return False


@pytest.mark.parametrize(
    ("formula", "valid"),
    [
        ("NaCl", True),
        ("SrTiO3", True),
        ("CuZn", True),  # an alloy
        ("Si8", True),  # an element
        ("SiC", True),
        ("NaCl2", False),
        ("Fe3O4", False),  # two valences of one element
        ("NaF3", False),
        ("HeO", False),  # a noble gas in a compound
        ("XeNa", False),
        ("He", True),
        ("GeSb", True),
    ],
)
def test_formulas_everybody_knows(formula, valid):
    assert composition_is_valid(formula) is valid


@settings(max_examples=60)
@given(st.dictionaries(st.integers(1, 100), st.integers(1, 6), min_size=1, max_size=4))
def test_the_short_way_answers_as_the_long_one(composition):
    assert composition_is_valid(composition) is tried_out(composition)


def test_formula_units_and_the_order_of_elements_do_not_matter():
    assert composition_is_valid({22: 4, 8: 8}) is composition_is_valid({8: 2, 22: 1}) is True


def test_many_elements_take_no_time():
    assert composition_is_valid({number: 1 + number % 7 for number in range(3, 53, 3)}) in (True, False)


def test_no_atoms_and_unknown_elements_are_not_valid():
    assert not composition_is_valid({})
    assert not composition_is_valid({8: 1, 119: 1})


def test_rows_of_packed_crystals():
    numbers = np.array([11, 17, 11, 17, 17, 2], np.int32)
    crystals = Crystals(
        np.zeros((6, 3)),
        numbers,
        np.ones((3, 3)),
        np.full((3, 3), 90.0),
        np.array([0, 2, 5, 6]),
        ("a", "b", "c"),
    )
    assert compositional_validity(crystals).tolist() == [True, False, True]
