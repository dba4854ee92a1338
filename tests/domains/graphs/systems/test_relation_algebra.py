"""Composition tables that are worked out: their laws, their published sizes, and things that show them."""

from dataclasses import replace
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from fourfold.domains.graphs.systems.relation_algebra import (
    INTERVAL_NAMES,
    REGION_NAMES,
    interval_algebra,
    interval_relation,
    region_algebra,
)
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis import strategies as st

INTERVALS, REGIONS = interval_algebra(), region_algebra()


def composed(algebra, first, second):
    row = algebra.composition[algebra.names.index(first), algebra.names.index(second)]
    return {algebra.names[place] for place in np.flatnonzero(row)}


def test_tables_have_their_published_sizes():
    """Allen's table has 409 entries in its 13 x 13 cells, RCC-8's 193 in its 8 x 8."""
    assert INTERVALS.n_relations == 13 and INTERVALS.composition.sum() == 409
    assert REGIONS.n_relations == 8 and REGIONS.composition.sum() == 193
    assert INTERVALS.names[INTERVALS.identity] == "equals" and REGIONS.names[REGIONS.identity] == "EQ"


def test_well_known_cells():
    assert composed(INTERVALS, "before", "before") == {"before"}
    assert composed(INTERVALS, "before", "after") == set(INTERVAL_NAMES)
    assert composed(INTERVALS, "overlaps", "overlaps") == {"before", "meets", "overlaps"}
    assert composed(INTERVALS, "meets", "during") == {"overlaps", "starts", "during"}
    assert composed(REGIONS, "TPP", "TPP") == {"TPP", "NTPP"}
    assert composed(REGIONS, "EC", "TPPi") == {"DC", "EC"}
    assert composed(REGIONS, "NTPPi", "NTPP") == {"EQ", "PO", "TPP", "NTPP", "TPPi", "NTPPi"}
    assert composed(REGIONS, "DC", "DC") == set(REGION_NAMES)


@pytest.mark.parametrize("algebra", [INTERVALS, REGIONS], ids=["intervals", "regions"])
def test_laws(algebra):
    table, back, one = algebra.composition, algebra.converse, algebra.identity
    everything = range(algebra.n_relations)
    for r, s in product(everything, repeat=2):
        assert table[r, s].any()
        assert (table[r, s][back] == table[back[s], back[r]]).all()
        assert table[r, s, one] == (s == back[r])
        for t in everything:
            assert table[r, s, t] == table[t, back[s], r] == table[back[r], t, s]


def test_composition_of_sets_is_associative():
    for algebra in (INTERVALS, REGIONS):
        table = algebra.composition.astype(int)
        left = np.einsum("rsx,xtu->rstu", table, table) > 0
        right = np.einsum("sty,ryu->rstu", table, table) > 0
        assert (left == right).all()


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), min_size=2, max_size=6))
def test_what_holds_between_intervals_is_among_what_a_path_entails(starts_and_lengths):
    chain = [(a, a + length) for a, length in starts_and_lengths]
    path = [INTERVAL_NAMES.index(interval_relation(x, y)) for x, y in pairwise(chain)]
    assert INTERVALS.entailed(path)[INTERVAL_NAMES.index(interval_relation(chain[0], chain[-1]))]


def region_relation(x, y):
    """Of two sets of cells on a line, where neighbouring cells touch."""

    def around(z):
        return {cell + step for cell in z for step in (-1, 0, 1)}

    if x == y:
        return "EQ"
    if not around(x) & y:
        return "DC"
    if not x & y:
        return "EC"
    for small, large, suffix in ((x, y, ""), (y, x, "i")):
        if small < large:
            return ("NTPP" if around(small) <= large else "TPP") + suffix
    return "PO"


def test_regions_of_a_line_never_leave_the_table():
    cells = [frozenset(c) for size in (1, 2, 3) for c in combinations(range(2, 7), size)]
    holds = np.array([[REGION_NAMES.index(region_relation(set(x), set(y))) for y in cells] for x in cells])
    seen = np.zeros((8, 8, 8), dtype=bool)
    seen[holds[:, :, None], holds[None], holds[:, None]] = True
    assert not (seen & ~REGIONS.composition).any()
    assert seen.sum() > 120


def test_a_table_that_breaks_a_law_is_refused():
    table = REGIONS.composition.copy()
    table[0, 1, 2] = True
    with pytest.raises(InputError, match=r"composition at .*: the identity changes"):
        replace(REGIONS, composition=table)
    table = REGIONS.composition.copy()
    table[2, 3, 7] ^= True
    with pytest.raises(InputError, match="converse of a composition"):
        replace(REGIONS, composition=table)
    with pytest.raises(InputError, match="has shape"):
        replace(REGIONS, composition=table[:3])


def test_sets_compose_as_the_union_of_their_members():
    first, second = np.zeros(8, dtype=bool), np.zeros(8, dtype=bool)
    first[[1, 4]] = second[[5]] = True
    wanted = REGIONS.composition[1, 5] | REGIONS.composition[4, 5]
    assert (REGIONS.compose(first, second) == wanted).all()
