"""The neighbour list against pymatgen, a slow search and its own symmetries."""

import csv
from itertools import islice

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import structures_of
from fourfold.domains.materials.datasets import load_crystals
from fourfold.domains.materials.neighbors.neighbor_list import neighbor_list
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from neighbor_examples import brute_force, edges_of, packed, random_cell
from pymatgen.core import Lattice, Structure

RAGGED = ((2.9, 3.1, 3.0), (62.0, 71.0, 55.0))
SEEDS = st.integers(0, 2**32 - 1)


def crystals_of_structures(structures):
    return Crystals(
        np.concatenate([s.frac_coords % 1 for s in structures]),
        np.concatenate([s.atomic_numbers for s in structures]).astype(np.int32),
        np.array([s.lattice.abc for s in structures]),
        np.array([s.lattice.angles for s in structures]),
        np.concatenate([[0], np.cumsum([len(s) for s in structures])]).astype(np.int64),
        tuple(str(i) for i in range(len(structures))),
    )


def pymatgen_edges(frac, lengths, angles, cutoff):
    structure = Structure(Lattice.from_parameters(*lengths, *angles), ["C"] * len(frac), frac)
    centre, point, image, distance = structure.get_neighbor_list(cutoff)
    keys = zip(centre, point, *image.astype(int).T, strict=True)
    return {tuple(int(x) for x in key): float(d) for key, d in zip(keys, distance, strict=True)}


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert np.allclose([ours[key] for key in theirs], list(theirs.values()), rtol=0, atol=1e-9)


@pytest.mark.slow
def test_golden_totals_of_the_first_300_perovskites(benchmark_data):
    with (benchmark_data / "materials" / "perov_5" / "val.csv").open(newline="") as lines:
        texts = [row["cif"] for row in islice(csv.DictReader(lines), 300)]
    crystals = crystals_of_structures([Structure.from_str(text, fmt="cif") for text in texts])
    assert len(neighbor_list(crystals, 5.0)) == 56_516
    assert len(neighbor_list(crystals, 7.0)) == 153_714


@pytest.mark.parametrize("cutoff", [2.0, 5.0, 7.0])
@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0])
def test_edges_are_those_of_pymatgen(cutoff, skew):
    rng = np.random.default_rng(int(10 * cutoff + skew))
    cells = [random_cell(rng, skew=skew) for _ in range(12)]
    found = neighbor_list(packed(cells), cutoff)
    for m, cell in enumerate(cells):
        theirs = pymatgen_edges(*cell, cutoff)
        ours = edges_of(found, m)
        lonely = [atom - found.offsets[m] for atom in found.enlarged]
        assert_same({key: d for key, d in ours.items() if key[0] not in lonely}, theirs)


def test_a_very_skewed_cell_smaller_than_the_cutoff():
    cell = (np.array([[0.1, 0.2, 0.3], [0.6, 0.1, 0.9]]), (3.0, 2.5, 40.0), (8.0, 9.0, 12.0))
    found = neighbor_list(packed([cell]), 7.0)
    theirs = brute_force(*cell, 7.0)
    assert np.abs(found.image).max() > 5
    assert_same(edges_of(found, 0), theirs)


def test_atoms_exactly_on_the_sphere_are_inside():
    cubic = ([[0, 0, 0]], (2.5, 2.5, 2.5), (90, 90, 90))
    assert len(neighbor_list(packed([cubic]), 2.5)) == 6
    assert len(neighbor_list(packed([cubic]), 2.5 * np.sqrt(2))) == 18
    hexagonal = ([[1 / 3, 2 / 3, 0.5]], (3.0, 3.0, 5.0), (90, 90, 120))
    assert len(neighbor_list(packed([hexagonal]), 3.0)) == 6


@given(SEEDS, st.floats(0, 1), st.floats(1.5, 6))
@settings(max_examples=40)
def test_edges_are_those_of_a_slow_search(seed, skew, cutoff):
    rng = np.random.default_rng(seed)
    cell = random_cell(rng, skew=skew)
    found = neighbor_list(packed([cell]), cutoff)
    ours = {key: d for key, d in edges_of(found, 0).items() if key[0] not in found.enlarged}
    assert_same(ours, brute_force(*cell, cutoff))


