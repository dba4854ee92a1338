"""Crystals for the tests of readers and writers: known ones, and any at all."""

import numpy as np
from fourfold.domains.materials.crystals.checks import find_problems
from fourfold.domains.materials.crystals.crystal import Crystal, pack
from fourfold.domains.materials.crystals.crystals import Crystals
from hypothesis import assume
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure


def salt() -> Structure:
    """Rock salt, eight atoms."""
    sodium = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    chlorine = [[0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
    return Structure(Lattice.cubic(5.64), ["Na"] * 4 + ["Cl"] * 4, sodium + chlorine)


def perovskite(a: str = "Sr", b: str = "Ti", x: str = "O", length: float = 3.9) -> Structure:
    """A cubic perovskite of five atoms."""
    corners = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Structure(Lattice.cubic(length), [a, b, x, x, x], corners)


def one_atom(length: float = 3.0, symbol: str = "Fe") -> Structure:
    """A simple cubic cell."""
    return Structure(Lattice.cubic(length), [symbol], [[0, 0, 0]])


@st.composite
def any_crystals(draw: st.DrawFn, most: int = 3, atoms: int = 6) -> Crystals:
    """A few crystals that pass all checks: any elements, oblique cells, atoms apart."""
    made = []
    for _ in range(draw(st.integers(1, most))):
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        count = draw(st.integers(1, atoms))
        lengths = rng.uniform(3.0, 12.0, 3) * count ** (1 / 3)
        numbers = np.sort(rng.integers(1, 101, count))
        made.append(Crystal(rng.uniform(0, 1, (count, 3)), numbers, lengths, rng.uniform(50, 115, 3)))
    values = np.array([draw(st.sampled_from([np.nan, -1.25, 0.0, 3e-7])) for _ in made])
    crystals = pack(made, [f"mp-{i}" for i in range(len(made))], {"gap": values})
    assume(not find_problems(crystals))
    return crystals


def same(a: Crystals, b: Crystals, tolerance: float = 0.0) -> bool:
    """Whether two sets hold the same crystals, atoms in the same order, up to a tolerance."""
    apart = a.frac - b.frac
    apart -= np.round(apart)
    return (
        a.ids == b.ids
        and np.array_equal(a.numbers, b.numbers)
        and np.array_equal(a.offsets, b.offsets)
        and bool(np.all(np.abs(apart) <= tolerance))
        and bool(np.all(np.abs(a.lengths - b.lengths) <= tolerance * 100))
        and bool(np.all(np.abs(a.angles - b.angles) <= tolerance * 1000))
    )
