"""Names and properties outlive a file of each kind."""

import json

import numpy as np
import pytest
from example_crystals import one_atom, perovskite, salt, same
from fourfold.domains.materials.crystals.cif_names import block_names, names_for_blocks
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.shared.errors import InputError, InputWarning
from pymatgen.io.cif import CifParser

IDS = ["mp-1185448", "mp/2 b", "007"]


@pytest.fixture
def crystals():
    return crystals_of(
        [salt(), perovskite(), one_atom()], ids=IDS, properties={"gap": [5.0, float("nan"), 0.5]}
    )


@pytest.mark.parametrize("name", ["folder", "w.json", "w.csv", "w.extxyz"])
def test_names_and_values_come_back(crystals, tmp_path, name):
    write_crystals(crystals, tmp_path / name)
    again = read_crystals(tmp_path / name, properties="gap")
    assert again.ids == crystals.ids
    assert again.counts.tolist() == crystals.counts.tolist()
    np.testing.assert_array_equal(again.properties["gap"], crystals.properties["gap"])


def test_json_is_exact_and_may_be_values(crystals, tmp_path):
    write_crystals(crystals, tmp_path / "w.json")
    assert same(crystals, read_crystals(tmp_path / "w.json"))
    rows = json.loads((tmp_path / "w.json").read_text())
    assert same(crystals, read_crystals(rows))
    assert read_crystals(rows[1]).ids == ("mp/2 b",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "holds something else than crystals"),
        ('{"a": 1}', "holds something else"),
    ],
)
def test_json_of_something_else(tmp_path, text, said):
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(InputError, match=f"w.json: {said}.*expected a list of crystals as write_crystals"):
        read_crystals(tmp_path / "w.json")


def test_names_of_blocks(crystals, tmp_path):
    write_crystals(crystals, tmp_path / "w.cif")
    assert read_crystals(tmp_path / "w.cif").ids == ("mp-1185448", "mp/2_b", "007")
    assert len(CifParser(tmp_path / "w.cif", check_cif=False).parse_structures(primitive=False)) == 3


def test_names_that_no_block_can_have_are_counted(tmp_path):
    for ids in (["a b", "a\tb"], ["a" * 80, "b"], ["x", "X"]):
        write_crystals(crystals_of([salt(), perovskite()], ids=ids), tmp_path / "w.cif")
        assert read_crystals(tmp_path / "w.cif").ids == ("w-0", "w-1")
        assert len(CifParser(tmp_path / "w.cif", check_cif=False).parse_structures(primitive=False)) == 2


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["mp-1", "mp-2"], True),
        (["1000041", "1000042"], True),
        (["A2B_tP6", "AB_cF8"], True),
        (["NaCl", "SrTiO3"], False),
        (["NaCl-0", "Ca(OH)2-1"], False),
        (["image0", "image1"], False),
        (["mp-1", "mp-1"], False),
        (["mp-1", ""], False),
        (["mp-1"], False),
    ],
)
def test_which_names_name_crystals(names, kept):
    blocks = [f"# a comment\ndata_{name}\n_cell_length_a 1\n" for name in names]
    assert block_names(blocks) == (names if kept else None)


def test_names_in_letters_of_a_block():
    assert names_for_blocks(["a b", "c"]) == ["a_b", "c"]
    assert names_for_blocks(["my_powder_pattern", "c"]) is None


def test_an_index_that_is_none_leaves_the_names_of_files(crystals, tmp_path):
    write_crystals(crystals, tmp_path / "folder")
    index = tmp_path / "folder" / "index.csv"
    files = ("0_mp-1185448", "1_mp_2_b", "2_007")
    whole = index.read_text()
    index.write_text(whole.replace("mp/2 b", "007"))
    with pytest.warns(InputWarning, match="index.csv names a crystal or a file twice"):
        assert read_crystals(tmp_path / "folder").ids == files
    index.write_text("a,b\n1,2\n")
    assert read_crystals(tmp_path / "folder").ids == files
    index.unlink()
    assert read_crystals(tmp_path / "folder").ids == files


def test_a_name_that_no_file_can_have(crystals):
    with pytest.raises(InputError, match=r"cannot be written \(File name too long\)"):
        write_crystals(crystals, "a" * 300)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"min_distance": "x"}, "min_distance: is 'x'; expected angstrom, 0 or more"),
        ({"min_distance": float("nan")}, "min_distance: is nan"),
        ({"min_distance": -1}, "min_distance: is -1"),
        ({"max_atoms": "x"}, "max_atoms: is 'x'; expected 1 or more, or None"),
        ({"max_atoms": 2.5}, "max_atoms: is 2.5"),
        ({"max_atoms": True}, "max_atoms: is True"),
        ({"properties": 5}, "properties: is 5; expected names of columns"),
        ({"properties": [5]}, r"properties: is \[5\]"),
    ],
)
def test_settings_of_another_kind(crystals, options, said):
    with pytest.raises(InputError, match=said):
        read_crystals(crystals, **options)
    assert read_crystals(crystals, max_atoms=np.int64(8), min_distance=np.float32(0.5)).ids == crystals.ids


@pytest.mark.parametrize("source", [{}, {"a": salt()}])
def test_a_dictionary_of_something_else(source):
    with pytest.raises(InputError, match="source: is a dict; expected structures, atoms, a path"):
        read_crystals(source)