@given(SEEDS)
@settings(max_examples=25)
def test_order_and_offsets(seed):
    rng = np.random.default_rng(seed)
    cells = [random_cell(rng, skew=0.7) for _ in range(4)]
    found = neighbor_list(packed(cells), 4.0)
    order = np.lexsort((*found.image.T[::-1], found.sender, found.receiver))
    assert np.array_equal(order, np.arange(len(found)))
    assert np.array_equal(np.repeat(np.arange(len(found.degrees)), found.degrees), found.receiver)
    assert found.edge_offsets[0] == 0 and found.edge_offsets[-1] == len(found)
    assert (found.sender.dtype, found.image.dtype) == (np.int32, np.int16)
    alone = neighbor_list(packed(cells[2:3]), 4.0)
    taken = found.take([2])
    again = neighbor_list(packed([cells[3], cells[0]]), 4.0)
    picked = found.take([3, 0])
    for one, other in ((alone, taken), (again, picked)):
        for name in ("sender", "receiver", "image", "receiver_offsets", "offsets", "enlarged"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


@given(SEEDS, st.integers(1, 30))
@settings(max_examples=40)
def test_the_cap_keeps_the_nearest_by_distance_image_and_sender(seed, limit):
    rng = np.random.default_rng(seed)
    cells = [random_cell(rng, skew=0.6), ([[0, 0, 0], [0.5, 0.5, 0.5]], (2.9, 2.9, 2.9), (90, 90, 90))]
    whole = neighbor_list(packed(cells), 5.0)
    capped = neighbor_list(packed(cells), 5.0, max_neighbors=limit)
    for m in range(2):
        kept, full = edges_of(capped, m), edges_of(whole, m)
        for i in range(len(cells[m][0])):
            mine = [(round(d, 7), key[2:], key[1], key) for key, d in full.items() if key[0] == i]
            assert {entry[-1] for entry in sorted(mine)[:limit]} == {key for key in kept if key[0] == i}


def test_whole_shells_are_kept_or_cut():
    body_centred = packed([([[0, 0, 0], [0.5, 0.5, 0.5]], (2.9, 2.9, 2.9), (90, 90, 90))])
    assert neighbor_list(body_centred, 5.0, max_neighbors=10).degrees.tolist() == [10, 10]
    kept = neighbor_list(body_centred, 5.0, max_neighbors=10, whole_shells=True)
    assert kept.degrees.tolist() == [14, 14]
    assert neighbor_list(body_centred, 5.0, max_neighbors=8, whole_shells=True).degrees.tolist() == [8, 8]


@given(SEEDS, st.integers(1, 12), st.floats(1.0, 6))
@settings(max_examples=40)
def test_symmetric_lists_hold_every_opposite(seed, limit, cutoff):
    rng = np.random.default_rng(seed)
    cells = [random_cell(rng, skew=0.8) for _ in range(3)]
    directed = neighbor_list(packed(cells), cutoff, max_neighbors=limit)
    both = neighbor_list(packed(cells), cutoff, max_neighbors=limit, symmetric=True)
    for m in range(3):
        kept, ours = edges_of(directed, m), edges_of(both, m)
        opposite = {(j, i, -a, -b, -c): d for (i, j, a, b, c), d in kept.items()}
        assert ours.keys() == kept.keys() | opposite.keys()


def test_a_lonely_atom_sees_its_nearest_neighbour():
    cells = [
        ([[0, 0, 0], [0.5, 0.5, 0.5]], (9.0, 10.0, 11.0), (90, 90, 90)),
        ([[0, 0, 0]], (12.0, 8.0, 12.0), (90, 90, 90)),
        ([[0, 0, 0], [0.1, 0, 0], [0.4, 0, 0]], (20.0, 20.0, 20.0), (90, 90, 90)),
    ]
    found = neighbor_list(packed(cells), 3.0)
    assert found.enlarged.tolist() == [0, 1, 2, 5]
    assert found.degrees.tolist() == [8, 8, 2, 1, 1, 1]
    assert np.isclose(found.distance[16:18], 8.0).all()
    assert found.sender[-1] == 4 and np.isclose(found.distance[-1], 6.0)
    both = neighbor_list(packed(cells), 3.0, symmetric=True)
    assert both.degrees.tolist() == [8, 8, 2, 1, 2, 1]


@given(SEEDS)
@settings(max_examples=25)
def test_permutation_and_origin_change_nothing_but_names(seed):
    rng = np.random.default_rng(seed)
    frac, lengths, angles = random_cell(rng, atoms=5, skew=0.8)
    order, shift = rng.permutation(5), rng.random(3)
    moved = (frac[order] + shift) % 1
    jump = np.round(moved - frac[order] - shift).astype(int)
    before = edges_of(neighbor_list(packed([(frac, lengths, angles)]), 5.0), 0)
    after = edges_of(neighbor_list(packed([(moved, lengths, angles)]), 5.0), 0)
    back = {
        (int(order[i]), int(order[j]), *(np.array(image) + jump[j] - jump[i]).tolist()): d
        for (i, j, *image), d in after.items()
    }
    assert_same(back, before)


@given(SEEDS)
@settings(max_examples=25)
def test_another_cell_of_the_same_lattice_has_the_same_neighbourhoods(seed):
    rng = np.random.default_rng(seed)
    frac, lengths, angles = random_cell(rng, atoms=3, skew=0.5)
    lattice = Lattice.from_parameters(*lengths, *angles)
    shear = np.array([[1, 0, 0], [2, 1, 0], [-1, 1, 1]])
    other = Lattice(shear @ lattice.matrix)
    moved = frac @ np.linalg.inv(shear) % 1
    found = [
        neighbor_list(packed([(frac, lengths, angles), (moved, other.abc, other.angles)]), 5.0).take([m])
        for m in range(2)
    ]
    assert np.array_equal(found[0].degrees, found[1].degrees)
    shells = [np.lexsort((f.distance, f.receiver)) for f in found]
    assert np.allclose(*(f.distance[s] for f, s in zip(found, shells, strict=True)), rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("cell", "options", "said"),
    [
        (([[0, 0, np.nan]], (3, 3, 3), (90, 90, 90)), {}, "crystal 0 (made-0), atom 0: a coordinate is not"),
        (([[0, 0, 0]], (3, 3, 0), (90, 90, 90)), {}, "volume of 0"),
        (([[0, 0, 0]], (3, 3, np.nan), (90, 90, 90)), {}, "volume of nan"),
        (([[0, 0, 0]], (3, 3, 3), (30, 30, 170)), {}, "lattice at crystal 0"),
        (([[0, 0, 0]] * 90, (0.5, 0.5, 0.5), (90, 90, 90)), {"cutoff": 6.0}, "neighbours within 6 angstrom"),
        (([[0, 0, 0]], (3, 3, 3), (90, 90, 90)), {"cutoff": 0}, "cutoff: 0 is no radius"),
        (([[0, 0, 0]], (3, 3, 3), (90, 90, 90)), {"cutoff": np.inf}, "is no radius"),
        (([[0, 0, 0]], (3, 3, 3), (90, 90, 90)), {"max_neighbors": 0}, "leaves no neighbour"),
        (([[5000, 0, 0]], (3, 3, 3), (90, 90, 90)), {}, "Niggli"),
    ],
)
def test_what_is_refused(cell, options, said):
    with pytest.raises(InputError) as refusal:
        neighbor_list(packed([cell]), **{"cutoff": 5.0, **options})
    assert said in str(refusal.value)


def test_no_crystals_no_edges():
    empty = packed([RAGGED_CELL := ([[0, 0, 0]], *RAGGED)]).take([])
    assert len(neighbor_list(empty, 5.0)) == 0
    assert len(neighbor_list(packed([RAGGED_CELL]), 5.0)) > 0


@pytest.mark.slow
def test_edges_of_all_prototypes_are_those_of_pymatgen():
    prototypes = load_crystals("aflow")
    found = neighbor_list(prototypes, 5.0)
    for m, structure in enumerate(structures_of(prototypes)):
        centre, point, image, distance = structure.get_neighbor_list(5.0)
        keys = zip(centre, point, *image.astype(int).T, strict=True)
        theirs = {tuple(int(x) for x in key): float(d) for key, d in zip(keys, distance, strict=True)}
        alone = set((found.enlarged - found.offsets[m]).tolist())
        assert_same({key: d for key, d in edges_of(found, m).items() if key[0] not in alone}, theirs)
