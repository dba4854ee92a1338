"""What each representation writes, and what comes back from those that can be read."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.structures import structures_of
from fourfold.domains.materials.text import REPRESENTATIONS, MatText
from fourfold.shared.errors import InputError, InputErrors
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure
from told_crystals import crystals, structures


def test_there_are_eight():
    assert REPRESENTATIONS == (
        "composition",
        "atom_sequences",
        "atom_sequences_plusplus",
        "cif_p1",
        "cif_symmetrized",
        "crystal_text_llm",
        "zmatrix",
        "local_env",
    )


def test_composition_is_hills_formula():
    told = MatText("composition").encode(crystals())
    assert told == ["Cl4Na4", "S2Zn2", "BaO3Ti", "CHNO"]
    assert told == [s.composition.hill_formula.replace(" ", "") for s in structures()]


def test_sequences():
    perovskite = structures()[2]
    assert MatText("atom_sequences").encode(perovskite) == ["Ba Ti O O O"]
    assert MatText("atom_sequences_plusplus").encode(perovskite) == ["Ba Ti O O O 3.99 3.99 4.03 90 90 90"]
    triclinic = MatText("atom_sequences_plusplus", decimals=1).encode(crystals().take([3]))
    assert triclinic == ["C H O N 4.1 5.3 6.7 77 84 68"]


def test_an_angle_a_hair_below_a_whole_degree_is_that_degree():
    cell = Structure(Lattice.from_parameters(3, 3, 3, 90 - 1e-9, 90, 90), ["Po"], [[0, 0, 0]])
    assert MatText("crystal_text_llm").encode(cell) == ["3.0 3.0 3.0\n90 90 90\nPo\n0.00 0.00 0.00"]


def test_lines_for_language_models():
    assert MatText("crystal_text_llm").encode(crystals().take([3])) == [
        "4.1 5.3 6.7\n77 84 68\nC\n0.11 0.22 0.33\nH\n0.31 0.27 0.29\nO\n0.64 0.71 0.12\nN\n0.52 0.18 0.81"
    ]


def test_p1_cif_is_that_of_pymatgen_with_rounded_numbers():
    perovskite = structures()[2]
    told = MatText("cif_p1", decimals=8).encode(perovskite)[0].split("\n")
    theirs = perovskite.to(fmt="cif").split("\n")[1:]
    assert len(told) == len(theirs)
    for ours, other in zip(told, theirs, strict=True):
        for word, wanted in zip(ours.split(), other.split(), strict=True):
            assert word == wanted or float(word) == pytest.approx(float(wanted), abs=1e-8)
    rounded = MatText("cif_p1", decimals=2).encode(perovskite)[0]
    assert "  Ti  Ti1  1  0.5  0.5  0.51  1\n" in rounded
    assert "_cell_length_c   4.03\n" in rounded and "-0.0" not in rounded


def test_symmetrised_cif_names_the_space_group():
    told = MatText("cif_symmetrized").encode(crystals().take([0]))[0]
    assert told.startswith("data_NaCl\n_symmetry_space_group_name_H-M   Fm-3m\n")
    assert told.count("  Na  Na0  4  ") == 1


@pytest.mark.parametrize(
    "name", ["cif_p1", pytest.param("cif_symmetrized", marks=pytest.mark.slow), "crystal_text_llm"]
)
@pytest.mark.parametrize("decimals", [2, 4])
def test_decoded_text_is_the_crystal(name, decimals):
    kind = MatText(name, decimals=decimals)
    # Angles in whole degrees are too coarse for the triclinic cell to be the same.
    given = crystals().take([0, 1, 2] if name == "crystal_text_llm" else [0, 1, 2, 3])
    found = kind.decode(kind.encode(given), ids=given.ids)
    assert found.ids == given.ids
    matcher = StructureMatcher(ltol=0.05, stol=0.1, angle_tol=2)
    for ours, theirs in zip(structures_of(found), structures_of(given), strict=True):
        assert matcher.fit(ours, theirs)


def test_p1_and_lines_come_back_within_rounding():
    given = crystals()
    found = MatText("cif_p1", decimals=4).decode(MatText("cif_p1", decimals=4).encode(given))
    assert np.allclose(found.lengths, given.lengths, atol=5e-5)
    assert np.allclose(found.angles, given.angles, atol=5e-5)
    kind = MatText("crystal_text_llm")
    found = kind.decode(kind.encode(given))
    assert np.array_equal(found.numbers, given.numbers)
    apart = np.abs(found.frac - given.frac)
    assert np.minimum(apart, 1 - apart).max() <= 0.005 + 1e-12
    assert kind.encode(found) == kind.encode(kind.decode(kind.encode(found)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has 0 lines"),
        ("4 4 4\n90 90 90\nNa\n0 0", "line 4: '0 0' is not three numbers"),
        ("4 4 4\n90 90 90\nNa\n0 0 nan", "is not three numbers"),
        ("4 4 4\n90 90 90\nQq\n0 0 0", "line 3: 'Qq' is no element"),
        ("4 4 4\n30 30 170\nNa\n0 0 0", "angle"),
        ("4 4 -4\n90 90 90\nNa\n0 0 0", "-4"),
        ("4 4 4\n90 90 90\nNa\n0 0 0\nCl\n0.01 0 0", "0.04"),
    ],
)
def test_lines_that_tell_no_crystal_are_errors(text, said):
    with pytest.raises(InputError, match=said):
        MatText("crystal_text_llm").decode(text)


def test_cifs_that_tell_no_crystal_are_errors():
    kind = MatText("cif_symmetrized")
    good = kind.encode(crystals().take([0]))[0]
    with pytest.raises(InputErrors) as refusal:
        kind.decode([good, "garbage", good.replace("Na4 Cl4", "Na4 Cl5")], ids=["a", "b", "c"])
    assert [problem.where for problem in refusal.value.problems] == ["b", "c"]
    assert "its formula says Na4 Cl5" in str(refusal.value)


def test_what_is_refused():
    with pytest.raises(InputError, match="there is no 'slices'"):
        MatText("slices")
    with pytest.raises(InputError, match="decimals"):
        MatText("cif_p1", decimals=0)
    with pytest.raises(InputError, match="cannot be read back"):
        MatText("composition").decode("NaCl")
    with pytest.raises(InputError, match="2 names for 1 texts"):
        MatText("cif_p1").decode("x", ids=["a", "b"])
    with pytest.raises(InputError):
        MatText("composition").encode("no such file.cif")


def test_text_and_files_are_taken(tmp_path):
    cif = structures()[2].to(fmt="cif")
    (tmp_path / "one.cif").write_text(cif)
    assert MatText("composition").encode(cif) == ["BaO3Ti"]
    assert MatText("composition").encode(tmp_path / "one.cif") == ["BaO3Ti"]
