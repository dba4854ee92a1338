"""Files, folders, text and lists of everything."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
from example_crystals import one_atom, perovskite, salt, same
from fourfold.domains.materials.crystals import reading as module
from fourfold.domains.materials.crystals.reading import read_crystals, read_with_report
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.crystals.table_rows import read_rows
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.shared.errors import InputError, InputWarning
from pymatgen.io.cif import CifWriter
from pymatgen.io.vasp import Poscar

EXTXYZ = """2
Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T" material_id=one energy=-3.5
Na 0 0 0 0.1 0.2 0.3
Cl 2 2 2 0.1 0.2 0.3
1
Lattice="3 0 0 0 3 0 0 0 3" Properties=id:I:1:species:S:1:pos:R:3
7 Fe 4.5 0 -1.5
"""


def test_a_cif_file_by_path_and_text(tmp_path):
    text = str(CifWriter(salt()))
    (tmp_path / "halite.cif").write_text(text)
    crystals = read_crystals(tmp_path / "halite.cif")
    assert crystals.ids == ("halite",)
    assert same(crystals.take([0]), read_crystals(str(tmp_path / "halite.cif")))
    np.testing.assert_array_equal(crystals.frac, read_crystals(text).frac)


def test_a_cif_of_several_blocks(tmp_path):
    text = "".join(str(CifWriter(structure)) for structure in (salt(), perovskite(), salt()))
    (tmp_path / "all.cif").write_text(text)
    crystals = read_crystals(tmp_path / "all.cif")
    assert crystals.ids == ("all-0", "all-1", "all-2")
    assert crystals.counts.tolist() == [8, 5, 8]


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING")  # of spglib, to pymatgen
def test_a_symmetrised_cif_is_unfolded():
    crystals = read_crystals(str(CifWriter(salt(), symprec=0.01)))
    assert crystals.counts.tolist() == [8]
    assert crystals.lengths[0] == pytest.approx([5.64] * 3)


@pytest.mark.parametrize("name", ["POSCAR", "CONTCAR", "cell.vasp", "anything"])
def test_a_poscar(tmp_path, name):
    text = Poscar(perovskite()).get_str()
    (tmp_path / name).write_text(text)
    crystals = read_crystals(tmp_path / name)
    assert crystals.numbers.tolist() == [38, 22, 8, 8, 8]
    np.testing.assert_allclose(read_crystals(text).frac, crystals.frac)


@pytest.mark.parametrize("name", ["frames.extxyz", "frames.xyz", "anything"])
def test_frames(tmp_path, name):
    (tmp_path / name).write_text(EXTXYZ)
    crystals = read_crystals(tmp_path / name, properties=["energy"])
    stem = (tmp_path / name).stem
    assert crystals.ids == ("one", f"{stem}-1")
    assert crystals.numbers.tolist() == [11, 17, 26]
    np.testing.assert_allclose(crystals.frac, [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0.5]])
    np.testing.assert_array_equal(crystals.properties["energy"], [-3.5, np.nan])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Lattice=", "Cell="), "the second line has no lattice"),
        (('"4 0 0', '"x 0 0'), "the second line has no lattice"),
        (('"4 0 0', '"0 0 0'), "axis a has no length"),
        (("T T T", "T T F"), "is not periodic"),
        (("species:S:1:pos:R:3:forces", "species:S:1:forces"), "expected columns species:S:1 and pos:R:3"),
        (("Na 0 0 0", "Na 0 zero 0"), "atom 0 is 'Na 0 zero 0"),
        (("Na 0 0 0 0.1 0.2 0.3", "Na 0"), "atom 0 is 'Na 0'"),
        (("Na ", "Qq "), "holds 'Qq'"),
        (("Na 0 0 0", "Na 0 -inf 0"), "atom 0 is at 0 -inf 0"),
        (('"4 0 0', '"inf 0 0'), "axis a is inf angstrom"),
    ],
)
def test_a_bad_frame_is_skipped(change, said):
    reading = read_with_report(EXTXYZ.replace(*change, 1))
    assert reading.crystals.ids == ("text-1",)
    assert said in str(reading.skipped["one"])


@pytest.mark.parametrize("end", ["3\n", "three\nLattice\n", '9\nLattice="1 0 0 0 1 0 0 0 1"\nH 0 0 0\n'])
def test_a_frame_that_breaks_off(end):
    reading = read_with_report(EXTXYZ + end)
    assert len(reading.crystals) == 2
    assert "the frame ends at line" in str(reading.skipped["text-2"])


def test_a_folder_in_the_order_of_its_names(tmp_path):
    (tmp_path / "b.cif").write_text(str(CifWriter(salt())))
    (tmp_path / "a.vasp").write_text(Poscar(perovskite()).get_str())
    (tmp_path / "c.cif").write_text("")
    (tmp_path / "notes.txt").write_text("not a crystal")
    with pytest.warns(InputWarning, match=r"1 of 3 crystals skipped:\n  c.cif: is empty"):
        crystals = read_crystals(tmp_path)
    assert crystals.ids == ("a", "b")


def test_a_list_of_anything(tmp_path):
    (tmp_path / "file.cif").write_text(str(CifWriter(salt())))
    held = one_atom()
    held.properties = {"material_id": "kept", "gap": 1.5}
    crystals = read_crystals([held, tmp_path / "file.cif", str(CifWriter(perovskite()))], properties=["gap"])
    assert crystals.ids == ("kept", "file", "2")
    np.testing.assert_array_equal(crystals.properties["gap"], [1.5, np.nan, np.nan])


def test_crystals_pass_with_their_properties():
    crystals = crystals_of([salt(), perovskite()], properties={"gap": [5.0, 3.2]})
    again = read_crystals(crystals)
    assert same(crystals, again)
    assert again.properties["gap"].tolist() == [5.0, 3.2]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "source: is empty"),
        ("no-such-file.cif", "no-such-file.cif: is not there; expected a file, or the text of one"),
        ("garbage\nof two lines", "cif at text: cannot be read"),
        ("garbage\n" * 9, "poscar at text: cannot be read"),
        (42, "source: is a int; expected structures"),
        ([], "source: holds no crystal"),
        ([42], "source: is a int"),
    ],
)
def test_what_is_no_source(source, said):
    with pytest.raises(InputError, match=said):
        read_crystals(source)


def test_settings_that_are_none():
    with pytest.raises(InputError, match="max_atoms: is 0; expected 1 or more, or None"):
        read_crystals(salt(), max_atoms=0)
    with pytest.raises(InputError, match="gap: is no property of any crystal; expected one of: none"):
        read_crystals(salt(), properties=["gap"])
    named = salt()
    named.properties = {"gap": "wide"}
    with pytest.raises(InputError, match="gap at 0: is 'wide'; expected a finite number"):
        read_crystals([named], properties=["gap"])


def test_a_file_is_read_once(tmp_path, monkeypatch):
    frame_file = tmp_path / "t.csv"
    write_crystals(crystals_of([salt(), perovskite()], properties={"gap": [1.0, np.nan]}), frame_file)
    with frame_file.open("a") as file:
        file.write("bad,garbage,3\n")
    with pytest.warns(InputWarning, match="1 of 3 crystals skipped"):
        first = read_crystals(frame_file, properties=["gap"], cache=tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 1
    monkeypatch.setattr(module, "_read", None)  # reading again would fail
    with pytest.warns(InputWarning, match="cif at bad: cannot be read"):
        second = read_crystals(frame_file, properties=["gap"], cache=tmp_path / "kept")
    assert same(first, second)
    np.testing.assert_array_equal(first.properties["gap"], second.properties["gap"])


def test_other_settings_or_bytes_are_read_anew(tmp_path, monkeypatch):
    path, kept = tmp_path / "x.cif", tmp_path / "kept"
    path.write_text(str(CifWriter(salt())))
    read_crystals(path, cache=kept)
    read_crystals(path, cache=kept, niggli=True)
    path.write_text(str(CifWriter(perovskite())))
    assert len(read_crystals(path, cache=kept).numbers) == 5
    assert len(list(kept.iterdir())) == 3
    for file in kept.iterdir():
        file.write_bytes(b"damaged")
    assert len(read_crystals(path, cache=kept).numbers) == 5
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path / "user"))
    read_crystals(path, cache=True)
    assert len(list((tmp_path / "user" / "crystals").iterdir())) == 1


OPTIONS = {
    "properties": ["gap"],
    "niggli": True,
    "max_atoms": 6,
    "min_distance": 2.5,
}
"""Of each option of reading a value that reads the table below otherwise than the usual one."""


def test_every_option_has_its_value_here():
    said = set(inspect.signature(read_with_report).parameters)
    assert set(OPTIONS) == said - {"source", "workers", "cache"}  # these two change no crystal


@pytest.mark.parametrize("option", OPTIONS)
def test_what_is_kept_is_kept_for_each_option_by_itself(tmp_path, option):
    """Two readings of one file, with an option and without: each as if the other had never been."""
    long = salt()
    long.make_supercell([[1, 2, 0], [0, 1, 0], [0, 0, 1]])
    cells = crystals_of([long, perovskite(), one_atom()], properties={"gap": [1.0, 2.0, 3.0]})
    path, kept = tmp_path / "t.csv", tmp_path / "kept"
    write_crystals(cells, path)
    choices = [{}, {option: OPTIONS[option]}]
    plain, chosen = (read_with_report(path, **options) for options in choices)
    assert plain.skipped.keys() != chosen.skipped.keys() or not alike(plain.crystals, chosen.crystals)
    for _ in range(2):  # read, then taken from what was kept
        for options, wanted in zip(choices, (plain, chosen), strict=True):
            found = read_with_report(path, **options, cache=kept)
            assert found.skipped.keys() == wanted.skipped.keys()
            assert alike(found.crystals, wanted.crystals)


def alike(one, other):
    if one.ids != other.ids or one.properties.keys() != other.properties.keys():
        return False
    return same(one, other, 1e-9)


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "x.cif").write_text(str(CifWriter(salt())))
    with pytest.warns(InputWarning, match="crystals cannot be kept in .*, so are read anew"):
        assert len(read_crystals(tmp_path / "x.cif", cache=tmp_path / "x.cif" / "kept")) == 1


def test_vasp_runs_are_named_by_their_folders(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "CONTCAR").write_text(Poscar(perovskite()).get_str())
    assert read_crystals([tmp_path / "first" / "CONTCAR", tmp_path / "second" / "CONTCAR"]).ids == (
        "first",
        "second",
    )


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(InputError, match="cannot be read"):
        read_crystals(name)


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    texts = [str(CifWriter(one_atom()))] * 1000
    names = [str(i) for i in range(1000)]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert all(row.crystal is not None for row in read_rows(texts, names))
    assert "1000/1000" in capsys.readouterr().err


def test_reading_needs_no_torch():
    loaded = "print('torch' in sys.modules, 'numba' in sys.modules)"
    code = f"import sys, fourfold.domains.materials.datasets; {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
