"""CIFs of which pymatgen loses or changes atoms, and CIFs that it refuses in words of its own."""

import pytest
from example_crystals import perovskite, salt
from fourfold.domains.materials.crystals.cif import read_cif
from fourfold.domains.materials.crystals.reading import read_crystals, read_with_report
from fourfold.shared.errors import InputError, InputWarning
from pymatgen.io.cif import CifWriter

TEXT = str(CifWriter(salt()))
NO_OPERATIONS = TEXT.replace("_symmetry_equiv_pos_as_xyz", "_other_xyz")


@pytest.mark.parametrize("formula", ["'Na4 Cl4'", "?"])
@pytest.mark.parametrize("symbol", ["0", "?", "OH", "NO3", "Nx", "Wat", "2H"])
def test_an_atom_of_no_element_is_never_left_out(symbol, formula):
    """pymatgen drops 0 and OH, and takes Nx for nitrogen."""
    text = TEXT.replace("  Na  Na1", f"  {symbol}  Na1").replace("'Na4 Cl4'", formula)
    with pytest.raises(InputError, match=f"element at x: site 1 holds '[{symbol}]*', which is no element"):
        read_cif(text, "x")


def test_a_label_of_several_atoms_is_no_atom():
    text = TEXT.replace(" _atom_site_type_symbol", " _atom_site_other").replace("  Na  Na1", "  Na  OH1")
    with pytest.raises(InputError, match=r"site 1 holds 'OH1'.* Add the column _atom_site_type_symbol"):
        read_cif(text, "x")


@pytest.mark.filterwarnings("ignore:x. N?n?[aA] parsed as Na")
@pytest.mark.parametrize("symbol", ["Na+", "NA", "na", "Na1+"])
def test_other_spellings_of_an_element(symbol):
    assert read_cif(TEXT.replace("  Na  Na1", f"  {symbol}  Na1"), "x").numbers.count(11) == 4


def test_fewer_atoms_than_the_formula_says():
    short = "\n".join(TEXT.splitlines()[:-1])
    with pytest.raises(InputError, match="its atoms are Na4 Cl3, and its formula says Na4 Cl4; expected as"):
        read_cif(short, "x")
    with pytest.raises(InputError, match="its formula says Na4 Cl4 K1"):
        read_cif(TEXT.replace("'Na4 Cl4'", "'Na4 Cl4 K1'"), "x")


def test_a_formula_of_fewer_units_or_none(recwarn):
    for formula in ("'Na1 Cl1'", "?", "'Na8 Cl8'"):
        assert len(read_cif(TEXT.replace("'Na4 Cl4'", formula), "x").numbers) == 8
    assert not recwarn.list
    with pytest.warns(InputWarning, match="x: the formula 'no such' is not understood"):
        read_cif(TEXT.replace("'Na4 Cl4'", "'no such'"), "x")


@pytest.mark.parametrize("formula", ["'H4 Cl4'", "'D4 Cl4'"])
def test_deuterium_is_told_once(formula):
    text = TEXT.replace("'Na4 Cl4'", formula).replace("  Na  Na", "  D  D")
    reading = read_with_report(text)
    assert reading.notes == ("text: D read as H: isotopes are one element here",)


def test_hydrogens_without_a_place():
    text = TEXT.replace("_atom_site_symmetry_multiplicity", "_atom_site_attached_hydrogens")
    with pytest.raises(InputError, match="8 of its atoms carry hydrogens that have no place of their own"):
        read_cif(text, "x")


def test_a_group_without_operations_is_not_read_as_p1():
    unknown = NO_OPERATIONS.replace("'P 1'", "'F m -3 q'").replace("_symmetry_Int_Tables_number   1", "")
    with pytest.raises(InputError, match="'F m -3 q' is no space group known here; expected a standard"):
        read_cif(unknown, "x")
    with pytest.warns(InputWarning, match="Defaulting to P1"):
        assert len(read_cif(unknown.replace("'F m -3 q'", "?"), "x").numbers) == 8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("_cell_length_a", "_cell_lenght_a"),
            "cif at x: cannot be read: it has no _cell_length_a; .* Did you ",
        ),
        (
            ("_cell_length_a   5.64000000", "_cell_length_a  ?"),
            r"_cell_length_a at x: is '\?'; expected a num",
        ),
        (
            ("0.50000000", "?"),
            r"coordinates at x: atom Na1 has y '\?'; expected a number in _atom_site_fract_y",
        ),
        (("0.50000000", "."), r"coordinates at x: atom Na1 has y '\.'"),
        (("0.50000000", "zero"), "coordinates at x: atom Na1 is at y zero; expected finite numbers"),
        (("0.50000000  1\n", "0.50000000  2\n"), "_atom_site_occupancy at x: of atom Na1 is 2; expected at"),
        (("_atom_site_label", "_atom_site_lable"), "no column _atom_site_label.* Did you mean it by _atom_s"),
        (("_atom_site_fract_x", "_atom_site_Cartn_x"), "its list of atoms has no column _atom_site_fract_x"),
        (("data_NaCl", ""), "cannot be read: it has no line data_NAME"),
    ],
)
def test_what_is_wrong_is_named(change, said):
    text = TEXT.replace(*change, 1)
    assert text != TEXT
    with pytest.raises(InputError, match=said):
        read_cif(text, "x")


@pytest.mark.parametrize("kept", [0.97, 0.9, 0.8])
def test_a_text_that_was_cut_off(kept):
    cut = TEXT[: int(kept * len(TEXT))].rsplit(" ", 1)[0]
    with pytest.raises(InputError, match=r"cif at x: .*(values in 7 columns.* cut off|its atoms are)"):
        read_cif(cut, "x")


def test_an_atom_written_twice_is_named():
    more = "  Na  Na9  1  0.50000000  0.50000000  1.0  1\n"
    with pytest.raises(InputError, match=r"atoms at x: Na3 and Na9 overlap: both are at 0.5 0.5 0; expected"):
        read_cif(TEXT + more, "x")
    inverted = TEXT.replace("  1  'x, y, z'", "  1  'x, y, z'\n  2  '-x, -y, -z'")
    inverted += "  Na  Na8  1  0.1 0.2 0.3  1\n  K  K9  1  0.9 0.8 0.7  1\n"
    with pytest.raises(InputError, match="two of them overlap once the symmetry of the CIF is applied"):
        read_cif(inverted, "x")


def test_text_of_several_crystals_is_read_in_full():
    assert read_crystals(TEXT + str(CifWriter(perovskite()))).counts.tolist() == [8, 5]
