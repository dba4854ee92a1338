"""Every row of the table of bad crystals: pymatgen builds most of them without a word."""

import numpy as np
import pytest
from example_crystals import one_atom, perovskite, salt
from fourfold.domains.materials.crystals.checks import check_crystals, find_problems
from fourfold.domains.materials.crystals.crystal import Crystal, pack
from fourfold.domains.materials.crystals.reading import read_crystals, read_with_report
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.shared.errors import InputError, InputErrors, InputWarning
from pymatgen.core import DummySpecies, Lattice, Structure
from pymatgen.io.cif import CifWriter

ORIGIN = np.zeros((1, 3))
CUBE = ([3.0, 3.0, 3.0], [90.0, 90.0, 90.0])


def problem(frac=ORIGIN, numbers=(26,), lengths=CUBE[0], angles=CUBE[1], **limits):
    """The sentence about one crystal called x; "" if it is fit."""
    crystals = pack([Crystal(np.asarray(frac, float), numbers, lengths, angles)], ["x"])
    return "".join(str(found) for found in find_problems(crystals, **limits).values())


def test_a_fit_crystal_passes():
    assert problem() == ""
    fit = crystals_of([salt(), perovskite()])
    assert check_crystals(fit) is fit


def test_an_axis_without_length():
    said = problem(lengths=[0.0, 3.0, 3.0])
    assert said.startswith("lattice at x: axis a has no length, so the cell is flat; expected a volume of at")
    with pytest.raises(InputError, match="axis a has no length"):
        crystals_of([Structure(Lattice([[0, 0, 0], [0, 3, 0], [0, 0, 3]]), ["Fe"], ORIGIN)])


def test_a_cell_of_hardly_any_volume():
    assert "a volume of 0.0156 cubic angstrom; expected at least 0.1" in problem(lengths=[0.25, 0.25, 0.25])


@pytest.mark.parametrize(
    ("angles", "rule"),
    [
        ([30, 30, 170], "no cell has the angles 30 30 170; expected gamma < alpha + beta"),
        ([130, 30, 60], "no cell has the angles 130 30 60; expected alpha < beta + gamma"),
        ([45, 90, 45], "no cell has the angles 45 90 45; expected beta < alpha + gamma"),
        ([125, 125, 125], "no cell has the angles 125 125 125; expected alpha + beta + gamma < 360"),
        ([0, 90, 90], "alpha is 0 degrees; expected an angle above 0 and below 180"),
        ([90, 180, 90], "beta is 180 degrees; expected an angle above 0 and below 180"),
        ([90, 90, float("nan")], "gamma is nan degrees"),
        ([90, 90, -90], "gamma is -90 degrees"),
    ],
)
def test_impossible_angles(angles, rule):
    assert rule in problem(angles=angles)


@pytest.mark.parametrize("wrong", [float("inf"), float("nan")])
def test_coordinates_that_are_none_are_told_without_a_warning_of_numpy(wrong):
    assert "coordinates at x: atom 0 is at" in problem(frac=[[0.1, wrong, 0.2]])


def test_an_axis_longer_than_any_cell():
    assert problem(lengths=[3.0, 1_000.0, 3.0]) == ""
    assert "axis b is 1e+09 angstrom; expected at most 1,000. Lengths are" in problem(lengths=[3.0, 1e9, 3.0])


@pytest.mark.parametrize("length", [-3.0, float("nan"), float("inf")])
def test_a_length_that_is_none(length):
    assert f"axis b is {length:g} angstrom; expected a length above 0" in problem(lengths=[3.0, length, 3.0])


def test_overlapping_atoms_are_named():
    said = problem(frac=[[0, 0, 0], [0.5, 0.5, 0.5], [0.501, 0.5, 0.5]], numbers=[11, 17, 26])
    assert "Cl1 and Fe2 overlap: 0.003 angstrom apart; expected at least 0.5 (min_distance)" in said
    assert problem(frac=[[0, 0, 0], [0.001, 0, 0]], numbers=[1, 1], min_distance=0.0) == ""
    assert "Fe0 and Fe1 overlap: 2.6 " in problem(
        frac=[[0, 0, 0], [0.5, 0.5, 0.5]], numbers=[26, 26], min_distance=2.7
    )


