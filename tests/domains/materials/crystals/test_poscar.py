"""POSCAR: elements are never invented, atoms never left out, one crystal to a file."""

import pytest
from example_crystals import perovskite, salt, same
from fourfold.domains.materials.crystals.reading import read_crystals, read_with_report
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.shared.errors import InputError
from pymatgen.io.vasp import Poscar

TEXT = Poscar(salt()).get_str()
LINES = TEXT.splitlines()
BARE = [" ".join(line.split()[:3]) for line in LINES[8:]]
"""The lines of the atoms without the symbols that pymatgen adds."""


def test_elements_are_not_invented():
    with pytest.raises(InputError, match=r"poscar at text: names no elements; expected .* Add that line"):
        read_crystals("\n".join([*LINES[:5], "4 4", "direct", *BARE]))


def test_symbols_may_stand_behind_the_atoms():
    named = "\n".join([*LINES[:5], *LINES[6:]])
    assert read_crystals(named).numbers.tolist() == [11] * 4 + [17] * 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n4 4\n", "\n4 3\n", "lists more atoms than the 7 it counts"),
        ("\n4 4\n", "\n4 5\n", "cannot be read: it ends too early"),
        ("\nNa Cl\n", "\nNa Cl K\n", "has 3 symbols and 2 counts"),
        ("\nNa Cl\n", "\nNa Qq\n", "cannot be read|'Qq'"),
    ],
)
def test_what_is_counted_is_what_is_there(old, new, said):
    text = TEXT.replace(old, new)
    assert text != TEXT
    with pytest.raises(InputError, match=said):
        read_crystals(text)


def test_velocities_are_no_atoms():
    crystals = read_crystals(TEXT + "\n" + "0.0 0.0 0.0\n" * 8)
    assert crystals.counts.tolist() == [8]
    selective = [LINES[7], *(f"{line} T T F" for line in BARE)]
    assert read_crystals("\n".join([*LINES[:7], "Selective dynamics", *selective])).counts.tolist() == [8]


@pytest.mark.parametrize("name", ["POSCAR", "CONTCAR", "w.vasp", "w.poscar", "POSCAR_relaxed"])
def test_one_crystal_to_a_file_and_back(tmp_path, name):
    crystals = crystals_of([perovskite()], ids=["mp-1"])
    assert write_crystals(crystals, tmp_path / name) == [tmp_path / name]
    again = read_crystals(tmp_path / name)
    assert same(again, crystals_of([perovskite()], ids=again.ids), 1e-10)
    assert (tmp_path / name).read_text().startswith("mp-1\n")
    with pytest.raises(
        InputError, match=r"is a POSCAR, and there are 2 crystals; expected one crystal. Take"
    ):
        write_crystals(crystals_of([salt(), perovskite()]), tmp_path / name)
    with pytest.raises(InputError, match="symprec: is given for"):
        write_crystals(crystals, tmp_path / name, symprec=0.1)


def test_a_folder_of_runs_is_named(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=r"holds no crystal file, and its folders \(first, second\) are not"):
        read_crystals(tmp_path)


def test_files_of_one_name_keep_their_endings(tmp_path):
    write_crystals(crystals_of([salt()]), tmp_path / "x.cif")
    for name in ("x.vasp", "POSCAR", "CONTCAR", "y.vasp"):
        write_crystals(crystals_of([perovskite()]), tmp_path / name)
    assert read_with_report(tmp_path).crystals.ids == ("CONTCAR", "POSCAR", "x.cif", "x.vasp", "y")
