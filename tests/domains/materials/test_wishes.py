"""Formulas and elements as people write them, and as nobody should."""

import pytest
from fourfold.domains.materials.wishes import MOST_ATOMS, elements_of, numbers_of_formula
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "formula",
    [
        "H1e308",
        "H1e400",
        "Si99999999999",
        f"H{MOST_ATOMS}O",
        "(" * 33 + "H9" + ")99" * 33,
        "(Si" * 60 + ")" * 60,
    ],
)
def test_more_atoms_than_memory_are_refused_at_once(formula: str) -> None:
    with pytest.raises(InputError, match="composition"):
        numbers_of_formula(formula, None, 20)


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("SiTrO0123456789().[]{}-+e @*", max_size=20),
        st.lists(st.sampled_from(["Si", "O", "(", ")", "2", "0", "1e9", ".5", "He", "Og"])).map("".join),
    )
)
def test_any_text_is_a_formula_or_refused(formula: str) -> None:
    try:
        numbers = numbers_of_formula(formula, None, 20)
    except InputError:
        return
    assert 1 <= len(numbers) <= 20
    assert numbers.min() >= 1


@given(st.one_of(st.text(max_size=20), st.lists(st.text(max_size=3))))
def test_any_text_is_a_list_of_elements_or_refused(elements: str | list[str]) -> None:
    try:
        assert elements_of(elements).any()
    except InputError:
        return