def test_atoms_overlap_across_the_cell_wall():
    assert "H0 and H1 overlap: 0.006" in problem(frac=[[0.001, 0, 0], [0.999, 0, 0]], numbers=[1, 1])


def test_an_atom_overlaps_its_own_image():
    said = problem(lengths=[0.4, 3.0, 3.0])
    assert "Fe0 and its own periodic image overlap: 0.4 angstrom apart" in said


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_coordinates_that_are_none(bad):
    frac = [[0, 0, 0], [0.5, bad, 0.5]]
    said = problem(frac=frac, numbers=[26, 26])
    assert f"coordinates at x: atom 1 is at 0.5 {bad} 0.5; expected finite numbers" in said


@pytest.mark.parametrize("number", [0, -1, 101])
def test_atomic_numbers_that_are_none(number):
    assert f"atom 0 has the atomic number {number}; expected 1 to 100 (H to Fm)" in problem(numbers=[number])


@pytest.mark.parametrize("symbol", ["Qq", "X"])
def test_symbols_that_are_none(symbol):
    structure = Structure(Lattice.cubic(3), [DummySpecies(symbol)], ORIGIN)
    expected = rf"element at 0: site 0 holds '{symbol}.*', which is no element known here; expected a symbol"
    with pytest.raises(InputError, match=expected):
        crystals_of([structure])
    with pytest.raises(InputError, match=expected.replace("at 0", "at text")):
        read_crystals(str(CifWriter(structure)))


def test_a_disordered_site():
    structure = Structure(Lattice.cubic(3), [{"Fe": 0.5, "Ni": 0.5}], ORIGIN)
    for read in (lambda: crystals_of([structure]), lambda: read_crystals(str(CifWriter(structure)))):
        with pytest.raises(
            InputError, match=r"site 0 is disordered \(Fe:0.5, Ni:0.5\).*is_ordered.*Order it"
        ):
            read()


def test_deuterium_is_hydrogen():
    structure = Structure(Lattice.cubic(3), ["D"], ORIGIN)
    with pytest.warns(InputWarning, match="0: D read as H"):
        assert crystals_of([structure]).numbers.tolist() == [1]
    text = str(CifWriter(one_atom(symbol="H"))).replace("  H  H0", "  D  D0")
    with pytest.warns(InputWarning, match="text: D read as H"):
        assert read_crystals(text).numbers.tolist() == [1]


def test_too_many_atoms():
    assert "atoms at x: there are 3; expected at most 2 (max_atoms). Raise max_atoms" in problem(
        frac=np.eye(3) / 2, numbers=[1, 2, 3], max_atoms=2
    )
    reading = read_with_report([salt(), perovskite()], max_atoms=5)
    assert list(reading.skipped) == ["0"]
    assert reading.crystals.ids == ("1",)


def test_no_atom_at_all():
    assert "there is none" in problem(frac=np.empty((0, 3)), numbers=[])
    with pytest.raises(InputError, match="holds no crystal"):
        crystals_of([])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("_cell_length_a   5.64", "_cell_length_a   -5.64"), "axis a is -5.64 angstrom"),
        (("_cell_length_a   5.64000000", "_cell_length_a   0.0"), "axis a has no length"),
        (("_cell_angle_gamma   90.00000000", "_cell_angle_gamma   190.0"), "gamma is 190 degrees"),
        (("0.50000000", "nan"), r"is at .*nan|cannot convert float NaN"),
    ],
)
@pytest.mark.parametrize("dialect", [True, False])
def test_a_cif_that_pymatgen_would_bend(change, said, dialect):
    """Also through pymatgen's parser, which takes a negative length for a left-handed cell."""
    text = str(CifWriter(salt())).replace(*change, 1)
    with pytest.raises(InputError, match=said):
        read_crystals(text if dialect else text.replace("_cell_volume", "_other 1\n_cell_volume"))


def test_all_that_is_wrong_is_told():
    bad = pack(
        [Crystal(ORIGIN, [0], *CUBE), Crystal(ORIGIN, [1], *CUBE), Crystal(ORIGIN, [101], *CUBE)],
        ["a", "b", "c"],
    )
    with pytest.raises(InputErrors) as told:
        check_crystals(bad)
    assert [found.where for found in told.value.problems] == ["a", "c"]
