"""Elements that a generator never saw are named, and what it knows beside them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from fourfold.domains.materials.crystals.elements import NUMBERS
from fourfold.domains.materials.known_elements import (
    elements_in,
    seen_alone,
    tell_unseen,
    tell_unseen_formula,
)
from fourfold.shared.errors import InputError, InputWarning
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent / "flow"))
from small_crystals import perovskites

SEEN = elements_in(["O3Ti1Sr1", "O3Ca1Ti1"])


def flags(*symbols):
    chosen = np.zeros(100, bool)
    chosen[[NUMBERS[symbol] - 1 for symbol in symbols]] = True
    return chosen


@given(st.sets(st.sampled_from(sorted(NUMBERS)), min_size=1))
def test_elements_are_read_off_formulas(symbols):
    text = "".join(f"{symbol}{n}" for n, symbol in enumerate(sorted(symbols), start=1))
    assert np.array_equal(elements_in([text]), flags(*symbols))


def test_unseen_elements_are_left_out_and_named():
    with pytest.warns(InputWarning, match=r"Xe is in no crystal.*left out; it knows O, Ca, Ti, Sr"):
        assert np.array_equal(seen_alone(flags("Ti", "Xe"), SEEN), flags("Ti"))
    assert np.array_equal(seen_alone(flags("Ti", "O"), SEEN), flags("Ti", "O"))


def test_unseen_elements_alone_are_refused():
    with pytest.raises(InputError, match=r"Kr, Xe are in no crystal.*some of O, Ca, Ti, Sr.*Fine-tune"):
        seen_alone(flags("Kr", "Xe"), SEEN)


def test_formulas_and_crystals_with_unseen_elements_are_told():
    with pytest.warns(InputWarning, match=r"in XeO3 Xe is new to the generator"):
        tell_unseen_formula("XeO3", np.array([54, 8, 8, 8]), SEEN)
    tell_unseen_formula("TiO2", np.array([22, 8, 8]), SEEN)
    crystals = perovskites(((38, 22), (56, 22), (56, 40)))
    with pytest.warns(InputWarning, match=r"in 2 of 3 \(p1, p2\) Zr, Ba are new.*a guess; it knows"):
        tell_unseen(crystals, SEEN)
    tell_unseen(crystals.take([0]), SEEN)
