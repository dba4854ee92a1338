"""The fast parser reads what pymatgen reads, or nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest
from example_crystals import perovskite, salt
from fourfold.domains.materials.crystals.cif_dialect import parse_p1_cif
from fourfold.domains.materials.crystals.structures import structures_of
from fourfold.domains.materials.datasets import load_crystals
from pymatgen.core import Species, Structure
from pymatgen.io.cif import CifParser, CifWriter


def assert_equal_to_pymatgen(text):
    """Elements and coordinates exactly; the cell to what computing angles from vectors costs."""
    ours = parse_p1_cif(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CifParser.from_str(text).parse_structures(primitive=False)[0]
    assert ours is not None
    np.testing.assert_array_equal(ours.numbers, theirs.atomic_numbers)
    np.testing.assert_array_equal(ours.frac - np.floor(ours.frac), theirs.frac_coords)
    np.testing.assert_allclose([*ours.lengths, *ours.angles], theirs.lattice.parameters, rtol=0, atol=1e-10)


def test_every_aflow_prototype_as_pymatgen_writes_it():
    crystals = load_crystals("aflow")
    small = crystals.take(np.flatnonzero(crystals.counts <= 20)[:120])
    for structure in structures_of(small):
        assert_equal_to_pymatgen(str(CifWriter(structure)))


def test_a_third_is_a_third():
    text = str(CifWriter(perovskite())).replace("0.50000000", "0.33333000", 1)
    assert 1 / 3 in parse_p1_cif(text).frac
    assert_equal_to_pymatgen(text)


@pytest.mark.parametrize(
    "x", ["-0.00000001", "1.25000000", "-0.50000000", "0.66660000", "0.66670000", "1e-3"]
)
def test_coordinates_anywhere(x):
    pair = Structure(salt().lattice, ["Na", "Cl"], [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]])
    assert_equal_to_pymatgen(str(CifWriter(pair)).replace("0.50000000", x, 1))


@pytest.mark.parametrize(
    "change",
    [
        ("'P 1'", "'P -1'"),
        ("_symmetry_Int_Tables_number   1", "_symmetry_Int_Tables_number   2"),
        ("'x, y, z'", "'-x, y, z'"),
        ("  1  'x, y, z'", "  1  'x, y, z'\n  2  '-x, -y, -z'"),
        ("_cell_length_a   5.64000000", "_cell_length_a   5.64(2)"),
        ("_cell_length_a   5.64000000\n", ""),
        ("  Na  Na0  1  0.00000000", "  Na  Na0  1  0.00(1)"),
        ("  Na  Na0  1  0.00000000", "  Na  Na0  1  ?"),
        ("  Na  Na0  1", "  Na+  Na0  1"),
        ("  Na  Na0  1", "  Qq  Qq0  1"),
        ("  Na  Na0  1", "  D  D0  1"),
        ("  Na  Na0  1", "  K  K0  1"),  # against the formula
        ("  Na  Na0  1", "  Na  Na0  4"),
        ("0.00000000  1\n", "0.00000000  0.5\n"),
        (" _atom_site_occupancy\n", ""),
        ("_atom_site_fract_x", "_atom_site_Cartn_x"),
        ("  Na  Na0", "  Na  'Na 0'"),
        ("  Na  Na0", "# comment\n  Na  Na0"),
    ],
)
def test_anything_else_is_left_to_pymatgen(change):
    text = str(CifWriter(salt()))
    assert parse_p1_cif(text) is not None
    changed = text.replace(*change, 1)
    assert changed != text
    assert parse_p1_cif(changed) is None


@pytest.mark.parametrize("end", ["loop_\n _x\n 1\n", "data_two\n", "#END\n", "  Na\n", "_more 1\n"])
def test_nothing_may_follow_the_atoms(end):
    assert parse_p1_cif(str(CifWriter(salt())) + end) is None
    assert parse_p1_cif(str(CifWriter(salt())) + "\n  \n") is not None


@pytest.mark.parametrize(
    "text", ["", "\n", "data_", "garbage", "data_x\nloop_\n_atom_site_type_symbol\nNa\n"]
)
def test_garbage_is_nothing(text):
    assert parse_p1_cif(text) is None


def test_charged_and_helium_crystals_are_left_to_pymatgen():
    charged = Structure(salt().lattice, [Species("Na", 1), Species("Cl", -1)], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert parse_p1_cif(str(CifWriter(charged))) is None
    with pytest.warns(UserWarning, match="electronegativity"):
        helium = str(CifWriter(perovskite(a="He")))
    assert parse_p1_cif(helium) is None


@pytest.mark.slow
def test_rows_of_perov_5(benchmark_data):
    """All are read; every tenth is compared (`benchmarks.materials_reading --all` compares all 7,572)."""
    for part in ("val", "test"):
        texts = pd.read_csv(benchmark_data / "materials" / "perov_5" / f"{part}.csv")["cif"]
        assert all(parse_p1_cif(text) is not None for text in texts)
        for text in texts[::10]:
            assert_equal_to_pymatgen(text)


@pytest.mark.slow
def test_rows_of_mp_20(benchmark_data):
    texts = pd.read_feather(benchmark_data / "materials" / "mp_20" / "val.feather")["cif"]
    assert sum(parse_p1_cif(text) is None for text in texts) == 1  # the one with helium
    for text in texts[::40]:
        assert_equal_to_pymatgen(text)
